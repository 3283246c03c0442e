//! Buckets: names shared by all projects, each in one project and region.

use scaleway_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use super::address::REGIONS;
use super::call::{Call, document, done, gone, with};
use super::lock::DefaultRetention;
use super::refusal::{self, Result};
use super::text::iso;
use super::xml::Element;
use super::{multipart, version};
use crate::quota;
use crate::reply::Reply;
use crate::store::{Body, Kind, Record, Store};
use crate::world::World;

pub(super) const KIND: Kind = Kind { collection: "object_storage.buckets", resource: "bucket" };

/// A bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) project: String,
    pub(super) created_at: Timestamp,
    #[serde(default)]
    pub(super) versioning: Versioning,
    /// Set when it is made, and for ever.
    #[serde(default)]
    pub(super) object_lock: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) default_retention: Option<DefaultRetention>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    /// The canned grants: `private`, `public-read`, …
    #[serde(default)]
    pub(super) acl: String,
    /// What else is set: the parts' names in queries, and their documents.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) settings: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) enum Versioning {
    /// It never was on.
    #[default]
    Off,
    Enabled,
    Suspended,
}

impl Bucket {
    pub(super) fn owner(&self) -> Element {
        owner("Owner", &self.project)
    }

    /// A document that was set.
    pub(super) fn setting(&self, part: &str) -> Option<Element> {
        Element::read(self.settings.get(part)?.as_bytes())
    }
}

/// Scaleway's owners are projects.
pub(super) fn owner(name: &str, project: &str) -> Element {
    let id = format!("{project}:{project}");
    Element::new(name).field("ID", &id).field("DisplayName", id)
}

/// A bucket and its region.
pub(super) fn find(store: &Store, name: &str) -> Option<(Bucket, String)> {
    let record = store.get(KIND, name)?;
    Some((read(record)?, record.region.clone()))
}

pub(super) fn read(record: &Record) -> Option<Bucket> {
    serde_json::from_value(Value::Object(record.body.clone())).ok()
}

fn body(bucket: &Bucket) -> Body {
    match serde_json::to_value(bucket) {
        Ok(Value::Object(body)) => body,
        _ => Body::new(),
    }
}

/// Lets a bucket be as it is now.
pub(super) fn keep(world: &mut World, bucket: &Bucket) -> Result<()> {
    let record = world.store.get_mut(KIND, &bucket.name);
    record.ok_or(refusal::NO_SUCH_BUCKET)?.body = body(bucket);
    Ok(())
}

#[allow(clippy::unnecessary_wraps, reason = "handlers are all alike")]
pub(super) fn list_buckets(call: &mut Call<'_>) -> Result<Reply> {
    let buckets =
        call.world.store.all(KIND).filter(|(_, record)| {
            record.project == call.caller.project && record.region == call.address.region
        });
    let buckets = buckets.filter_map(|(_, record)| read(record)).map(|bucket| {
        Element::new("Bucket").field("Name", &bucket.name).field("CreationDate", iso(bucket.created_at))
    });
    let list = Element::new("Buckets").with_all(buckets);
    let owner = owner("Owner", &call.caller.project);
    Ok(document(Element::new("ListAllMyBucketsResult").with(owner).with(list)))
}

pub(super) fn create_bucket(call: &mut Call<'_>) -> Result<Reply> {
    let name = call.address.bucket.clone();
    if !is_name(&name) {
        return Err(refusal::INVALID_BUCKET_NAME.about("BucketName", name));
    }
    if !call.body.is_empty() {
        let wanted = call.document("CreateBucketConfiguration")?;
        let wanted = wanted.value("LocationConstraint").filter(|region| !region.is_empty());
        if wanted.is_some_and(|region| region != call.address.region) {
            return Err(refusal::INVALID_LOCATION_CONSTRAINT.into());
        }
    }
    let project = call.caller.project.clone();
    if let Some((taken, _)) = find(&call.world.store, &name) {
        let code = if taken.project == project {
            refusal::BUCKET_ALREADY_OWNED_BY_YOU
        } else {
            refusal::BUCKET_ALREADY_EXISTS
        };
        return Err(code.about("BucketName", name));
    }
    let draft = Record { project: project.clone(), ..Record::default() };
    if quota::must_have_room(call.world, KIND, &draft, 1).is_err() {
        let message = "You have attempted to create more buckets than allowed";
        return Err(refusal::TOO_MANY_BUCKETS.because(message));
    }
    let object_lock = call.says("x-amz-bucket-object-lock-enabled");
    let bucket = Bucket {
        name: name.clone(),
        project: project.clone(),
        created_at: call.now(),
        versioning: if object_lock { Versioning::Enabled } else { Versioning::Off },
        object_lock,
        default_retention: None,
        tags: BTreeMap::new(),
        acl: super::acl::canned(call)?,
        settings: BTreeMap::new(),
    };
    call.world.remember_project(&project);
    let region = call.address.region.clone();
    call.world.store.insert(
        KIND,
        &name,
        Record { region, project, body: body(&bucket), ..Record::default() },
    );
    Ok(with(done(), "location", Some(&format!("/{name}"))))
}

pub(super) fn head_bucket(call: &mut Call<'_>) -> Result<Reply> {
    call.bucket()?;
    Ok(with(done(), "x-amz-bucket-region", Some(&call.address.region)))
}

pub(super) fn get_bucket_location(call: &mut Call<'_>) -> Result<Reply> {
    call.bucket()?;
    let location = Element::new("Location").field("LocationConstraint", &call.address.region);
    Ok(document(location.children.into_iter().next().unwrap_or_default()))
}

pub(super) fn delete_bucket(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    if !version::is_empty(&call.world.store, &bucket.name)
        || multipart::is_any(&call.world.store, &bucket.name)
    {
        return Err(refusal::BUCKET_NOT_EMPTY.about("BucketName", bucket.name));
    }
    call.world.store.remove(KIND, &bucket.name);
    Ok(gone())
}

pub(super) fn get_bucket_versioning(call: &mut Call<'_>) -> Result<Reply> {
    let status = match call.bucket()?.versioning {
        Versioning::Off => None,
        Versioning::Enabled => Some("Enabled"),
        Versioning::Suspended => Some("Suspended"),
    };
    Ok(document(Element::new("VersioningConfiguration").maybe("Status", status)))
}

pub(super) fn put_bucket_versioning(call: &mut Call<'_>) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    bucket.versioning = match call.document("VersioningConfiguration")?.value("Status") {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") if bucket.object_lock => {
            let message = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
            return Err(refusal::INVALID_BUCKET_STATE.because(message));
        }
        Some("Suspended") => Versioning::Suspended,
        _ => return Err(refusal::MALFORMED_XML.into()),
    };
    call.keep(&bucket)?;
    Ok(done())
}

/// 3 to 63 lower-case letters, digits, dots and hyphens, and no address.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_plain(byte) || matches!(byte, b'.' | b'-'))
        && name.bytes().next().is_some_and(is_plain)
        && name.bytes().last().is_some_and(is_plain)
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !REGIONS.contains(&name)
}
