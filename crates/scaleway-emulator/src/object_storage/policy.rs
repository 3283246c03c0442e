//! Bucket policies: kept as they are sent.

use serde_json::Value;

use super::call::{Call, gone};
use super::refusal::{self, Result};
use crate::reply::Reply;

const PART: &str = "policy";

pub(super) fn get(call: &mut Call<'_>) -> Result<Reply> {
    let bucket = call.bucket()?;
    let policy = bucket
        .settings
        .get(PART)
        .ok_or_else(|| refusal::NO_SUCH_BUCKET_POLICY.about("BucketName", bucket.name.clone()))?;
    Ok(Reply::bytes(http::StatusCode::OK, "application/json", policy.clone().into()))
}

pub(super) fn put(call: &mut Call<'_>) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    let policy: Value = serde_json::from_slice(&call.body).map_err(|_| {
        refusal::MALFORMED_POLICY.because("Policies must be valid JSON and the first byte must be '{'")
    })?;
    if !policy.is_object() || policy.get("Statement").is_none() {
        return Err(refusal::MALFORMED_POLICY.because("Missing required field Statement"));
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
