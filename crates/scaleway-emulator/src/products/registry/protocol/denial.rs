//! The protocol's own error bodies.

use http::request::Parts;
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::reply::Reply;

/// A request that was refused.
#[derive(Debug)]
pub(super) struct Denial(Box<Reply>);

impl From<Denial> for Reply {
    fn from(denial: Denial) -> Self {
        *denial.0
    }
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(refusal.into()))
    }
}

impl From<std::io::Error> for Denial {
    /// The data folder fails.
    fn from(error: std::io::Error) -> Self {
        Refusal::internal(&error.to_string()).into()
    }
}

impl Denial {
    fn new(status: StatusCode, code: &str, message: &str, detail: Value) -> Self {
        let body = json!({"errors": [{"code": code, "message": message, "detail": detail}]});
        Self(Box::new(Reply::json(status, body)))
    }

    pub(super) fn header(self, name: HeaderName, value: &str) -> Self {
        Self(Box::new(self.0.header(name, value)))
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required", Value::Null)
    }

    pub(super) fn name_unknown(name: &str) -> Self {
        let message = "repository name not known to registry";
        Self::new(StatusCode::NOT_FOUND, "NAME_UNKNOWN", message, json!({ "name": name }))
    }

    pub(super) fn name_invalid(name: &str) -> Self {
        let message = "invalid repository name: it is <namespace>/<image>";
        Self::new(StatusCode::BAD_REQUEST, "NAME_INVALID", message, json!({ "name": name }))
    }

    pub(super) fn manifest_unknown(name: &str, reference: &str) -> Self {
        let detail = json!({"name": name, "reference": reference});
        Self::new(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "manifest unknown", detail)
    }

    pub(super) fn manifest_invalid(why: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", "manifest invalid", json!({ "reason": why }))
    }

    pub(super) fn tag_invalid(tag: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "TAG_INVALID", "manifest tag is not valid", json!({ "tag": tag }))
    }

    /// A manifest names what is not there.
    pub(super) fn blob_of_manifest_unknown(digest: &str) -> Self {
        let message = "manifest references a manifest or blob unknown to registry";
        Self::new(StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", message, json!({ "digest": digest }))
    }

    pub(super) fn blob_unknown(digest: &str) -> Self {
        let message = "blob unknown to registry";
        Self::new(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", message, json!({ "digest": digest }))
    }

    pub(super) fn upload_unknown(upload: &str) -> Self {
        let message = "blob upload unknown to registry";
        Self::new(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", message, json!({ "upload": upload }))
    }

    pub(super) fn digest_invalid(digest: &str) -> Self {
        let message = "provided digest did not match uploaded content";
        Self::new(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message, json!({ "digest": digest }))
    }

    pub(super) fn size_invalid(digest: &str, said: u64, is: u64) -> Self {
        let detail = json!({"digest": digest, "said": said, "is": is});
        Self::new(
            StatusCode::BAD_REQUEST,
            "SIZE_INVALID",
            "provided length did not match content length",
            detail,
        )
    }

    /// A chunk that does not follow the one before: what there is until now.
    pub(super) fn out_of_order(have: Reply) -> Self {
        Self(Box::new(have))
    }

    /// A range that is not there.
    pub(super) fn range(message: &str) -> Self {
        let status = StatusCode::RANGE_NOT_SATISFIABLE;
        Self::new(status, "BLOB_UPLOAD_INVALID", message, Value::Null)
    }

    pub(super) fn too_large(limit: u64) -> Self {
        let message = format!("a manifest has at most {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "MANIFEST_INVALID", &message, Value::Null)
    }

    pub(super) fn number_invalid() -> Self {
        let message = "n must be a whole number";
        Self::new(StatusCode::BAD_REQUEST, "PAGINATION_NUMBER_INVALID", message, Value::Null)
    }

    pub(super) fn unsupported(parts: &Parts) -> Self {
        let message = format!("the emulator's registry does not know {} {}", parts.method, parts.uri.path());
        Self::new(StatusCode::NOT_FOUND, "UNSUPPORTED", &message, Value::Null)
    }
}
