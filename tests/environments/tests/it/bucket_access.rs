//! Who may do what with a bucket, asked through `object_store` of an emulator that asks who is there.

use evalap_topology::state::{Bootstrap, StateError};
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{CopyOptions, Error, ObjectStore, ObjectStoreExt, PutPayload};
use scaleway_core::{Client, Clock, Config, ProjectId, Random, RetryPolicy, Secret, Timestamp};
use scaleway_emulator::Emulator;
use scaleway_iam::RuleSpec;
use scaleway_object_storage::{
    BucketName, BucketPolicy, CreateBucket, ObjectStorage, OneOrMany, Principal, Statement,
};

use crate::access::key;

const PROJECT: &str = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90";

/// An organization with a bucket, and an application beside its owner.
struct Desk {
    emulator: Emulator,
    clock: Clock,
    bucket: BucketName,
}

impl Desk {
    fn run<F: Future>(test: impl FnOnce(Self) -> F) -> F::Output {
        let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_780_000_000_000));
        let builder = Emulator::builder().clock(clock.clone()).random(Random::seeded(3));
        let emulator = builder.strict_auth(true).build().unwrap();
        let bucket = "evalap-staging".parse().unwrap();
        clock.clone().block_on(test(Self { emulator, clock, bucket })).unwrap()
    }

    fn client(&self, access_key: &str, secret_key: Secret) -> Client {
        let project: ProjectId = PROJECT.parse().unwrap();
        let config = Config::new(secret_key)
            .with_access_key(access_key)
            .with_default_project(project)
            .with_default_organization(self.emulator.organization().parse().unwrap());
        let client = Client::builder(config, self.emulator.clone()).clock(self.clock.clone());
        client.random(Random::seeded(4)).retry(RetryPolicy::never()).build().unwrap()
    }

    fn owner(&self) -> Client {
        let key = self.emulator.owner_key().unwrap();
        self.client(&key.access_key, key.secret_key.clone())
    }

    /// Storage as an application sees it that has these permission sets, and what a policy calls it.
    async fn application(&self, name: &str, sets: &[&str]) -> (ObjectStorage, String) {
        let (owner, project) = (self.owner(), PROJECT.parse::<ProjectId>().unwrap());
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        let rules = vec![RuleSpec::for_projects(sets, [project.clone()])];
        let key = key(&owner, name, rules, project).await;
        let client = self.client(key.access_key.as_str(), key.secret_key.unwrap());
        (ObjectStorage::new(&client).unwrap(), format!("application_id:{}", key.application_id.unwrap()))
    }

    /// The owner's storage, with the bucket in it and an object of each of these names.
    async fn filled(&self, keys: &[&str]) -> ObjectStorage {
        let storage = ObjectStorage::new(&self.owner()).unwrap();
        storage.create_bucket(CreateBucket::new(&self.bucket)).await.unwrap();
        let objects = storage.objects(&self.bucket).unwrap();
        for key in keys {
            objects.put(&Path::from(*key), PutPayload::from_static(b"content")).await.unwrap();
        }
        storage
    }
}

fn refused<T>(what: &str, answer: Result<T, Error>) {
    let told = answer.as_ref().err().map_or_else(|| "it was allowed".to_owned(), ToString::to_string);
    // What is refused key by key `object_store` gives no kind of its own.
    let is_refused = matches!(answer, Err(Error::PermissionDenied { .. })) || told.contains("AccessDenied");
    assert!(is_refused, "{what}: {told}");
}

#[test]
fn permission_sets_decide_where_a_bucket_has_no_policy() {
    Desk::run(async |desk| {
        desk.filled(&["a"]).await;
        let (reader, _) = desk.application("reader", &["ObjectStorageReadOnly"]).await;
        let objects = reader.objects(&desk.bucket).unwrap();
        assert_eq!(objects.get(&"a".into()).await.unwrap().bytes().await.unwrap(), "content");
        refused("to write", objects.put(&"b".into(), "new".into()).await);
        refused("to delete", objects.delete(&"a".into()).await);
        let (writer, _) = desk.application("writer", &["ObjectStorageObjectsWrite"]).await;
        let objects = writer.objects(&desk.bucket).unwrap();
        objects.put(&"b".into(), "new".into()).await.unwrap();
        refused("to read", objects.get(&"b".into()).await);
        let made = writer.create_bucket(CreateBucket::new(&"evalap-other".parse().unwrap())).await;
        assert!(made.is_err_and(|error| error.is_permission_denied()));
        let (nobody, _) = desk.application("nobody", &["SecretManagerReadOnly"]).await;
        let objects = nobody.objects(&desk.bucket).unwrap();
        refused("to read", objects.get(&"a".into()).await);
        refused("to list", objects.list(None).try_collect::<Vec<_>>().await);
    });
}

#[test]
fn a_policy_decides_key_by_key_and_its_denials_win() {
    Desk::run(async |desk| {
        let storage = desk.filled(&["open/a", "open/locked", "closed/a"]).await;
        let (application, name) = desk.application("service", &["SecretManagerReadOnly"]).await;
        let service = || Principal::scw([name.clone()]);
        let bucket = desk.bucket.as_str();
        let anything = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
        let policy = BucketPolicy::new([
            Statement::allow(service(), "s3:ListBucket", bucket),
            Statement::allow(service(), OneOrMany::from_iter(anything), format!("{bucket}/open/*")),
            Statement::deny(service(), "s3:DeleteObject", format!("{bucket}/*/locked")),
        ]);
        storage.put_bucket_policy(&desk.bucket, policy).await.unwrap();
        let objects = application.objects(&desk.bucket).unwrap();
        assert_eq!(objects.list(None).try_collect::<Vec<_>>().await.unwrap().len(), 3);
        objects.get(&"open/a".into()).await.unwrap();
        refused("to read what is closed", objects.get(&"closed/a".into()).await);
        objects.put(&"open/b".into(), "new".into()).await.unwrap();
        let copy = |from: &'static str, to: &'static str| {
            let objects = &objects;
            async move { objects.copy_opts(&from.into(), &to.into(), CopyOptions::default()).await }
        };
        copy("open/a", "open/c").await.unwrap();
        refused("to copy from what is closed", copy("closed/a", "open/d").await);
        refused("to copy to what is closed", copy("open/a", "closed/b").await);

        let keys = ["open/a", "open/locked", "closed/a", "open/never"].map(|key| Ok(Path::from(key)));
        let deleted: Vec<_> = objects.delete_stream(stream::iter(keys).boxed()).collect().await;
        let told: Vec<bool> = deleted.iter().map(Result::is_ok).collect();
        assert_eq!(told, [true, false, false, true], "{deleted:?}");
        let left = objects.list(None).map_ok(|object| object.location.to_string());
        assert_eq!(
            left.try_collect::<Vec<_>>().await.unwrap(),
            ["closed/a", "open/b", "open/c", "open/locked"]
        );
        let read = application.get_bucket_policy(&desk.bucket).await;
        assert!(read.is_err_and(|error| error.is_permission_denied()), "it may not look at the policy");
        assert!(storage.get_bucket_policy(&desk.bucket).await.unwrap().is_some());
    });
}

#[test]
fn a_policy_can_name_whom_and_what_it_leaves_out() {
    Desk::run(async |desk| {
        let storage = desk.filled(&["a"]).await;
        let (one, name) = desk.application("one", &["ObjectStorageFullAccess"]).await;
        let (other, _) = desk.application("other", &["ObjectStorageFullAccess"]).await;
        let bucket = desk.bucket.as_str();
        let mut all_but_one = Statement::deny(Principal::everyone(), "s3:*", format!("{bucket}/*"));
        all_but_one.principal = None;
        all_but_one.not_principal = Some(Principal::scw([name]));
        let mut reads = Statement::allow(Principal::everyone(), "s3:*", format!("{bucket}/*"));
        reads.actions = None;
        reads.not_actions = Some("s3:PutObject".into());
        storage.put_bucket_policy(&desk.bucket, BucketPolicy::new([all_but_one, reads])).await.unwrap();
        let (one, other) = (one.objects(&desk.bucket).unwrap(), other.objects(&desk.bucket).unwrap());
        one.get(&"a".into()).await.unwrap();
        refused("to write", one.put(&"b".into(), "new".into()).await);
        refused("to read as another", other.get(&"a".into()).await);
    });
}

#[test]
fn a_key_that_may_not_read_the_acl_is_told_so() {
    Desk::run(async |desk| {
        let storage = desk.filled(&[]).await;
        let (deployer, name) = desk.application("deployer", &["ObjectStorageFullAccess"]).await;
        let places = [desk.bucket.to_string(), format!("{}/*", desk.bucket)];
        let mut all_but_the_acl =
            Statement::allow(Principal::scw([name]), "s3:*", OneOrMany::from_iter(places));
        all_but_the_acl.actions = None;
        all_but_the_acl.not_actions = Some("s3:GetBucketAcl".into());
        storage.put_bucket_policy(&desk.bucket, BucketPolicy::new([all_but_the_acl])).await.unwrap();
        let error = Bootstrap::new(deployer, desk.bucket.clone()).run().await.unwrap_err();
        let told = "the bucket evalap-staging cannot be asked for its ACL (s3:GetBucketAcl)";
        assert_eq!(error.to_string(), told);
        assert!(matches!(error, StateError::Bucket { source, .. } if source.is_permission_denied()));
    });
}
