//! Publishes an image to your registry, and says by which name to deploy it: a digest, not a tag that moves.
//!
//! `cargo run --example image`: a small image of this repository, on an emulator in this process. With `-- scaleway api.tar`,
//! what `docker save --platform linux/amd64 -o api.tar api` wrote, or a folder with an OCI layout, on your account; a second
//! run sends nothing twice.

use std::error::Error;

use scaleway_registry::{CreateNamespace, LocalImage, Publisher, Registry};

/// An OCI layout of one file.
const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/products/image");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let image = LocalImage::open(std::env::args().nth(2).unwrap_or_else(|| SMALL.to_owned()))?;
    let scaleway = evalap_examples::scaleway()?; // in your program: scaleway_core::Client::from_env()?
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
        .on_progress(|so_far| println!("{} of {} kB", so_far.done / 1000, so_far.total / 1000))
        .await?;
    println!("sent {} bytes, {} were there", pushed.sent, pushed.spared);
    println!("deploy {}", pushed.image);

    // To the next environment by digest: within one registry, nothing is sent at all.
    let promoted = publisher.copy(&pushed.image, &namespace.image("promoted", "1.0")?).await?;
    println!("deploy {}", promoted.image);
    Ok(())
}
