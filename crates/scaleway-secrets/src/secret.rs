//! Secrets: a name in a folder, under which versions of a value are kept.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Page, Pager, ProjectId, Region, Result, SecretId, Timestamp, wire,
};
use serde::{Deserialize, Serialize};

use crate::Secrets;

/// A secret of Secret Manager: a name in a folder. It holds no value; its [versions](crate::SecretVersion) do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecretEntry {
    /// Its id.
    pub id: SecretId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Its name, unique in its folder.
    pub name: String,
    /// Whether it can be used.
    pub status: SecretStatus,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How many versions it has, disabled ones included: 20 at most.
    #[serde(default)]
    pub version_count: u32,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether another product made it and looks after it.
    #[serde(default)]
    pub managed: bool,
    /// Whether it cannot be deleted until it is [unprotected](Secrets::unprotect_secret).
    #[serde(default)]
    pub protected: bool,
    /// The shape of its values.
    #[serde(rename = "type")]
    pub secret_type: SecretType,
    /// The folder that it is in: `/`, `/evalap/staging`.
    #[serde(default)]
    pub path: String,
    /// When its versions end by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral_policy: Option<EphemeralPolicy>,
    /// The products that use it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_by: Option<Vec<Product>>,
    /// Since when it is scheduled for deletion: for 7 days it can be [restored](Secrets::restore_secret).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_requested_at: Option<Timestamp>,
    /// The key of Key Manager that encrypts it, where it is not the platform's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
    /// Where it is.
    pub region: Region,
    /// Its name among all resources of Scaleway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for SecretEntry {
    const FIELD: &'static str = "secrets";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`KeyId`] names.
#[derive(Debug)]
pub enum Key {}

/// The id of a key in Key Manager.
pub type KeyId = Id<Key>;

/// Whether a [`SecretEntry`] can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretStatus {
    /// The API does not say.
    UnknownStatus,
    /// It can be used.
    Ready,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The shape of a secret's values, which the API checks. See [`Shape`](crate::Shape) for how to write each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretType {
    /// The API does not say.
    UnknownType,
    /// Any bytes.
    #[default]
    Opaque,
    /// Certificates, and their private key, in PEM.
    Certificate,
    /// A flat JSON object of texts: [`KeyValue`](crate::KeyValue).
    KeyValue,
    /// [`BasicCredentials`](crate::BasicCredentials).
    BasicCredentials,
    /// [`DatabaseCredentials`](crate::DatabaseCredentials).
    DatabaseCredentials,
    /// An [`SshKey`](crate::SshKey).
    SshKey,
    /// A type that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A product that may own or use a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Product {
    /// The API does not say.
    UnknownProduct,
    /// Edge Services: certificates.
    EdgeServices,
    /// Site-to-site VPN: pre-shared keys.
    S2sVpn,
    /// A product that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// When the versions of a secret end by themselves, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct EphemeralPolicy {
    /// How long a version lives.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub time_to_live: Option<Duration>,
    /// Whether a version ends once it has been accessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_once_accessed: Option<bool>,
    /// What happens to a version that ends.
    #[setters(skip)]
    pub action: EphemeralAction,
}

impl EphemeralPolicy {
    /// A policy that does this to versions that end; say when they do.
    pub fn new(action: EphemeralAction) -> Self {
        Self { time_to_live: None, expires_once_accessed: None, action }
    }
}

/// What happens to a version that ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EphemeralAction {
    /// The API does not say.
    UnknownAction,
    /// It is deleted.
    Delete,
    /// It is disabled, and can be enabled again.
    Disable,
    /// An action that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateSecret`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateSecret {
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Its name: letters, digits, `.`, `_` and `-`, unique in its folder.
    #[setters(skip)]
    pub name: String,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The shape of its values, which cannot be changed later; opaque unless set.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub secret_type: Option<SecretType>,
    /// The folder to put it in, which need not exist; `/` unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// When its versions end by themselves: only a secret made with a policy can have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ephemeral_policy: Option<EphemeralPolicy>,
    /// Whether it cannot be deleted until it is [unprotected](Secrets::unprotect_secret).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
    /// The key of Key Manager to encrypt it with; the platform's own unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
}

impl CreateSecret {
    /// A secret of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            project_id: None,
            name: name.into(),
            tags: None,
            description: None,
            secret_type: Some(SecretType::Opaque),
            path: None,
            ephemeral_policy: None,
            protected: None,
            key_id: None,
        }
    }
}

/// A request for `UpdateSecret`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateSecret {
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The folder to move it to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The whole policy, in place of the one it was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ephemeral_policy: Option<EphemeralPolicy>,
}

/// The order of [`ListSecrets`] and [`BrowseSecrets`](crate::BrowseSecrets).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListSecretsOrder {
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// Unchanged for longest first.
    UpdatedAtAsc,
    /// Last changed first.
    UpdatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListSecrets`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListSecrets {
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The order; by name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListSecretsOrder>,
    /// Only those with all these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only those in exactly this folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only those with (or without) a policy that ends their versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<bool>,
    /// Only those whose values have this shape.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub secret_type: Option<SecretType>,
    /// Those scheduled for deletion in place of the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_for_deletion: Option<bool>,
}

/// A request for `AddSecretOwner`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct AddSecretOwner {
    /// The product that shall be able to use the secret.
    pub product: Product,
}

impl AddSecretOwner {
    /// Lets this product use a secret.
    pub fn new(product: Product) -> Self {
        Self { product }
    }
}

/// # Secrets
impl Secrets {
    /// `CreateSecret`: a secret without a version; [give it one](Self::create_secret_version).
    pub async fn create_secret(&self, mut request: CreateSecret) -> Result<SecretEntry> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreateSecret", &["secrets"]).json(&request)).await
    }

    /// `GetSecret`.
    pub async fn get_secret(&self, id: &SecretId) -> Result<SecretEntry> {
        self.api.send(self.api.get("GetSecret", &["secrets", id.as_str()])).await
    }

    /// `ListSecrets`.
    pub fn list_secrets(&self, request: ListSecrets) -> Pager<SecretEntry> {
        let list = self.api.get::<Page<_>>("ListSecrets", &["secrets"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateSecret`.
    pub async fn update_secret(&self, id: &SecretId, request: UpdateSecret) -> Result<SecretEntry> {
        self.api.send(self.api.patch("UpdateSecret", &["secrets", id.as_str()]).json(&request)).await
    }

    /// `DeleteSecret`: schedules it and its versions for deletion. For 7 days it can be
    /// [restored](Self::restore_secret), and is listed by [`ListSecrets::scheduled_for_deletion`]. A protected secret
    /// is refused (412).
    pub async fn delete_secret(&self, id: &SecretId) -> Result<()> {
        let delete = self.api.delete("DeleteSecret", &["secrets", id.as_str()]);
        self.api.send::<Empty>(delete).await.map(drop)
    }

    /// `RestoreSecret`: takes back a deletion.
    pub async fn restore_secret(&self, id: &SecretId) -> Result<SecretEntry> {
        let restore = self.api.post("RestoreSecret", &["secrets", id.as_str(), "restore"]);
        self.api.send(restore.json(&Empty {}).repeatable()).await
    }

    /// `ProtectSecret`: from now on it cannot be deleted; it can still be read and changed.
    pub async fn protect_secret(&self, id: &SecretId) -> Result<SecretEntry> {
        let protect = self.api.post("ProtectSecret", &["secrets", id.as_str(), "protect"]);
        self.api.send(protect.json(&Empty {}).repeatable()).await
    }

    /// `UnprotectSecret`: from now on it can be deleted.
    pub async fn unprotect_secret(&self, id: &SecretId) -> Result<SecretEntry> {
        let unprotect = self.api.post("UnprotectSecret", &["secrets", id.as_str(), "unprotect"]);
        self.api.send(unprotect.json(&Empty {}).repeatable()).await
    }

    /// `AddSecretOwner`: lets a product use the secret.
    pub async fn add_secret_owner(&self, id: &SecretId, request: AddSecretOwner) -> Result<()> {
        let add = self.api.post("AddSecretOwner", &["secrets", id.as_str(), "add-owner"]);
        self.api.send::<Empty>(add.json(&request).repeatable()).await.map(drop)
    }
}
