//! Default encryption: how objects are stored whose writer says nothing of it.

use http::Method;
use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::client::unless_unset;
use crate::{BucketName, ObjectStorage};

/// How objects are stored whose writer says nothing of it. What was stored before stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Encryption {
    /// One rule, at present.
    #[serde(rename = "Rule", default)]
    pub rules: Vec<EncryptionRule>,
}

impl Encryption {
    /// Encrypted with a key that Scaleway keeps (SSE-ONE, AES-256).
    #[must_use]
    pub fn aes256() -> Self {
        let algorithm = EncryptionAlgorithm::Aes256;
        Self { rules: vec![EncryptionRule { default: Some(DefaultEncryption { algorithm }) }] }
    }
}

/// One rule of encryption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EncryptionRule {
    /// What is done where the writer says nothing.
    #[serde(rename = "ApplyServerSideEncryptionByDefault", default, skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultEncryption>,
}

/// What is done where the writer says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DefaultEncryption {
    /// The algorithm.
    #[serde(rename = "SSEAlgorithm", deserialize_with = "crate::xml::word")]
    pub algorithm: EncryptionAlgorithm,
}

/// An algorithm of encryption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum EncryptionAlgorithm {
    /// AES-256, with a key that Scaleway keeps.
    #[serde(rename = "AES256")]
    Aes256,
    /// An algorithm that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// # Default encryption
impl ObjectStorage {
    /// A bucket's default encryption (`GetBucketEncryption`); `None` where there is none.
    pub async fn get_bucket_encryption(&self, bucket: &BucketName) -> Result<Option<Encryption>> {
        let answer = self.on("GetBucketEncryption", Method::GET, bucket).part("encryption").read().await;
        unless_unset(answer, "ServerSideEncryptionConfigurationNotFoundError")
    }

    /// Sets a bucket's default encryption (`PutBucketEncryption`).
    pub async fn put_bucket_encryption(&self, bucket: &BucketName, encryption: Encryption) -> Result<()> {
        self.on("PutBucketEncryption", Method::PUT, bucket)
            .part("encryption")
            .xml("ServerSideEncryptionConfiguration", &encryption)
            .send()
            .await
    }

    /// Stores objects as they come again, whose writer says nothing (`DeleteBucketEncryption`).
    pub async fn delete_bucket_encryption(&self, bucket: &BucketName) -> Result<()> {
        self.on("DeleteBucketEncryption", Method::DELETE, bucket).part("encryption").send().await
    }
}
