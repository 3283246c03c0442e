//! Looking around: folders, tags and types of secrets.

use std::borrow::Cow;
use std::fmt;

use derive_setters::Setters;
use scaleway_core::{Listed, Page, Pager, ProjectId, Result, SecretId, Timestamp, wire};
use serde::{Deserialize, Serialize};

use crate::{EphemeralPolicy, ListSecretsOrder, SecretType, Secrets};

/// One page of what is in a folder: secrets, and the folders below.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Folder {
    /// What is in it.
    #[serde(default)]
    pub items: Vec<FolderItem>,
    /// The folder: `/`, `/evalap`.
    #[serde(default)]
    pub current_path: String,
    /// How many items all pages hold together.
    #[serde(default)]
    pub total_count: u64,
}

/// A secret or a folder: exactly one of the two is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FolderItem {
    /// Its name.
    pub name: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// What the secret is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretDetails>,
    /// There where it is a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<FolderDetails>,
}

/// A secret as a folder shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecretDetails {
    /// Its id.
    pub id: SecretId,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How many versions it has.
    #[serde(default)]
    pub version_count: u32,
    /// Whether it cannot be deleted until it is unprotected.
    #[serde(default)]
    pub protected: bool,
    /// When its versions end by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral_policy: Option<EphemeralPolicy>,
    /// The shape of its values; older answers do not say.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub secret_type: Option<SecretType>,
}

/// A folder within a folder: the API says nothing more of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FolderDetails {}

/// A request for `BrowseSecrets`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct BrowseSecrets {
    /// The project to look in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The order; by name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListSecretsOrder>,
    /// The folder to look into; `/` unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Which page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// How many items a page has: 100 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    /// Only secrets with all these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Only secrets whose values have this shape.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub secret_type: Option<SecretType>,
}

/// A tag that secrets of a project have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Listed for Tag {
    const FIELD: &'static str = "tags";

    fn identity(&self) -> Cow<'_, str> {
        self.as_str().into()
    }
}

impl Listed for SecretType {
    const FIELD: &'static str = "types";

    fn identity(&self) -> Cow<'_, str> {
        wire::spelled(self).into()
    }
}

/// A request for `ListTags`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListTags {
    /// The project whose secrets have the tags; the API's choice unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

/// A request for `ListSecretTypes`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListSecretTypes {
    /// The project whose secrets have the types; the API's choice unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

/// # Folders, tags and types
impl Secrets {
    /// `BrowseSecrets`: one page of a folder.
    pub async fn browse_secrets(&self, mut request: BrowseSecrets) -> Result<Folder> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.get("BrowseSecrets", &["secrets", "browse"]).query(&request)).await
    }

    /// `ListTags`: all tags that secrets have.
    pub fn list_tags(&self, request: ListTags) -> Pager<Tag> {
        let list = self.api.get::<Page<_>>("ListTags", &["tags"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `ListSecretTypes`: the types of the secrets that there are.
    pub fn list_secret_types(&self, request: ListSecretTypes) -> Pager<SecretType> {
        let list = self.api.get::<Page<_>>("ListSecretTypes", &["secret-types"]).query(&request);
        Pager::new(&self.api, list)
    }
}
