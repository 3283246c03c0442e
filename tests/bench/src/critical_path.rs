//! Production on a virtual clock with the recorded latencies, its state on the emulator's Object Storage: apply, a plan of no
//! changes and destroy, each beside the longest chain of calls that must follow each other.

use std::collections::BTreeMap;

use environments::{PRODUCTION, World};
use evalap_topology::Error;
use evalap_topology::address::Address;
use evalap_topology::apply::Outcome;
use evalap_topology::state::{Bootstrap, Holder, Note, Store};
use scaleway_core::{Client, Config, Random};
use scaleway_emulator::Latency;
use scaleway_object_storage::{BucketName, ObjectStorage};

use crate::costs;

type Dependencies = BTreeMap<Address, Vec<Address>>;

pub(crate) fn run() {
    let mut world = World::built(PRODUCTION, |cloud| cloud.latency(Latency::Recorded));
    // What is protected is not destroyed.
    world.definition = world.definition.replace("protected = true", "protected = false");
    world.store = state(&world);

    let dependencies = measured(&world, "apply", |dependencies| dependencies, costs::create, World::apply);
    no_changes(&world);
    measured(&world, "destroy", |_| reversed(&dependencies), costs::delete, World::destroy);
}

/// A bucket for the state, reached as everything else is.
fn state(world: &World) -> Store {
    let config = Config::new(world.secret_key.as_str())
        .with_access_key("SCWXXXXXXXXXXXXXXXXX")
        .with_default_project("c93d5e27-71b8-4f6a-8e04-d2a6b90f3c15".parse().expect("an id"));
    let client = Client::builder(config, world.emulator.clone()).clock(world.clock.clone());
    let storage = ObjectStorage::new(&client.random(Random::seeded(5)).build().expect("a client"));
    let storage = storage.expect("a storage");
    let bucket: BucketName = "evalap-production-state".parse().expect("a name");
    world.run(Bootstrap::new(storage.clone(), bucket.clone()).run()).expect("a bucket");
    Store::bucket(&storage, &bucket).expect("a store")
}

/// Lets all be made or destroyed, and prints how long it took beside the longest chain of what it did.
fn measured(
    world: &World,
    what: &str,
    order: impl FnOnce(Dependencies) -> Dependencies,
    cost: fn(&Address) -> f64,
    work: impl AsyncFnOnce(&World) -> Result<Outcome, Error>,
) -> Dependencies {
    let requests = world.emulator.requests().total();
    let (dependencies, outcome) = world.run(async {
        let dependencies = world.open().await.expect("an environment").dependencies();
        (dependencies, work(world).await.expect("an outcome"))
    });
    assert!(outcome.is_complete(), "{:#?}", outcome.failed);
    let dependencies = order(dependencies);
    let chains = dependencies.keys().map(|address| longest(address, &dependencies, cost));
    let (path, bound) = chains.max_by(|a, b| a.1.total_cmp(&b.1)).expect("something was done");
    println!("{what}: critical path of the recorded latencies, {bound:.1} s");
    println!("    at least   it took   from");
    for address in &path {
        let done = outcome.done.iter().find(|done| done.address == *address).expect("all of it was done");
        let (took, from) = (done.took.as_secs_f64(), done.began.as_secs_f64());
        println!("  {:>8.1} s {took:>7.1} s {from:>6.1} s  {address}", cost(address));
    }
    let took = outcome.took.as_secs_f64();
    let requests = world.emulator.requests().total() - requests;
    // Each step is in the log before it is begun, and when it is done.
    let written = costs::log_writes(path.len() * 2);
    println!("  it took {took:.1} s with {requests} requests: ratio {:.3}", took / bound);
    println!(
        "  with what the path writes into the state, {:.1} s: ratio {:.3}",
        bound + written,
        took / (bound + written)
    );
    dependencies
}

/// A plan where nothing is to be done, beside the slowest calls that need each other's answers; then its line in the audit,
/// which is written when it has been shown.
fn no_changes(world: &World) {
    let (requests, began) = (world.emulator.requests().total(), world.clock.now());
    let (mut engine, plan) = world.run(async {
        let mut engine = world.open().await.expect("an environment");
        let plan = engine.plan().await.expect("a plan");
        (engine, plan)
    });
    assert_eq!(plan.effective().count(), 0, "{plan:?}");
    let (took, reading) = (world.clock.now().since(began), world.emulator.requests().total() - requests);
    let (chain, bound) = costs::slowest_reading();
    println!("plan of no changes: {:.2} s with {reading} requests", took.as_secs_f64());
    println!(
        "  the slowest chain of reading calls, {bound:.2} s: {chain}: ratio {:.2}",
        took.as_secs_f64() / bound
    );
    let note = Note::new(&Holder::current("plan"), "done");
    world.run(engine.session().note(note)).expect("a line in the audit");
    let (took, writing) =
        (world.clock.now().since(began), world.emulator.requests().total() - requests - reading);
    let bound = bound + costs::log_writes(1);
    println!(
        "  with its line in the audit, {:.2} s and {writing} more requests; the chain with it, {bound:.2} s: ratio {:.2}",
        took.as_secs_f64(),
        took.as_secs_f64() / bound
    );
}

fn longest(address: &Address, dependencies: &Dependencies, cost: fn(&Address) -> f64) -> (Vec<Address>, f64) {
    let before =
        dependencies.get(address).into_iter().flatten().map(|before| longest(before, dependencies, cost));
    let (mut path, seconds) = before.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
    path.push(address.clone());
    (path, seconds + cost(address))
}

/// What is used goes after what uses it. What goes with what it lives in stands for nothing by itself.
fn reversed(dependencies: &Dependencies) -> Dependencies {
    let stands_for = |address: &Address| {
        let carrier = address.kind.goes_with();
        let carrier = dependencies[address].iter().find(|other| Some(other.kind) == carrier);
        carrier.unwrap_or(address).clone()
    };
    let mut reversed: Dependencies =
        dependencies.keys().map(|address| (stands_for(address), Vec::new())).collect();
    for (address, before) in dependencies {
        let address = stands_for(address);
        for before in before.iter().map(stands_for).filter(|before| *before != address) {
            reversed.entry(before).or_default().push(address.clone());
        }
    }
    reversed
}
