//! The operations: by verb, by what they are about, and by the part of it that the query names.

use http::request::Parts;

use super::address::Address;
use super::call::Call;
use super::refusal::{self, Result};
use super::{acl, bucket, delete, listing, lock, multipart, object, policy, settings, tagging};
use crate::reply::Reply;
use crate::router::Fidelity;

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Service,
    Bucket,
    Object,
}

/// One operation.
pub(crate) struct Operation {
    /// S3's name.
    pub(crate) name: &'static str,
    /// `None`: it is known, and answered with a 501.
    pub(crate) fidelity: Option<Fidelity>,
    verb: &'static str,
    subject: Subject,
    /// What the query must have; empty: nothing.
    part: &'static str,
    /// It has a source that is copied.
    copies: bool,
    pub(super) handler: fn(&mut Call<'_>) -> Result<Reply>,
}

type Handler = fn(&mut Call<'_>) -> Result<Reply>;

const fn of(
    subject: Subject,
    verb: &'static str,
    part: &'static str,
    name: &'static str,
    handler: Handler,
) -> Operation {
    Operation { name, fidelity: Some(Fidelity::Faithful), verb, subject, part, copies: false, handler }
}

const fn bucket(verb: &'static str, part: &'static str, name: &'static str, handler: Handler) -> Operation {
    of(Subject::Bucket, verb, part, name, handler)
}

const fn object(verb: &'static str, part: &'static str, name: &'static str, handler: Handler) -> Operation {
    of(Subject::Object, verb, part, name, handler)
}

impl Operation {
    const fn simple(mut self) -> Self {
        self.fidelity = Some(Fidelity::Simple);
        self
    }

    const fn copies(mut self) -> Self {
        self.copies = true;
        self
    }

    const fn unknown(mut self) -> Self {
        self.fidelity = None;
        self
    }

    /// Whether it changes nothing.
    pub(super) fn reads(&self) -> bool {
        matches!(self.verb, "GET" | "HEAD")
    }

    /// As policies call it.
    pub(super) fn action(&self) -> &'static str {
        match self.name {
            "ListObjects" | "ListObjectsV2" | "HeadBucket" => "ListBucket",
            "ListObjectVersions" => "ListBucketVersions",
            "ListMultipartUploads" => "ListBucketMultipartUploads",
            "ListParts" => "ListMultipartUploadParts",
            "HeadObject" | "GetObjectAttributes" => "GetObject",
            "DeleteObjects" => "DeleteObject",
            "CopyObject"
            | "CreateMultipartUpload"
            | "UploadPart"
            | "UploadPartCopy"
            | "CompleteMultipartUpload" => "PutObject",
            "GetBucketLifecycleConfiguration" => "GetLifecycleConfiguration",
            "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => "PutLifecycleConfiguration",
            name => name,
        }
    }

    /// The operation of that name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.name == name)
    }

    /// What a request asks for.
    pub(crate) fn find(address: &Address, parts: &Parts) -> Option<&'static Self> {
        let subject = match (address.bucket.as_str(), address.key.as_str()) {
            ("", _) => Subject::Service,
            (_, "") => Subject::Bucket,
            _ => Subject::Object,
        };
        let query = parts.uri.query().unwrap_or_default();
        let has = |part: &str| query.split('&').any(|pair| pair.split('=').next() == Some(part));
        let copies = parts.headers.contains_key("x-amz-copy-source");
        OPERATIONS.iter().find(|operation| {
            operation.subject == subject
                && operation.verb == parts.method.as_str()
                && (operation.part.is_empty() || has(operation.part))
                && (copies || !operation.copies)
        })
    }
}

fn not_implemented(_: &mut Call<'_>) -> Result<Reply> {
    Err(refusal::NOT_IMPLEMENTED.into())
}

/// The first that fits is meant: those with a part come before those without.
pub(crate) static OPERATIONS: &[Operation] = &[
    of(Subject::Service, "GET", "", "ListBuckets", bucket::list_buckets),
    bucket("GET", "location", "GetBucketLocation", bucket::get_bucket_location),
    bucket("GET", "versioning", "GetBucketVersioning", bucket::get_bucket_versioning),
    bucket("GET", "lifecycle", "GetBucketLifecycleConfiguration", settings::get_lifecycle),
    bucket("GET", "policy", "GetBucketPolicy", policy::get),
    bucket("GET", "tagging", "GetBucketTagging", tagging::get_bucket),
    bucket("GET", "encryption", "GetBucketEncryption", settings::get_encryption),
    bucket("GET", "object-lock", "GetObjectLockConfiguration", lock::get_configuration),
    bucket("GET", "acl", "GetBucketAcl", acl::get_bucket).simple(),
    bucket("GET", "cors", "GetBucketCors", settings::get_cors).simple(),
    bucket("GET", "website", "GetBucketWebsite", settings::get_website).simple(),
    bucket("GET", "versions", "ListObjectVersions", listing::list_object_versions),
    bucket("GET", "uploads", "ListMultipartUploads", multipart::list_uploads),
    bucket("GET", "notification", "GetBucketNotificationConfiguration", not_implemented).unknown(),
    bucket("GET", "logging", "GetBucketLogging", not_implemented).unknown(),
    bucket("GET", "replication", "GetBucketReplication", not_implemented).unknown(),
    bucket("GET", "accelerate", "GetBucketAccelerateConfiguration", not_implemented).unknown(),
    bucket("GET", "requestPayment", "GetBucketRequestPayment", not_implemented).unknown(),
    bucket("GET", "publicAccessBlock", "GetPublicAccessBlock", not_implemented).unknown(),
    bucket("GET", "ownershipControls", "GetBucketOwnershipControls", not_implemented).unknown(),
    bucket("GET", "policyStatus", "GetBucketPolicyStatus", not_implemented).unknown(),
    bucket("GET", "list-type", "ListObjectsV2", listing::list_objects_v2),
    bucket("GET", "", "ListObjects", listing::list_objects),
    bucket("HEAD", "", "HeadBucket", bucket::head_bucket),
    bucket("PUT", "versioning", "PutBucketVersioning", bucket::put_bucket_versioning),
    bucket("PUT", "lifecycle", "PutBucketLifecycleConfiguration", settings::put_lifecycle),
    bucket("PUT", "policy", "PutBucketPolicy", policy::put),
    bucket("PUT", "tagging", "PutBucketTagging", tagging::put_bucket),
    bucket("PUT", "encryption", "PutBucketEncryption", settings::put_encryption),
    bucket("PUT", "object-lock", "PutObjectLockConfiguration", lock::put_configuration),
    bucket("PUT", "acl", "PutBucketAcl", acl::put_bucket).simple(),
    bucket("PUT", "cors", "PutBucketCors", settings::put_cors).simple(),
    bucket("PUT", "website", "PutBucketWebsite", settings::put_website).simple(),
    bucket("PUT", "notification", "PutBucketNotificationConfiguration", not_implemented).unknown(),
    bucket("PUT", "logging", "PutBucketLogging", not_implemented).unknown(),
    bucket("PUT", "replication", "PutBucketReplication", not_implemented).unknown(),
    bucket("PUT", "publicAccessBlock", "PutPublicAccessBlock", not_implemented).unknown(),
    bucket("PUT", "ownershipControls", "PutBucketOwnershipControls", not_implemented).unknown(),
    bucket("PUT", "", "CreateBucket", bucket::create_bucket),
    bucket("DELETE", "lifecycle", "DeleteBucketLifecycle", settings::delete_lifecycle),
    bucket("DELETE", "policy", "DeleteBucketPolicy", policy::delete),
    bucket("DELETE", "tagging", "DeleteBucketTagging", tagging::delete_bucket),
    bucket("DELETE", "encryption", "DeleteBucketEncryption", settings::delete_encryption),
    bucket("DELETE", "cors", "DeleteBucketCors", settings::delete_cors).simple(),
    bucket("DELETE", "website", "DeleteBucketWebsite", settings::delete_website).simple(),
    bucket("DELETE", "", "DeleteBucket", bucket::delete_bucket),
    bucket("POST", "delete", "DeleteObjects", delete::delete_objects),
    bucket("POST", "", "PostObject", not_implemented).unknown(),
    object("GET", "uploadId", "ListParts", multipart::list_parts),
    object("GET", "tagging", "GetObjectTagging", tagging::get_object),
    object("GET", "acl", "GetObjectAcl", acl::get_object).simple(),
    object("GET", "retention", "GetObjectRetention", lock::get_retention),
    object("GET", "legal-hold", "GetObjectLegalHold", lock::get_legal_hold),
    object("GET", "attributes", "GetObjectAttributes", object::get_object_attributes).simple(),
    object("GET", "torrent", "GetObjectTorrent", not_implemented).unknown(),
    object("GET", "", "GetObject", object::get_object),
    object("HEAD", "", "HeadObject", object::head_object),
    object("PUT", "uploadId", "UploadPartCopy", multipart::upload_part_copy).copies(),
    object("PUT", "uploadId", "UploadPart", multipart::upload_part),
    object("PUT", "tagging", "PutObjectTagging", tagging::put_object),
    object("PUT", "acl", "PutObjectAcl", acl::put_object).simple(),
    object("PUT", "retention", "PutObjectRetention", lock::put_retention),
    object("PUT", "legal-hold", "PutObjectLegalHold", lock::put_legal_hold),
    object("PUT", "", "CopyObject", object::copy_object).copies(),
    object("PUT", "", "PutObject", object::put_object),
    object("POST", "uploads", "CreateMultipartUpload", multipart::create),
    object("POST", "uploadId", "CompleteMultipartUpload", multipart::complete),
    object("POST", "restore", "RestoreObject", object::restore_object).simple(),
    object("POST", "select", "SelectObjectContent", not_implemented).unknown(),
    object("DELETE", "uploadId", "AbortMultipartUpload", multipart::abort),
    object("DELETE", "tagging", "DeleteObjectTagging", tagging::delete_object),
    object("DELETE", "", "DeleteObject", delete::delete_object),
];
