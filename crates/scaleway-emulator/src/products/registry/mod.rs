//! Container Registry v1: namespaces, the images in them, and the images' tags.

use http::StatusCode;
use serde_json::json;

use crate::refusal::Refusal;
use crate::router::{Product, Route};
use crate::world::World;

mod image;
mod namespace;
pub(crate) mod protocol;
mod pull;
mod tag;

pub(crate) use pull::can_be_pulled;

/// The path of all resources of a kind, or of one of them.
macro_rules! path {
    ($collection:literal) => {
        concat!("/registry/v1/regions/{region}/", $collection)
    };
    ($collection:literal, $id:literal) => {
        concat!("/registry/v1/regions/{region}/", $collection, "/{", $id, "}")
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "registry",
    regions: &["fr-par", "nl-ams", "pl-waw"],
    routes: &[
        Route::new("POST", path!("namespaces"), "CreateNamespace", namespace::create),
        Route::new("GET", path!("namespaces"), "ListNamespaces", namespace::list),
        Route::new("GET", path!("namespaces", "namespace_id"), "GetNamespace", namespace::get),
        Route::new("PATCH", path!("namespaces", "namespace_id"), "UpdateNamespace", namespace::update),
        Route::new("DELETE", path!("namespaces", "namespace_id"), "DeleteNamespace", namespace::delete),
        Route::new("GET", path!("images"), "ListImages", image::list),
        Route::new("GET", path!("images", "image_id"), "GetImage", image::get),
        Route::new("PATCH", path!("images", "image_id"), "UpdateImage", image::update),
        Route::new("DELETE", path!("images", "image_id"), "DeleteImage", image::delete),
        Route::new("GET", "/registry/v1/regions/{region}/images/{image_id}/tags", "ListTags", tag::list),
        Route::new("GET", path!("tags", "tag_id"), "GetTag", tag::get),
        Route::new("DELETE", path!("tags", "tag_id"), "DeleteTag", tag::delete),
    ],
};

/// What is being deleted is gone.
pub(super) fn wake(world: &mut World, collection: &str, id: &str) {
    match collection {
        collection if collection == image::KIND.collection => image::remove(world, id),
        collection if collection == tag::KIND.collection => tag::remove(world, id),
        _ => {}
    }
}

/// An image was put into the world: its namespace counts it.
pub(super) fn seeded(world: &mut World, collection: &str, id: &str) {
    let namespace = world.store.get(image::KIND, id).filter(|_| collection == image::KIND.collection);
    if let Some(namespace) = namespace.map(|image| image.text("namespace_id").to_owned()) {
        namespace::recount(world, &namespace);
    }
}

/// The registry's 404, which has no type (recorded for namespaces).
fn lost(what: &str) -> Refusal {
    off_contract(StatusCode::NOT_FOUND, &format!("{what} was not found"))
}

/// What this API refuses with: a message and no type.
fn off_contract(status: StatusCode, message: &str) -> Refusal {
    Refusal::raw(status, json!({ "message": message }))
}
