//! What goes wrong is told, loses nothing and is mended by the next run.

use std::time::Duration;

use environments::{STAGING, World};
use evalap_topology::audit::{Run, audit};
use evalap_topology::model::State;
use evalap_topology::state::{Holder, Session};
use evalap_topology::{Error, Lock};
use scaleway_emulator::{Fault, FaultKind, Image, ImageBook, Latency};

#[test]
fn an_image_that_cannot_be_pulled_stops_what_depends_on_it_and_the_next_run_mends_it() {
    let world =
        World::with(STAGING, Latency::Recorded, ImageBook::new().with(Image::new("*/runners:*").missing()));
    let outcome = world.run(world.apply()).unwrap();
    let [failed] = &outcome.failed[..] else { panic!("{:#?}", outcome.failed) };
    assert_eq!(failed.address.to_string(), "container.runners");
    assert_eq!(outcome.skipped.iter().map(ToString::to_string).collect::<Vec<_>>(), ["container.streamlit"]);
    // Everything else is there, and nothing of it is made again once the image is right.
    let world = world.edit("runners:0.9.0", "runners-fixed:0.9.0");
    let changes = world.changes();
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(
        changes[0].ends_with("container.runners (image)") && changes[1] == "create container.streamlit",
        "{changes:?}"
    );
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
    assert_eq!(world.emulator.requests().count("CreateContainer"), 3);
}

const CREATES: [&str; 9] = [
    "CreateVPC",
    "CreateNamespace",
    "CreateInstance",
    "CreateSecret",
    "CreateDatabase",
    "CreateUser",
    "CreateDataSource",
    "CreateContainer",
    "CreateSecretVersion",
];

#[test]
fn a_lost_answer_is_looked_for_and_makes_nothing_twice() {
    for operation in CREATES {
        let world = World::staging();
        world.emulator.inject(Fault::new(FaultKind::LostAnswer).operation(operation).nth(1));
        world.must_apply();
        let expected = World::staging();
        expected.must_apply();
        assert_eq!(
            world.emulator.requests().count(operation),
            expected.emulator.requests().count(operation),
            "{operation}"
        );
        assert_eq!(world.changes(), Vec::<String>::new(), "{operation}");
    }
}

#[test]
fn a_request_that_was_lost_before_it_happened_fails_and_the_next_run_sends_it_again() {
    for operation in CREATES {
        let world = World::staging();
        world.emulator.inject(Fault::new(FaultKind::Reset).operation(operation).nth(1));
        let outcome = world.run(world.apply()).unwrap();
        let [failed] = &outcome.failed[..] else { panic!("{operation}: {:#?}", outcome.failed) };
        assert!(
            failed.error.contains("may have happened") && failed.error.contains("next run"),
            "{operation}: {}",
            failed.error
        );
        world.must_apply();
        assert_eq!(world.changes(), Vec::<String>::new(), "{operation}");
    }
}

#[test]
fn what_is_answered_only_once_is_made_anew_after_a_lost_answer() {
    let world = World::staging();
    world.emulator.inject(Fault::new(FaultKind::LostAnswer).operation("CreateToken").nth(1));
    let outcome = world.run(world.apply()).unwrap();
    assert_eq!(outcome.failed.len(), 1, "{:#?}", outcome.failed);
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
    // Two tokens are wanted: one of three was deleted.
    let requests = world.emulator.requests();
    assert_eq!((requests.count("CreateToken"), requests.count("DeleteToken")), (3, 1));
}

#[test]
fn a_busy_api_is_asked_again_and_nothing_fails() {
    let world = World::staging();
    for kind in [FaultKind::Throttled, FaultKind::ErrorBefore] {
        for operation in ["ListVPCs", "GetContainer", "ListInstances"] {
            world.emulator.inject(Fault::new(kind).operation(operation).times(2));
        }
    }
    for operation in CREATES {
        world.emulator.inject(Fault::new(FaultKind::Throttled).operation(operation).times(3));
    }
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

#[test]
fn what_somebody_else_deletes_is_made_again() {
    let world = World::staging();
    world.must_apply();
    let client = world.client();
    world.run(async {
        let containers = scaleway_containers::Containers::new(&client);
        let all =
            containers.list_containers(scaleway_containers::ListContainers::default()).all().await.unwrap();
        let documentation = all.into_iter().find(|container| container.name == "documentation").unwrap();
        containers.delete_container(&documentation.id).await.unwrap();
        containers.wait_until_container_gone(&documentation.id).await.unwrap();
    });
    assert_eq!(
        world.changes(),
        ["create container.documentation", "update container.streamlit (environment_variables)"]
    );
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

#[test]
fn a_plan_that_is_given_up_halfway_changes_no_later_one() {
    let world = World::with(STAGING, Latency::Recorded, ImageBook::new());
    world.must_apply();
    let mut engine = world.run(world.open()).unwrap();
    world.run(async {
        let given_up = world.clock.timeout(Duration::from_millis(1), Box::pin(engine.plan())).await;
        assert!(given_up.is_none());
        let plan = engine.plan().await.unwrap();
        assert!(plan.is_empty(), "{:#?}", environments::lines(&plan));
    });
}

/// What was restored is another state than any before, however many events it is made of.
#[test]
fn a_plan_of_before_a_restoration_is_refused() {
    let world = World::staging();
    let plan = world.run(world.plan()).unwrap();
    world.must_apply();
    world.run(async {
        let mut session = Session::<State>::open(world.store.clone(), world.key.clone()).await.unwrap();
        session.lock(Holder::current("test"), Duration::ZERO, |_| {}).await.unwrap();
        session.restore(0).await.unwrap();
        session.release(None).await.unwrap();
    });
    let made = world.emulator.requests().count("CreateVPC");
    let mut engine = world.run(world.open()).unwrap();
    let refused = world.run(world.carry_out(&mut engine, &plan)).unwrap_err();
    assert!(matches!(refused, Error::StalePlan { .. }), "{refused}");
    assert_eq!(world.emulator.requests().count("CreateVPC"), made);
}

#[test]
fn a_plan_that_another_run_has_overtaken_is_refused_and_the_audit_says_why() {
    let world = World::staging();
    let error = world.run(async {
        let mut late = world.open().await.unwrap();
        let plan = late.plan().await.unwrap();
        assert!(world.apply().await.unwrap().is_complete());
        world.carry_out(&mut late, &plan).await.unwrap_err()
    });
    assert!(error.to_string().contains("the state has moved on, from event 0 to event"), "{error}");
    let session = world.run(Session::<State>::open(world.store.clone(), world.key.clone())).unwrap();
    let runs = audit(&world.run(session.history()).unwrap());
    let because = |run: &Run| run.details.get("because").cloned().unwrap_or_default();
    assert_eq!(runs.iter().map(|run| run.outcome.as_str()).collect::<Vec<_>>(), ["done", "refused"]);
    assert!(because(&runs[0]).is_empty() && because(&runs[1]) == error.to_string(), "{runs:#?}");
}

#[test]
fn two_applies_at_once_and_the_second_says_who_holds_the_lock() {
    let world = World::staging();
    let error = world.run(async {
        let mut other = world.open().await.unwrap();
        let holder = Holder::current("deploy_staging apply");
        other.session().lock(holder, Duration::ZERO, |_| {}).await.unwrap();
        let mut engine = world.open().await.unwrap();
        let plan = engine.plan().await.unwrap();
        let mut lock = Lock::now("deploy_staging apply");
        lock.wait = Duration::from_secs(3);
        engine
            .apply(&plan, lock, &evalap_topology::apply::ApplyOptions::default(), |_| {}, &|_| {})
            .await
            .unwrap_err()
    });
    assert!(matches!(&error, Error::State(error) if error.is_held()), "{error}");
    let text = error.to_string();
    for part in ["deploy_staging apply", "since", "2023-11-14"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(
        world.emulator.requests().by_operation().filter(|(name, _)| name.contains("Create")).count(),
        0
    );
}

#[test]
fn a_stale_plan_and_a_state_of_another_cloud_are_refused() {
    let world = World::staging();
    let plan = world.run(world.plan()).unwrap();
    world.must_apply();
    let stale = world.run(async {
        let mut engine = world.open().await.unwrap();
        world.carry_out(&mut engine, &plan).await.unwrap_err()
    });
    assert!(matches!(stale, Error::StalePlan { .. }), "{stale}");
    let mut world = world;
    world.endpoint = "https://api.scaleway.com".to_owned();
    let other = world.run(world.open()).unwrap_err();
    assert!(matches!(other, Error::OtherCloud { .. }) && other.to_string().contains("emulator"), "{other}");
}

#[test]
fn a_stranger_under_our_name_is_refused_and_left_alone() {
    let world = World::staging();
    let client = world.client();
    world.run(async {
        let secrets = scaleway_secrets::Secrets::new(&client);
        let create = scaleway_secrets::CreateSecret::new("staging-openai-api-key");
        let project: scaleway_core::ProjectId = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        secrets.create_secret(create.project_id(project)).await.unwrap();
    });
    let error = world.run(world.apply()).unwrap_err().to_string();
    assert!(error.contains("secret.openai-api-key") && error.contains("not ours"), "{error}");
    assert_eq!(world.emulator.requests().count("CreateVPC"), 0);
}

#[test]
fn an_apply_that_loses_the_lock_changes_nothing_more() {
    let world = World::with(STAGING, Latency::Recorded, ImageBook::new());
    let creates = || {
        let requests = world.emulator.requests();
        let creates = requests.by_operation().filter(|(name, _)| name.contains("Create"));
        creates.map(|(_, count)| count).sum::<u64>()
    };
    let (outcome, before) = world.run(async {
        let robber = async {
            world.clock.sleep(Duration::from_secs(100)).await;
            let mut other = world.open().await.unwrap();
            let robbed =
                other.session().unlock(Holder::current("manage_state unlock --force")).await.unwrap();
            assert!(robbed.is_some());
            creates()
        };
        futures_util::future::join(Box::pin(world.apply()), robber).await
    });
    let outcome = outcome.unwrap();
    assert!(!outcome.is_complete());
    assert!(
        outcome.failed.iter().any(|failed| {
            failed.error.contains("the state could not be written")
                && failed.error.contains("the lock on the state was")
        }),
        "{:#?}",
        outcome.failed
    );
    assert!(
        before > 10 && creates() == before,
        "{before} creates before the lock was lost, {} in all",
        creates()
    );
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

#[test]
fn a_secret_that_is_taken_as_it_is_must_exist_for_a_plan_and_not_for_a_destroy() {
    let world = World::staging();
    world.must_apply();
    let world = world.edit("[secrets]", "[secrets]\nlegacy = { existing = true }");
    let error = world.run(world.plan()).unwrap_err().to_string();
    assert!(error.contains("legacy: Secret Manager has no secret \"staging-legacy\""), "{error}");
    world.run(async {
        let secrets = scaleway_secrets::Secrets::new(&world.client());
        let project: scaleway_core::ProjectId = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        let made = secrets
            .create_secret(scaleway_secrets::CreateSecret::new("staging-legacy").project_id(project))
            .await
            .unwrap();
        let version = scaleway_secrets::CreateSecretVersion::new(scaleway_secrets::Payload::text("old"));
        secrets.create_secret_version(&made.id, version).await.unwrap();
    });
    let world = world.edit("HF_TOKEN = \"hugging-face-token\"", "HF_TOKEN = \"legacy\"");
    assert_eq!(world.changes(), ["update container.runners (secret_environment_variables)"]);
    world.must_apply();
    let outcome = world.run(world.destroy()).unwrap();
    assert!(outcome.is_complete(), "{:#?}", outcome.failed);
}

#[test]
fn a_plan_made_while_another_run_creates_takes_nothing_of_it_for_a_strangers() {
    let world = World::with(STAGING, Latency::Recorded, ImageBook::new());
    let look = async |n: u32| {
        world.clock.sleep(Duration::from_millis(40) * n).await;
        world.plan().await.unwrap()
    };
    let looks = futures_util::future::join_all((0..60).map(look));
    let (outcome, plans) = world.run(futures_util::future::join(world.apply(), looks));
    assert!(outcome.unwrap().is_complete());
    let problems: Vec<&String> = plans.iter().flat_map(|plan| &plan.problems).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}
