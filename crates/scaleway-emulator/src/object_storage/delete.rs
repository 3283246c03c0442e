//! Objects and versions that go, one or many at a time.

use super::bucket::{Bucket, Versioning};
use super::call::{Call, document, gone, with};
use super::lock;
use super::operation::Operation;
use super::policy::{Resource, check_of};
use super::refusal::{self, Result};
use super::version::{self, Version};
use super::xml::Element;
use crate::reply::Reply;

/// How many one request may delete.
const MOST: usize = 1000;

/// What a deletion did.
struct Deleted {
    /// The version that went, or the marker that came.
    version_id: Option<String>,
    /// That version was, or is, a marker.
    is_marker: bool,
}

pub(super) fn delete_object(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (key, version_id) = (call.address.key.clone(), call.query("versionId").map(str::to_owned));
    let deleted = delete(call, &bucket, &key, version_id.as_deref())?;
    let reply = with(gone(), "x-amz-version-id", deleted.version_id.as_deref());
    Ok(with(reply, "x-amz-delete-marker", deleted.is_marker.then_some("true")))
}

pub(super) fn delete_objects(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    super::body::md5_of(call)?;
    let sent = call.document("Delete")?;
    let is_quiet = sent.value("Quiet") == Some("true");
    let count = sent.all("Object").count();
    if count == 0 || count > MOST {
        return Err(refusal::MALFORMED_XML.into());
    }
    let operation = Operation::named("DeleteObject").ok_or(refusal::METHOD_NOT_ALLOWED)?;
    let mut result = Element::new("DeleteResult");
    for object in sent.all("Object") {
        let key = object.value("Key").filter(|key| !key.is_empty()).ok_or(refusal::MALFORMED_XML)?;
        let version_id = object.value("VersionId").filter(|id| !id.is_empty());
        let resource = Resource { bucket: &bucket.name, key };
        let allowed = check_of(call, operation, resource);
        let entry = match allowed.and_then(|()| delete(call, &bucket, key, version_id)) {
            Ok(_) if is_quiet => continue,
            Ok(deleted) => {
                let entry = Element::new("Deleted").field("Key", key).maybe("VersionId", version_id);
                let entry = entry.maybe("DeleteMarker", deleted.is_marker.then_some(true));
                entry.maybe("DeleteMarkerVersionId", deleted.version_id.filter(|_| deleted.is_marker))
            }
            Err(refusal) => {
                let entry = Element::new("Error").field("Key", key).maybe("VersionId", version_id);
                entry.field("Code", refusal.code()).field("Message", refusal.message())
            }
        };
        result = result.with(entry);
    }
    Ok(document(result))
}

/// Lets a version go, or where none is named and the bucket has versions, marks the key as deleted. What is not there is
/// gone already.
fn delete(call: &mut Call<'_>, bucket: &Bucket, key: &str, version_id: Option<&str>) -> Result<Deleted> {
    if let Some(version_id) = version_id {
        let found = version::named(&call.world.store, &bucket.name, key, version_id)?;
        let mut is_marker = false;
        if let Some((id, version)) = found {
            lock::check_delete(call, &version)?;
            is_marker = version.is_delete_marker;
            call.world.store.remove(version::KIND, &id);
        }
        return Ok(Deleted { version_id: Some(version_id.into()), is_marker });
    }
    if bucket.versioning == Versioning::Off {
        if let Some((id, _)) = version::named(&call.world.store, &bucket.name, key, version::NULL)? {
            call.world.store.remove(version::KIND, &id);
        }
        return Ok(Deleted { version_id: None, is_marker: false });
    }
    let marker = Version { is_delete_marker: true, ..Version::draft(&bucket.name, key) };
    let marker = version::insert(call.world, bucket, marker, Vec::new());
    Ok(Deleted { version_id: Some(marker.version_id), is_marker: true })
}
