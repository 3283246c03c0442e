//! Who may do what with a bucket: IAM, its policy, and its grants. Asked only where authentication is strict.

use serde_json::Value;

use super::acl;
use super::bucket::Bucket;
use super::call::{Call, Caller, gone};
use super::operation::Operation;
use super::refusal::{self, Result};
use crate::authority::{Permission, Principal};
use crate::reply::Reply;

const PART: &str = "policy";

/// Of the policies' language: Scaleway's own, and those of Amazon.
const VERSIONS: [&str; 3] = ["2023-04-17", "2012-10-17", "2008-10-17"];

/// What an operation is about, as a policy calls it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resource<'a> {
    pub(super) bucket: &'a str,
    /// Empty: the bucket itself.
    pub(super) key: &'a str,
}

/// Refuses what the caller may not do. Many deletions at once are looked at key by key.
pub(super) fn check(call: &Call<'_>, operation: &Operation) -> Result<()> {
    let address = &call.address;
    match operation.name {
        "DeleteObjects" => Ok(()),
        // A bucket that is not there yet, or is another's, is made by who may make buckets.
        "CreateBucket" => check_of(call, operation, Resource { bucket: "", key: "" }),
        _ => check_of(call, operation, Resource { bucket: &address.bucket, key: &address.key }),
    }
}

/// Refuses what the caller may not do with this. Where the bucket has a policy that policy decides, and the
/// organisation's owner stands above it; else IAM does, and to who is nobody the bucket's grants.
pub(super) fn check_of(call: &Call<'_>, operation: &Operation, resource: Resource<'_>) -> Result<()> {
    let Caller { principal, project, .. } = &call.caller;
    if matches!(principal, Some(Principal::Anyone | Principal::Bearer { is_owner: true, .. })) {
        return Ok(());
    }
    let bucket = super::bucket::find(&call.world.store, resource.bucket).map(|(bucket, _)| bucket);
    let policy = bucket.as_ref().and_then(|bucket| bucket.settings.get(PART));
    let is_allowed = match (policy, principal) {
        (Some(policy), _) => allows(policy, principal.as_ref(), operation, resource),
        (None, Some(principal)) => {
            let permission = Permission::of("object-storage", operation.name, operation.reads());
            let project = bucket.as_ref().map_or(project, |bucket| &bucket.project);
            call.world.authorize(principal, &permission, project).is_ok()
        }
        (None, None) => {
            bucket.as_ref().is_some_and(|bucket| is_public(call, bucket, operation, resource.key))
        }
    };
    if is_allowed { Ok(()) } else { Err(refusal::ACCESS_DENIED.into()) }
}

/// Whether anybody may: a list of a public bucket, an object that is itself public.
fn is_public(call: &Call<'_>, bucket: &Bucket, operation: &Operation, key: &str) -> bool {
    let object = || super::version::current(&call.world.store, &bucket.name, key);
    match operation.name {
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => acl::is_public(&bucket.acl, "READ"),
        "GetObject" | "HeadObject" => object().is_some_and(|object| acl::is_public(&object.acl, "READ")),
        "PutObject" | "DeleteObject" => acl::is_public(&bucket.acl, "WRITE"),
        _ => false,
    }
}

/// A denial wins; what no statement allows is denied. Statements with conditions allow nothing and deny nothing: what
/// they compare is not known here.
fn allows(
    policy: &str,
    principal: Option<&Principal>,
    operation: &Operation,
    resource: Resource<'_>,
) -> bool {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let resource = match resource {
        Resource { bucket, key: "" } => bucket.to_owned(),
        Resource { bucket, key } => format!("{bucket}/{key}"),
    };
    let action = format!("s3:{}", operation.action());
    let texts = |patterns: &Value, text: &str| {
        each(patterns).filter_map(Value::as_str).any(|pattern| matches(pattern, text))
    };
    let about = |effect: &str| {
        each(&policy["Statement"]).filter(|statement| statement["Effect"] == effect).any(|statement| {
            statement.get("Condition").is_none()
                && is_of(statement, "Action", |actions| texts(actions, &action))
                && is_of(statement, "Resource", |resources| texts(resources, &resource))
                && is_of(statement, "Principal", |principals| names(principals, principal))
        })
    };
    !about("Deny") && about("Allow")
}

/// Whether what the statement names includes it, or what it excludes (`NotAction`, …) does not.
fn is_of(statement: &Value, part: &str, includes: impl Fn(&Value) -> bool) -> bool {
    match (statement.get(part), statement.get(format!("Not{part}"))) {
        (Some(named), _) => includes(named),
        (None, Some(excluded)) => !includes(excluded),
        (None, None) => false,
    }
}

/// One value, or each of a list.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

/// `*`, or `{"SCW": ["user_id:…", "application_id:…"]}`.
fn names(principals: &Value, principal: Option<&Principal>) -> bool {
    let bearer = principal.map_or("", Principal::bearer);
    each(principals).chain(each(&principals["SCW"])).filter_map(Value::as_str).any(|name| {
        name == "*" || !bearer.is_empty() && name.split_once(':').map_or(name, |(_, id)| id) == bearer
    })
}

/// Whether a pattern with `*` and `?` fits the whole text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let rest = &pattern[first.len_utf8()..];
    let mut of_text = text.chars();
    match first {
        '*' => matches(rest, text) || of_text.next().is_some() && matches(pattern, of_text.as_str()),
        '?' => of_text.next().is_some() && matches(rest, of_text.as_str()),
        plain => of_text.next() == Some(plain) && matches(rest, of_text.as_str()),
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let policy = bucket.settings.get(PART);
    let policy = policy.ok_or_else(|| refusal::NO_SUCH_BUCKET_POLICY.about("BucketName", &bucket.name))?;
    Ok(Reply::bytes(http::StatusCode::OK, "application/json", policy.clone().into()))
}

pub(super) fn put(call: &mut Call<'_>) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    let policy: Value = serde_json::from_slice(&call.body).map_err(|_| {
        refusal::MALFORMED_POLICY.because("Policies must be valid JSON and the first byte must be '{'")
    })?;
    if !policy.is_object() || policy.get("Statement").is_none_or(|said| each(said).next().is_none()) {
        return Err(refusal::MALFORMED_POLICY.because("Missing required field Statement"));
    }
    if policy.get("Version").and_then(Value::as_str).is_some_and(|version| !VERSIONS.contains(&version)) {
        return Err(refusal::MALFORMED_POLICY.because("The policy must contain a valid version string"));
    }
    bucket.settings.insert(PART.into(), policy.to_string());
    call.keep(&bucket)?;
    Ok(gone())
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    if bucket.settings.remove(PART).is_some() {
        call.keep(&bucket)?;
    }
    Ok(gone())
}
