//! Encryption at rest: by the bucket's default, on demand, or with the customer's own key. Nothing is encrypted here: the
//! contract is kept, the bytes are as they came.

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::call::{Call, with};
use super::refusal::{self, Result};
use super::text::{base64, md5, read_base64};
use crate::reply::Reply;

/// How an object is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encryption {
    /// SSE-ONE.
    Aes256,
    /// SSE-C: the digest of the customer's key, which is not kept.
    Customer { key_md5: String },
}

/// What a request that writes wants.
pub(super) fn wanted(call: &Call<'_>, bucket: &Bucket) -> Result<Option<Encryption>> {
    if let Some(key_md5) = customer_key(call, "x-amz-server-side-encryption-customer-")? {
        return Ok(Some(Encryption::Customer { key_md5 }));
    }
    match call.header("x-amz-server-side-encryption") {
        Some("AES256") => Ok(Some(Encryption::Aes256)),
        Some(other) => Err(super::call::invalid(
            "x-amz-server-side-encryption",
            other,
            "The encryption method specified is not supported",
        )),
        None if bucket.settings.contains_key("encryption") => Ok(Some(Encryption::Aes256)),
        None => Ok(None),
    }
}

/// The digest of the key that the headers give, which must be whole and right.
fn customer_key(call: &Call<'_>, prefix: &str) -> Result<Option<String>> {
    let header = |name: &str| call.header(&format!("{prefix}{name}"));
    let (algorithm, key, digest) = (header("algorithm"), header("key"), header("key-md5"));
    if algorithm.is_none() && key.is_none() {
        return Ok(None);
    }
    if algorithm != Some("AES256") {
        let message = "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.";
        return Err(refusal::INVALID_ARGUMENT.because(message));
    }
    let key = key.and_then(read_base64).filter(|key| key.len() == 32);
    let key = key.ok_or_else(|| {
        refusal::INVALID_ARGUMENT.because("The secret key was invalid for the specified algorithm.")
    })?;
    let right = base64(&md5(&key));
    match digest {
        Some(digest) if digest != right => Err(refusal::INVALID_ARGUMENT
            .because("The calculated MD5 hash of the key did not match the hash that was provided.")),
        _ => Ok(Some(right)),
    }
}

/// Refuses who does not have the key that something was encrypted with; `copy-source-` keys have headers of their own.
pub(super) fn check(call: &Call<'_>, prefix: &str, encryption: Option<&Encryption>) -> Result<()> {
    let given = customer_key(call, &format!("x-amz-{prefix}server-side-encryption-customer-"))?;
    match (encryption, given) {
        (Some(Encryption::Customer { key_md5 }), Some(given)) if *key_md5 == given => Ok(()),
        (Some(Encryption::Customer { .. }), Some(_)) => Err(refusal::ACCESS_DENIED.into()),
        (Some(Encryption::Customer { .. }), None) => Err(refusal::INVALID_REQUEST.because(
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
        )),
        (_, Some(_)) => Err(refusal::INVALID_REQUEST
            .because("The encryption parameters are not applicable to this object.")),
        (_, None) => Ok(()),
    }
}

/// Says in the answer how it is encrypted.
pub(super) fn tell(reply: Reply, encryption: Option<&Encryption>) -> Reply {
    match encryption {
        None => reply,
        Some(Encryption::Aes256) => with(reply, "x-amz-server-side-encryption", Some("AES256")),
        Some(Encryption::Customer { key_md5 }) => {
            let reply = with(reply, "x-amz-server-side-encryption-customer-algorithm", Some("AES256"));
            with(reply, "x-amz-server-side-encryption-customer-key-md5", Some(key_md5))
        }
    }
}
