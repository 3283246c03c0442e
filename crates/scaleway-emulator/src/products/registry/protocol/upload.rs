//! Uploads: a blob in one piece, in chunks one after the other, or taken over from another image.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, StatusCode, header};
use serde_json::Value;

use crate::call::body;
use crate::products::registry::namespace;
use crate::reply::Reply;
use crate::store::{Effect, Kind, Record, Transition};

use super::auth::Action;
use super::{Denial, Place, Visit, blob, digest};

const KIND: Kind = Kind { collection: "registry.uploads", resource: "upload" };
const CHUNK: Kind = Kind { collection: "registry.chunks", resource: "chunk" };

const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// How long an upload waits for its next chunk.
const PATIENCE: Duration = Duration::from_hours(24);

/// Takes over the blob that `mount` names where it can; else begins an upload, which `digest` ends at once.
pub(super) fn start(visit: &mut Visit<'_>, name: &str) -> Result<Reply, Denial> {
    let place = visit.enter(name, Action::Push)?;
    if let (Some(digest), Some(from)) = (visit.query("mount"), visit.query("from")) {
        let (digest, from) = (digest.to_owned(), from.to_owned());
        // A source that cannot be read is no error: the client sends the bytes instead.
        if let Ok(source) = visit.enter(&from, Action::Pull)
            && blob::length(visit.world, &source, &digest).is_some()
        {
            blob::link(visit.world, &place, &digest);
            return Ok(made(&place, &digest));
        }
    }
    if let Some(digest) = visit.query("digest").map(str::to_owned) {
        let bytes = std::mem::take(&mut visit.body);
        blob::keep(visit.world, &place, &digest, bytes)?;
        return Ok(made(&place, &digest));
    }
    let id = visit.world.uuid()?;
    let end = Transition { at: visit.world.now() + PATIENCE, effect: Effect::Delete };
    let record = Record {
        region: place.namespace.region.clone(),
        project: place.namespace.project.clone(),
        parent: Some((namespace::KIND.collection.into(), place.namespace_id.clone())),
        body: body! {"repository": place.name.as_str(), "chunks": 0, "size": 0},
        pending: vec![end],
        ..Record::default()
    };
    visit.world.store.insert(KIND, &id, record);
    Ok(progress(StatusCode::ACCEPTED, &place, &id, 0))
}

fn made(place: &Place, digest: &str) -> Reply {
    empty(StatusCode::CREATED)
        .header(header::LOCATION, &format!("/v2/{}/blobs/{digest}", place.name))
        .header(blob::DIGEST, digest)
}

fn progress(status: StatusCode, place: &Place, id: &str, size: u64) -> Reply {
    empty(status)
        .header(header::LOCATION, &format!("/v2/{}/blobs/uploads/{id}", place.name))
        .header(header::RANGE, &format!("0-{}", size.saturating_sub(1)))
        .header(UPLOAD_ID, id)
}

fn empty(status: StatusCode) -> Reply {
    Reply::bytes(status, "application/octet-stream", Bytes::new())
}

/// An upload that has begun, with the number of its chunks and of their bytes.
struct Begun {
    place: Place,
    chunks: u64,
    size: u64,
}

fn find(visit: &Visit<'_>, name: &str, id: &str) -> Result<Begun, Denial> {
    let place = visit.enter(name, Action::Push)?;
    let record = visit.world.store.get(KIND, id).filter(|record| record.text("repository") == name);
    let record = record.ok_or_else(|| Denial::upload_unknown(id))?;
    let number = |field: &str| record.body.get(field).and_then(Value::as_u64).unwrap_or_default();
    Ok(Begun { place, chunks: number("chunks"), size: number("size") })
}

pub(super) fn status(visit: &mut Visit<'_>, name: &str, id: &str) -> Result<Reply, Denial> {
    let begun = find(visit, name, id)?;
    Ok(progress(StatusCode::NO_CONTENT, &begun.place, id, begun.size))
}

pub(super) fn chunk(visit: &mut Visit<'_>, name: &str, id: &str) -> Result<Reply, Denial> {
    let begun = find(visit, name, id)?;
    let size = append(visit, id, &begun)?;
    Ok(progress(StatusCode::ACCEPTED, &begun.place, id, size))
}

/// Adds the request's body; answers how many bytes there are now.
fn append(visit: &mut Visit<'_>, id: &str, begun: &Begun) -> Result<u64, Denial> {
    let bytes = std::mem::take(&mut visit.body);
    let said = visit.header(&header::CONTENT_RANGE).map(|range| range.trim_start_matches("bytes").trim());
    let follows = said.is_none_or(|range| {
        let end = (begun.size + bytes.len() as u64).saturating_sub(1);
        range == format!("{}-{end}", begun.size)
    });
    if !follows {
        let have = progress(StatusCode::RANGE_NOT_SATISFIABLE, &begun.place, id, begun.size);
        return Err(Denial::out_of_order(have));
    }
    if bytes.is_empty() {
        return Ok(begun.size);
    }
    let size = begun.size + bytes.len() as u64;
    let content = format!("upload-{id}-{}", begun.chunks);
    visit.world.blobs.put(&content, bytes)?;
    let parent = Some((KIND.collection.into(), id.to_owned()));
    let record = Record { parent, blobs: vec![content], ..Record::default() };
    visit.world.store.insert(CHUNK, &chunk_key(id, begun.chunks), record);
    visit.world.lay(KIND, id, body! {"chunks": begun.chunks + 1, "size": size});
    Ok(size)
}

fn chunk_key(id: &str, number: u64) -> String {
    format!("{id}/{number:08}")
}

/// With the last chunk, if one is left. A digest that does not fit leaves the upload as it is.
pub(super) fn finish(visit: &mut Visit<'_>, name: &str, id: &str) -> Result<Reply, Denial> {
    let begun = find(visit, name, id)?;
    let wanted = visit.query("digest").unwrap_or_default().to_owned();
    if !digest::is_digest(&wanted) {
        return Err(Denial::digest_invalid(&wanted));
    }
    let bytes = if begun.chunks == 0 {
        std::mem::take(&mut visit.body)
    } else {
        append(visit, id, &begun)?;
        whole(visit, id)?
    };
    blob::keep(visit.world, &begun.place, &wanted, bytes)?;
    visit.world.store.remove(KIND, id);
    Ok(made(&begun.place, &wanted))
}

fn whole(visit: &Visit<'_>, id: &str) -> Result<Bytes, Denial> {
    let chunks = visit.world.store.children(KIND, id, CHUNK);
    let mut whole = BytesMut::new();
    for chunk in chunks {
        let record = visit.world.store.get(CHUNK, &chunk);
        for content in record.into_iter().flat_map(|record| &record.blobs) {
            whole.extend_from_slice(&visit.world.blobs.read(content, 0..u64::MAX)?);
        }
    }
    Ok(whole.freeze())
}

pub(super) fn cancel(visit: &mut Visit<'_>, name: &str, id: &str) -> Result<Reply, Denial> {
    find(visit, name, id)?;
    visit.world.store.remove(KIND, id);
    Ok(empty(StatusCode::NO_CONTENT))
}
