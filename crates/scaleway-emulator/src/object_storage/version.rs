//! Versions of objects: every content that a key has had, and the markers of its deletion, newest first.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::Range;

use super::bucket::{Bucket, Versioning};
use super::encryption::Encryption;
use super::lock::Retention;
use super::refusal::{self, Result};
use super::text::micros;
use crate::store::{Body, Kind, Record, Store};
use crate::world::World;

pub(super) const KIND: Kind = Kind { collection: "object_storage.versions", resource: "object" };

/// The id of the version that a bucket without versioning keeps.
pub(super) const NULL: &str = "null";

/// One version of an object, or a marker of its deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_field_names, reason = "S3's name")]
pub(super) struct Version {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version_id: String,
    pub(super) last_modified: Timestamp,
    /// It says that there is no object any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_delete_marker: bool,
    #[serde(default)]
    pub(super) size: u64,
    /// Without quotes.
    #[serde(default)]
    pub(super) etag: String,
    #[serde(default)]
    pub(super) storage_class: String,
    /// Headers that are given back as they were: `content-type`, `cache-control`, `x-amz-meta-…`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    /// By header: `x-amz-checksum-crc32`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) checksums: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) encryption: Option<Encryption>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retention: Option<Retention>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) legal_hold: bool,
    /// Until when it can be read although it lies in the glacier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) restored_until: Option<Timestamp>,
    /// The sizes of the parts that it was uploaded in; empty where it came whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<u64>,
    /// The grants that it was given: `private`, `public-read`, …
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) acl: String,
}

impl Version {
    /// Nothing yet, of that name.
    pub(super) fn draft(bucket: &str, key: &str) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            version_id: NULL.into(),
            last_modified: Timestamp::UNIX_EPOCH,
            is_delete_marker: false,
            size: 0,
            etag: String::new(),
            storage_class: "STANDARD".into(),
            headers: BTreeMap::new(),
            tags: BTreeMap::new(),
            checksums: BTreeMap::new(),
            encryption: None,
            retention: None,
            legal_hold: false,
            restored_until: None,
            parts: Vec::new(),
            acl: String::new(),
        }
    }

    /// As headers and documents write it.
    pub(super) fn quoted_etag(&self) -> String {
        format!("\"{}\"", self.etag)
    }

    /// What answers say in `x-amz-version-id`: nothing in a bucket that never had versions.
    pub(super) fn told_id(&self, bucket: &Bucket) -> Option<&str> {
        (bucket.versioning != Versioning::Off).then_some(self.version_id.as_str())
    }
}

/// Where the records of a bucket's keys from `key` on begin. Keys hold no NUL, so no key's versions lie among another's.
pub(super) fn start(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}

/// What follows all versions of a key.
pub(super) fn after(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}\u{1}")
}

/// Newest first, so the time goes backwards.
fn record_id(bucket: &str, key: &str, micros: u64) -> String {
    format!("{bucket}/{key}\0{:016x}", u64::MAX - micros)
}

/// Whether the record is one of the bucket.
pub(super) fn is_in(record_id: &str, bucket: &str) -> bool {
    record_id.strip_prefix(bucket).is_some_and(|rest| rest.starts_with('/'))
}

/// The key of a record of a bucket.
pub(super) fn key_of<'a>(record_id: &'a str, bucket: &str) -> Option<&'a str> {
    let rest = record_id.strip_prefix(bucket)?.strip_prefix('/')?;
    rest.split_once('\0').map(|(key, _)| key)
}

pub(super) fn read(record: &Record) -> Option<Version> {
    serde_json::from_value(Value::Object(record.body.clone())).ok()
}

pub(super) fn is_empty(store: &Store, bucket: &str) -> bool {
    store.from(KIND, &start(bucket, "")).next().is_none_or(|(id, _)| !is_in(id, bucket))
}

/// All versions of a key, newest first, with the ids of their records.
pub(super) fn all_of<'a>(
    store: &'a Store,
    bucket: &str,
    key: &str,
) -> impl Iterator<Item = (&'a str, Version)> + use<'a> {
    let prefix = format!("{bucket}/{key}\0");
    let records = store.from(KIND, &prefix);
    records
        .take_while(move |(id, _)| id.starts_with(&prefix))
        .filter_map(|(id, record)| Some((id, read(record)?)))
}

/// The object that a key has now.
pub(super) fn current(store: &Store, bucket: &str, key: &str) -> Option<Version> {
    let newest = all_of(store, bucket, key).next();
    newest.map(|(_, version)| version).filter(|version| !version.is_delete_marker)
}

/// The version that a request means, with the id of its record: the newest, unless it names one. Never a marker.
pub(super) fn find(
    store: &Store,
    bucket: &Bucket,
    key: &str,
    version_id: Option<&str>,
) -> Result<(String, Version)> {
    let found = match version_id {
        None => all_of(store, &bucket.name, key).next().map(|(id, version)| (id.to_owned(), version)),
        Some(version_id) => Some(
            named(store, &bucket.name, key, version_id)?
                .ok_or_else(|| refusal::NO_SUCH_VERSION.about("Key", key).field("VersionId", version_id))?,
        ),
    };
    let Some((id, version)) = found else { return Err(refusal::NO_SUCH_KEY.about("Key", key)) };
    if !version.is_delete_marker {
        return Ok((id, version));
    }
    let refusal = match version_id {
        None => refusal::NO_SUCH_KEY.about("Key", key),
        Some(_) => refusal::METHOD_NOT_ALLOWED
            .about("Method", "GET")
            .header("allow", "DELETE")
            .header("last-modified", super::text::http_date(version.last_modified)),
    };
    Err(refusal.header("x-amz-delete-marker", "true").header("x-amz-version-id", version.version_id))
}

/// The version of an id, or the marker of that id.
pub(super) fn named(
    store: &Store,
    bucket: &str,
    key: &str,
    version_id: &str,
) -> Result<Option<(String, Version)>> {
    if version_id == NULL {
        let found = all_of(store, bucket, key).find(|(_, version)| version.version_id == NULL);
        return Ok(found.map(|(id, version)| (id.to_owned(), version)));
    }
    let Ok(micros) = version_id.parse() else {
        return Err(super::call::invalid("versionId", version_id, "Invalid version id specified"));
    };
    let id = record_id(bucket, key, micros);
    let version = store.get(KIND, &id).and_then(read).filter(|version| version.version_id == version_id);
    Ok(version.map(|version| (id, version)))
}

/// Makes `draft` the newest version of its key, from these contents: beside the others in a bucket with versioning, else
/// in place of the version that has no id.
pub(super) fn insert(world: &mut World, bucket: &Bucket, mut draft: Version, blobs: Vec<String>) -> Version {
    draft.last_modified = world.now();
    let newest = world.store.from(KIND, &format!("{}/{}\0", bucket.name, draft.key)).next();
    let newest = newest.filter(|(id, _)| key_of(id, &bucket.name) == Some(&draft.key));
    // The clock may have stood still since.
    let last = newest.and_then(|(id, _)| {
        let inverted = u64::from_str_radix(id.rsplit('\0').next()?, 16).ok()?;
        Some(u64::MAX - inverted + 1)
    });
    let micros = micros(draft.last_modified).max(last.unwrap_or_default());
    if bucket.versioning == Versioning::Enabled {
        draft.version_id = micros.to_string();
    } else if let Ok(Some((id, _))) = named(&world.store, &bucket.name, &draft.key, NULL) {
        world.store.remove(KIND, &id);
    }
    let region = world.store.get(super::bucket::KIND, &bucket.name).map(|record| record.region.clone());
    let record = Record {
        region: region.unwrap_or_default(),
        project: bucket.project.clone(),
        body: body(&draft),
        blobs,
        ..Record::default()
    };
    world.store.insert(KIND, &record_id(&bucket.name, &draft.key, micros), record);
    draft
}

/// Lets a version be as it is now; its contents stay.
pub(super) fn keep(world: &mut World, id: &str, version: &Version) {
    if let Some(record) = world.store.get_mut(KIND, id) {
        record.body = body(version);
    }
}

fn body(version: &Version) -> Body {
    match serde_json::to_value(version) {
        Ok(Value::Object(body)) => body,
        _ => Body::new(),
    }
}

/// The bytes of a version within `range`.
pub(super) fn content(world: &World, id: &str, range: Range<u64>) -> Result<Bytes> {
    let record = world.store.get(KIND, id).ok_or(refusal::NO_SUCH_KEY)?;
    read_blobs(world, &record.blobs, range)
}

/// The bytes of contents that follow each other, within `range`.
pub(super) fn read_blobs(world: &World, blobs: &[String], range: Range<u64>) -> Result<Bytes> {
    let mut pieces = Vec::new();
    let mut offset = 0;
    for blob in blobs {
        let end = offset + world.blobs.length(blob).unwrap_or_default();
        if range.start < end && offset < range.end {
            let from = range.start.max(offset) - offset;
            pieces.push(world.blobs.read(blob, from..range.end.min(end) - offset)?);
        }
        offset = end;
    }
    if pieces.len() == 1 {
        return Ok(pieces.remove(0));
    }
    let mut whole = BytesMut::new();
    for piece in pieces {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// Keeps bytes as contents of their own; a version names them next.
pub(super) fn put_blob(world: &mut World, bytes: Bytes) -> Result<Vec<String>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let id = world.uuid()?;
    world.blobs.put(&id, bytes)?;
    Ok(vec![id])
}
