//! Grants: the canned ones, or a document that is kept as it is.

use super::bucket::{self};
use super::call::{Call, document, done};
use super::refusal::{self, Result};
use super::version;
use super::xml::Element;
use crate::reply::Reply;

const CANNED: &[&str] = &["private", "public-read", "public-read-write", "authenticated-read"];
const EVERYONE: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// The grants that the header asks for.
pub(super) fn canned(call: &Call<'_>) -> Result<String> {
    match call.header("x-amz-acl") {
        None => Ok(CANNED[0].into()),
        Some(name) if CANNED.contains(&name) => Ok(name.into()),
        Some(name) => Err(super::call::invalid("x-amz-acl", name, "Unknown canned ACL")),
    }
}

/// The grants that a request sets: canned, or its document.
fn sent(call: &Call<'_>) -> Result<String> {
    if call.header("x-amz-acl").is_some() || call.body.is_empty() {
        return canned(call);
    }
    let sent = call.document("AccessControlPolicy")?;
    if sent.child("Owner").is_none() || sent.child("AccessControlList").is_none() {
        return Err(refusal::MALFORMED_ACL.into());
    }
    Ok(sent.document())
}

/// Whether anybody may do this (`READ`, `WRITE`).
pub(super) fn is_public(acl: &str, permission: &str) -> bool {
    policy(acl, "").child("AccessControlList").is_some_and(|list| {
        list.all("Grant").any(|grant| {
            let granted = grant.value("Permission").unwrap_or_default();
            let is_for_all = grant.at(&["Grantee", "URI"]) == Some(EVERYONE);
            is_for_all && (granted == permission || granted == "FULL_CONTROL")
        })
    })
}

fn policy(acl: &str, project: &str) -> Element {
    if let Some(document) = Element::read(acl.as_bytes()) {
        return document;
    }
    let group = |uri, permission| {
        let grantee = grantee("Group").field("URI", uri);
        Element::new("Grant").with(grantee).field("Permission", permission)
    };
    let mut owner = grantee("CanonicalUser");
    owner.children = bucket::owner("Owner", project).children;
    let owner = Element::new("Grant").with(owner).field("Permission", "FULL_CONTROL");
    let others = match acl {
        "public-read" => vec![group(EVERYONE, "READ")],
        "public-read-write" => vec![group(EVERYONE, "READ"), group(EVERYONE, "WRITE")],
        "authenticated-read" => vec![group(AUTHENTICATED, "READ")],
        _ => Vec::new(),
    };
    let list = Element::new("AccessControlList").with(owner).with_all(others);
    Element::new("AccessControlPolicy").with(bucket::owner("Owner", project)).with(list)
}

fn grantee(kind: &str) -> Element {
    let namespace = "http://www.w3.org/2001/XMLSchema-instance";
    Element::new("Grantee").attribute("xmlns:xsi", namespace).attribute("xsi:type", kind)
}

pub(super) fn get_bucket(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    Ok(document(policy(&bucket.acl, &bucket.project)))
}

pub(super) fn put_bucket(call: &mut Call<'_>) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    bucket.acl = sent(call)?;
    call.keep(&bucket)?;
    Ok(done())
}

pub(super) fn get_object(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (_, version) = version::find(&call.world.store, &bucket, &call.address.key, call.query("versionId"))?;
    Ok(document(policy(&version.acl, &bucket.project)))
}

pub(super) fn put_object(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let (id, mut version) =
        version::find(&call.world.store, &bucket, &call.address.key, call.query("versionId"))?;
    version.acl = sent(call)?;
    version::keep(call.world, &id, &version);
    Ok(done())
}
