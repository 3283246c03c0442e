//! Lists the images of your registry, each with the reference that pins it: deploy this, not a tag that moves.
//!
//! `cargo run --example image`: on your account (the emulator has no registry); it only reads.

use std::error::Error;

use scaleway_core::Client;
use scaleway_registry::{ListImages, ListNamespaces, ListTags, Registry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let registry = Registry::new(&Client::from_env()?);

    for namespace in registry.list_namespaces(ListNamespaces::default()).all().await? {
        println!("{} holds {} images", namespace.endpoint, namespace.image_count);
        let images = ListImages::default().namespace_id(namespace.id.clone());
        for image in registry.list_images(images).all().await? {
            for tag in registry.list_tags(&image.id, ListTags::default()).all().await? {
                println!("  {}:{} is {}", image.name, tag.name, namespace.pinned(&image, &tag));
            }
        }
    }
    Ok(())
}
