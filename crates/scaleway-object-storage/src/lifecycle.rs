//! Lifecycle: what becomes of objects with time.

use derive_setters::Setters;
use http::Method;
use scaleway_core::{Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::client::unless_unset;
use crate::{BucketName, ObjectStorage, Tag};

/// What becomes of a bucket's objects with time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lifecycle {
    /// The rules.
    #[serde(rename = "Rule", default)]
    pub rules: Vec<LifecycleRule>,
}

impl FromIterator<LifecycleRule> for Lifecycle {
    fn from_iter<I: IntoIterator<Item = LifecycleRule>>(rules: I) -> Self {
        Self { rules: rules.into_iter().collect() }
    }
}

/// What becomes of some objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[serde(rename_all = "PascalCase")]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct LifecycleRule {
    /// Its name, unique in the bucket.
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether it is applied.
    #[serde(deserialize_with = "crate::xml::word")]
    pub status: RuleStatus,
    /// The objects that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<LifecycleFilter>,
    /// The objects that it is for, as rules said it before there were filters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// When they are deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration: Option<Expiration>,
    /// When they are moved to cheaper places.
    #[serde(rename = "Transition", default, skip_serializing_if = "Vec::is_empty")]
    #[setters(strip_option = false)]
    pub transitions: Vec<Transition>,
    /// When versions are deleted that are no longer the newest.
    #[serde(rename = "NoncurrentVersionExpiration", default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    /// When versions are moved that are no longer the newest.
    #[serde(rename = "NoncurrentVersionTransition", default, skip_serializing_if = "Vec::is_empty")]
    #[setters(strip_option = false)]
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// When uploads are dropped that were never finished.
    #[serde(rename = "AbortIncompleteMultipartUpload", default, skip_serializing_if = "Option::is_none")]
    pub abort_incomplete_uploads: Option<AbortIncompleteUploads>,
}

impl LifecycleRule {
    /// A rule of this name for all objects, which does nothing yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            status: RuleStatus::Enabled,
            filter: Some(LifecycleFilter::prefix("")),
            prefix: None,
            expiration: None,
            transitions: Vec::new(),
            noncurrent_expiration: None,
            noncurrent_transitions: Vec::new(),
            abort_incomplete_uploads: None,
        }
    }
}

/// Whether a rule is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RuleStatus {
    /// It is.
    Enabled,
    /// It is not.
    Disabled,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Which objects a rule is for: one of its fields, or several in `and`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LifecycleFilter {
    /// Those whose key begins so; all, where it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Those with this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// Those of more bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_size_greater_than: Option<u64>,
    /// Those of fewer bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_size_less_than: Option<u64>,
    /// Those that all of this is true of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub and: Option<LifecycleFilterAnd>,
}

impl LifecycleFilter {
    /// Objects whose key begins so.
    #[must_use]
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self { prefix: Some(prefix.into()), ..Self::default() }
    }

    /// Objects with this tag.
    #[must_use]
    pub fn tag(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { tag: Some(Tag::new(key, value)), ..Self::default() }
    }

    /// Objects that all of this is true of.
    #[must_use]
    pub fn and(all: LifecycleFilterAnd) -> Self {
        Self { and: Some(all), ..Self::default() }
    }
}

/// What must be true of an object together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[serde(rename_all = "PascalCase")]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct LifecycleFilterAnd {
    /// Its key begins so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// It has these tags.
    #[serde(rename = "Tag", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// It has more bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_size_greater_than: Option<u64>,
    /// It has fewer bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_size_less_than: Option<u64>,
}

/// When objects are deleted: one of the three. In a versioned bucket this only leaves a marker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Expiration {
    /// So many days after they were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// On this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    /// The marker of a deletion itself, when there are no versions left below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_object_delete_marker: Option<bool>,
}

impl Expiration {
    /// So many days after they were made.
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self { days: Some(days), ..Self::default() }
    }

    /// Markers of deletions, when there are no versions left below them.
    #[must_use]
    pub fn delete_markers() -> Self {
        Self { expired_object_delete_marker: Some(true), ..Self::default() }
    }
}

/// When objects are moved, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Transition {
    /// So many days after they were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// On this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    /// Where to.
    #[serde(deserialize_with = "crate::xml::word")]
    pub storage_class: StorageClass,
}

impl Transition {
    /// To `class`, so many days after they were made.
    #[must_use]
    pub fn days(days: u32, class: StorageClass) -> Self {
        Self { days: Some(days), date: None, storage_class: class }
    }
}

/// Where objects are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum StorageClass {
    /// In several places, at hand.
    Standard,
    /// In one place, at hand.
    OnezoneIa,
    /// Put away: to be restored before it can be read.
    Glacier,
    /// A class that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// When versions are deleted that are no longer the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NoncurrentExpiration {
    /// So many days after a newer one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_days: Option<u32>,
    /// How many of them are kept all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_noncurrent_versions: Option<u32>,
}

impl NoncurrentExpiration {
    /// So many days after a newer one came.
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self { noncurrent_days: Some(days), ..Self::default() }
    }
}

/// When versions are moved that are no longer the newest, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NoncurrentTransition {
    /// So many days after a newer one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_days: Option<u32>,
    /// How many of them stay all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_noncurrent_versions: Option<u32>,
    /// Where to.
    #[serde(deserialize_with = "crate::xml::word")]
    pub storage_class: StorageClass,
}

impl NoncurrentTransition {
    /// To `class`, so many days after a newer one came.
    #[must_use]
    pub fn days(days: u32, class: StorageClass) -> Self {
        Self { noncurrent_days: Some(days), newer_noncurrent_versions: None, storage_class: class }
    }
}

/// When uploads are dropped that were never finished.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AbortIncompleteUploads {
    /// So many days after they were begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_after_initiation: Option<u32>,
}

impl AbortIncompleteUploads {
    /// So many days after they were begun.
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self { days_after_initiation: Some(days) }
    }
}

/// # Lifecycle
impl ObjectStorage {
    /// A bucket's lifecycle (`GetBucketLifecycleConfiguration`); `None` where there is none.
    pub async fn get_bucket_lifecycle(&self, bucket: &BucketName) -> Result<Option<Lifecycle>> {
        let answer =
            self.on("GetBucketLifecycleConfiguration", Method::GET, bucket).part("lifecycle").read().await;
        unless_unset(answer, "NoSuchLifecycleConfiguration")
    }

    /// Sets a bucket's whole lifecycle (`PutBucketLifecycleConfiguration`).
    pub async fn put_bucket_lifecycle(&self, bucket: &BucketName, lifecycle: Lifecycle) -> Result<()> {
        self.on("PutBucketLifecycleConfiguration", Method::PUT, bucket)
            .part("lifecycle")
            .xml("LifecycleConfiguration", &lifecycle)
            .send()
            .await
    }

    /// Takes all rules of lifecycle from a bucket (`DeleteBucketLifecycle`).
    pub async fn delete_bucket_lifecycle(&self, bucket: &BucketName) -> Result<()> {
        self.on("DeleteBucketLifecycle", Method::DELETE, bucket).part("lifecycle").send().await
    }
}
