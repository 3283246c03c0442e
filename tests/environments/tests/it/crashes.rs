//! Killed at any request, the next run goes on: nothing is made twice, nothing is left behind.

use std::collections::BTreeMap;

use std::time::Duration;

use environments::{Moment, Mortal, STAGING, World};
use evalap_topology::apply::Progress;
use scaleway_cockpit::{Cockpit, ListAlerts};
use scaleway_emulator::{Fault, FaultKind, ImageBook, Latency};
use scaleway_rdb::{ListInstances, Rdb};

/// How many of each kind of thing were made and not deleted, going by the requests that the cloud took.
fn balance(world: &World) -> BTreeMap<&'static str, i64> {
    let requests = world.emulator.requests();
    let count = |operation: &str| i64::try_from(requests.count(operation)).unwrap();
    let things = [
        ("VPC", "CreateVPC", "DeleteVPC"),
        ("private network", "CreatePrivateNetwork", "DeletePrivateNetwork"),
        ("instance", "CreateInstance", "rdb.DeleteInstance"),
        ("database", "CreateDatabase", "DeleteDatabase"),
        ("user", "CreateUser", "DeleteUser"),
        ("secret", "CreateSecret", "DeleteSecret"),
        ("data source", "CreateDataSource", "DeleteDataSource"),
        ("token", "CreateToken", "DeleteToken"),
        ("contact point", "CreateContactPoint", "DeleteContactPoint"),
        ("namespace", "CreateNamespace", "DeleteNamespace"),
        ("container", "CreateContainer", "DeleteContainer"),
    ];
    things.into_iter().map(|(name, made, deleted)| (name, count(made) - count(deleted))).collect()
}

/// How many of each kind of thing there are in the cloud: not what is only kept for a while after its deletion, nor what a
/// project always has.
fn existing(world: &World) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for thing in world.emulator.inventory() {
        let kept = ["secret-manager.versions", "cockpit.alert_managers"].contains(&thing.kind.as_str());
        if !kept && thing.text("deletion_requested_at").is_empty() {
            *count.entry(thing.kind).or_default() += 1;
        }
    }
    count
}

/// And how many there are where an environment was made and taken away.
fn nothing() -> BTreeMap<String, usize> {
    let world = World::staging();
    world.must_apply();
    assert!(world.run(world.destroy()).unwrap().is_complete());
    existing(&world)
}

/// A new world for each request that an operation sends, killed there, and what comes after.
fn at_every_request(destroy: bool, prepare: impl Fn(&World), after: impl Fn(&World, &str)) {
    for moment in [Moment::Before, Moment::After] {
        let mut last = 0;
        loop {
            last += 1;
            let world = World::staging();
            prepare(&world);
            if !world.dies(destroy, last, moment) {
                break;
            }
            after(&world, &format!("killed at request {last}, {moment:?}"));
        }
        assert!(last > 20, "only {last} requests were met");
    }
}

#[test]
fn an_apply_killed_at_any_request_is_finished_by_the_next() {
    let expected = {
        let world = World::staging();
        world.must_apply();
        balance(&world)
    };
    at_every_request(
        false,
        |_| {},
        |world, what| {
            world.must_apply();
            assert_eq!(world.changes(), Vec::<String>::new(), "{what}");
            assert_eq!(balance(world), expected, "{what}");
        },
    );
}

#[test]
fn a_destroy_killed_at_any_request_is_finished_by_the_next() {
    at_every_request(true, World::must_apply, |world, what| {
        let outcome = world.run(world.destroy()).unwrap();
        assert!(outcome.is_complete(), "{what}: {:#?}", outcome.failed);
        let engine = world.run(world.open()).unwrap();
        assert!(engine.state().resources.is_empty(), "{what}");
        assert!(
            world.changes().iter().all(|line| line.starts_with("create ")),
            "{what}: {:?}",
            world.changes()
        );
    });
}

#[test]
fn a_second_death_while_mending_the_first_changes_nothing_about_that() {
    for (first, second) in [(3, 2), (9, 1), (14, 6), (20, 3), (27, 2), (33, 1)] {
        let world = World::staging();
        assert!(world.dies(false, first, Moment::After));
        world.dies(false, second, Moment::After);
        world.must_apply();
        assert_eq!(world.changes(), Vec::<String>::new(), "killed at {first}, then at {second}");
    }
}

#[test]
fn alert_rules_are_switched_on_wherever_the_first_run_ended() {
    let rule = {
        let world = World::staging();
        let project: scaleway_core::ProjectId = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        let cockpit = Cockpit::new(&world.client());
        let alerts = world.run(cockpit.list_alerts(ListAlerts::default().project_id(project)).all()).unwrap();
        alerts.into_iter().find_map(|alert| alert.preconfigured_data).unwrap().id
    };
    let rules = format!("managed_alerts = false\nalerts = [\"{rule}\"]");
    for last in 1.. {
        let world = World::staging();
        let world = world.edit("managed_alerts = true", &rules);
        if !world.dies(false, last, Moment::After) {
            break;
        }
        world.must_apply();
        assert_eq!(world.changes(), Vec::<String>::new(), "killed at request {last}");
        assert!(world.emulator.requests().count("EnableAlertRules") > 0, "killed at request {last}");
    }
}

/// The sender dies, its request does not: it arrives when the next run has planned already.
#[test]
fn a_request_that_outlives_its_sender_makes_nothing_twice() {
    let expected = {
        let world = World::staging();
        world.must_apply();
        balance(&world)
    };
    let mut waits_told = 0;
    for last in 1.. {
        let world = World::staging();
        let mortal = Mortal::new(world.emulator.clone(), last, Moment::Before);
        if !world.dies_as(&mortal, false) {
            break;
        }
        world.run(async {
            let mut engine = world.open().await.unwrap();
            let plan = engine.plan().await.unwrap();
            let arrival = async {
                world.clock.sleep(Duration::from_secs(20)).await;
                mortal.deliver().await;
            };
            let _ = tokio::join!(arrival, world.carry_out(&mut engine, &plan));
        });
        let told = world.progress.lock().unwrap().iter().any(|told| matches!(told, Progress::Looking { .. }));
        waits_told += usize::from(told);
        world.must_apply();
        assert_eq!(world.changes(), Vec::<String>::new(), "request {last}");
        assert_eq!(balance(&world), expected, "request {last}");
    }
    assert!(waits_told > 10, "who waits is told what for: {waits_told}");
}

#[test]
fn a_request_that_outlives_its_sender_leaves_nothing_behind_a_destroy() {
    let mut turned_up = 0;
    let nothing = nothing();
    for last in 1.. {
        let world = World::staging();
        let mortal = Mortal::new(world.emulator.clone(), last, Moment::Before);
        if !world.dies_as(&mortal, false) {
            break;
        }
        let outcome = world.run(async {
            let mut engine = world.open().await.unwrap();
            let plan = engine.plan_destroy().await.unwrap();
            let arrival = async {
                world.clock.sleep(Duration::from_secs(20)).await;
                mortal.deliver().await;
            };
            tokio::join!(arrival, world.carry_out(&mut engine, &plan)).1.unwrap()
        });
        turned_up +=
            outcome.failed.iter().filter(|failed| failed.error.contains("is there all the same")).count();
        let outcome = world.run(world.destroy()).unwrap();
        assert!(outcome.is_complete(), "request {last}: {:#?}", outcome.failed);
        assert_eq!(existing(&world), nothing, "request {last}");
    }
    assert!(turned_up > 5, "{turned_up}");
}

#[test]
fn what_a_list_does_not_show_for_a_while_is_not_made_twice_nor_forgotten() {
    let listed = {
        let world = World::staging();
        world.must_apply();
        world.emulator.requests().count("ListVPCs")
    };
    for destroy in [false, true] {
        let world = World::staging();
        // The list that comes after those of the first apply is as it was before that.
        let lagging = Fault::new(FaultKind::Lagging(Duration::from_hours(24))).operation("ListVPCs");
        world.emulator.inject(lagging.nth(listed + 1).times(1));
        world.must_apply();
        let whole = existing(&world);
        let outcome = world.run(async {
            let mut engine = world.open().await.unwrap();
            let plan = if destroy { engine.plan_destroy().await } else { engine.plan().await }.unwrap();
            world.carry_out(&mut engine, &plan).await.unwrap()
        });
        let failed: Vec<_> = outcome.failed.iter().map(|failed| failed.address.to_string()).collect();
        assert_eq!(failed, ["vpc.main"], "{:#?}", outcome.failed);
        if destroy {
            assert!(world.run(world.destroy()).unwrap().is_complete());
            assert_eq!(existing(&world), nothing());
        } else {
            world.must_apply();
            assert_eq!(existing(&world), whole);
        }
    }
}

#[test]
fn a_deletion_that_is_under_way_is_waited_for() {
    let world = World::with(STAGING, Latency::Recorded, ImageBook::new());
    world.must_apply();
    world.run(async {
        let mut engine = world.open().await.unwrap();
        let plan = engine.plan_destroy().await.unwrap();
        let rdb = Rdb::new(&world.client());
        let instances = rdb.list_instances(ListInstances::default()).all().await.unwrap();
        rdb.delete_instance(&instances[0].id).await.unwrap();
        let outcome = world.carry_out(&mut engine, &plan).await.unwrap();
        assert!(outcome.is_complete(), "{:#?}", outcome.failed);
        assert!(rdb.list_instances(ListInstances::default()).all().await.unwrap().is_empty());
    });
}
