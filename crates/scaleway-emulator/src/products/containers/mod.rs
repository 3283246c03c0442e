//! Serverless Containers v1.

use crate::router::{Product, Route};

mod container;
mod domain;
pub(crate) mod endpoint;
mod namespace;
mod trigger;
mod variables;

pub(super) const PRODUCT: Product = Product {
    name: "containers",
    regions: &["fr-par", "nl-ams", "pl-waw"],
    routes: &[
        Route::new("POST", "/containers/v1/regions/{region}/namespaces", "CreateNamespace", namespace::create),
        Route::new("GET", "/containers/v1/regions/{region}/namespaces", "ListNamespaces", namespace::list),
        Route::new("GET", "/containers/v1/regions/{region}/namespaces/{namespace_id}", "GetNamespace", namespace::get),
        Route::new(
            "PATCH",
            "/containers/v1/regions/{region}/namespaces/{namespace_id}",
            "UpdateNamespace",
            namespace::update,
        ),
        Route::new(
            "DELETE",
            "/containers/v1/regions/{region}/namespaces/{namespace_id}",
            "DeleteNamespace",
            namespace::delete,
        ),
    ],
};
