//! The state in a bucket of the emulator's Object Storage: in process, over a port, and from eight programs at once.

use evalap_topology::model::State;
use evalap_topology::state::contract::{Bench, Check, checks};
use evalap_topology::state::{Bootstrap, Entry, LeaseEvent, Session, StateError, StateKey, Store};
use scaleway_core::{Client, Clock, Config, Https, HttpsOptions, ProjectId, Random, Timestamp, Transport};
use scaleway_emulator::Emulator;
use scaleway_object_storage::{
    BucketName, BucketPolicy, CannedAcl, Expiration, Grant, Grantee, LifecycleFilter, LifecycleRule,
    ObjectStorage, Permission, Principal, Statement, StorageClass, Transition,
};

use crate::desk::Desk;

const PROJECT: &str = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90";

fn clock() -> Clock {
    Clock::virtual_from(Timestamp::from_unix_millis(1_780_000_000_000))
}

fn config() -> Config {
    let project: ProjectId = PROJECT.parse().unwrap();
    let config = Config::new("11111111-1111-4111-8111-111111111111").with_access_key("SCWXXXXXXXXXXXXXXXXX");
    config.with_default_project(project)
}

fn storage(config: Config, transport: impl Transport + 'static, clock: &Clock) -> ObjectStorage {
    let client = Client::builder(config, transport).clock(clock.clone()).random(Random::seeded(3));
    ObjectStorage::new(&client.build().unwrap()).unwrap()
}

/// An emulator's Object Storage in this process.
fn embedded() -> (ObjectStorage, Clock) {
    let clock = clock();
    let emulator = Emulator::builder().clock(clock.clone()).random(Random::seeded(7)).build().unwrap();
    (storage(config(), emulator, &clock), clock)
}

fn bucket(name: &str) -> BucketName {
    name.parse().unwrap()
}

/// A bucket made ready for a state, and what is asked of it.
fn meets(storage: &ObjectStorage, clock: &Clock, name: &str, (what, check): Check) {
    println!("{what}");
    let bucket = bucket(name);
    clock.block_on(Bootstrap::new(storage.clone(), bucket.clone()).run()).unwrap().unwrap();
    let bench = Bench::of(Store::bucket(storage, &bucket).unwrap());
    bench.run(check(&bench));
}

#[test]
fn the_emulators_object_storage_meets_the_contract_in_process() {
    for (number, check) in checks().into_iter().enumerate() {
        let (storage, clock) = embedded();
        meets(&storage, &clock, &format!("state-{number}"), check);
    }
}

#[test]
fn the_emulators_object_storage_meets_the_contract_over_a_port() {
    let desk = Desk::open();
    for (number, check) in checks().into_iter().enumerate() {
        let clock = clock();
        let connections = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
        let config = config().with_s3_endpoint(desk.url().parse().unwrap());
        meets(&storage(config, connections, &clock), &clock, &format!("state-{number}"), check);
    }
}

#[test]
fn a_bucket_is_made_ready_once() {
    let (storage, clock) = embedded();
    clock
        .block_on(async {
            let name = bucket("evalap-state");
            let ready = Bootstrap::new(storage.clone(), name.clone());
            let missing = Session::<State>::open(
                Store::bucket(&storage, &name).unwrap(),
                StateKey::new(&[7; 32]).unwrap(),
            );
            let error = missing.await.unwrap_err();
            assert!(matches!(error, StateError::NoBucket { .. }), "{error}");
            assert!(error.to_string().contains("manage_state bootstrap"), "{error}");

            assert!(!ready.run().await.unwrap().is_empty());
            assert!(storage.get_bucket_versioning(&name).await.unwrap().is_enabled());
            let lifecycle = storage.get_bucket_lifecycle(&name).await.unwrap().unwrap();
            let prefixes: Vec<_> =
                lifecycle.rules.iter().filter_map(|rule| rule.filter.as_ref()?.prefix.as_deref()).collect();
            assert_eq!(prefixes, ["snap/"], "nothing of the log ever expires");
            assert_eq!(
                ready.run().await.unwrap(),
                Vec::<String>::new(),
                "the second time there is nothing to do"
            );

            let rule =
                LifecycleRule::new("all").filter(LifecycleFilter::prefix("")).expiration(Expiration::days(1));
            storage.put_bucket_lifecycle(&name, [rule].into_iter().collect()).await.unwrap();
            let error = ready.run().await.unwrap_err();
            assert!(matches!(&error, StateError::Expires { rule, .. } if rule == "all"), "{error}");
            storage.delete_bucket_lifecycle(&name).await.unwrap();

            let cold = LifecycleRule::new("cold")
                .filter(LifecycleFilter::prefix("log/"))
                .transitions(vec![Transition::days(30, StorageClass::Glacier)]);
            storage.put_bucket_lifecycle(&name, [cold].into_iter().collect()).await.unwrap();
            let error = ready.run().await.unwrap_err();
            assert!(matches!(&error, StateError::Expires { rule, .. } if rule == "cold"), "{error}");

            let theirs = LifecycleRule::new("backups")
                .filter(LifecycleFilter::prefix("backups/"))
                .expiration(Expiration::days(30));
            storage.put_bucket_lifecycle(&name, [theirs].into_iter().collect()).await.unwrap();
            assert_eq!(ready.run().await.unwrap().len(), 1);
            let lifecycle = storage.get_bucket_lifecycle(&name).await.unwrap().unwrap();
            let rules: Vec<_> = lifecycle.rules.iter().filter_map(|rule| rule.id.as_deref()).collect();
            assert_eq!(rules, ["backups", "old-snapshots"], "others' rules stay");
            assert_eq!(ready.run().await.unwrap(), Vec::<String>::new());

            for everyone in [Principal::everyone(), Principal::scw(["*"]), Principal::scw(["user_id:x", "*"])]
            {
                let public = Statement::allow(everyone, "s3:GetObject", "evalap-state/*");
                storage.put_bucket_policy(&name, BucketPolicy::new([public])).await.unwrap();
                let error = ready.run().await.unwrap_err();
                assert!(matches!(error, StateError::Public { .. }), "{error}");
            }
        })
        .unwrap();
}

#[test]
fn a_bucket_whose_acl_lets_everyone_in_is_refused() {
    let (storage, clock) = embedded();
    let run = async {
        let name = bucket("evalap-state");
        let ready = Bootstrap::new(storage.clone(), name.clone());
        ready.run().await.unwrap();
        for (acl, told) in [
            (CannedAcl::PublicRead, "grants READ to everyone:"),
            (CannedAcl::PublicReadWrite, "grants READ to everyone, WRITE to everyone:"),
            (CannedAcl::AuthenticatedRead, "grants READ to every customer:"),
        ] {
            storage.put_bucket_canned_acl(&name, acl).await.unwrap();
            for ready in [ready.clone(), ready.clone().allow(["user_id:x"])] {
                let error = ready.run().await.unwrap_err();
                assert!(matches!(error, StateError::PublicAcl { .. }), "{error}");
                let error = error.to_string();
                assert!(error.starts_with("the bucket evalap-state has an ACL that "), "{error}");
                assert!(
                    error.contains(told) && error.contains("--bucket evalap-state --acl private"),
                    "{error}"
                );
            }
            assert_eq!(
                storage.get_bucket_policy(&name).await.unwrap(),
                None,
                "what is refused is left alone"
            );
        }
        storage.put_bucket_canned_acl(&name, CannedAcl::Private).await.unwrap();
        assert_eq!(ready.run().await.unwrap(), Vec::<String>::new());

        // Who is named is not everyone.
        let mut shared = storage.get_bucket_acl(&name).await.unwrap();
        shared.grants.push(Grant::new(Grantee::user("another:another"), Permission::Read));
        storage.put_bucket_acl(&name, shared).await.unwrap();
        assert_eq!(ready.run().await.unwrap(), Vec::<String>::new());
    };
    clock.block_on(run).unwrap();
}

/// Each program applies a definition that differs from the others' in one figure, at the same time as the others.
#[test]
fn of_eight_programs_on_one_state_one_works_at_a_time() {
    let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
    let state = "[state]\nbucket = \"evalap-staging-state\"\n\n[network]";
    let definition = |scale: usize| {
        let text = environments::STAGING.replace("[network]", state);
        let file = folder.path().join(format!("{scale}.toml"));
        std::fs::write(&file, text.replacen("max_scale = 3", &format!("max_scale = {scale}"), 1)).unwrap();
        file
    };
    let program = |name: &str, scale: usize| {
        let mut command = desk.command(name, folder.path(), &definition(scale));
        command.env("EVALAP_STATE_KEY", "07".repeat(32));
        command
    };
    let made = program("manage_state", 3).arg("bootstrap").output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    // One speed for all: a lease is measured by who waits for it.
    let apply = |scale| {
        let mut command = program("deploy_staging", scale);
        command.args(["--speed", "20", "--latency", "none", "--lock-timeout", "60m", "apply"]);
        command
    };
    let made = apply(3).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let children: Vec<_> = (4..12).map(|scale| apply(scale).spawn().unwrap()).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }

    let clock = Clock::real();
    let storage = storage(config(), desk.emulator.clone(), &clock);
    let store = Store::bucket(&storage, &bucket("evalap-staging-state")).unwrap();
    let key = StateKey::new(&[7; 32]).unwrap();
    clock
        .block_on(async {
            let verified = Session::<State>::verify(store.clone(), key.clone()).await.unwrap();
            let session = Session::<State>::open(store, key).await.unwrap();
            let history = session.history().await.unwrap();
            assert!(history.iter().map(|record| record.seq).eq(1..=verified.head.seq), "no gaps");
            let (mut held, mut claims) = (None, 0);
            for entry in history.iter().flat_map(|record| &record.entries) {
                match entry {
                    Entry::Lease(LeaseEvent::Claim { lease, over, .. }) => {
                        assert_eq!((held.as_ref(), over), (None, &None), "taken while another had it");
                        (held, claims) = (Some(lease.clone()), claims + 1);
                    }
                    Entry::Lease(LeaseEvent::Release { lease }) => {
                        assert_eq!(held.take().as_ref(), Some(lease));
                    }
                    _ => {}
                }
            }
            assert!(claims >= 9 && session.lease().is_none(), "{claims}");
        })
        .unwrap();
    let expected = {
        let (alone, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        alone.run(folder.path(), &["apply"]);
        alone.left()
    };
    assert_eq!(desk.left(), expected, "nothing is made twice");
}
