//! Tags of buckets and of objects.

use std::collections::BTreeMap;

use super::call::{Call, document, done, gone, with};
use super::refusal::{self, Result};
use super::version;
use super::xml::Element;
use crate::reply::Reply;

type Tags = BTreeMap<String, String>;

pub(super) fn get_bucket(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    if bucket.tags.is_empty() {
        return Err(refusal::NO_SUCH_TAG_SET.about("BucketName", bucket.name));
    }
    Ok(document(write(&bucket.tags)))
}

pub(super) fn put_bucket(call: &mut Call<'_>) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    bucket.tags = read(&call.document("Tagging")?, 50)?;
    call.keep(&bucket)?;
    Ok(gone())
}

pub(super) fn delete_bucket(call: &mut Call<'_>) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    bucket.tags = Tags::new();
    call.keep(&bucket)?;
    Ok(gone())
}

pub(super) fn get_object(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (_, version) = version::find(&call.world.store, &bucket, &call.address.key, call.query("versionId"))?;
    Ok(with(document(write(&version.tags)), "x-amz-version-id", version.told_id(&bucket)))
}

pub(super) fn put_object(call: &mut Call<'_>) -> Result<Reply> {
    let tags = read(&call.document("Tagging")?, 10)?;
    set_object(call, tags, done())
}

pub(super) fn delete_object(call: &mut Call<'_>) -> Result<Reply> {
    set_object(call, Tags::new(), gone())
}

fn set_object(call: &mut Call<'_>, tags: Tags, reply: Reply) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (id, mut version) =
        version::find(&call.world.store, &bucket, &call.address.key, call.query("versionId"))?;
    version.tags = tags;
    version::keep(call.world, &id, &version);
    Ok(with(reply, "x-amz-version-id", version.told_id(&bucket)))
}

/// The tags of the header `x-amz-tagging`: `a=1&b=2`.
pub(super) fn of_header(call: &Call<'_>) -> Result<Tags> {
    let header = call.header("x-amz-tagging").unwrap_or_default();
    let tags = url::form_urlencoded::parse(header.as_bytes()).into_owned().collect();
    checked(tags, 10)
}

fn write(tags: &Tags) -> Element {
    let tags = tags.iter().map(|(key, value)| Element::new("Tag").field("Key", key).field("Value", value));
    Element::new("Tagging").with(Element::new("TagSet").with_all(tags))
}

fn read(document: &Element, most: usize) -> Result<Tags> {
    let set = document.child("TagSet").ok_or(refusal::MALFORMED_XML)?;
    let tags = set.all("Tag").map(|tag| {
        let (key, value) = (tag.value("Key"), tag.value("Value"));
        Ok((key.ok_or(refusal::MALFORMED_XML)?.to_owned(), value.unwrap_or_default().to_owned()))
    });
    checked(tags.collect::<Result<_>>()?, most)
}

fn checked(tags: Vec<(String, String)>, most: usize) -> Result<Tags> {
    let count = tags.len();
    let is_wrong = |(key, value): &(String, String)| {
        key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256
    };
    if tags.iter().any(is_wrong) {
        return Err(refusal::INVALID_TAG.into());
    }
    let tags: Tags = tags.into_iter().collect();
    if tags.len() < count {
        return Err(refusal::INVALID_TAG.because("Cannot provide multiple Tags with the same key"));
    }
    if count > most {
        return Err(refusal::BAD_REQUEST.because(format!("Object tags cannot be greater than {most}")));
    }
    Ok(tags)
}
