//! Versioning: whether what is overwritten or deleted is kept.

use http::Method;
use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::{BucketName, ObjectStorage};

/// Whether what is overwritten or deleted is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Versioning {
    /// Absent where it was never enabled.
    #[serde(
        default,
        deserialize_with = "crate::xml::optional_word",
        skip_serializing_if = "Option::is_none"
    )]
    pub status: Option<VersioningStatus>,
    /// Whether a second factor is needed to delete a version.
    #[serde(
        default,
        deserialize_with = "crate::xml::optional_word",
        skip_serializing_if = "Option::is_none"
    )]
    pub mfa_delete: Option<MfaDelete>,
}

impl Versioning {
    /// Whether what is overwritten or deleted now is kept.
    pub fn is_enabled(&self) -> bool {
        self.status == Some(VersioningStatus::Enabled)
    }
}

/// Whether versions are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum VersioningStatus {
    /// Each write makes a new version, each delete a marker.
    Enabled,
    /// No new versions; those that exist stay.
    Suspended,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Whether a second factor is needed to delete a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MfaDelete {
    /// It is needed.
    Enabled,
    /// It is not.
    Disabled,
    /// A word that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// # Versioning
impl ObjectStorage {
    /// Whether a bucket keeps versions (`GetBucketVersioning`).
    pub async fn get_bucket_versioning(&self, bucket: &BucketName) -> Result<Versioning> {
        self.on("GetBucketVersioning", Method::GET, bucket).part("versioning").read().await
    }

    /// Makes a bucket keep versions, or stop it (`PutBucketVersioning`).
    pub async fn put_bucket_versioning(&self, bucket: &BucketName, status: VersioningStatus) -> Result<()> {
        let versioning = Versioning { status: Some(status), mfa_delete: None };
        self.on("PutBucketVersioning", Method::PUT, bucket)
            .part("versioning")
            .xml("VersioningConfiguration", &versioning)
            .send()
            .await
    }
}
