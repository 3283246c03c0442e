//! Secret Manager v1beta1. Values are kept in hidden fields: only `AccessSecretVersion` shows them.

use crate::router::{Product, Route};

mod ephemeral;
mod folder;
mod reveal;
mod secret;
mod version;

pub(crate) use reveal::{Sealed, reveal};
pub(crate) use version::values;

/// The path of what is below a region, a secret or a version.
macro_rules! path {
    ($rest:literal) => {
        concat!("/secret-manager/v1beta1/regions/{region}/", $rest)
    };
}
macro_rules! secret {
    ($rest:literal) => {
        concat!("/secret-manager/v1beta1/regions/{region}/secrets/{secret_id}", $rest)
    };
}
macro_rules! version {
    ($rest:literal) => {
        concat!("/secret-manager/v1beta1/regions/{region}/secrets/{secret_id}/versions/{revision}", $rest)
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "secret-manager",
    regions: &["fr-par", "nl-ams", "pl-waw"],
    routes: &[
        Route::new("POST", path!("secrets"), "CreateSecret", secret::create),
        Route::new("GET", path!("secrets"), "ListSecrets", secret::list),
        Route::new("GET", path!("secrets/browse"), "BrowseSecrets", folder::browse),
        Route::new("GET", secret!(""), "GetSecret", secret::get),
        Route::new("PATCH", secret!(""), "UpdateSecret", secret::update),
        Route::new("DELETE", secret!(""), "DeleteSecret", secret::delete),
        Route::new("POST", secret!("/restore"), "RestoreSecret", secret::restore),
        Route::new("POST", secret!("/protect"), "ProtectSecret", secret::protect),
        Route::new("POST", secret!("/unprotect"), "UnprotectSecret", secret::unprotect),
        Route::new("POST", secret!("/add-owner"), "AddSecretOwner", secret::add_owner).simple(),
        Route::new("POST", secret!("/versions"), "CreateSecretVersion", version::create),
        Route::new("GET", secret!("/versions"), "ListSecretVersions", version::list),
        Route::new("GET", version!(""), "GetSecretVersion", version::get),
        Route::new("PATCH", version!(""), "UpdateSecretVersion", version::update),
        Route::new("DELETE", version!(""), "DeleteSecretVersion", version::delete),
        Route::new("POST", version!("/restore"), "RestoreSecretVersion", version::restore),
        Route::new("POST", version!("/enable"), "EnableSecretVersion", version::enable),
        Route::new("POST", version!("/disable"), "DisableSecretVersion", version::disable),
        Route::new("GET", version!("/access"), "AccessSecretVersion", version::access),
        Route::new(
            "GET",
            path!("secrets-by-path/versions/{revision}/access"),
            "AccessSecretVersionByPath",
            version::access_by_path,
        ),
        Route::new("GET", path!("tags"), "ListTags", folder::tags),
        Route::new("GET", path!("secret-types"), "ListSecretTypes", folder::types),
    ],
};
