//! Buckets: what objects are kept in.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use derive_setters::Setters;
use http::Method;
use scaleway_core::{Pace, Progress, Result, Timestamp, Waiter};
use serde::{Deserialize, Deserializer, Serialize};

use crate::ObjectStorage;

/// A bucket's name: 3 to 63 small letters, digits, hyphens and dots, letters or digits at both ends. It is unique among
/// all customers, and a part of an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct BucketName(Box<str>);

impl BucketName {
    /// The name as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no bucket's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no bucket's name: expected 3 to 63 small letters, digits, hyphens and dots, with a letter or a digit at both ends"
)]
pub struct InvalidBucketName(String);

impl FromStr for BucketName {
    type Err = InvalidBucketName;

    fn from_str(text: &str) -> Result<Self, InvalidBucketName> {
        let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = text.as_bytes();
        let valid = (3..=63).contains(&bytes.len())
            && bytes.iter().all(|b| plain(b) || matches!(b, b'-' | b'.'))
            && bytes.first().is_some_and(plain)
            && bytes.last().is_some_and(plain)
            && !text.contains("..");
        if valid { Ok(Self(text.into())) } else { Err(InvalidBucketName(text.to_owned())) }
    }
}

impl TryFrom<&str> for BucketName {
    type Error = InvalidBucketName;

    fn try_from(text: &str) -> Result<Self, InvalidBucketName> {
        text.parse()
    }
}

impl<'de> Deserialize<'de> for BucketName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What objects are kept in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Bucket {
    /// Its name.
    pub name: BucketName,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<Timestamp>,
}

/// Whose buckets they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Owner {
    /// The project, in the form of S3.
    #[serde(rename = "ID")]
    pub id: String,
    /// Its name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// The buckets of one project in one region: the answer to `ListBuckets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Buckets {
    /// Whose they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The buckets.
    #[serde(default, with = "list")]
    pub buckets: Vec<Bucket>,
}

/// The list in its element.
mod list {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bucket;

    #[derive(Serialize, Deserialize)]
    struct List {
        #[serde(rename = "Bucket", default)]
        buckets: Vec<Bucket>,
    }

    pub(super) fn serialize<S: Serializer>(buckets: &[Bucket], serializer: S) -> Result<S::Ok, S::Error> {
        List { buckets: buckets.to_vec() }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Bucket>, D::Error> {
        List::deserialize(deserializer).map(|list| list.buckets)
    }
}

/// A request for `CreateBucket`.
#[derive(Debug, Clone, PartialEq, Eq, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateBucket {
    /// Its name.
    #[setters(skip)]
    pub name: BucketName,
    /// Whether its objects can be locked, which can be said only now; it is versioned then, and stays so.
    pub object_lock: bool,
}

impl CreateBucket {
    /// A private bucket of this name, which must be free among all customers.
    pub fn new(name: &BucketName) -> Self {
        Self { name: name.clone(), object_lock: false }
    }
}

/// A bucket is there at once, as far as is known.
const PACE: Pace = Pace::new(Duration::from_secs(1), Duration::from_mins(2));

/// # Buckets
impl ObjectStorage {
    /// Makes a private bucket (`CreateBucket`). A name that is taken is a conflict: `BucketAlreadyOwnedByYou` where it is
    /// one's own, `BucketAlreadyExists` where it is another's.
    pub async fn create_bucket(&self, request: CreateBucket) -> Result<()> {
        let exchange = self.on("CreateBucket", Method::PUT, &request.name);
        if request.object_lock {
            exchange.header("x-amz-bucket-object-lock-enabled", "true").send().await
        } else {
            exchange.send().await
        }
    }

    /// Whether a bucket is there and one's own (`HeadBucket`): "not found" where it is not, "permission denied" where it is
    /// another's.
    pub async fn head_bucket(&self, bucket: &BucketName) -> Result<()> {
        self.on("HeadBucket", Method::HEAD, bucket).send().await
    }

    /// The buckets of the project in this region (`ListBuckets`).
    pub async fn list_buckets(&self) -> Result<Buckets> {
        self.on_all("ListBuckets", Method::GET).read().await
    }

    /// Deletes a bucket (`DeleteBucket`), which must be empty: also of old versions, delete markers and unfinished uploads.
    pub async fn delete_bucket(&self, bucket: &BucketName) -> Result<()> {
        self.on("DeleteBucket", Method::DELETE, bucket).send().await
    }

    /// Waits until a bucket that was just made answers.
    pub fn wait_for_bucket(&self, bucket: &BucketName) -> Waiter<()> {
        let (storage, name) = (self.clone(), bucket.clone());
        Waiter::new(&self.client, format!("bucket {bucket}"), PACE, move || {
            let (storage, name) = (storage.clone(), name.clone());
            async move { storage.head_bucket(&name).await.map(Progress::Reached) }
        })
    }

    /// Waits until a bucket that was deleted does not answer any more.
    pub fn wait_until_bucket_gone(&self, bucket: &BucketName) -> Waiter<()> {
        let (storage, name) = (self.clone(), bucket.clone());
        Waiter::until_gone(&self.client, format!("bucket {bucket}"), PACE, move || {
            let (storage, name) = (storage.clone(), name.clone());
            async move { storage.head_bucket(&name).await.map(|()| ("still there".to_owned(), None)) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_an_address() {
        for good in ["abc", "evalap-staging", "a.b.c", "0123", &"a".repeat(63)] {
            assert_eq!(good.parse::<BucketName>().unwrap().as_str(), good);
        }
        let long = "a".repeat(64);
        for bad in
            ["", "ab", "Abc", "a_b", "-ab", "ab-", ".ab", "a..b", "a/b", "a?b", "a b", "../x", "aé1", &*long]
        {
            let error = bad.parse::<BucketName>().unwrap_err().to_string();
            assert!(error.contains("3 to 63"), "{error}");
        }
    }
}
