//! Publishes an image to your registry, and says by which name to deploy it: a digest, not a tag that moves.
//!
//! `cargo run --example image -- scaleway api.tar`: what `docker save --platform linux/amd64 -o api.tar api` wrote, or a
//! folder with an OCI layout, on your account. A second run sends nothing twice.

use std::error::Error;

use scaleway_core::Client;
use scaleway_registry::{CreateNamespace, LocalImage, Publisher, Registry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(path) = std::env::args().nth(2) else {
        return Err("usage: image scaleway <archive or folder>".into());
    };
    let image = LocalImage::open(path)?;
    let scaleway = Client::from_env()?;
    let registry = Registry::new(&scaleway);

    // Namespaces share their names with everyone in the region.
    let project = scaleway.config().default_project()?.to_string();
    let name = format!("newcomer-{}", &project[..8]);
    let namespace = match registry.find_namespace(&name).await? {
        Some(namespace) => namespace,
        None => registry.create_namespace(CreateNamespace::new(name)).await?,
    };
    let namespace = registry.wait_for_namespace(&namespace.id).await?;

    let publisher = Publisher::new(&scaleway)?;
    let to = namespace.image("api", "1.0")?;
    let pushed = publisher
        .push(image, &to)
        .on_progress(|so_far| println!("{} of {} MB", so_far.done / 1_000_000, so_far.total / 1_000_000))
        .await?;
    println!("sent {} bytes, {} were there", pushed.sent, pushed.spared);
    println!("deploy {}", pushed.image);

    // To the next environment by digest: within one registry, nothing is sent at all.
    let promoted = publisher.copy(&pushed.image, &namespace.image("promoted", "1.0")?).await?;
    println!("deploy {}", promoted.image);
    Ok(())
}
