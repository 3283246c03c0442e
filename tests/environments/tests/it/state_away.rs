//! The state's bucket goes away in the middle of an apply, and the cloud before a plan; and what the audit tells of a run.

use std::path::Path;
use std::time::Duration;

use environments::{STAGING, VARIABLES, World};
use evalap_topology::Lock;
use evalap_topology::apply::{ApplyOptions, Progress};
use evalap_topology::audit::audit;
use evalap_topology::kinds::KindName;
use evalap_topology::model::State;
use evalap_topology::plan::Scope;
use evalap_topology::state::{Bootstrap, Session, Store};
use scaleway_core::{Client, Config, Random};
use scaleway_emulator::{Fault, FaultKind, Image, ImageBook, Latency};
use scaleway_object_storage::{BucketName, ObjectStorage};

fn world(folder: &Path) -> World {
    world_with(folder, ImageBook::new())
}

/// A world whose state is in a bucket of its cloud, with a refuge in `folder`.
fn world_with(folder: &Path, images: ImageBook) -> World {
    let mut world = World::with(STAGING, Latency::Recorded, images);
    let config = Config::new("11111111-1111-4111-8111-111111111111").with_access_key("SCWXXXXXXXXXXXXXXXXX");
    let client = Client::builder(config, world.emulator.clone()).clock(world.clock.clone());
    let client = client.random(Random::seeded(3)).build().unwrap();
    let (storage, bucket) =
        (ObjectStorage::new(&client).unwrap(), "evalap-state".parse::<BucketName>().unwrap());
    world.run(Bootstrap::new(storage.clone(), bucket.clone()).run()).unwrap();
    let refuge = Store::folder(folder, world.clock.clone(), Random::seeded(4)).unwrap();
    world.store = Store::bucket(&storage, &bucket).unwrap().with_refuge(refuge);
    world
}

#[test]
fn a_bucket_that_goes_away_in_an_apply_costs_nothing_but_another_run() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    world.emulator.inject(Fault::new(FaultKind::ErrorBefore).operation("PutObject").nth(9).times(100_000));
    let outcome = world.run(Box::pin(world.apply())).unwrap();
    assert!(!outcome.is_complete());
    assert!(!outcome.kept.is_empty(), "{outcome:#?}");
    assert!(
        outcome.failed.iter().any(|failed| failed.error.contains("could not be written")),
        "{outcome:#?}"
    );
    let told = world.progress.lock().unwrap().clone();
    let noticed = told.iter().position(|progress| matches!(progress, Progress::Unwritable { .. })).unwrap();
    let begun = told[noticed..].iter().any(|progress| matches!(progress, Progress::Started { .. }));
    assert!(!begun, "nothing more is begun");

    // Until the bucket is back, what is known is what that run has read and written, and no less.
    world.emulator.inject(Fault::new(FaultKind::ErrorBefore).operation("GetObject").times(100_000));
    world.emulator.inject(Fault::new(FaultKind::ErrorBefore).operation("ListObjectsV2").times(100_000));
    let mut engine = world.run(Box::pin(world.open())).unwrap();
    assert!(!engine.state().resources.is_empty(), "what was written is remembered");
    let away = engine.session().away().unwrap();
    assert!(away.kept > 0, "{away:?}");
    assert!(away.because.contains("[request") && !away.because.contains('<'), "{away:?}");
    world.emulator.clear_faults();

    // It is merged, and said so; nothing is made twice.
    let outcome = loop {
        match world.run(Box::pin(world.apply())) {
            Err(evalap_topology::Error::StalePlan { .. }) => {}
            ended => break ended.unwrap(),
        }
    };
    assert!(outcome.is_complete(), "{:#?}", outcome.failed);
    let merged =
        world.progress.lock().unwrap().iter().any(|progress| matches!(progress, Progress::Merged(_)));
    assert!(merged);
    assert_eq!(world.changes(), Vec::<String>::new());
    let session = world.run(Session::<State>::open(world.store.clone(), world.key.clone())).unwrap();
    // What was sent while nothing could be written is in the audit, too, and how that run ended.
    let told = audit(&world.run(session.history()).unwrap());
    let first = told.iter().find(|run| !run.changes.is_empty()).unwrap();
    assert_eq!(first.outcome, "failed", "{told:#?}");
    let told = told
        .iter()
        .flat_map(|run| &run.calls)
        .filter(|call| call.method == "POST" && call.status == Some(200));
    let mut told: Vec<_> = told.map(|call| call.path.clone()).collect();
    let requests = world.emulator.requests();
    let sent = requests.recent().filter(|sent| {
        sent.verb == "POST" && sent.status == Some(200) && sent.product != Some("object-storage")
    });
    let mut sent: Vec<_> = sent.map(|sent| sent.path.clone()).collect();
    told.sort();
    sent.sort();
    assert_eq!(told, sent);
    for operation in ["CreateVPC", "CreateInstance", "CreateContainer", "CreateToken"] {
        let made = world.emulator.requests().count(operation);
        assert!(made <= 3, "{operation}: {made}");
    }
    let kept = std::fs::read_dir(folder.path().join("kept")).unwrap().count();
    assert_eq!(kept, 0, "nothing is left to merge");
}

/// Before anything is planned: a plan that was made without it would not fit what comes of it.
#[test]
fn what_was_kept_is_merged_by_who_has_nothing_else_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    world.emulator.inject(Fault::new(FaultKind::ErrorBefore).operation("PutObject").nth(9).times(100_000));
    assert!(!world.run(Box::pin(world.apply())).unwrap().kept.is_empty());
    world.emulator.clear_faults();
    let merge = async || {
        let mut engine = world.open().await?;
        let mut lock = Lock::now("apply");
        lock.wait = Duration::from_mins(5);
        engine.merge_kept(lock, |_| ()).await
    };
    let merged = world.run(Box::pin(merge())).unwrap().unwrap();
    assert!(merged.taken > 0, "{merged:?}");
    assert_eq!(world.run(Box::pin(merge())).unwrap(), None);
    // The first plan fits.
    assert!(world.run(Box::pin(world.apply())).unwrap().is_complete());
}

/// Who was refused because the bucket is away is in the audit, once that is back.
#[test]
fn what_is_refused_while_the_bucket_is_away_is_in_the_audit_later() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    assert!(world.run(Box::pin(world.apply())).unwrap().is_complete());
    let mut engine = world.run(Box::pin(world.open())).unwrap();
    let plan = world.run(engine.plan_destroy()).unwrap();
    for operation in ["GetObject", "ListObjectsV2", "PutObject"] {
        world.emulator.inject(Fault::new(FaultKind::ErrorBefore).operation(operation).times(100_000));
    }
    let gone = world.clock.now();
    let mut options = ApplyOptions::default();
    options.confirm = Some("staging".to_owned());
    let refused = engine.apply(&plan, Lock::now("destroy"), &options, |_| (), &|_| ());
    let error = world.run(Box::pin(refused)).unwrap_err();
    assert!(error.is_away(), "{error}");
    let noticed = world.clock.now();
    world.emulator.clear_faults();
    world.run(world.clock.sleep(Duration::from_hours(1)));
    let outcome = world.run(Box::pin(world.apply()));
    assert!(outcome.is_ok_and(|outcome| outcome.is_complete()));

    let session = world.run(Session::<State>::open(world.store.clone(), world.key.clone())).unwrap();
    let told = audit(&world.run(session.history()).unwrap());
    let refused: Vec<_> = told.iter().filter(|run| run.outcome == "refused").collect();
    let [refused] = refused[..] else { panic!("{told:#?}") };
    assert_eq!(refused.by.command, "destroy");
    assert!((gone..=noticed).contains(&refused.began), "{refused:?}");
    assert!(refused.details["because"].contains("the state"), "{refused:?}");
}

/// Nothing is written while an instance takes minutes to get ready: that the bucket is away is noticed all the same.
#[test]
fn a_run_that_is_killed_in_a_long_wait_has_remembered_what_it_had_written() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    // The database instance is being made for minutes.
    let killed = world.run(world.clock.timeout(Duration::from_mins(2), Box::pin(world.apply())));
    assert!(killed.is_none(), "{killed:?}");
    for operation in ["GetObject", "ListObjectsV2", "PutObject"] {
        world.emulator.inject(Fault::new(FaultKind::ErrorBefore).operation(operation).times(100_000));
    }
    let mut engine = world.run(Box::pin(world.open())).unwrap();
    assert!(engine.session().away().is_some());
    let known = engine.state().resources.keys().any(|address| address.kind == KindName::DatabaseInstance);
    assert!(known, "{:?}", engine.state().resources.keys());
}

#[test]
fn a_bucket_that_goes_away_during_a_long_wait_is_noticed_within_fifteen_seconds() {
    let refuses = |times| Fault::new(FaultKind::ErrorBefore).times(times);
    let hangs = || Fault::new(FaultKind::Hang).times(100_000);
    for away in [vec![refuses(100_000)], vec![hangs()], vec![refuses(11), hangs().nth(12)]] {
        let folder = tempfile::tempdir().unwrap();
        let world = world(folder.path());
        let second = Duration::from_secs(1);
        let watch = async {
            while world.emulator.requests().count("CreateInstance") == 0 {
                world.clock.sleep(second).await;
            }
            // All else that can be made without it is made by then.
            world.clock.sleep(60 * second).await;
            let gone = world.clock.now();
            for operation in ["GetObject", "PutObject", "ListObjectsV2"] {
                away.iter().cloned().for_each(|fault| world.emulator.inject(fault.operation(operation)));
            }
            let told = |progress: &Progress| matches!(progress, Progress::Unwritable { .. });
            let noticed = async {
                while !world.progress.lock().unwrap().iter().any(told) {
                    world.clock.sleep(second).await;
                }
            };
            assert!(world.clock.timeout(60 * second, noticed).await.is_some(), "{away:?}: not noticed");
            world.clock.now().since(gone)
        };
        let both = async { futures_util::join!(Box::pin(world.apply()), watch) };
        let (outcome, noticed) = world.run(both);
        let outcome = outcome.unwrap();
        assert!(noticed <= 15 * second, "{away:?}: noticed after {noticed:?}");
        assert!(!outcome.is_complete(), "{away:?}");
        assert_eq!(world.emulator.requests().count("CreateDatabase"), 0, "{away:?}: nothing more is begun");
        assert!(outcome.took > noticed + 60 * second, "{away:?}: what is under way ends");
        assert_eq!(outcome.kept.len(), 1, "{away:?}: {outcome:#?}");

        world.emulator.clear_faults();
        let outcome = loop {
            match world.run(Box::pin(world.apply())) {
                Err(evalap_topology::Error::StalePlan { .. }) => {}
                ended => break ended.unwrap(),
            }
        };
        assert!(outcome.is_complete(), "{away:?}: {:#?}", outcome.failed);
        let again = outcome.done.iter().any(|done| done.address.kind == KindName::DatabaseInstance);
        assert!(!again, "{away:?}: that it is ready was kept and merged");
        assert_eq!(world.emulator.requests().count("CreateInstance"), 1, "{away:?}");
        assert_eq!(world.changes(), Vec::<String>::new(), "{away:?}");
    }
}

#[test]
fn where_the_cloud_is_away_a_plan_is_made_from_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    world.must_apply();
    let read = world.clock.now();
    world.emulator.inject(Fault::new(FaultKind::Reset).times(100_000));
    let mut engine = world.run(Box::pin(world.open())).unwrap();
    let since = engine.session().away().unwrap().since;
    assert!(since <= read, "since when it may be out of date is told");
    let error = world.run(engine.plan()).unwrap_err();
    assert!(error.is_away(), "{error}");
    let mut memory = Scope::default();
    memory.from_memory = true;
    let plan = world.run(engine.plan_within(&memory)).unwrap();
    assert!(plan.is_empty(), "{:#?}", environments::lines(&plan));
    let refused = world.run(world.carry_out(&mut engine, &plan)).unwrap_err();
    assert!(refused.is_away(), "{refused}");
}

#[test]
fn a_call_that_is_not_waited_for_any_longer_is_in_the_audit() {
    let world = World::staging();
    world.emulator.inject(Fault::new(FaultKind::HangAfter).operation("CreateNamespace").nth(1));
    drop(world.run(world.apply()).unwrap());
    let session = world.run(Session::<State>::open(world.store.clone(), world.key.clone())).unwrap();
    let runs = audit(&world.run(session.history()).unwrap());
    let namespaces = runs.iter().flat_map(|run| &run.calls).filter(|call| call.path.ends_with("/namespaces"));
    let statuses: Vec<_> = namespaces.map(|call| call.status).collect();
    assert_eq!(statuses, [None], "sent, and not answered");
}

#[test]
fn a_lock_that_cannot_be_given_back_is_told_and_the_calls_of_its_run_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let images = ImageBook::new().with(Image::new("*/runners:*").missing());
    let world = world_with(folder.path(), images);
    let outcome = world.run(async {
        let mut engine = Box::pin(world.open()).await.unwrap();
        let plan = engine.plan().await.unwrap();
        let gone = Fault::new(FaultKind::ErrorBefore).operation("PutObject").times(100_000);
        let away = |progress| {
            // The last thing that fails; what is written after it is that the lock is free.
            if matches!(&progress, Progress::Failed { address, .. } if address.kind == KindName::Container) {
                world.emulator.inject(gone.clone());
            }
        };
        Box::pin(engine.apply(&plan, Lock::now("test"), &ApplyOptions::default(), |_| {}, &away))
            .await
            .unwrap()
    });
    assert!(!outcome.is_complete());
    let told = outcome.locked.as_ref().unwrap();
    assert!(told.contains("evalap-state"), "{told}");
    world.emulator.clear_faults();
    let world = world.edit("runners:0.9.0", "runners-fixed:0.9.0");
    world.must_apply();
}

#[test]
fn the_audit_tells_who_changed_what_from_what_to_what_and_by_which_requests() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    world.must_apply();
    let world = world.edit("max_scale = 3", "max_scale = 2");
    world.must_apply();
    let session = world.run(Session::<State>::open(world.store.clone(), world.key.clone())).unwrap();
    let runs = audit(&world.run(session.history()).unwrap());
    let [first, second] = &runs[..] else { panic!("{runs:#?}") };
    assert_eq!((first.outcome.as_str(), second.outcome.as_str()), ("done", "done"));
    assert_eq!((second.by.command.as_str(), second.by.pid), ("test", std::process::id()));
    assert!(first.ended <= second.began);

    let update = second.changes.iter().find(|changed| changed.what == "update").unwrap();
    assert_eq!(update.address.as_deref(), Some("container.runners"));
    let [field] = &update.fields[..] else { panic!("{update:#?}") };
    assert_eq!(
        (field.from.as_ref().unwrap().as_u64(), field.to.as_ref().unwrap().as_u64()),
        (Some(3), Some(2))
    );
    let call =
        second.calls.iter().find(|call| call.resource.as_deref() == Some("container.runners")).unwrap();
    assert_eq!((call.method.as_str(), call.status), ("PATCH", Some(200)));
    assert!(call.request_id.as_ref().is_some_and(|id| id.len() == 36), "{call:?}");
    assert!(first.calls.len() > 25 && first.calls.iter().all(|call| call.resource.is_some()));

    let told = serde_json::to_string(&runs).unwrap();
    for (_, value) in VARIABLES {
        let escaped = serde_json::to_string(value).unwrap();
        assert!(!told.contains(escaped.trim_matches('"')), "a value is in the audit");
    }
}
