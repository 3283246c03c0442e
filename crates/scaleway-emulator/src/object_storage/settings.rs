//! Parts of a bucket that are documents: kept as they are sent, once they are found to be well formed.

use super::call::{Call, document, done, gone};
use super::refusal::{self, Code, Result};
use super::xml::Element;
use crate::reply::Reply;

/// A part: its name in queries, the document's root, and what is answered where it was never set.
struct Part {
    name: &'static str,
    root: &'static str,
    unset: Code,
    is_valid: fn(&Element) -> bool,
}

const LIFECYCLE: Part = Part {
    name: "lifecycle",
    root: "LifecycleConfiguration",
    unset: refusal::NO_SUCH_LIFECYCLE_CONFIGURATION,
    is_valid: super::lifecycle::is_valid,
};
const CORS: Part = Part {
    name: "cors",
    root: "CORSConfiguration",
    unset: refusal::NO_SUCH_CORS_CONFIGURATION,
    is_valid: |sent| {
        sent.child("CORSRule").is_some()
            && sent
                .all("CORSRule")
                .all(|rule| rule.child("AllowedOrigin").is_some() && rule.child("AllowedMethod").is_some())
    },
};
const WEBSITE: Part = Part {
    name: "website",
    root: "WebsiteConfiguration",
    unset: refusal::NO_SUCH_WEBSITE_CONFIGURATION,
    is_valid: |sent| {
        sent.at(&["IndexDocument", "Suffix"]).is_some_and(|suffix| !suffix.is_empty())
            || sent.child("RedirectAllRequestsTo").is_some()
    },
};
const ENCRYPTION: Part = Part {
    name: "encryption",
    root: "ServerSideEncryptionConfiguration",
    unset: refusal::NO_SUCH_ENCRYPTION,
    is_valid: |sent| {
        let algorithm = ["Rule", "ApplyServerSideEncryptionByDefault", "SSEAlgorithm"];
        sent.at(&algorithm) == Some("AES256")
    },
};

fn get(call: &Call<'_>, part: &Part) -> Result<Reply> {
    let bucket = call.bucket()?;
    let kept = bucket.setting(part.name).ok_or_else(|| part.unset.about("BucketName", bucket.name))?;
    Ok(document(kept))
}

fn put(call: &mut Call<'_>, part: &Part) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    let sent = call.document(part.root)?;
    if !(part.is_valid)(&sent) {
        return Err(refusal::MALFORMED_XML.into());
    }
    bucket.settings.insert(part.name.into(), sent.document());
    call.keep(&bucket)?;
    Ok(done())
}

fn delete(call: &mut Call<'_>, part: &Part) -> Result<Reply> {
    let mut bucket = call.bucket()?;
    if bucket.settings.remove(part.name).is_some() {
        call.keep(&bucket)?;
    }
    Ok(gone())
}

pub(super) fn get_lifecycle(call: &mut Call<'_>) -> Result<Reply> {
    get(call, &LIFECYCLE)
}

pub(super) fn put_lifecycle(call: &mut Call<'_>) -> Result<Reply> {
    put(call, &LIFECYCLE)
}

pub(super) fn delete_lifecycle(call: &mut Call<'_>) -> Result<Reply> {
    delete(call, &LIFECYCLE)
}

pub(super) fn get_cors(call: &mut Call<'_>) -> Result<Reply> {
    get(call, &CORS)
}

pub(super) fn put_cors(call: &mut Call<'_>) -> Result<Reply> {
    put(call, &CORS)
}

pub(super) fn delete_cors(call: &mut Call<'_>) -> Result<Reply> {
    delete(call, &CORS)
}

pub(super) fn get_website(call: &mut Call<'_>) -> Result<Reply> {
    get(call, &WEBSITE)
}

pub(super) fn put_website(call: &mut Call<'_>) -> Result<Reply> {
    put(call, &WEBSITE)
}

pub(super) fn delete_website(call: &mut Call<'_>) -> Result<Reply> {
    delete(call, &WEBSITE)
}

pub(super) fn get_encryption(call: &mut Call<'_>) -> Result<Reply> {
    get(call, &ENCRYPTION)
}

pub(super) fn put_encryption(call: &mut Call<'_>) -> Result<Reply> {
    put(call, &ENCRYPTION)
}

pub(super) fn delete_encryption(call: &mut Call<'_>) -> Result<Reply> {
    delete(call, &ENCRYPTION)
}
