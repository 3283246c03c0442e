//! The documents of an image: an index names manifests, a manifest names blobs. OCI's and Docker's differ in their media
//! types alone. They are kept as the bytes that their digests are of.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Digest;

/// What a manifest, or an index of manifests, may say that it is.
pub(crate) const MANIFESTS: [&str; 4] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];
pub(crate) const MANIFEST: &str = MANIFESTS[0];
pub(crate) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// The largest manifest or configuration that is read: registries refuse larger ones.
pub(crate) const MAX_DOCUMENT: u64 = 4 * 1024 * 1024;

/// A document and where it is one of several, which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    #[serde(with = "text")]
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) platform: Option<Platform>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) annotations: BTreeMap<String, String>,
}

impl Descriptor {
    pub(crate) fn new(media_type: &str, digest: Digest, size: u64) -> Self {
        Self { media_type: media_type.to_owned(), digest, size, platform: None, annotations: BTreeMap::new() }
    }

    /// Whether it is of an image that runs on Serverless Containers, as far as it says.
    pub(crate) fn may_run(&self) -> bool {
        self.platform.as_ref().is_none_or(Platform::is_amd64)
    }

    /// The names that were given to it where it was made.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        ["io.containerd.image.name", "org.opencontainers.image.ref.name"]
            .iter()
            .filter_map(|key| self.annotations.get(*key).map(String::as_str))
    }
}

/// What an image runs on; a configuration says it, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Platform {
    pub(crate) architecture: String,
    pub(crate) os: String,
}

impl Platform {
    pub(crate) fn is_amd64(&self) -> bool {
        self.os == "linux" && self.architecture == "amd64"
    }
}

/// A list of manifests: one image for several platforms, or all that a folder holds.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Index {
    pub(crate) manifests: Vec<Descriptor>,
}

/// One image for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(crate) schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
}

impl Manifest {
    /// All that must be there before the manifest is.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        self.layers.iter().chain([&self.config])
    }
}

/// A document, and the bytes that its digest is of.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) media_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) digest: Digest,
}

/// What a document says.
pub(crate) enum Content {
    Index(Index),
    Image(Manifest),
}

impl Document {
    pub(crate) fn new(media_type: impl Into<String>, bytes: Bytes) -> Self {
        Self { media_type: media_type.into(), digest: Digest::of(&bytes), bytes }
    }

    /// Reads it: by what it holds, as media types are not always told.
    pub(crate) fn content(&self) -> Result<Content, serde_json::Error> {
        #[derive(Deserialize)]
        struct Kind {
            #[serde(default)]
            manifests: Option<serde::de::IgnoredAny>,
        }
        let kind: Kind = serde_json::from_slice(&self.bytes)?;
        Ok(match kind.manifests {
            Some(_) => Content::Index(serde_json::from_slice(&self.bytes)?),
            None => Content::Image(serde_json::from_slice(&self.bytes)?),
        })
    }
}

mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::Digest;

    pub(super) fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(digest.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
