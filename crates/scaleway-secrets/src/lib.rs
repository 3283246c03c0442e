//! A typed client of Scaleway Secret Manager (API secret-manager v1beta1).
//!
//! | resource | operations |
//! |---|---|
//! | [`SecretEntry`] | [create](Secrets::create_secret), [get](Secrets::get_secret), [list](Secrets::list_secrets), [update](Secrets::update_secret), [protect](Secrets::protect_secret), [unprotect](Secrets::unprotect_secret), [let a product use it](Secrets::add_secret_owner), [delete](Secrets::delete_secret), [restore](Secrets::restore_secret) |
//! | [`SecretVersion`] | [create](Secrets::create_secret_version), [get](Secrets::get_secret_version), [list](Secrets::list_secret_versions), [update](Secrets::update_secret_version), [enable](Secrets::enable_secret_version), [disable](Secrets::disable_secret_version), [delete](Secrets::delete_secret_version), [restore](Secrets::restore_secret_version) |
//! | [`Payload`], a version's value | [access](Secrets::access_secret_version), [access by path](Secrets::access_secret_version_by_path) |
//! | [`Folder`] | [browse](Secrets::browse_secrets), [tags](Secrets::list_tags), [types](Secrets::list_secret_types) |
//!
//! | to … | see |
//! |---|---|
//! | make sure that a secret is there | [`ensure_secret`](Secrets::ensure_secret), [`find_secret`](Secrets::find_secret) |
//! | replace its value, and keep few old ones | [`rotate_secret`](Secrets::rotate_secret) |
//! | read its value | [`access_secret_version`](Secrets::access_secret_version) with [`Revision::LatestEnabled`] |
//! | hold credentials in it | [`Payload::of`], [`Payload::read`] |
//!
//! Nothing here takes time on the platform's side: there is nothing to wait for.
//!
//! ```no_run
//! use scaleway_core::Client;
//! use scaleway_secrets::{CreateSecret, CreateSecretVersion, Payload, Revision, Secrets};
//!
//! # async fn run() -> Result<(), scaleway_secrets::Error> {
//! let secrets = Secrets::new(&Client::from_env()?);
//! let secret = secrets.ensure_secret(CreateSecret::new("openai-key").path("/evalap/staging")).await?;
//! secrets.create_secret_version(&secret.id, CreateSecretVersion::new(Payload::text("sk-…"))).await?;
//! let version = secrets.access_secret_version(&secret.id, Revision::LatestEnabled).await?;
//! println!("version {} of {} has {} bytes", version.revision, secret.name, version.data.as_bytes().len());
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do.

mod client;
mod credentials;
mod ensure;
mod folder;
mod payload;
mod rotate;
mod secret;
mod version;

pub use client::Secrets;
pub use credentials::{BasicCredentials, DatabaseCredentials, KeyValue, NotOfShape, Shape, SshKey};
pub use folder::{
    BrowseSecrets, Folder, FolderDetails, FolderItem, ListSecretTypes, ListTags, SecretDetails, Tag,
};
pub use payload::Payload;
pub use rotate::KeepVersions;
pub use scaleway_core::{self, Client, Error, Result};
pub use secret::{
    AddSecretOwner, CreateSecret, EphemeralAction, EphemeralPolicy, Key, KeyId, ListSecrets,
    ListSecretsOrder, Product, SecretEntry, SecretStatus, SecretType, UpdateSecret,
};
pub use version::{
    AccessSecretVersionByPath, AccessedVersion, CreateSecretVersion, EphemeralProperties, ListSecretVersions,
    Revision, SecretVersion, SecretVersionStatus, UpdateSecretVersion,
};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
