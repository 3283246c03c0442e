//! SSH keys: who may sign in to the servers of a project.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, OrganizationId, Page, Pager, ProjectId, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// The id of a [`SshKey`].
pub type SshKeyId = Id<SshKey>;

/// A public key whose owner may sign in to the servers of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SshKey {
    /// Its id.
    pub id: SshKeyId,
    /// Its name.
    pub name: String,
    /// The public key, as in `authorized_keys`.
    #[serde(default)]
    pub public_key: String,
    /// Its fingerprint.
    #[serde(default)]
    pub fingerprint: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Whether it is left out of new servers.
    #[serde(default)]
    pub disabled: bool,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for SshKey {
    const FIELD: &'static str = "ssh_keys";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreateSSHKey`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateSshKey {
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// The public key, as in `authorized_keys`.
    #[setters(skip)]
    pub public_key: String,
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

impl CreateSshKey {
    /// This public key, under this name.
    pub fn new(name: impl Into<String>, public_key: impl Into<String>) -> Self {
        Self { name: name.into(), public_key: public_key.into(), project_id: None }
    }
}

/// A request for `UpdateSSHKey`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateSshKey {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is left out of new servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// The order of [`ListSshKeys`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListSshKeysOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// Those that changed longest ago first.
    UpdatedAtAsc,
    /// Those that changed last first.
    UpdatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListSSHKeys`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListSshKeys {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListSshKeysOrder>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those that are, or are not, disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// # SSH keys
impl Iam {
    /// `CreateSSHKey`.
    pub async fn create_ssh_key(&self, mut request: CreateSshKey) -> Result<SshKey> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreateSSHKey", &["ssh-keys"]).json(&request)).await
    }

    /// `GetSSHKey`.
    pub async fn get_ssh_key(&self, id: &SshKeyId) -> Result<SshKey> {
        self.api.send(self.api.get("GetSSHKey", &["ssh-keys", id.as_str()])).await
    }

    /// `ListSSHKeys`.
    pub fn list_ssh_keys(&self, request: ListSshKeys) -> Pager<SshKey> {
        let list = self.api.get::<Page<_>>("ListSSHKeys", &["ssh-keys"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateSSHKey`.
    pub async fn update_ssh_key(&self, id: &SshKeyId, request: UpdateSshKey) -> Result<SshKey> {
        self.api.send(self.api.patch("UpdateSSHKey", &["ssh-keys", id.as_str()]).json(&request)).await
    }

    /// `DeleteSSHKey`: servers that have it keep it.
    pub async fn delete_ssh_key(&self, id: &SshKeyId) -> Result<()> {
        self.api.send(self.api.delete("DeleteSSHKey", &["ssh-keys", id.as_str()])).await.map(|Empty {}| ())
    }
}
