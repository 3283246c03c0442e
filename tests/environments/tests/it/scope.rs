//! Plans for a part of an environment, from memory alone, and about what has changed outside.

use environments::{Moment, World, lines};
use evalap_topology::Error;
use evalap_topology::plan::{Plan, Scope};
use scaleway_containers::{Containers, ListContainers, UpdateContainer};
use scaleway_core::Size;

fn only(addresses: &[&str]) -> Scope {
    let mut scope = Scope::default();
    scope.only = addresses.iter().map(|address| address.parse().unwrap()).collect();
    scope
}

fn from_memory() -> Scope {
    let mut scope = Scope::default();
    scope.from_memory = true;
    scope
}

fn refresh_only() -> Scope {
    let mut scope = Scope::default();
    scope.refresh_only = true;
    scope
}

fn planned(world: &World, scope: &Scope) -> Result<Plan, Error> {
    world.run(async { world.open().await?.plan_within(scope).await })
}

fn applied(world: &World, scope: &Scope) {
    let outcome = world.run(async {
        let mut engine = world.open().await.unwrap();
        let plan = engine.plan_within(scope).await.unwrap();
        world.carry_out(&mut engine, &plan).await.unwrap()
    });
    assert!(outcome.is_complete(), "{outcome:?}");
}

/// Two services are to change.
fn edited() -> World {
    let world = World::staging();
    world.must_apply();
    world.edit("memory = \"2048MB\"", "memory = \"3000MB\"").edit("max_scale = 2", "max_scale = 4")
}

/// Somebody gives a container more memory by hand, and deletes another.
fn meddled(world: &World) {
    world.run(async {
        let containers = Containers::new(&world.client());
        let all = containers.list_containers(ListContainers::default()).all().await.unwrap();
        let named = |name: &str| all.iter().find(|container| container.name == name).unwrap().id.clone();
        let more = UpdateContainer::default().memory_limit_bytes(Size::megabytes(1500));
        containers.update_container(&named("streamlit"), more).await.unwrap();
        containers.delete_container(&named("documentation")).await.unwrap();
    });
}

#[test]
fn only_what_is_asked_for_is_changed_and_the_rest_waits() {
    let world = edited();
    let asked = only(&["container.documentation"]);
    assert_eq!(lines(&planned(&world, &asked).unwrap()), ["update container.documentation (max_scale)"]);
    applied(&world, &asked);
    assert_eq!(world.changes(), ["update container.runners (memory_limit_bytes)"]);
}

#[test]
fn what_is_asked_for_brings_what_it_needs() {
    let world = World::staging();
    let plan = planned(&world, &only(&["database.evalap"])).unwrap();
    let made: Vec<_> = plan.effective().map(|planned| planned.address.to_string()).collect();
    for needed in ["vpc.main", "private_network.main", "database_instance.main", "database.evalap"] {
        assert!(made.contains(&needed.to_owned()), "{made:?}");
    }
    assert!(!made.iter().any(|address| address.starts_with("container")), "{made:?}");
    applied(&world, &only(&["database.evalap"]));
    world.must_apply();
}

#[test]
fn what_is_deleted_takes_along_what_refers_to_it() {
    let world = World::staging();
    world.must_apply();
    let plan = world.run(async {
        let mut scope = only(&["container.runners"]);
        scope.destroy = true;
        world.open().await.unwrap().plan_within(&scope).await.unwrap()
    });
    // The other service has its address in a variable.
    let deleted: Vec<_> = plan.effective().map(|planned| planned.address.to_string()).collect();
    assert!(deleted.contains(&"container.streamlit".to_owned()), "{deleted:?}");
    assert!(!deleted.contains(&"container.documentation".to_owned()), "{deleted:?}");
}

#[test]
fn a_resource_that_there_is_not_is_named_with_the_nearest() {
    let world = edited();
    let error = planned(&world, &only(&["container.runnrs"])).unwrap_err().to_string();
    assert!(error.contains("container.runnrs") && error.contains("container.runners"), "{error}");
}

#[test]
fn memory_alone_is_a_plan_without_a_question() {
    let world = edited();
    let before = world.emulator.requests().total();
    let plan = planned(&world, &from_memory()).unwrap();
    assert_eq!(world.emulator.requests().total(), before, "nothing is asked");
    let expected =
        ["update container.documentation (max_scale)", "update container.runners (memory_limit_bytes)"];
    assert_eq!(lines(&plan), expected);
}

#[test]
fn memory_alone_is_not_enough_after_a_crash() {
    let world = World::staging();
    assert!(world.dies(false, 5, Moment::After));
    let plan = planned(&world, &from_memory()).unwrap();
    assert!(!lines(&plan).is_empty(), "what is known is answered all the same");
    assert!(plan.problems.iter().any(|problem| problem.contains("interrupted")), "{:#?}", plan.problems);
    let refused = world.run(async { world.carry_out(&mut world.open().await.unwrap(), &plan).await });
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
}

#[test]
fn drift_is_what_others_have_done_and_not_what_the_definition_wants() {
    let world = edited();
    assert_eq!(planned(&world, &Scope::default()).unwrap().drift().count(), 0);
    meddled(&world);
    let plan = planned(&world, &Scope::default()).unwrap();
    let drift: Vec<_> = plan.drift().collect();
    let told: Vec<_> = drift.iter().map(|drift| (drift.address.to_string(), drift.what)).collect();
    assert_eq!(
        told,
        [
            ("container.documentation".to_owned(), "it has been deleted outside of this tool"),
            ("container.streamlit".to_owned(), "")
        ]
    );
    let field = drift[1].fields[0];
    assert_eq!((field.name.as_str(), &field.from), ("memory_limit_bytes", &1_500_000_000_u64.into()));
}

#[test]
fn a_refresh_leaves_the_cloud_as_it_is() {
    let world = World::staging();
    world.must_apply();
    meddled(&world);
    let changed = |world: &World| {
        let recent: Vec<_> = world.emulator.requests().recent().cloned().collect();
        recent.iter().filter(|request| request.verb != "GET").count()
    };
    let before = changed(&world);
    let plan = planned(&world, &refresh_only()).unwrap();
    assert!(plan.changes.iter().all(|planned| !planned.change.touches_cloud()), "{:?}", lines(&plan));
    assert_eq!(lines(&plan), ["forget container.documentation"], "what is gone is noted");
    applied(&world, &refresh_only());
    assert_eq!(changed(&world), before);
    assert_eq!(lines(&planned(&world, &refresh_only()).unwrap()), Vec::<String>::new());
    assert_eq!(world.changes().len(), 2, "{:?}", world.changes());
}

fn anew(addresses: &[&str]) -> Scope {
    let mut scope = Scope::default();
    scope.replace = addresses.iter().map(|address| address.parse().unwrap()).collect();
    scope
}

#[test]
fn whatever_is_asked_for_is_made_anew_and_all_that_refers_to_it_follows() {
    let world = World::staging();
    world.must_apply();
    let all: Vec<_> =
        world.run(async { world.open().await.unwrap().state().resources.keys().cloned().collect() });
    assert!(all.len() > 30, "{}", all.len());
    for address in all {
        let id = |world: &World| {
            world.run(async { world.open().await.unwrap().state().resources[&address].id.clone() })
        };
        let (name, before) = (address.to_string(), id(&world));
        let plan = planned(&world, &anew(&[&name])).unwrap();
        assert_eq!(plan.problems, Vec::<String>::new(), "{name}");
        let asked = plan.changes.iter().find(|planned| planned.address == address).unwrap();
        assert_eq!(asked.change.verb(), "replace", "{name}: {}", asked.why);
        assert_eq!(plan.drift().count(), 0, "{name}");
        applied(&world, &anew(&[&name]));
        assert_eq!(world.changes(), Vec::<String>::new(), "after {name}");
        if matches!(address.kind.label(), "secret" | "secret version" | "VPC" | "container") {
            assert_ne!(id(&world), before, "{name}");
        }
    }
}
