//! Blobs: configurations and layers, known to an image by their digest.

use http::{HeaderName, StatusCode, header};

use bytes::Bytes;

use crate::call::body;
use crate::products::registry::namespace;
use crate::reply::Reply;
use crate::store::{Kind, Record};
use crate::world::World;

use super::auth::Action;
use super::{Denial, Place, Visit, digest};

const KIND: Kind = Kind { collection: "registry.blobs", resource: "blob" };

pub(super) const DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

fn key(place: &Place, digest: &str) -> String {
    format!("{}/{}@{digest}", place.namespace_id, place.image)
}

/// How many bytes the image's blob has; `None` where it has none of that digest.
pub(super) fn length(world: &World, place: &Place, digest: &str) -> Option<u64> {
    world.store.get(KIND, &key(place, digest)).and_then(|_| world.blobs.length(&digest::content(digest)))
}

/// Gives the image the blob, whose bytes are there.
pub(super) fn link(world: &mut World, place: &Place, digest: &str) {
    let key = key(place, digest);
    if world.store.get(KIND, &key).is_some() {
        return;
    }
    let record = Record {
        region: place.namespace.region.clone(),
        project: place.namespace.project.clone(),
        parent: Some((namespace::KIND.collection.into(), place.namespace_id.clone())),
        body: body! {"digest": digest, "repository": place.name.as_str()},
        blobs: vec![digest::content(digest)],
        ..Record::default()
    };
    world.store.insert(KIND, &key, record);
}

/// Keeps `bytes` as a blob of the image.
pub(super) fn keep(world: &mut World, place: &Place, digest: &str, bytes: Bytes) -> Result<(), Denial> {
    if !digest::fits(digest, &bytes) {
        return Err(Denial::digest_invalid(digest));
    }
    world.blobs.put(&digest::content(digest), bytes)?;
    link(world, place, digest);
    Ok(())
}

/// Forgets all blobs of an image that is deleted.
pub(in crate::products::registry) fn forget(world: &mut World, namespace: &str, image: &str) {
    let prefix = format!("{namespace}/{image}@");
    let keys = world.store.from(KIND, &prefix).map(|(key, _)| key);
    let keys: Vec<String> = keys.take_while(|key| key.starts_with(&prefix)).map(str::to_owned).collect();
    for key in keys {
        world.store.remove(KIND, &key);
    }
}

/// Also `HEAD`. One range of bytes can be asked for.
pub(super) fn get(visit: &mut Visit<'_>, name: &str, digest: &str) -> Result<Reply, Denial> {
    let place = visit.enter(name, Action::Pull)?;
    if !digest::is_digest(digest) {
        return Err(Denial::digest_invalid(digest));
    }
    let length = length(visit.world, &place, digest).ok_or_else(|| Denial::blob_unknown(digest))?;
    let asked = visit.header(&header::RANGE).map(|range| range_of(range, length));
    let (status, range) = match asked {
        None | Some(Asked::All) => (StatusCode::OK, 0..length),
        Some(Asked::Part(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(Asked::Outside) => {
            let denial = Denial::range("the blob is not as long as that");
            return Err(denial.header(header::CONTENT_RANGE, &format!("bytes */{length}")));
        }
    };
    let size = range.end - range.start;
    let shown = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
    let bytes = if visit.is_head() {
        Bytes::new()
    } else {
        visit.world.blobs.read(&digest::content(digest), range)?
    };
    let reply = Reply::bytes(status, "application/octet-stream", bytes)
        .header(header::CONTENT_LENGTH, &size.to_string())
        .header(header::ACCEPT_RANGES, "bytes")
        .header(DIGEST, digest);
    Ok(if status == StatusCode::PARTIAL_CONTENT {
        reply.header(header::CONTENT_RANGE, &shown)
    } else {
        reply
    })
}

enum Asked {
    All,
    Part(std::ops::Range<u64>),
    Outside,
}

/// `bytes=a-b`, `bytes=a-`, `bytes=-n`; anything else is as if it was not said.
fn range_of(text: &str, length: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::All;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if last >= first => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(last)) if first.is_empty() => length.saturating_sub(last)..length,
        _ => return Asked::All,
    };
    if range.start < range.end { Asked::Part(range) } else { Asked::Outside }
}

pub(super) fn delete(visit: &mut Visit<'_>, name: &str, digest: &str) -> Result<Reply, Denial> {
    let place = visit.enter(name, Action::Delete)?;
    if length(visit.world, &place, digest).is_none() {
        return Err(Denial::blob_unknown(digest));
    }
    visit.world.store.remove(KIND, &key(&place, digest));
    Ok(Reply::bytes(StatusCode::ACCEPTED, "application/octet-stream", Bytes::new()))
}
