//! Object lock: for how long what is written can be neither overwritten nor deleted.

use http::Method;
use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::client::unless_unset;
use crate::{BucketName, ObjectStorage};

/// Whether objects of a bucket can be locked, and for how long they are where their writer says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ObjectLock {
    /// Whether objects can be locked.
    #[serde(
        rename = "ObjectLockEnabled",
        default,
        deserialize_with = "crate::xml::optional_word",
        skip_serializing_if = "Option::is_none"
    )]
    pub state: Option<LockState>,
    /// What is done where the writer says nothing; nothing, where it is absent.
    #[serde(rename = "Rule", default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<ObjectLockRule>,
}

impl ObjectLock {
    /// Objects can be locked, and are not unless their writer says so.
    #[must_use]
    pub fn enabled() -> Self {
        Self { state: Some(LockState::Enabled), rule: None }
    }

    /// Every version is locked for so many days from its writing on.
    #[must_use]
    pub fn days(mode: LockMode, days: u32) -> Self {
        Self::retaining(DefaultRetention { mode, days: Some(days), years: None })
    }

    /// Every version is locked for so many years from its writing on.
    #[must_use]
    pub fn years(mode: LockMode, years: u32) -> Self {
        Self::retaining(DefaultRetention { mode, days: None, years: Some(years) })
    }

    fn retaining(retention: DefaultRetention) -> Self {
        Self { rule: Some(ObjectLockRule { default_retention: Some(retention) }), ..Self::enabled() }
    }
}

/// Whether objects can be locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LockState {
    /// They can.
    Enabled,
    /// A state that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What is done where the writer says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ObjectLockRule {
    /// How, and for how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_retention: Option<DefaultRetention>,
}

/// How objects are locked, and for how long: days or years, not both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DefaultRetention {
    /// Who may lift the lock.
    #[serde(deserialize_with = "crate::xml::word")]
    pub mode: LockMode,
    /// Days from the writing on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Years from the writing on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u32>,
}

/// Who may lift a lock before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum LockMode {
    /// Those who have the right to.
    Governance,
    /// Nobody: not even the organization's owner, and the bucket cannot be deleted before.
    Compliance,
    /// A mode that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// # Object lock
impl ObjectStorage {
    /// How a bucket locks its objects (`GetObjectLockConfiguration`); `None` where they cannot be locked.
    pub async fn get_object_lock_configuration(&self, bucket: &BucketName) -> Result<Option<ObjectLock>> {
        let answer =
            self.on("GetObjectLockConfiguration", Method::GET, bucket).part("object-lock").read().await;
        unless_unset(answer, "ObjectLockConfigurationNotFoundError")
    }

    /// Sets how a bucket locks what is written from now on (`PutObjectLockConfiguration`). The bucket must have been made
    /// with [`object_lock`](crate::CreateBucket::object_lock).
    pub async fn put_object_lock_configuration(&self, bucket: &BucketName, lock: ObjectLock) -> Result<()> {
        self.on("PutObjectLockConfiguration", Method::PUT, bucket)
            .part("object-lock")
            .xml("ObjectLockConfiguration", &lock)
            .send()
            .await
    }
}
