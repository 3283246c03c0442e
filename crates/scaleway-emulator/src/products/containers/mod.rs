//! Serverless Containers v1.

use crate::router::{Product, Route};

mod container;
mod deploy;
mod domain;
pub(crate) mod endpoint;
mod namespace;
mod token;
mod trigger;
mod variables;

pub(crate) use container::KIND as CONTAINER;

/// The path of all resources of a kind, or of one of them.
macro_rules! path {
    ($collection:literal) => {
        concat!("/containers/v1/regions/{region}/", $collection)
    };
    ($collection:literal, $id:literal) => {
        concat!("/containers/v1/regions/{region}/", $collection, "/{", $id, "}")
    };
}

/// Of the version before v1, which has them no more.
const TOKENS: &str = "/containers/v1beta1/regions/{region}/tokens";
const TOKEN: &str = "/containers/v1beta1/regions/{region}/tokens/{token_id}";

pub(super) const PRODUCT: Product = Product {
    name: "containers",
    regions: &["fr-par", "nl-ams", "pl-waw", "it-mil"],
    routes: &[
        Route::new("POST", path!("namespaces"), "CreateNamespace", namespace::create),
        Route::new("GET", path!("namespaces"), "ListNamespaces", namespace::list),
        Route::new("GET", path!("namespaces", "namespace_id"), "GetNamespace", namespace::get),
        Route::new("PATCH", path!("namespaces", "namespace_id"), "UpdateNamespace", namespace::update),
        Route::new("DELETE", path!("namespaces", "namespace_id"), "DeleteNamespace", namespace::delete),
        Route::new("POST", path!("containers"), "CreateContainer", container::create),
        Route::new("GET", path!("containers"), "ListContainers", container::list),
        Route::new("GET", path!("containers", "container_id"), "GetContainer", container::get),
        Route::new("PATCH", path!("containers", "container_id"), "UpdateContainer", container::update),
        Route::new("DELETE", path!("containers", "container_id"), "DeleteContainer", container::delete),
        Route::new(
            "POST",
            "/containers/v1/regions/{region}/containers/{container_id}/redeploy",
            "RedeployContainer",
            container::redeploy,
        ),
        Route::new("POST", path!("domains"), "CreateDomain", domain::create).simple(),
        Route::new("GET", path!("domains"), "ListDomains", domain::list),
        Route::new("GET", path!("domains", "domain_id"), "GetDomain", domain::get),
        Route::new("PATCH", path!("domains", "domain_id"), "UpdateDomain", domain::update),
        Route::new("DELETE", path!("domains", "domain_id"), "DeleteDomain", domain::delete),
        Route::new("POST", path!("triggers"), "CreateTrigger", trigger::create).simple(),
        Route::new("GET", path!("triggers"), "ListTriggers", trigger::list),
        Route::new("GET", path!("triggers", "trigger_id"), "GetTrigger", trigger::get),
        Route::new("PATCH", path!("triggers", "trigger_id"), "UpdateTrigger", trigger::update).simple(),
        Route::new("DELETE", path!("triggers", "trigger_id"), "DeleteTrigger", trigger::delete),
        Route::new("POST", TOKENS, "CreateToken", token::create).simple(),
        Route::new("GET", TOKENS, "ListTokens", token::list).simple(),
        Route::new("GET", TOKEN, "GetToken", token::get).simple(),
        Route::new("DELETE", TOKEN, "DeleteToken", token::delete).simple(),
    ],
};
