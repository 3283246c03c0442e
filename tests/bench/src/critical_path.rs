//! An apply with the recorded latencies, on a virtual clock, beside the critical path of the same latencies.

use environments::{STAGING, World};
use evalap_topology::address::Address;
use evalap_topology::kinds::KindName;
use scaleway_emulator::{ImageBook, Latency, Timings};

pub(crate) fn run() {
    let world = World::with(STAGING, Latency::Recorded, ImageBook::new());
    let (dependencies, outcome) = world.run(async {
        let mut engine = world.open().await.expect("an environment");
        let plan = engine.plan().await.expect("a plan");
        let outcome = world.carry_out(&mut engine, &plan).await.expect("an outcome");
        (engine.dependencies(), outcome)
    });
    assert!(outcome.is_complete(), "{:#?}", outcome.failed);
    let timings = Timings::recorded();
    let cost = |address: &Address| seconds(timings, address.kind);
    let (mut path, mut bound) = (Vec::new(), 0.0);
    for address in dependencies.keys() {
        let (chain, seconds) = longest(address, &dependencies, &cost);
        if seconds > bound {
            (path, bound) = (chain, seconds);
        }
    }
    println!("critical path of the recorded latencies: {bound:.1} s");
    for address in &path {
        println!("  {:>6.1} s  {address}", cost(address));
    }
    let took = outcome.took.as_secs_f64();
    println!("apply on the virtual clock: {took:.1} s, {} requests", world.emulator.requests().total());
    println!("ratio: {:.3}", took / bound);
}

fn longest(
    address: &Address,
    dependencies: &std::collections::BTreeMap<Address, Vec<Address>>,
    cost: &impl Fn(&Address) -> f64,
) -> (Vec<Address>, f64) {
    let before =
        dependencies.get(address).into_iter().flatten().map(|before| longest(before, dependencies, cost));
    let (mut path, seconds) = before.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
    path.push(address.clone());
    (path, seconds + cost(address))
}

/// What making a resource takes at least: the call that makes it, and the time until it is ready; not the calls that find
/// out that it is, and none of what the engine adds.
fn seconds(timings: &Timings, kind: KindName) -> f64 {
    let region = |product: &str, rest: &str| format!("/{product}/regions/{{region}}/{rest}");
    let calls: &[(&str, String)] = &match kind {
        KindName::Vpc => vec![("POST", region("vpc/v2", "vpcs"))],
        KindName::PrivateNetwork => vec![("POST", region("vpc/v2", "private-networks"))],
        KindName::Secret => vec![("POST", region("secret-manager/v1beta1", "secrets"))],
        KindName::SecretVersion => vec![("POST", region("secret-manager/v1beta1", "secrets/{id}/versions"))],
        KindName::DatabaseInstance => vec![("POST", region("rdb/v1", "instances"))],
        KindName::Database => vec![("POST", region("rdb/v1", "instances/{id}/databases"))],
        KindName::DatabaseUser => vec![("POST", region("rdb/v1", "instances/{id}/users"))],
        KindName::DatabasePrivilege => vec![("PUT", region("rdb/v1", "instances/{id}/privileges"))],
        KindName::DatabaseAcl => vec![("PUT", region("rdb/v1", "instances/{id}/acls"))],
        KindName::DataSource => vec![("POST", region("cockpit/v1", "data-sources"))],
        KindName::CockpitToken => {
            vec![
                ("POST", region("cockpit/v1", "tokens")),
                ("POST", region("secret-manager/v1beta1", "secrets/{id}/versions")),
            ]
        }
        KindName::AlertManager => vec![("POST", region("cockpit/v1", "alert-manager/enable"))],
        KindName::ContactPoint => vec![("POST", region("cockpit/v1", "alert-manager/contact-points"))],
        KindName::ContainerNamespace => vec![("POST", region("containers/v1", "namespaces"))],
        KindName::Container => vec![("POST", region("containers/v1", "containers"))],
        _ => Vec::new(),
    };
    // The others are ready when the call is answered.
    let waits =
        matches!(kind, KindName::DatabaseInstance | KindName::ContainerNamespace | KindName::Container);
    let of = |(verb, path): &(&str, String)| {
        let ready = if waits { timings.until_ready(verb, path) } else { std::time::Duration::ZERO };
        (timings.request(verb, path) + ready).as_secs_f64()
    };
    calls.iter().map(of).sum()
}
