//! Objects: put, read, copied.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use http::{HeaderName, StatusCode};

use super::call::{Call, document, done, with};
use super::encryption::{self};
use super::operation::Operation;
use super::refusal::{self, Result};
use super::text::{hex, http_date, iso, url_decoded};
use super::version::{self, Version};
use super::xml::Element;
use super::{acl, body, condition, lock, policy, tagging};
use crate::reply::Reply;

/// The longest key, in bytes.
const LONGEST_KEY: usize = 1024;

const STORAGE_CLASSES: &[&str] = &["STANDARD", "ONEZONE_IA", "GLACIER"];

/// Headers that an object gives back as they came, beside `x-amz-meta-…`.
const KEPT: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-amz-website-redirect-location",
];

/// A new version of the request's key, as its headers describe it; without content.
pub(super) fn draft(call: &Call<'_>, bucket: &super::bucket::Bucket) -> Result<Version> {
    let key = &call.address.key;
    if key.len() > LONGEST_KEY {
        return Err(refusal::KEY_TOO_LONG.into());
    }
    if key.contains('\0') {
        return Err(super::call::invalid("Key", "", "The key holds a character that is not allowed"));
    }
    let mut draft = Version::draft(&bucket.name, key);
    draft.headers = headers(call);
    draft.tags = tagging::of_header(call)?;
    draft.encryption = encryption::wanted(call, bucket)?;
    if call.header("x-amz-acl").is_some() {
        draft.acl = acl::canned(call)?;
    }
    if let Some(class) = call.header("x-amz-storage-class") {
        if !STORAGE_CLASSES.contains(&class) {
            return Err(refusal::INVALID_STORAGE_CLASS.into());
        }
        draft.storage_class = class.into();
    }
    lock::apply(call, bucket, &mut draft)?;
    Ok(draft)
}

fn headers(call: &Call<'_>) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    for (name, value) in &call.parts.headers {
        let name = name.as_str();
        if !KEPT.contains(&name) && !name.starts_with("x-amz-meta-") {
            continue;
        }
        let mut value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        if name == "content-encoding" {
            // That was how the body travelled, not what it is.
            let codings = value.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked");
            value = codings.collect::<Vec<_>>().join(",");
        }
        if !value.is_empty() {
            kept.entry(name.to_owned()).and_modify(|all| *all = format!("{all},{value}")).or_insert(value);
        }
    }
    kept
}

pub(super) fn put_object(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let mut draft = draft(call, &bucket)?;
    let current = version::current(&call.world.store, &bucket.name, &draft.key);
    condition::for_write(call, current.as_ref())?;
    draft.etag = hex(&body::md5_of(call)?);
    draft.checksums = body::checksums(call)?;
    draft.size = call.body.len() as u64;
    let blobs = version::put_blob(call.world, call.body.clone())?;
    let version = version::insert(call.world, &bucket, draft, blobs);
    let mut reply = with(done(), "etag", Some(&version.quoted_etag()));
    for (name, value) in &version.checksums {
        reply = header(reply, name, value);
    }
    let reply = encryption::tell(reply, version.encryption.as_ref());
    Ok(with(reply, "x-amz-version-id", version.told_id(&bucket)))
}

pub(super) fn get_object(call: &mut Call<'_>) -> Result<Reply> {
    read(call, true)
}

pub(super) fn head_object(call: &mut Call<'_>) -> Result<Reply> {
    read(call, false)
}

fn read(call: &Call<'_>, with_content: bool) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (id, version) =
        version::find(&call.world.store, &bucket, &call.address.key, call.query("versionId"))?;
    condition::for_read(call, "", &version)?;
    encryption::check(call, "", version.encryption.as_ref())?;
    let is_restored = version.restored_until.is_some_and(|until| until > call.now());
    if with_content && version.storage_class == "GLACIER" && !is_restored {
        return Err(refusal::INVALID_OBJECT_STATE.about("StorageClass", "GLACIER"));
    }
    let part = part(call, &version)?;
    let range = match call.header("range") {
        Some(header) if part.is_none() => condition::range(header, version.size)?,
        _ => part,
    };
    let whole = 0..version.size;
    let sent = range.clone().unwrap_or(whole);
    let content = if with_content { version::content(call.world, &id, sent.clone())? } else { Bytes::new() };
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut reply = describe(Reply::bytes(status, "", content), &version);
    for (name, value) in &version.headers {
        if call.query(&format!("response-{name}")).is_none() {
            reply = header(reply, name, value);
        }
    }
    let overrides =
        call.query.iter().filter_map(|(name, value)| Some((name.strip_prefix("response-")?, value)));
    for (name, value) in overrides.filter(|(name, _)| KEPT.contains(name)) {
        reply = header(reply, name, value);
    }
    if !version.headers.contains_key("content-type") && call.query("response-content-type").is_none() {
        reply = header(reply, "content-type", "binary/octet-stream");
    }
    let length = (sent.end - sent.start).to_string();
    reply = with(reply, "content-length", Some(&length));
    let range = range.map(|range| format!("bytes {}-{}/{}", range.start, range.end.max(1) - 1, version.size));
    let is_whole = range.is_none();
    reply = with(reply, "content-range", range.as_deref());
    if call.header("x-amz-checksum-mode") == Some("ENABLED") && is_whole {
        for (name, value) in &version.checksums {
            reply = header(reply, name, value);
        }
    }
    if !version.parts.is_empty() && call.query("partNumber").is_some() {
        reply = with(reply, "x-amz-mp-parts-count", Some(&version.parts.len().to_string()));
    }
    Ok(with(reply, "x-amz-version-id", version.told_id(&bucket)))
}

/// What every answer about an object says.
fn describe(reply: Reply, version: &Version) -> Reply {
    let reply = with(reply, "etag", Some(&version.quoted_etag()));
    let reply = with(reply, "last-modified", Some(&http_date(version.last_modified)));
    let reply = with(reply, "accept-ranges", Some("bytes"));
    let class = Some(version.storage_class.as_str()).filter(|class| *class != "STANDARD");
    let reply = with(reply, "x-amz-storage-class", class);
    let count = (!version.tags.is_empty()).then(|| version.tags.len().to_string());
    let reply = with(reply, "x-amz-tagging-count", count.as_deref());
    let restored = version
        .restored_until
        .map(|until| format!("ongoing-request=\"false\", expiry-date=\"{}\"", http_date(until)));
    let reply = with(reply, "x-amz-restore", restored.as_deref());
    lock::tell(encryption::tell(reply, version.encryption.as_ref()), version)
}

/// The bytes of the part that the query names.
fn part(call: &Call<'_>, version: &Version) -> Result<Option<Range<u64>>> {
    let Some(number) = call.query("partNumber") else { return Ok(None) };
    let parts = if version.parts.is_empty() { std::slice::from_ref(&version.size) } else { &version.parts };
    let number = number.parse::<usize>().ok().filter(|number| (1..=parts.len()).contains(number));
    let number = number.ok_or(refusal::INVALID_PART_NUMBER)?;
    let start = parts[..number - 1].iter().sum();
    Ok(Some(start..start + parts[number - 1]))
}

pub(super) fn header(reply: Reply, name: &str, value: &str) -> Reply {
    match HeaderName::from_bytes(name.as_bytes()) {
        Ok(name) => reply.header(name, value),
        Err(_) => reply,
    }
}

/// What a copy is made from: its bucket, the id of its record, itself.
pub(super) fn source(call: &Call<'_>) -> Result<(super::bucket::Bucket, String, Version)> {
    let source = call.header("x-amz-copy-source").unwrap_or_default();
    let (path, version_id) = match source.split_once("?versionId=") {
        Some((path, id)) => (path, Some(id)),
        None => (source, None),
    };
    let path = url_decoded(path.strip_prefix('/').unwrap_or(path));
    let path = path.as_deref().and_then(|path| path.split_once('/')).filter(|(_, key)| !key.is_empty());
    let (bucket, key) = path.ok_or_else(|| {
        refusal::INVALID_ARGUMENT
            .because("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
    })?;
    let bucket = call.bucket_named(bucket)?;
    if let Some(reading) = Operation::named("GetObject") {
        policy::check_of(call, reading, policy::Resource { bucket: &bucket.name, key })?;
    }
    let (id, version) = version::find(&call.world.store, &bucket, key, version_id)?;
    condition::for_read(call, "x-amz-copy-source-", &version)?;
    encryption::check(call, "copy-source-", version.encryption.as_ref())?;
    Ok((bucket, id, version))
}

pub(super) fn copy_object(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (source_bucket, source_id, source) = source(call)?;
    let mut draft = draft(call, &bucket)?;
    let current = version::current(&call.world.store, &bucket.name, &draft.key);
    condition::for_write(call, current.as_ref())?;
    let replaces = |name: &str| call.header(name) == Some("REPLACE");
    let replaces_headers = replaces("x-amz-metadata-directive");
    let is_itself = source_bucket.name == bucket.name && source.key == draft.key;
    // Terraform's provider names an object's metadata and grant without asking that they be replaced, and is let.
    let names = |header: &str| call.header(header).is_some();
    let changes = replaces_headers
        || names("x-amz-storage-class")
        || names("x-amz-acl")
        || draft.encryption != source.encryption;
    if is_itself && !changes && call.query("versionId").is_none() && current.as_ref() == Some(&source) {
        let message = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(refusal::INVALID_REQUEST.because(message));
    }
    if !replaces_headers {
        draft.headers.clone_from(&source.headers);
    }
    if !replaces("x-amz-tagging-directive") {
        draft.tags.clone_from(&source.tags);
    }
    (draft.size, draft.etag) = (source.size, source.etag.clone());
    (draft.checksums, draft.parts) = (source.checksums.clone(), source.parts.clone());
    let blobs = call.world.store.get(version::KIND, &source_id).map(|record| record.blobs.clone());
    let version = version::insert(call.world, &bucket, draft, blobs.unwrap_or_default());
    let result = Element::new("CopyObjectResult").field("LastModified", iso(version.last_modified));
    let reply = document(result.field("ETag", version.quoted_etag()));
    let reply = with(reply, "x-amz-copy-source-version-id", source.told_id(&source_bucket));
    let reply = encryption::tell(reply, version.encryption.as_ref());
    Ok(with(reply, "x-amz-version-id", version.told_id(&bucket)))
}

pub(super) fn get_object_attributes(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (_, version) = version::find(&call.world.store, &bucket, &call.address.key, call.query("versionId"))?;
    let wanted: Vec<&str> =
        call.header("x-amz-object-attributes").unwrap_or_default().split(',').map(str::trim).collect();
    let asks = |name: &str| wanted.contains(&name);
    let parts = (asks("ObjectParts") && !version.parts.is_empty())
        .then(|| Element::new("ObjectParts").field("PartsCount", version.parts.len()));
    let root = Element::new("GetObjectAttributesResponse")
        .maybe("ETag", asks("ETag").then_some(&version.etag))
        .with_all(parts)
        .maybe("StorageClass", asks("StorageClass").then_some(&version.storage_class))
        .maybe("ObjectSize", asks("ObjectSize").then_some(version.size));
    let reply = with(document(root), "last-modified", Some(&http_date(version.last_modified)));
    Ok(with(reply, "x-amz-version-id", version.told_id(&bucket)))
}

/// Brings an object back from the glacier for some days; here at once.
pub(super) fn restore_object(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (id, mut version) =
        version::find(&call.world.store, &bucket, &call.address.key, call.query("versionId"))?;
    if version.storage_class != "GLACIER" {
        return Err(refusal::INVALID_OBJECT_STATE.into());
    }
    let days = call.document("RestoreRequest")?.value("Days").and_then(|days| days.parse::<u32>().ok());
    let days = days.filter(|days| *days > 0).ok_or(refusal::MALFORMED_XML)?;
    version.restored_until = Some(call.now() + std::time::Duration::from_hours(24) * days);
    version::keep(call.world, &id, &version);
    Ok(Reply::bytes(StatusCode::ACCEPTED, "", Bytes::new()))
}
