//! A typed client of the buckets of Scaleway Object Storage (S3), and the way to their objects.
//!
//! | part of a bucket | operations |
//! |---|---|
//! | [`Bucket`] | [create](ObjectStorage::create_bucket), [head](ObjectStorage::head_bucket), [list](ObjectStorage::list_buckets), [delete](ObjectStorage::delete_bucket), [wait](ObjectStorage::wait_for_bucket), [wait until gone](ObjectStorage::wait_until_bucket_gone) |
//! | [`Versioning`] | [get](ObjectStorage::get_bucket_versioning), [put](ObjectStorage::put_bucket_versioning) |
//! | [`Lifecycle`] | [get](ObjectStorage::get_bucket_lifecycle), [put](ObjectStorage::put_bucket_lifecycle), [delete](ObjectStorage::delete_bucket_lifecycle) |
//! | [`BucketPolicy`] | [get](ObjectStorage::get_bucket_policy), [put](ObjectStorage::put_bucket_policy), [delete](ObjectStorage::delete_bucket_policy) |
//! | [`Acl`] | [get](ObjectStorage::get_bucket_acl), [put](ObjectStorage::put_bucket_acl), [put by name](ObjectStorage::put_bucket_canned_acl) |
//! | [`Tags`] | [get](ObjectStorage::get_bucket_tagging), [put](ObjectStorage::put_bucket_tagging), [delete](ObjectStorage::delete_bucket_tagging) |
//! | [`Encryption`] | [get](ObjectStorage::get_bucket_encryption), [put](ObjectStorage::put_bucket_encryption), [delete](ObjectStorage::delete_bucket_encryption) |
//! | [`ObjectLock`] | [get](ObjectStorage::get_object_lock_configuration), [put](ObjectStorage::put_object_lock_configuration) |
//!
//! ```no_run
//! use scaleway_core::Client;
//! use scaleway_object_storage::{CreateBucket, Encryption, ObjectStorage, VersioningStatus};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let storage = ObjectStorage::new(&Client::from_env()?)?;
//! let bucket = "evalap-staging-state".parse()?;
//! storage.create_bucket(CreateBucket::new(&bucket)).await?;
//! storage.put_bucket_versioning(&bucket, VersioningStatus::Enabled).await?;
//! storage.put_bucket_encryption(&bucket, Encryption::aes256()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! A `put` replaces the whole of a part; a `get` of what was never set is `None` or empty, not an error, so that "not
//! found" always means the bucket.
//!
//! # Keys and addresses
//! A key acts in its *preferred* project, unless it is given as `KEY@PROJECT_ID`: this client always gives it so where a
//! default project is set, or [`ObjectStorage::in_project`] was called. A grant in IAM may take up to five minutes to be
//! known here: [`RetryPolicy::permission_grace`](scaleway_core::RetryPolicy::permission_grace) waits it out.
//!
//! A bucket's address is `https://<bucket>.s3.<region>.scw.cloud`. `SCW_S3_ENDPOINT` leads elsewhere;
//! `SCW_S3_USE_PATH_STYLE=true` puts the bucket in the path, and so do hosts that are addresses and buckets' names with dots.
//!
//! # Objects
//! `ObjectStorage::objects` (feature `object-store`) gives an `object_store::aws::AmazonS3` of a bucket, which goes through
//! the same [`Transport`](scaleway_core::Transport). Conditional writes work: `PutMode::Create` is `If-None-Match: *`,
//! `PutMode::Update` is `If-Match: <etag>`, and the loser is told so (`AlreadyExists`, `Precondition`): a lock needs nothing
//! else. Read what was written by its key, never by a listing; in a versioned bucket release a lock by overwriting it, as a
//! delete leaves a marker.
//!
//! # Signatures
//! Requests are signed in their headers, body included, by `aws-sigv4`: AWS' own signer, which takes any request and the
//! time to sign it at. `rusty-s3` is lighter, but signs addresses only (a link that anyone can use, and the body unsigned);
//! `reqsign` takes the time from the system. Answers and bodies are XML by `quick-xml`.
//!
//! # Errors
//! Every operation fails with [`Error`]: its kind is S3's code (`NoSuchBucket`, `BucketNotEmpty`, …), and its predicates
//! (`is_not_found`, `is_conflict`, `is_permission_denied`, …) say what to do. Answers to HEAD say no more than the status.
//! Every operation is sent again after a failure that passes, for all are states and not changes; where an earlier attempt
//! may have worked after all, a conflict (`BucketAlreadyOwnedByYou`) or "not found" says
//! [`may_have_happened`](Error::may_have_happened).

mod acl;
mod bucket;
mod client;
mod encryption;
mod lifecycle;
mod object_lock;
#[cfg(feature = "object-store")]
mod objects;
mod policy;
mod sign;
mod tagging;
mod versioning;
mod xml;

pub use acl::{Acl, CannedAcl, Grant, Grantee, Group, Permission};
pub use bucket::{Bucket, BucketName, Buckets, CreateBucket, InvalidBucketName, Owner};
pub use client::ObjectStorage;
pub use encryption::{DefaultEncryption, Encryption, EncryptionAlgorithm, EncryptionRule};
pub use lifecycle::{
    AbortIncompleteUploads, Expiration, Lifecycle, LifecycleFilter, LifecycleFilterAnd, LifecycleRule,
    NoncurrentExpiration, NoncurrentTransition, RuleStatus, StorageClass, Transition,
};
pub use object_lock::{DefaultRetention, LockMode, LockState, ObjectLock, ObjectLockRule};
pub use policy::{BucketPolicy, Condition, Effect, OneOrMany, Principal, Statement};
pub use scaleway_core::{self, Client, Error, Result};
pub use tagging::{Tag, Tags};
pub use versioning::{MfaDelete, Versioning, VersioningStatus};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
