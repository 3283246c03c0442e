//! Keeps a value in Secret Manager, replaces it, reads it back, and deletes it.
//!
//! `cargo run --example secret`: on an emulator in this process; with `-- scaleway`, on your account.

use std::error::Error;

use scaleway_secrets::{CreateSecret, CreateSecretVersion, Payload, Revision, Secrets};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scaleway = evalap_examples::scaleway()?; // in your program: scaleway_core::Client::from_env()?
    let secrets = Secrets::new(&scaleway);

    // Made, or found where it is there already.
    let secret = secrets.ensure_secret(CreateSecret::new("openai-key").path("/newcomer")).await?;
    for value in ["sk-first", "sk-second"] {
        let version = CreateSecretVersion::new(Payload::text(value));
        let version = secrets.create_secret_version(&secret.id, version).await?;
        println!("version {} of {}/{}", version.revision, secret.path, secret.name);
    }

    // Its checksum is verified on the way; printing it shows no value.
    let version = secrets.access_secret_version(&secret.id, Revision::LatestEnabled).await?;
    println!("version {} has {} bytes: {:?}", version.revision, version.data.as_bytes().len(), version.data);

    // Deleted secrets can be restored for seven days.
    secrets.delete_secret(&secret.id).await?;
    Ok(())
}
