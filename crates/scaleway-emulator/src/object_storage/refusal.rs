//! What Object Storage refuses, by its codes.

use std::borrow::Cow;

use http::{HeaderName, StatusCode};

use super::xml::Element;
use crate::fault::FaultKind;
use crate::reply::Reply;

/// A code with its status and its usual message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code(u16, &'static str, &'static str);

pub(super) const ACCESS_DENIED: Code = Code(403, "AccessDenied", "Access Denied.");
pub(super) const AUTHORIZATION_QUERY: Code = Code(
    400,
    "AuthorizationQueryParametersError",
    "X-Amz-Date and X-Amz-Expires must be given; X-Amz-Expires must be at most a week (in seconds)",
);
pub(super) const BAD_DIGEST: Code =
    Code(400, "BadDigest", "The Content-MD5 or checksum you specified did not match what we received.");
pub(super) const BAD_REQUEST: Code = Code(400, "BadRequest", "Bad Request");
pub(super) const BUCKET_ALREADY_EXISTS: Code = Code(
    409,
    "BucketAlreadyExists",
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
);
pub(super) const BUCKET_ALREADY_OWNED_BY_YOU: Code = Code(
    409,
    "BucketAlreadyOwnedByYou",
    "Your previous request to create the named bucket succeeded and you already own it.",
);
pub(super) const BUCKET_NOT_EMPTY: Code =
    Code(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
pub(super) const ENTITY_TOO_SMALL: Code =
    Code(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size.");
pub(super) const INVALID_ACCESS_KEY_ID: Code =
    Code(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
pub(super) const INVALID_ARGUMENT: Code = Code(400, "InvalidArgument", "Invalid Argument.");
pub(super) const INVALID_BUCKET_NAME: Code =
    Code(400, "InvalidBucketName", "The specified bucket is not valid.");
pub(super) const INVALID_BUCKET_STATE: Code =
    Code(409, "InvalidBucketState", "The request is not valid with the current state of the bucket.");
pub(super) const INVALID_DIGEST: Code =
    Code(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
pub(super) const INVALID_LOCATION_CONSTRAINT: Code =
    Code(400, "InvalidLocationConstraint", "The specified location constraint is not valid.");
pub(super) const INVALID_OBJECT_STATE: Code =
    Code(403, "InvalidObjectState", "The operation is not valid for the object's storage class");
pub(super) const INVALID_PART: Code = Code(
    400,
    "InvalidPart",
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
);
pub(super) const INVALID_PART_ORDER: Code = Code(
    400,
    "InvalidPartOrder",
    "The list of parts was not in ascending order. Parts list must be specified in order by part number.",
);
pub(super) const INVALID_PART_NUMBER: Code =
    Code(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
pub(super) const INVALID_RANGE: Code = Code(416, "InvalidRange", "The requested range is not satisfiable");
pub(super) const INVALID_REQUEST: Code = Code(400, "InvalidRequest", "Invalid Request");
pub(super) const INVALID_STORAGE_CLASS: Code =
    Code(400, "InvalidStorageClass", "The storage class you specified is not valid.");
pub(super) const INVALID_TAG: Code = Code(400, "InvalidTag", "The tag provided was not a valid tag.");
pub(super) const INVALID_URI: Code = Code(400, "InvalidURI", "Could not parse the specified URI.");
pub(super) const KEY_TOO_LONG: Code = Code(400, "KeyTooLongError", "Your key is too long.");
pub(super) const MALFORMED_ACL: Code = Code(
    400,
    "MalformedACLError",
    "The XML you provided was not well-formed or did not validate against our published schema",
);
pub(super) const MALFORMED_POLICY: Code = Code(400, "MalformedPolicy", "Policy is malformed.");
pub(super) const MALFORMED_XML: Code = Code(
    400,
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
);
pub(super) const METHOD_NOT_ALLOWED: Code =
    Code(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
pub(super) const MISSING_CONTENT: Code =
    Code(400, "IncompleteBody", "You did not provide the number of bytes specified.");
pub(super) const NO_SUCH_BUCKET: Code = Code(404, "NoSuchBucket", "The specified bucket does not exist");
pub(super) const NO_SUCH_BUCKET_POLICY: Code =
    Code(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
pub(super) const NO_SUCH_CORS_CONFIGURATION: Code =
    Code(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist");
pub(super) const NO_SUCH_ENCRYPTION: Code = Code(
    404,
    "ServerSideEncryptionConfigurationNotFoundError",
    "The server side encryption configuration was not found",
);
pub(super) const NO_SUCH_KEY: Code = Code(404, "NoSuchKey", "The specified key does not exist.");
pub(super) const NO_SUCH_LIFECYCLE_CONFIGURATION: Code =
    Code(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist");
pub(super) const NO_SUCH_OBJECT_LOCK: Code = Code(
    404,
    "ObjectLockConfigurationNotFoundError",
    "Object Lock configuration does not exist for this bucket",
);
pub(super) const NO_SUCH_RETENTION: Code = Code(
    404,
    "NoSuchObjectLockConfiguration",
    "The specified object does not have a ObjectLock configuration",
);
pub(super) const NO_SUCH_TAG_SET: Code = Code(404, "NoSuchTagSet", "The TagSet does not exist");
pub(super) const NO_SUCH_UPLOAD: Code = Code(404, "NoSuchUpload", "The specified upload does not exist.");
pub(super) const NO_SUCH_VERSION: Code = Code(404, "NoSuchVersion", "The specified version does not exist.");
pub(super) const NO_SUCH_WEBSITE_CONFIGURATION: Code =
    Code(404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration");
pub(super) const NOT_IMPLEMENTED: Code = Code(
    501,
    "NotImplemented",
    "A header or query you provided implies functionality that is not implemented.",
);
pub(super) const NOT_MODIFIED: Code = Code(304, "NotModified", "Not Modified");
pub(super) const PRECONDITION_FAILED: Code =
    Code(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
pub(super) const SIGNATURE_DOES_NOT_MATCH: Code = Code(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
);
pub(super) const TOO_MANY_BUCKETS: Code =
    Code(400, "TooManyBuckets", "You have attempted to create more buckets than allowed.");
const INTERNAL_ERROR: Code =
    Code(500, "InternalError", "We encountered an internal error. Please try again.");
const SERVICE_UNAVAILABLE: Code = Code(503, "ServiceUnavailable", "Service is unable to handle request.");
const SLOW_DOWN: Code = Code(503, "SlowDown", "Please reduce your request rate.");

/// A request that was refused.
#[derive(Debug, Clone)]
pub(super) struct Refusal(Box<Details>);

#[derive(Debug, Clone)]
struct Details {
    code: Code,
    message: Cow<'static, str>,
    fields: Vec<(&'static str, String)>,
    headers: Vec<(HeaderName, String)>,
}

pub(super) type Result<T, E = Refusal> = std::result::Result<T, E>;

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self(Box::new(Details { code, message: code.2.into(), fields: Vec::new(), headers: Vec::new() }))
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        INTERNAL_ERROR.because(format!("a content cannot be kept or read: {error}"))
    }
}

impl From<crate::refusal::Refusal> for Refusal {
    /// Only where there is no randomness, or a record cannot be kept.
    fn from(_: crate::refusal::Refusal) -> Self {
        INTERNAL_ERROR.into()
    }
}

impl Code {
    /// With a message that says more than the usual one.
    pub(super) fn because(self, message: impl Into<Cow<'static, str>>) -> Refusal {
        let mut refusal = Refusal::from(self);
        refusal.0.message = message.into();
        refusal
    }

    /// With a field of the error's document.
    pub(super) fn about(self, field: &'static str, value: impl Into<String>) -> Refusal {
        Refusal::from(self).field(field, value)
    }
}

impl Refusal {
    pub(super) fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.fields.push((name, value.into()));
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.headers.push((HeaderName::from_static(name), value.into()));
        self
    }

    pub(super) fn code(&self) -> &'static str {
        self.0.code.1
    }

    pub(super) fn message(&self) -> &str {
        &self.0.message
    }

    /// The answer to a request that carries `id`; to a HEAD it has no document.
    pub(super) fn reply(&self, id: &str, resource: &str, head: bool) -> Reply {
        let Details { code, message, fields, headers } = &*self.0;
        let status = StatusCode::from_u16(code.0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let document = if head || status == StatusCode::NOT_MODIFIED {
            String::new()
        } else {
            let mut document = Element::new("Error").field("Code", code.1).field("Message", message);
            document = document.field("RequestId", id).field("HostId", id).field("Resource", resource);
            for (name, value) in fields {
                document = document.field(name, value);
            }
            document.bare_document()
        };
        let mut reply = Reply::bytes(status, "application/xml", document.into());
        for (name, value) in headers {
            reply = reply.header(name.clone(), value);
        }
        reply
    }
}

/// How a fault looks here, where it has an answer.
pub(super) fn of_fault(kind: FaultKind) -> Option<Refusal> {
    Some(Refusal::from(match kind {
        FaultKind::Throttled => SLOW_DOWN,
        FaultKind::ErrorBefore => SERVICE_UNAVAILABLE,
        FaultKind::ErrorAfter => INTERNAL_ERROR,
        FaultKind::Forbidden => ACCESS_DENIED,
        _ => return None,
    }))
}
