//! Lists of objects and of versions: by key, page by page, without looking at what is not on the page.

use super::bucket::{self};
use super::call::{Call, document};
use super::refusal::{self, Result};
use super::text::{base64, iso, read_base64, url_encoded};
use super::version::{self, Version};
use super::xml::Element;
use crate::reply::Reply;
use crate::store::Store;

/// How many a page has at most.
pub(super) const PAGE: usize = 1000;

/// What a list is to show.
struct Wanted<'a> {
    bucket: &'a str,
    prefix: &'a str,
    delimiter: &'a str,
    max: usize,
}

/// A page of objects, and the prefixes that stand for many.
#[derive(Default)]
struct Page {
    versions: Vec<(Version, bool)>,
    prefixes: Vec<String>,
    /// The last key or prefix, and the last version's id, where more would follow.
    next: Option<(String, Option<String>)>,
}

impl Wanted<'_> {
    /// What a key is shown as part of, instead of by itself.
    fn prefix_of<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let at = key.get(self.prefix.len()..)?.find(self.delimiter)?;
        Some(&key[..self.prefix.len() + at + self.delimiter.len()])
    }

    /// From where to read when all up to `marker` was shown.
    fn start(&self, marker: &str) -> String {
        if marker < self.prefix {
            return version::start(self.bucket, self.prefix);
        }
        if marker.is_empty() {
            return version::start(self.bucket, "");
        }
        if self.prefix_of(marker) == Some(marker) {
            self.beyond(marker)
        } else {
            version::after(self.bucket, marker)
        }
    }

    /// Behind (almost) all keys that begin like this.
    fn beyond(&self, prefix: &str) -> String {
        version::start(self.bucket, &format!("{prefix}\u{10ffff}"))
    }

    /// The page that begins at `cursor`. With `all`, old versions and markers are part of it; the first `latest` says
    /// whether the first version seen is its key's newest.
    fn page(&self, store: &Store, mut cursor: String, all: bool, resumed: Option<&str>) -> Page {
        let mut page = Page::default();
        let mut last = None;
        let mut last_key = resumed.map(str::to_owned);
        loop {
            let Some((id, record)) = store.from(version::KIND, &cursor).next() else { return page };
            let Some(key) = version::key_of(id, self.bucket).filter(|key| key.starts_with(self.prefix))
            else {
                return page;
            };
            let Some(found) = version::read(record) else { return page };
            if found.is_delete_marker && !all {
                cursor = version::after(self.bucket, key);
                continue;
            }
            let rolled = self.prefix_of(key);
            if rolled.is_some() && rolled == page.prefixes.last().map(String::as_str) {
                cursor = self.beyond(rolled.unwrap_or_default());
                continue;
            }
            if page.versions.len() + page.prefixes.len() >= self.max {
                page.next = last;
                return page;
            }
            if let Some(prefix) = rolled {
                page.prefixes.push(prefix.into());
                last = Some((prefix.to_owned(), None));
                cursor = self.beyond(prefix);
                continue;
            }
            let is_latest = last_key.as_deref() != Some(key);
            last_key = Some(key.into());
            last = Some((key.to_owned(), Some(found.version_id.clone())));
            cursor = if all { format!("{id}\0") } else { version::after(self.bucket, key) };
            page.versions.push((found, is_latest));
        }
    }
}

/// How a list spells keys.
fn speller(call: &Call<'_>) -> Result<fn(&str) -> String> {
    match call.query("encoding-type") {
        None | Some("") => Ok(str::to_owned),
        Some("url") => Ok(url_encoded),
        Some(other) => {
            Err(super::call::invalid("encoding-type", other, "Invalid Encoding Method specified in Request"))
        }
    }
}

/// The beginning of every list's document.
fn head(call: &Call<'_>, root: &str, max: usize, spell: fn(&str) -> String) -> Element {
    Element::new(root)
        .field("Name", &call.address.bucket)
        .field("Prefix", spell(call.query("prefix").unwrap_or_default()))
        .maybe("Delimiter", call.query("delimiter").filter(|text| !text.is_empty()).map(spell))
        .field("MaxKeys", max)
        .maybe("EncodingType", call.query("encoding-type").filter(|text| !text.is_empty()))
}

fn prefixes(page: &Page, spell: fn(&str) -> String) -> impl Iterator<Item = Element> {
    page.prefixes.iter().map(move |prefix| Element::new("CommonPrefixes").field("Prefix", spell(prefix)))
}

fn content(version: &Version, owner: Option<Element>, spell: fn(&str) -> String) -> Element {
    Element::new("Contents")
        .field("Key", spell(&version.key))
        .field("LastModified", iso(version.last_modified))
        .field("ETag", version.quoted_etag())
        .field("Size", version.size)
        .with_all(owner)
        .field("StorageClass", &version.storage_class)
}

pub(super) fn list_objects(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (spell, max) = (speller(call)?, call.number("max-keys", PAGE)?);
    let marker = call.query("marker").unwrap_or_default();
    let page = page_of(call, max, marker, false, None);
    let root = head(call, "ListBucketResult", max, spell)
        .field("Marker", spell(marker))
        .field("IsTruncated", page.next.is_some())
        .maybe("NextMarker", page.next.as_ref().map(|(key, _)| spell(key)))
        .with_all(page.versions.iter().map(|(version, _)| content(version, Some(bucket.owner()), spell)));
    Ok(document(root.with_all(prefixes(&page, spell))))
}

pub(super) fn list_objects_v2(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (spell, max) = (speller(call)?, call.number("max-keys", PAGE)?);
    let token = call.query("continuation-token");
    let after = match token {
        Some(token) => {
            read_base64(token).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
                super::call::invalid(
                    "continuation-token",
                    token,
                    "The continuation token provided is incorrect",
                )
            })?
        }
        None => call.query("start-after").unwrap_or_default().to_owned(),
    };
    let page = page_of(call, max, &after, false, None);
    let owner = (call.query("fetch-owner") == Some("true")).then(|| bucket.owner());
    let root = head(call, "ListBucketResult", max, spell)
        .field("KeyCount", page.versions.len() + page.prefixes.len())
        .maybe("StartAfter", call.query("start-after").map(spell))
        .maybe("ContinuationToken", token)
        .field("IsTruncated", page.next.is_some())
        .maybe("NextContinuationToken", page.next.as_ref().map(|(key, _)| base64(key.as_bytes())))
        .with_all(page.versions.iter().map(|(version, _)| content(version, owner.clone(), spell)));
    Ok(document(root.with_all(prefixes(&page, spell))))
}

pub(super) fn list_object_versions(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (spell, max) = (speller(call)?, call.number("max-keys", PAGE)?);
    let marker = call.query("key-marker").unwrap_or_default();
    let version_marker = call.query("version-id-marker").filter(|id| !id.is_empty());
    if version_marker.is_some() && marker.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(refusal::INVALID_ARGUMENT.because(message));
    }
    let page = page_of(call, max, marker, true, version_marker);
    let mut root = head(call, "ListVersionsResult", max, spell)
        .field("KeyMarker", spell(marker))
        .maybe("VersionIdMarker", version_marker)
        .field("IsTruncated", page.next.is_some());
    if let Some((key, version_id)) = &page.next {
        root = root.field("NextKeyMarker", spell(key)).maybe("NextVersionIdMarker", version_id.as_ref());
    }
    let versions = page.versions.iter().map(|(version, is_latest)| {
        let name = if version.is_delete_marker { "DeleteMarker" } else { "Version" };
        let entry = Element::new(name)
            .field("Key", spell(&version.key))
            .field("VersionId", &version.version_id)
            .field("IsLatest", is_latest)
            .field("LastModified", iso(version.last_modified))
            .with(bucket.owner());
        if version.is_delete_marker {
            return entry;
        }
        let entry = entry.field("ETag", version.quoted_etag()).field("Size", version.size);
        entry.field("StorageClass", &version.storage_class)
    });
    Ok(document(root.with_all(versions).with_all(prefixes(&page, spell))))
}

fn page_of(call: &Call<'_>, max: usize, marker: &str, all: bool, version_marker: Option<&str>) -> Page {
    let wanted = Wanted {
        bucket: &call.address.bucket,
        prefix: call.query("prefix").unwrap_or_default(),
        delimiter: call.query("delimiter").unwrap_or_default(),
        max,
    };
    if max == 0 {
        return Page::default();
    }
    let store = &call.world.store;
    let shown = version_marker.and_then(|id| version::named(store, wanted.bucket, marker, id).ok().flatten());
    match shown {
        Some((id, _)) => wanted.page(store, format!("{id}\0"), all, Some(marker)),
        None => wanted.page(store, wanted.start(marker), all, None),
    }
}

/// A page of other things of a bucket: what is on it, and the last one where more would follow.
pub(super) fn cut<T>(mut all: impl Iterator<Item = T>, max: usize) -> (Vec<T>, bool) {
    let page: Vec<T> = all.by_ref().take(max).collect();
    let is_cut = max > 0 && all.next().is_some();
    (page, is_cut)
}

/// Everybody who may see a bucket is its owner.
pub(super) fn initiator(project: &str) -> Element {
    bucket::owner("Initiator", project)
}
