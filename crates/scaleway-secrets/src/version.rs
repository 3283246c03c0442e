//! Versions: the values of a secret, numbered from 1.

use std::borrow::Cow;
use std::fmt;

use derive_setters::Setters;
use scaleway_core::{Empty, Listed, Page, Pager, ProjectId, Region, Result, SecretId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{EphemeralAction, Payload, SecretType, Secrets};

/// A version of a secret, without its value: [access](Secrets::access_secret_version) that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecretVersion {
    /// Its number, from 1.
    pub revision: u32,
    /// The secret it belongs to.
    pub secret_id: SecretId,
    /// Whether it can be accessed.
    pub status: SecretVersionStatus,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// When it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is the newest.
    #[serde(default)]
    pub latest: bool,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral_properties: Option<EphemeralProperties>,
    /// Since when it is scheduled for deletion: for 7 days it can be [restored](Secrets::restore_secret_version).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_requested_at: Option<Timestamp>,
    /// Where it is; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Its name among all resources of Scaleway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for SecretVersion {
    const FIELD: &'static str = "versions";

    fn identity(&self) -> Cow<'_, str> {
        self.revision.to_string().into()
    }
}

/// Whether a [`SecretVersion`] can be accessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretVersionStatus {
    /// The API does not say.
    UnknownStatus,
    /// It can be accessed.
    Enabled,
    /// It cannot be accessed until it is enabled again.
    Disabled,
    /// Its value is gone.
    Deleted,
    /// It will be deleted, and can still be restored.
    ScheduledForDeletion,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// When a version ends by itself, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct EphemeralProperties {
    /// When it ends at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Whether it ends once it has been accessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_once_accessed: Option<bool>,
    /// What happens to it then.
    #[setters(skip)]
    pub action: EphemeralAction,
}

impl EphemeralProperties {
    /// Does this to the version when it ends; say when it does.
    pub fn new(action: EphemeralAction) -> Self {
        Self { expires_at: None, expires_once_accessed: None, action }
    }
}

/// Which version of a secret: a number, or the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revision {
    /// The version of this number.
    Number(u32),
    /// The newest, which may be disabled.
    Latest,
    /// The newest of those that can be accessed.
    LatestEnabled,
}

impl From<u32> for Revision {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Latest => f.write_str("latest"),
            Self::LatestEnabled => f.write_str("latest_enabled"),
        }
    }
}

/// A request for `CreateSecretVersion`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateSecretVersion {
    /// The value: 64 KiB at most, of the shape that the secret's type asks for.
    #[setters(skip)]
    #[serde(serialize_with = "Payload::write")]
    pub data: Payload,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether the version before it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_previous: Option<bool>,
    /// The CRC32 of the value, so that the API refuses a damaged one.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_crc32: Option<u32>,
}

impl CreateSecretVersion {
    /// A version with this value, and the value's CRC32.
    pub fn new(data: impl Into<Payload>) -> Self {
        let data = data.into();
        let data_crc32 = Some(data.crc32());
        Self { data, description: None, disable_previous: None, data_crc32 }
    }
}

/// A request for `UpdateSecretVersion`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateSecretVersion {
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it ends by itself, in place of what was set before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ephemeral_properties: Option<EphemeralProperties>,
}

/// A request for `ListSecretVersions`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListSecretVersions {
    /// Only those of one of these statuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<SecretVersionStatus>,
}

/// A version's value. Reading one whose CRC32 is not the announced one fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
// The derived functions become `Self::serialize` and `Self::deserialize`, which the impls below call and check.
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct AccessedVersion {
    /// The secret.
    pub secret_id: SecretId,
    /// The number of the version.
    pub revision: u32,
    /// The value.
    #[serde(serialize_with = "Payload::write")]
    pub data: Payload,
    /// The CRC32 of the value, where one was given at its creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_crc32: Option<u32>,
    /// The shape of the value; older answers do not say.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub secret_type: Option<SecretType>,
}

impl Serialize for AccessedVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for AccessedVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let version = Self::deserialize(deserializer)?;
        match version.data_crc32 {
            Some(announced) if announced != version.data.crc32() => Err(de::Error::custom(format!(
                "data_crc32 is {announced}, but the data's CRC32 is {}: the value was damaged, access it again",
                version.data.crc32()
            ))),
            _ => Ok(version),
        }
    }
}

/// A request for `AccessSecretVersionByPath`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct AccessSecretVersionByPath {
    /// The folder that the secret is in.
    #[setters(skip)]
    pub secret_path: String,
    /// Its name.
    #[setters(skip)]
    pub secret_name: String,
    /// The project that it belongs to; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

impl AccessSecretVersionByPath {
    /// The secret of this name in this folder.
    pub fn new(path: impl Into<String>, name: impl Into<String>) -> Self {
        Self { secret_path: path.into(), secret_name: name.into(), project_id: None }
    }
}

/// # Versions
impl Secrets {
    /// `CreateSecretVersion`: the next version of the secret, enabled. A secret has 20 at most.
    pub async fn create_secret_version(
        &self,
        id: &SecretId,
        request: CreateSecretVersion,
    ) -> Result<SecretVersion> {
        let create = self.api.post("CreateSecretVersion", &["secrets", id.as_str(), "versions"]);
        self.api.send(create.json(&request)).await
    }

    /// `GetSecretVersion`: what is known of a version; its value is [accessed](Self::access_secret_version).
    pub async fn get_secret_version(
        &self,
        id: &SecretId,
        revision: impl Into<Revision>,
    ) -> Result<SecretVersion> {
        let revision = revision.into().to_string();
        self.api
            .send(self.api.get("GetSecretVersion", &["secrets", id.as_str(), "versions", &revision]))
            .await
    }

    /// `ListSecretVersions`: newest first.
    pub fn list_secret_versions(&self, id: &SecretId, request: ListSecretVersions) -> Pager<SecretVersion> {
        let list = self.api.get::<Page<_>>("ListSecretVersions", &["secrets", id.as_str(), "versions"]);
        Pager::new(&self.api, list.query(&request))
    }

    /// `UpdateSecretVersion`. The value of a version cannot be changed.
    pub async fn update_secret_version(
        &self,
        id: &SecretId,
        revision: impl Into<Revision>,
        request: UpdateSecretVersion,
    ) -> Result<SecretVersion> {
        let revision = revision.into().to_string();
        let update = self.api.patch("UpdateSecretVersion", &["secrets", id.as_str(), "versions", &revision]);
        self.api.send(update.json(&request)).await
    }

    /// `DeleteSecretVersion`: schedules it for deletion. For 7 days it can be [restored](Self::restore_secret_version).
    pub async fn delete_secret_version(&self, id: &SecretId, revision: impl Into<Revision>) -> Result<()> {
        let revision = revision.into().to_string();
        let delete = self.api.delete("DeleteSecretVersion", &["secrets", id.as_str(), "versions", &revision]);
        self.api.send::<Empty>(delete).await.map(drop)
    }

    /// `RestoreSecretVersion`: takes back a deletion.
    pub async fn restore_secret_version(
        &self,
        id: &SecretId,
        revision: impl Into<Revision>,
    ) -> Result<SecretVersion> {
        self.turn_version("RestoreSecretVersion", id, revision.into(), "restore").await
    }

    /// `EnableSecretVersion`: from now on it can be accessed.
    pub async fn enable_secret_version(
        &self,
        id: &SecretId,
        revision: impl Into<Revision>,
    ) -> Result<SecretVersion> {
        self.turn_version("EnableSecretVersion", id, revision.into(), "enable").await
    }

    /// `DisableSecretVersion`: from now on it cannot be accessed.
    pub async fn disable_secret_version(
        &self,
        id: &SecretId,
        revision: impl Into<Revision>,
    ) -> Result<SecretVersion> {
        self.turn_version("DisableSecretVersion", id, revision.into(), "disable").await
    }

    async fn turn_version(
        &self,
        operation: &'static str,
        id: &SecretId,
        revision: Revision,
        turn: &str,
    ) -> Result<SecretVersion> {
        let revision = revision.to_string();
        let request = self.api.post(operation, &["secrets", id.as_str(), "versions", &revision, turn]);
        self.api.send(request.json(&Empty {}).repeatable()).await
    }

    /// `AccessSecretVersion`: the value, compared with its CRC32. Accessing a version that
    /// [ends once it is accessed](EphemeralProperties::expires_once_accessed) ends it.
    pub async fn access_secret_version(
        &self,
        id: &SecretId,
        revision: impl Into<Revision>,
    ) -> Result<AccessedVersion> {
        let revision = revision.into().to_string();
        let access = ["secrets", id.as_str(), "versions", &revision, "access"];
        self.api.send(self.api.get("AccessSecretVersion", &access)).await
    }

    /// `AccessSecretVersionByPath`: the same, of the secret of a name in a folder.
    pub async fn access_secret_version_by_path(
        &self,
        revision: impl Into<Revision>,
        mut request: AccessSecretVersionByPath,
    ) -> Result<AccessedVersion> {
        self.api.fill_project(&mut request.project_id)?;
        let revision = revision.into().to_string();
        let access = ["secrets-by-path", "versions", &revision, "access"];
        self.api.send(self.api.get("AccessSecretVersionByPath", &access).query(&request)).await
    }
}
