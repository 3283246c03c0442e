//! Tags: texts by which buckets are told apart.

use std::collections::BTreeMap;

use http::Method;
use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::client::unless_unset;
use crate::{BucketName, ObjectStorage};

/// A bucket's tags, values by keys: `Tags::from_iter([("environment", "staging")])`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Tagging", into = "Tagging")]
#[non_exhaustive]
pub struct Tags(pub BTreeMap<String, String>);

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(tags: I) -> Self {
        Self(tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// One tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Tag {
    /// Its key, unique in the bucket.
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

impl Tag {
    /// A tag of this key and value.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// Tags as they travel.
#[derive(Serialize, Deserialize)]
struct Tagging {
    #[serde(rename = "TagSet", default)]
    set: TagSet,
}

#[derive(Default, Serialize, Deserialize)]
struct TagSet {
    #[serde(rename = "Tag", default)]
    tags: Vec<Tag>,
}

impl From<Tagging> for Tags {
    fn from(tagging: Tagging) -> Self {
        tagging.set.tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
    }
}

impl From<Tags> for Tagging {
    fn from(tags: Tags) -> Self {
        let tags = tags.0.into_iter().map(|(key, value)| Tag { key, value }).collect();
        Self { set: TagSet { tags } }
    }
}

/// # Tags
impl ObjectStorage {
    /// A bucket's tags (`GetBucketTagging`); empty where there are none.
    pub async fn get_bucket_tagging(&self, bucket: &BucketName) -> Result<Tags> {
        let answer = self.on("GetBucketTagging", Method::GET, bucket).part("tagging").read().await;
        unless_unset(answer, "NoSuchTagSet").map(Option::unwrap_or_default)
    }

    /// Sets all tags of a bucket (`PutBucketTagging`): those that are not named are gone.
    pub async fn put_bucket_tagging(&self, bucket: &BucketName, tags: Tags) -> Result<()> {
        self.on("PutBucketTagging", Method::PUT, bucket).part("tagging").xml("Tagging", &tags).send().await
    }

    /// Takes all tags off a bucket (`DeleteBucketTagging`).
    pub async fn delete_bucket_tagging(&self, bucket: &BucketName) -> Result<()> {
        self.on("DeleteBucketTagging", Method::DELETE, bucket).part("tagging").send().await
    }
}
