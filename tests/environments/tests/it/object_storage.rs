//! The client of Object Storage, and `object_store`, on the emulator.

use bytes::Bytes;
use object_store::aws::{AmazonS3Builder, S3CopyIfNotExists};
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::{
    Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion, integration,
};
use scaleway_core::{Client, Clock, Config, Random, Timestamp, Transport};
use scaleway_emulator::Emulator;
use scaleway_object_storage::{
    AbortIncompleteUploads, BucketName, BucketPolicy, CannedAcl, CreateBucket, Encryption, Expiration,
    Lifecycle, LifecycleRule, LockMode, ObjectLock, ObjectStorage, Principal, Statement, Tags,
    VersioningStatus,
};

const PROJECT: &str = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90";

struct Desk {
    clock: Clock,
    storage: ObjectStorage,
    bucket: BucketName,
}

fn desk() -> Desk {
    let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_780_000_000_000));
    let emulator = Emulator::builder().clock(clock.clone()).random(Random::seeded(3)).build().unwrap();
    let config = Config::new("11111111-1111-4111-8111-111111111111")
        .with_access_key("SCWXXXXXXXXXXXXXXXXX")
        .with_default_project(PROJECT.parse().unwrap());
    let client =
        Client::builder(config, emulator).clock(clock.clone()).random(Random::seeded(4)).build().unwrap();
    Desk { clock, storage: ObjectStorage::new(&client).unwrap(), bucket: "evalap-staging".parse().unwrap() }
}

#[test]
fn a_bucket_is_made_configured_and_removed() {
    let Desk { clock, storage, bucket } = desk();
    let run = async {
        storage.create_bucket(CreateBucket::new(&bucket)).await.unwrap();
        let again = storage.create_bucket(CreateBucket::new(&bucket)).await.unwrap_err();
        assert!(again.is_conflict(), "{again}");
        let listed = storage.list_buckets().await.unwrap();
        assert_eq!(listed.buckets[0].name, bucket);
        storage.head_bucket(&bucket).await.unwrap();

        assert!(!storage.get_bucket_versioning(&bucket).await.unwrap().is_enabled());
        storage.put_bucket_versioning(&bucket, VersioningStatus::Enabled).await.unwrap();
        assert!(storage.get_bucket_versioning(&bucket).await.unwrap().is_enabled());

        let rule = LifecycleRule::new("old")
            .expiration(Expiration::days(30))
            .abort_incomplete_uploads(AbortIncompleteUploads::days(1));
        let lifecycle = Lifecycle::from_iter([rule]);
        assert_eq!(storage.get_bucket_lifecycle(&bucket).await.unwrap(), None);
        storage.put_bucket_lifecycle(&bucket, lifecycle.clone()).await.unwrap();
        assert_eq!(storage.get_bucket_lifecycle(&bucket).await.unwrap(), Some(lifecycle));
        storage.delete_bucket_lifecycle(&bucket).await.unwrap();
        assert_eq!(storage.get_bucket_lifecycle(&bucket).await.unwrap(), None);

        let tags = Tags::from_iter([("environment", "staging")]);
        storage.put_bucket_tagging(&bucket, tags.clone()).await.unwrap();
        assert_eq!(storage.get_bucket_tagging(&bucket).await.unwrap(), tags);
        storage.delete_bucket_tagging(&bucket).await.unwrap();
        assert_eq!(storage.get_bucket_tagging(&bucket).await.unwrap(), Tags::default());

        storage.put_bucket_encryption(&bucket, Encryption::aes256()).await.unwrap();
        assert_eq!(storage.get_bucket_encryption(&bucket).await.unwrap(), Some(Encryption::aes256()));
        storage.delete_bucket_encryption(&bucket).await.unwrap();
        assert_eq!(storage.get_bucket_encryption(&bucket).await.unwrap(), None);

        let everything = format!("{bucket}/*");
        let policy = BucketPolicy::new([Statement::allow(Principal::everyone(), "s3:GetObject", everything)]);
        storage.put_bucket_policy(&bucket, policy.clone()).await.unwrap();
        assert_eq!(storage.get_bucket_policy(&bucket).await.unwrap(), Some(policy));
        storage.delete_bucket_policy(&bucket).await.unwrap();
        assert_eq!(storage.get_bucket_policy(&bucket).await.unwrap(), None);

        let made = storage.get_bucket_acl(&bucket).await.unwrap();
        assert!(made.is_private(), "{made:?}");
        storage.put_bucket_canned_acl(&bucket, CannedAcl::PublicReadWrite).await.unwrap();
        let public = storage.get_bucket_acl(&bucket).await.unwrap();
        let granted: Vec<String> = public.public_grants().map(ToString::to_string).collect();
        assert_eq!(granted, ["READ to everyone", "WRITE to everyone"]);
        storage.put_bucket_acl(&bucket, made.clone()).await.unwrap();
        assert_eq!(storage.get_bucket_acl(&bucket).await.unwrap(), made);

        assert_eq!(storage.get_object_lock_configuration(&bucket).await.unwrap(), None);
        storage.delete_bucket(&bucket).await.unwrap();
        storage.create_bucket(CreateBucket::new(&bucket).object_lock(true)).await.unwrap();
        let lock = ObjectLock::days(LockMode::Governance, 7);
        storage.put_object_lock_configuration(&bucket, lock.clone()).await.unwrap();
        assert_eq!(storage.get_object_lock_configuration(&bucket).await.unwrap(), Some(lock));

        storage.delete_bucket(&bucket).await.unwrap();
        assert!(storage.head_bucket(&bucket).await.unwrap_err().is_not_found());
    };
    clock.block_on(run).unwrap();
}

#[test]
fn of_two_writers_one_is_told_that_it_lost() {
    let Desk { clock, storage, bucket } = desk();
    let run = async {
        storage.create_bucket(CreateBucket::new(&bucket)).await.unwrap();
        let objects = storage.objects(&bucket).unwrap();
        let path = Path::from("lock");
        let put = async |mode: PutMode, content: &'static str| {
            objects.put_opts(&path, PutPayload::from_static(content.as_bytes()), PutOptions::from(mode)).await
        };
        let first = put(PutMode::Create, "first").await.unwrap();
        assert!(matches!(put(PutMode::Create, "late").await, Err(Error::AlreadyExists { .. })));
        let held = UpdateVersion { e_tag: first.e_tag, version: first.version };
        put(PutMode::Update(held.clone()), "second").await.unwrap();
        assert!(matches!(put(PutMode::Update(held), "late").await, Err(Error::Precondition { .. })));
        let read = objects.get(&path).await.unwrap().bytes().await.unwrap();
        assert_eq!(read, "second");
        objects.delete(&path).await.unwrap();
        assert!(matches!(objects.get(&path).await, Err(Error::NotFound { .. })));
    };
    clock.block_on(run).unwrap();
}

#[test]
fn object_store_finds_what_it_expects_of_any_store() {
    let Desk { clock, storage, bucket } = desk();
    let run = async {
        storage.create_bucket(CreateBucket::new(&bucket)).await.unwrap();
        meets_expectations(&storage.objects(&bucket).unwrap()).await;
    };
    clock.block_on(run).unwrap();
}

#[test]
fn object_store_finds_the_same_with_the_emulator_as_its_connector() {
    let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_780_000_000_000));
    let emulator = Emulator::builder().clock(clock.clone()).random(Random::seeded(3)).build().unwrap();
    let objects = AmazonS3Builder::new()
        .with_bucket_name("evalap-staging")
        .with_region("fr-par")
        .with_endpoint("https://s3.fr-par.scw.cloud")
        .with_access_key_id("SCWXXXXXXXXXXXXXXXXX")
        .with_secret_access_key("11111111-1111-4111-8111-111111111111")
        .with_copy_if_not_exists(S3CopyIfNotExists::Header("if-none-match".into(), "*".into()))
        .with_http_connector(emulator.clone())
        .build()
        .unwrap();
    let run = async {
        let bucket = http::Request::put("https://s3.fr-par.scw.cloud/evalap-staging");
        assert_eq!(emulator.send(bucket.body(Bytes::new()).unwrap()).await.unwrap().status(), 200);
        meets_expectations(&objects).await;
    };
    clock.block_on(run).unwrap();
}

/// The suite that `object_store` has for its own stores.
async fn meets_expectations<S: ObjectStore + MultipartStore>(objects: &S) {
    integration::put_get_delete_list(objects).await;
    integration::get_opts(objects).await;
    integration::put_opts(objects, true).await;
    integration::list_uses_directories_correctly(objects).await;
    integration::list_with_delimiter(objects).await;
    integration::rename_and_copy(objects).await;
    integration::copy_if_not_exists(objects).await;
    integration::stream_get(objects).await;
    integration::multipart(objects, objects).await;
    integration::multipart_put_part_out_of_order(objects, objects).await;
}
