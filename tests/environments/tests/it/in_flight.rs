//! What was begun and not seen to end is remembered: the next run waits for it, and asks for nothing twice.

use std::time::Duration;

use environments::{STAGING, World};
use evalap_topology::model::Event;
use evalap_topology::plan::Change;
use evalap_topology::state::Holder;
use scaleway_containers::{Containers, ListContainers, UpdateContainer};
use scaleway_core::{Secret, Size};
use scaleway_emulator::{Fault, FaultKind, ImageBook, Latency};
use scaleway_rdb::{ListInstances, Rdb, UpgradeInstance};

#[test]
fn a_change_that_took_too_long_is_waited_for_and_not_asked_for_again() {
    let world = World::with(STAGING, Latency::Recorded, ImageBook::new());
    world.must_apply();
    let world = world.edit("runners:0.9.0", "runners:0.9.1");
    let slow = FaultKind::SlowReadiness(Duration::from_secs(100));
    world.emulator.inject(Fault::new(slow).operation("UpdateContainer").nth(1));
    let outcome = world.run(world.apply()).unwrap();
    let [failed] = &outcome.failed[..] else { panic!("{outcome:#?}") };
    assert!(failed.error.contains("waiting can go on"), "{}", failed.error);
    // By another run, which has only the log to know it from.
    assert_eq!(world.changes(), ["wait for container.runners"]);
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
    assert_eq!(world.emulator.requests().count("UpdateContainer"), 1);
}

#[test]
fn what_an_interrupted_change_leaves_in_doubt_is_written_again_and_the_plan_says_why() {
    let mut world = World::staging();
    world.must_apply();
    world.variables.insert("HF_TOKEN".to_owned(), "hf_another".to_owned());
    world.emulator.inject(Fault::new(FaultKind::LostAnswer).operation("UpdateContainer").times(10));
    assert!(!world.run(world.apply()).unwrap().is_complete());
    world.emulator.clear_faults();
    let plan = world.run(world.plan()).unwrap();
    let [planned] = &plan.effective().collect::<Vec<_>>()[..] else { panic!("{:#?}", plan.changes) };
    assert_eq!(planned.why, "an earlier run did not finish secret_environment_variables");
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

#[test]
fn an_interrupted_change_leaves_nothing_in_doubt_that_it_did_not_write() {
    let world = World::staging();
    world.must_apply();
    let world = world.edit("runners:0.9.0", "runners:0.9.1");
    world.emulator.inject(Fault::new(FaultKind::LostAnswer).operation("UpdateContainer").times(10));
    assert!(!world.run(world.apply()).unwrap().is_complete());
    world.emulator.clear_faults();
    assert_eq!(
        world.changes(),
        ["wait for container.runners"],
        "its secrets cannot be read, and were not written"
    );
    // Unless somebody writes them meanwhile: that is seen still.
    world.run(async {
        let containers = Containers::new(&world.client());
        let all = containers.list_containers(ListContainers::default()).all().await.unwrap();
        let runners = all.iter().find(|container| container.name == "runners").unwrap();
        let theirs = UpdateContainer::default()
            .secret_environment_variables([("HF_TOKEN".to_owned(), Secret::new("theirs"))]);
        containers.update_container(&runners.id, theirs).await.unwrap();
    });
    assert_eq!(world.changes(), ["update container.runners (secret_environment_variables)"]);
    // What is refused was not written, and nothing else is in doubt for it.
    let world = World::staging();
    world.must_apply();
    let world = world.edit("DB-DEV-S", "DB-DEV-M");
    world.emulator.inject(Fault::new(FaultKind::OutOfStock).operation("UpgradeInstance"));
    assert!(!world.run(world.apply()).unwrap().is_complete());
    assert_eq!(world.changes(), ["update database_instance.main (node_type)"]);
}

#[test]
fn an_instance_that_has_been_upgraded_meanwhile_is_not_upgraded_again() {
    let world = World::staging();
    world.must_apply();
    let world = world.edit("DB-DEV-S", "DB-DEV-M");
    let outcome = world.run(async {
        let mut engine = world.open().await.unwrap();
        let plan = engine.plan().await.unwrap();
        let rdb = Rdb::new(&world.client());
        let instance = rdb.list_instances(ListInstances::default()).all().await.unwrap().remove(0);
        rdb.upgrade_instance(&instance.id, UpgradeInstance::NodeType("DB-DEV-M".to_owned())).await.unwrap();
        world.carry_out(&mut engine, &plan).await.unwrap()
    });
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert_eq!(world.emulator.requests().count("UpgradeInstance"), 1);
    assert_eq!(world.changes(), Vec::<String>::new());
}

/// A container that the state has forgotten is found while somebody's deployment of it is under way.
#[test]
fn what_is_adopted_while_it_changes_is_changed_when_that_is_over() {
    let world = World::with(STAGING, Latency::Recorded, ImageBook::new());
    world.must_apply();
    let world = world.edit("runners:0.9.0", "runners:0.9.1");
    let outcome = world.run(async {
        let mut engine = world.open().await.unwrap();
        let session = engine.session();
        session.lock(Holder::current("test"), Duration::ZERO, |_| {}).await.unwrap();
        let address = "container.runners".parse().unwrap();
        session.append(vec![Event::Forgotten { address }]).await.unwrap();
        session.release(None).await.unwrap();
        let containers = Containers::new(&world.client());
        let all = containers.list_containers(ListContainers::default()).all().await.unwrap();
        let runners = all.iter().find(|container| container.name == "runners").unwrap();
        let more = UpdateContainer::default().memory_limit_bytes(Size::megabytes(1500));
        containers.update_container(&runners.id, more).await.unwrap();
        let plan = engine.plan().await.unwrap();
        let planned = plan.effective().find(|planned| planned.address.to_string() == "container.runners");
        assert!(matches!(planned.unwrap().change, Change::Adopt { settle: true, .. }), "{plan:#?}");
        world.carry_out(&mut engine, &plan).await.unwrap()
    });
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert_eq!(world.changes(), Vec::<String>::new());
    // Theirs and ours: none was refused for coming too soon.
    assert_eq!(world.emulator.requests().count("UpdateContainer"), 2);
}
