//! Manifests: what an image is made of, known by digest and by tags.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

use crate::call::body;
use crate::products::registry::{image, tag};
use crate::reply::Reply;
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::auth::Action;
use super::{Denial, Place, Visit, blob, digest};

const KIND: Kind = Kind { collection: "registry.manifests", resource: "manifest" };

const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");

/// The largest that is taken, as by most registries.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Manifests that list manifests.
const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// Manifests that list a configuration and layers.
const IMAGES: [&str; 2] =
    ["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"];

fn key(image: &str, digest: &str) -> String {
    format!("{image}@{digest}")
}

/// Whether the image has a manifest of that digest.
pub(in crate::products::registry) fn has(world: &World, image: &str, digest: &str) -> bool {
    world.store.get(KIND, &key(image, digest)).is_some()
}

/// A tag of the image no longer means the manifest: it goes where nothing else names it, with those that it listed.
pub(in crate::products::registry) fn let_go(world: &mut World, image: &str, digest: &str) {
    let mut unnamed = vec![digest.to_owned()];
    while let Some(digest) = unnamed.pop() {
        let lists = |manifest: &Record| listed(manifest).any(|listed| listed == digest);
        if tag::of(world, image).any(|(_, tag)| tag.text("digest") == digest) || of(world, image).any(lists) {
            continue;
        }
        if let Some(manifest) = world.store.get(KIND, &key(image, &digest)) {
            unnamed.extend(listed(manifest).map(str::to_owned));
            world.store.remove(KIND, &key(image, &digest));
        }
    }
    recount(world, image);
}

fn listed(manifest: &Record) -> impl Iterator<Item = &str> {
    let manifests = manifest.body.get("manifests").and_then(Value::as_array);
    manifests.into_iter().flatten().filter_map(Value::as_str)
}

/// The manifests of an image.
pub(super) fn of<'w>(world: &'w World, image: &str) -> impl Iterator<Item = &'w Record> {
    let keys = world.store.children(image::KIND, image, KIND);
    keys.into_iter().filter_map(|key| world.store.get(KIND, &key))
}

/// The image's manifest that a tag or digest means.
fn find(world: &World, place: &Place, reference: &str) -> Result<(String, Record), Denial> {
    let unknown = || Denial::manifest_unknown(&place.name, reference);
    let (image, record) = image::named(world, &place.namespace_id, &place.image).ok_or_else(unknown)?;
    if record.status() == "deleting" {
        return Err(unknown());
    }
    let digest = match tag::named(world, &image, reference) {
        Some((_, tag)) => tag.text("digest").to_owned(),
        None => reference.to_owned(),
    };
    let manifest = world.store.get(KIND, &key(&image, &digest)).ok_or_else(unknown)?;
    Ok((image, manifest.clone()))
}

/// Also `HEAD`. What the client says that it accepts is not looked at: there is one form of a manifest.
pub(super) fn get(visit: &mut Visit<'_>, name: &str, reference: &str) -> Result<Reply, Denial> {
    let place = visit.enter(name, Action::Pull)?;
    let (_, manifest) = find(visit.world, &place, reference)?;
    let digest = manifest.text("digest");
    let content = digest::content(digest);
    let size = visit.world.blobs.length(&content).unwrap_or_default();
    let bytes = if visit.is_head() { Bytes::new() } else { visit.world.blobs.read(&content, 0..size)? };
    Ok(Reply::bytes(StatusCode::OK, manifest.text("media_type"), bytes)
        .header(header::CONTENT_LENGTH, &size.to_string())
        .header(header::ETAG, &format!("\"{digest}\""))
        .header(blob::DIGEST, digest))
}

/// Makes the image where it is the first of it, and lets the tag mean it.
pub(super) fn put(visit: &mut Visit<'_>, name: &str, reference: &str) -> Result<Reply, Denial> {
    let place = visit.enter(name, Action::Push)?;
    let bytes = std::mem::take(&mut visit.body);
    if bytes.len() as u64 > LARGEST {
        return Err(Denial::too_large(LARGEST));
    }
    let by_digest = digest::is_digest(reference);
    if !by_digest && !is_tag(reference) {
        return Err(Denial::tag_invalid(reference));
    }
    if by_digest && !digest::fits(reference, &bytes) {
        return Err(Denial::digest_invalid(reference));
    }
    let digest = if by_digest { reference.to_owned() } else { digest::sha256(&bytes) };
    let manifest: Body = serde_json::from_slice(&bytes)
        .map_err(|error| Denial::manifest_invalid(&format!("it is no JSON object: {error}")))?;
    let media_type = media_type(visit, &manifest)?;
    let parts = check(visit.world, &place, &media_type, &manifest)?;

    let image = image::ensure(visit.world, &place.namespace_id, &place.image)?;
    let subject = manifest.get("subject").and_then(|subject| subject["digest"].as_str());
    visit.world.blobs.put(&digest::content(&digest), bytes)?;
    let record = Record {
        region: place.namespace.region.clone(),
        project: place.namespace.project.clone(),
        parent: Some((image::KIND.collection.into(), image.clone())),
        body: body! {
            "digest": digest.as_str(),
            "media_type": media_type.as_str(),
            "artifact_type": artifact_type(&manifest),
            "annotations": manifest.get("annotations").cloned(),
            "subject": subject,
            "blobs": parts.blobs,
            "manifests": parts.manifests,
        },
        blobs: vec![digest::content(&digest)],
        ..Record::default()
    };
    visit.world.store.insert(KIND, &key(&image, &digest), record);
    if !by_digest {
        tag::point(visit.world, &image, reference, &digest)?;
    }
    recount(visit.world, &image);
    let reply = Reply::bytes(StatusCode::CREATED, "application/octet-stream", Bytes::new())
        .header(header::LOCATION, &format!("/v2/{}/manifests/{digest}", place.name))
        .header(blob::DIGEST, &digest);
    Ok(match subject {
        Some(subject) => reply.header(SUBJECT, subject),
        None => reply,
    })
}

fn is_tag(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.len() <= 128 && text.starts_with(plain) && text.chars().all(|c| plain(c) || c == '.' || c == '-')
}

/// As the header and the manifest say it; they must agree.
fn media_type(visit: &Visit<'_>, manifest: &Body) -> Result<String, Denial> {
    let header = visit.header(&header::CONTENT_TYPE).and_then(|text| text.split(';').next()).map(str::trim);
    let own = manifest.get("mediaType").and_then(Value::as_str);
    let media_type = match (header, own) {
        (Some(header), Some(own)) if header != own => {
            return Err(Denial::manifest_invalid(&format!(
                "it is sent as {header} and says that it is {own}"
            )));
        }
        (header, own) => header.or(own).unwrap_or_default(),
    };
    if INDEXES.contains(&media_type) || IMAGES.contains(&media_type) {
        return Ok(media_type.to_owned());
    }
    Err(Denial::manifest_invalid(&format!("{media_type:?} is no media type of a manifest")))
}

fn artifact_type(manifest: &Body) -> Option<String> {
    let own = manifest.get("artifactType").and_then(Value::as_str);
    let config = manifest.get("config").and_then(|config| config["mediaType"].as_str());
    own.or(config).map(str::to_owned)
}

/// What a manifest is made of: digest and size of each blob, digests of manifests.
#[derive(Default)]
struct Parts {
    blobs: Vec<Value>,
    manifests: Vec<String>,
}

/// Everything that the manifest names must be there, as long as it says.
fn check(world: &World, place: &Place, media_type: &str, manifest: &Body) -> Result<Parts, Denial> {
    if manifest.get("schemaVersion").and_then(Value::as_u64) != Some(2) {
        return Err(Denial::manifest_invalid("schemaVersion must be 2"));
    }
    let list = |field: &str| match manifest.get(field) {
        Some(Value::Array(items)) => Ok(items.clone()),
        _ => Err(Denial::manifest_invalid(&format!("{field} must be a list"))),
    };
    if INDEXES.contains(&media_type) {
        let image = image::named(world, &place.namespace_id, &place.image).map(|(id, _)| id);
        let mut parts = Parts::default();
        for item in list("manifests")? {
            let digest = item["digest"].as_str().unwrap_or_default();
            if !image.as_ref().is_some_and(|image| has(world, image, digest)) {
                return Err(Denial::blob_of_manifest_unknown(digest));
            }
            parts.manifests.push(digest.to_owned());
        }
        return Ok(parts);
    }
    let config = manifest.get("config").filter(|config| config.is_object()).cloned();
    let config = config.ok_or_else(|| Denial::manifest_invalid("config must be an object"))?;
    let mut parts = Parts::default();
    for item in std::iter::once(config).chain(list("layers")?) {
        let digest = item["digest"].as_str().unwrap_or_default();
        let said = item["size"].as_u64().unwrap_or_default();
        // Some layers are kept elsewhere, by licence.
        let elsewhere = item["urls"].as_array().is_some_and(|urls| !urls.is_empty());
        match blob::length(world, place, digest) {
            Some(length) if length != said => return Err(Denial::size_invalid(digest, said, length)),
            Some(_) => parts.blobs.push(json!({"digest": digest, "size": said})),
            None if elsewhere => {}
            None => return Err(Denial::blob_of_manifest_unknown(digest)),
        }
    }
    Ok(parts)
}

/// Tells the image's size anew: that of all blobs that its manifests name, each once.
fn recount(world: &mut World, image: &str) {
    let blobs = of(world, image).filter_map(|manifest| manifest.body.get("blobs")?.as_array());
    let sizes: BTreeMap<&str, u64> =
        blobs.flatten().filter_map(|part| Some((part["digest"].as_str()?, part["size"].as_u64()?))).collect();
    let size = sizes.values().sum();
    image::recount(world, image, Some(size));
}

/// By tag, only the tag goes; by digest, the manifest and every tag of it.
pub(super) fn delete(visit: &mut Visit<'_>, name: &str, reference: &str) -> Result<Reply, Denial> {
    let place = visit.enter(name, Action::Delete)?;
    let (image, manifest) = find(visit.world, &place, reference)?;
    let digest = manifest.text("digest").to_owned();
    let gone: Vec<String> = if digest::is_digest(reference) {
        visit.world.store.remove(KIND, &key(&image, &digest));
        let tags = tag::of(visit.world, &image).filter(|(_, tag)| tag.text("digest") == digest);
        tags.map(|(id, _)| id).collect()
    } else {
        tag::named(visit.world, &image, reference).map(|(id, _)| id).into_iter().collect()
    };
    for id in gone {
        visit.world.store.remove(tag::KIND, &id);
    }
    recount(visit.world, &image);
    Ok(Reply::bytes(StatusCode::ACCEPTED, "application/octet-stream", Bytes::new()))
}
