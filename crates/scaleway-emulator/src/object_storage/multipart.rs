//! Uploads in parts.

use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use super::bucket::{self};
use super::call::{Call, document, done, gone, with};
use super::encryption;
use super::listing::{PAGE, cut, initiator};
use super::refusal::{self, Result};
use super::text::{hex, iso, md5, read_hex};
use super::version::{self, Version};
use super::xml::Element;
use super::{body, condition, object};
use crate::reply::Reply;
use crate::store::{Body, Kind, Record, Store};
use crate::world::World;

const UPLOADS: Kind = Kind { collection: "object_storage.uploads", resource: "upload" };
const PARTS: Kind = Kind { collection: "object_storage.parts", resource: "part" };

/// Every part but the last has at least so many bytes.
const LEAST: u64 = 5 * 1024 * 1024;

/// The highest number of a part.
const LAST_PART: usize = 1000;

/// An upload that has begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(clippy::struct_field_names, reason = "S3's name")]
pub(super) struct Upload {
    upload_id: String,
    pub(super) initiated: Timestamp,
    /// What it is to become.
    pub(super) draft: Version,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Part {
    number: usize,
    size: u64,
    etag: String,
    last_modified: Timestamp,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    checksums: BTreeMap<String, String>,
}

fn read<T: serde::de::DeserializeOwned>(record: &Record) -> Option<T> {
    serde_json::from_value(Value::Object(record.body.clone())).ok()
}

fn write(value: &impl Serialize) -> Body {
    match serde_json::to_value(value) {
        Ok(Value::Object(body)) => body,
        _ => Body::new(),
    }
}

fn upload_record(bucket: &str, key: &str, upload_id: &str) -> String {
    format!("{bucket}/{key}\0{upload_id}")
}

/// The uploads of a bucket, by key, from a place on.
pub(super) fn uploads<'a>(
    store: &'a Store,
    bucket: &'a str,
    start: &str,
) -> impl Iterator<Item = (&'a str, Upload)> {
    let records = store.from(UPLOADS, start).take_while(move |(id, _)| version::is_in(id, bucket));
    records.filter_map(|(id, record)| Some((id, read(record)?)))
}

pub(super) fn is_any(store: &Store, bucket: &str) -> bool {
    uploads(store, bucket, &version::start(bucket, "")).next().is_some()
}

/// Lets an upload go, with its parts.
pub(super) fn forget(world: &mut World, id: &str) {
    world.store.remove(UPLOADS, id);
}

/// The record and content of the request's upload.
fn target(call: &Call<'_>) -> Result<(String, Upload)> {
    let upload_id = call.query("uploadId").unwrap_or_default();
    let id = upload_record(&call.address.bucket, &call.address.key, upload_id);
    let upload = call.world.store.get(UPLOADS, &id).and_then(read);
    Ok((id, upload.ok_or_else(|| refusal::NO_SUCH_UPLOAD.about("UploadId", upload_id))?))
}

fn parts(store: &Store, upload_id: &str) -> Vec<(Part, Vec<String>)> {
    let prefix = format!("{upload_id}/");
    let records = store.from(PARTS, &prefix).take_while(|(id, _)| id.starts_with(&prefix));
    records.filter_map(|(_, record)| Some((read(record)?, record.blobs.clone()))).collect()
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let draft = object::draft(call, &bucket)?;
    let upload_id = call.world.uuid()?;
    let encryption = draft.encryption.clone();
    let upload = Upload { upload_id: upload_id.clone(), initiated: call.now(), draft };
    let record = Record {
        region: call.address.region.clone(),
        project: bucket.project.clone(),
        parent: Some((bucket::KIND.collection.into(), bucket.name.clone())),
        body: write(&upload),
        ..Record::default()
    };
    let id = upload_record(&bucket.name, &call.address.key, &upload_id);
    call.world.store.insert(UPLOADS, &id, record);
    let root = Element::new("InitiateMultipartUploadResult")
        .field("Bucket", &bucket.name)
        .field("Key", &call.address.key)
        .field("UploadId", upload_id);
    Ok(encryption::tell(document(root), encryption.as_ref()))
}

pub(super) fn upload_part(call: &mut Call<'_>) -> Result<Reply> {
    call.bucket()?;
    let (id, upload) = target(call)?;
    encryption::check(call, "", upload.draft.encryption.as_ref())?;
    let (etag, checksums) = (hex(&body::md5_of(call)?), body::checksums(call)?);
    let part = keep(call, &id, &upload, call.body.clone(), etag, checksums)?;
    let mut reply = with(done(), "etag", Some(&format!("\"{}\"", part.etag)));
    for (name, value) in &part.checksums {
        reply = object::header(reply, name, value);
    }
    Ok(encryption::tell(reply, upload.draft.encryption.as_ref()))
}

pub(super) fn upload_part_copy(call: &mut Call<'_>) -> Result<Reply> {
    call.bucket()?;
    let (id, upload) = target(call)?;
    let (_, source_id, source) = object::source(call)?;
    let range = match call.header("x-amz-copy-source-range") {
        Some(header) => condition::range(header, source.size)?.ok_or(refusal::INVALID_ARGUMENT)?,
        None => 0..source.size,
    };
    let bytes = version::content(call.world, &source_id, range)?;
    let etag = hex(&md5(&bytes));
    let part = keep(call, &id, &upload, bytes, etag, BTreeMap::new())?;
    let root = Element::new("CopyPartResult").field("LastModified", iso(part.last_modified));
    Ok(document(root.field("ETag", format!("\"{}\"", part.etag))))
}

/// Keeps a part, in place of one of the same number.
fn keep(
    call: &mut Call<'_>,
    upload: &str,
    to: &Upload,
    bytes: bytes::Bytes,
    etag: String,
    checksums: BTreeMap<String, String>,
) -> Result<Part> {
    let number = call.query("partNumber").unwrap_or_default();
    let in_range = |number: &usize| (1..=LAST_PART).contains(number);
    let number = number.parse().ok().filter(in_range).ok_or_else(|| {
        super::call::invalid(
            "partNumber",
            number,
            "Part number must be an integer between 1 and 1000, inclusive",
        )
    })?;
    let part = Part { number, size: bytes.len() as u64, etag, last_modified: call.now(), checksums };
    let blobs = version::put_blob(call.world, bytes)?;
    let parent = Some((UPLOADS.collection.into(), upload.into()));
    let record = Record { parent, body: write(&part), blobs, ..Record::default() };
    call.world.store.insert(PARTS, &format!("{}/{number:05}", to.upload_id), record);
    Ok(part)
}

pub(super) fn complete(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (id, upload) = target(call)?;
    let current = version::current(&call.world.store, &bucket.name, &call.address.key);
    condition::for_write(call, current.as_ref())?;
    let sent = call.document("CompleteMultipartUpload")?;
    let have = parts(&call.world.store, &upload.upload_id);
    let (mut draft, mut blobs, mut digests, mut last) = (upload.draft, Vec::new(), Vec::new(), 0);
    let count = sent.all("Part").count();
    for part in sent.all("Part") {
        let number = part.value("PartNumber").and_then(|number| number.trim().parse::<usize>().ok());
        let number = number.ok_or(refusal::MALFORMED_XML)?;
        if number <= last {
            return Err(refusal::INVALID_PART_ORDER.into());
        }
        last = number;
        let etag = part.value("ETag").unwrap_or_default().trim().trim_matches('"');
        let found = have.iter().find(|(part, _)| part.number == number && part.etag == etag);
        let (part, of_part) =
            found.ok_or_else(|| refusal::INVALID_PART.about("PartNumber", number.to_string()))?;
        draft.size += part.size;
        draft.parts.push(part.size);
        blobs.extend(of_part.iter().cloned());
        digests.extend(read_hex(&part.etag).unwrap_or_default());
    }
    if count == 0 {
        return Err(refusal::MALFORMED_XML.into());
    }
    if draft.parts.iter().rev().skip(1).any(|size| *size < LEAST) {
        return Err(refusal::ENTITY_TOO_SMALL.into());
    }
    draft.etag = format!("{}-{count}", hex(&md5(&digests)));
    let version = version::insert(call.world, &bucket, draft, blobs);
    // The contents have a new name before the parts go.
    call.world.store.remove(UPLOADS, &id);
    let location = format!("https://{}.s3.{}.scw.cloud/{}", bucket.name, call.address.region, version.key);
    let root = Element::new("CompleteMultipartUploadResult")
        .field("Location", location)
        .field("Bucket", &bucket.name)
        .field("Key", &version.key)
        .field("ETag", version.quoted_etag());
    let reply = encryption::tell(document(root), version.encryption.as_ref());
    Ok(with(reply, "x-amz-version-id", version.told_id(&bucket)))
}

pub(super) fn abort(call: &mut Call<'_>) -> Result<Reply> {
    call.bucket()?;
    let (id, _) = target(call)?;
    call.world.store.remove(UPLOADS, &id);
    Ok(gone())
}

pub(super) fn list_parts(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (_, upload) = target(call)?;
    let max = call.number("max-parts", PAGE)?;
    let marker = call.query("part-number-marker").unwrap_or_default().parse::<usize>().unwrap_or_default();
    let all =
        parts(&call.world.store, &upload.upload_id).into_iter().filter(|(part, _)| part.number > marker);
    let (page, is_cut) = cut(all, max);
    let next = page.last().map(|(part, _)| part.number).filter(|_| is_cut);
    let parts = page.iter().map(|(part, _)| {
        Element::new("Part")
            .field("PartNumber", part.number)
            .field("LastModified", iso(part.last_modified))
            .field("ETag", format!("\"{}\"", part.etag))
            .field("Size", part.size)
    });
    let root = Element::new("ListPartsResult")
        .field("Bucket", &bucket.name)
        .field("Key", &call.address.key)
        .field("UploadId", &upload.upload_id)
        .with(initiator(&bucket.project))
        .with(bucket.owner())
        .field("StorageClass", &upload.draft.storage_class)
        .field("PartNumberMarker", marker)
        .maybe("NextPartNumberMarker", next)
        .field("MaxParts", max)
        .field("IsTruncated", is_cut)
        .with_all(parts);
    Ok(document(root))
}

pub(super) fn list_uploads(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let max = call.number("max-uploads", PAGE)?;
    let prefix = call.query("prefix").unwrap_or_default();
    let key_marker = call.query("key-marker").unwrap_or_default();
    let id_marker = call.query("upload-id-marker").unwrap_or_default();
    let start = match (key_marker, id_marker) {
        ("", _) => version::start(&bucket.name, prefix),
        (key, "") => version::after(&bucket.name, key),
        (key, id) => format!("{}\0", upload_record(&bucket.name, key, id)),
    };
    let all = uploads(&call.world.store, &bucket.name, &start)
        .filter(|(_, upload)| upload.draft.key.starts_with(prefix));
    let (page, is_cut) = cut(all, max);
    let last = page.last().filter(|_| is_cut).map(|(_, upload)| upload);
    let root = Element::new("ListMultipartUploadsResult")
        .field("Bucket", &bucket.name)
        .field("KeyMarker", key_marker)
        .field("UploadIdMarker", id_marker)
        .field("Prefix", prefix)
        .maybe("NextKeyMarker", last.map(|upload| &upload.draft.key))
        .maybe("NextUploadIdMarker", last.map(|upload| &upload.upload_id))
        .field("MaxUploads", max)
        .field("IsTruncated", is_cut);
    let uploads = page.iter().map(|(_, upload)| {
        Element::new("Upload")
            .field("Key", &upload.draft.key)
            .field("UploadId", &upload.upload_id)
            .with(initiator(&bucket.project))
            .with(bucket.owner())
            .field("StorageClass", &upload.draft.storage_class)
            .field("Initiated", iso(upload.initiated))
    });
    Ok(document(root.with_all(uploads)))
}
