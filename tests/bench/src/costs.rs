//! What a step takes at least: its calls and the time until it is done, as recorded; not the calls that find that out, and none
//! of what the engine adds.

use std::time::Duration;

use evalap_topology::address::Address;
use evalap_topology::kinds::KindName;
use scaleway_emulator::Timings;

/// Where a kind is listed and made; below it, by an id, one of them.
fn collection(kind: KindName) -> Option<String> {
    let (product, rest) = match kind {
        KindName::Vpc => ("vpc/v2", "vpcs"),
        KindName::PrivateNetwork => ("vpc/v2", "private-networks"),
        KindName::Secret => ("secret-manager/v1beta1", "secrets"),
        KindName::SecretVersion => ("secret-manager/v1beta1", "secrets/{id}/versions"),
        KindName::DatabaseInstance => ("rdb/v1", "instances"),
        KindName::Database => ("rdb/v1", "instances/{id}/databases"),
        KindName::DatabaseUser => ("rdb/v1", "instances/{id}/users"),
        KindName::DatabasePrivilege => ("rdb/v1", "instances/{id}/privileges"),
        KindName::DatabaseAcl => ("rdb/v1", "instances/{id}/acls"),
        KindName::DataSource => ("cockpit/v1", "data-sources"),
        KindName::CockpitToken => ("cockpit/v1", "tokens"),
        KindName::AlertManager => ("cockpit/v1", "alert-manager"),
        KindName::ContactPoint => ("cockpit/v1", "alert-manager/contact-points"),
        KindName::ContainerNamespace => ("containers/v1", "namespaces"),
        KindName::Container => ("containers/v1", "containers"),
        _ => return None,
    };
    Some(format!("/{product}/regions/{{region}}/{rest}"))
}

fn call(verb: &str, path: &str) -> f64 {
    Timings::recorded().request(verb, path).as_secs_f64()
}

/// Others are ready, or gone, when the call is answered.
fn waits(kind: KindName) -> bool {
    matches!(kind, KindName::DatabaseInstance | KindName::ContainerNamespace | KindName::Container)
}

/// To make it.
pub(crate) fn create(address: &Address) -> f64 {
    let Some(path) = collection(address.kind) else { return 0.0 };
    let (verb, path) = match address.kind {
        KindName::DatabasePrivilege | KindName::DatabaseAcl => ("PUT", path),
        KindName::AlertManager => ("POST", format!("{path}/enable")),
        _ => ("POST", path),
    };
    let ready =
        if waits(address.kind) { Timings::recorded().until_ready(verb, &path) } else { Duration::ZERO };
    let more = match address.kind {
        // A token is answered once, so it goes into its secret at once.
        KindName::CockpitToken => collection(KindName::SecretVersion).map_or(0.0, |path| call("POST", &path)),
        // A create takes neither the schedule of backups nor settings.
        KindName::DatabaseInstance => {
            let settings = format!("{path}/{{id}}/settings");
            let set = Timings::recorded().until_ready("POST", &settings).as_secs_f64();
            call("PATCH", &format!("{path}/{{id}}")) + call("POST", &settings) + set
        }
        _ => 0.0,
    };
    call(verb, &path) + ready.as_secs_f64() + more
}

/// To let it go.
pub(crate) fn delete(address: &Address) -> f64 {
    let Some(path) = collection(address.kind) else { return 0.0 };
    let (verb, path) = match address.kind {
        KindName::DatabasePrivilege => ("PUT", path),
        KindName::DatabaseAcl => ("DELETE", path),
        KindName::AlertManager => ("POST", format!("{path}/disable")),
        KindName::ContactPoint => ("POST", format!("{path}/delete")),
        _ => ("DELETE", format!("{path}/{{id}}")),
    };
    let gone =
        if waits(address.kind) { Timings::recorded().until_ready(verb, &path) } else { Duration::ZERO };
    call(verb, &path) + gone.as_secs_f64()
}

/// To write so many records of the log: Object Storage was not recorded, so each takes the verb's usual time.
pub(crate) fn log_writes(count: usize) -> f64 {
    call("PUT", "/") * f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The slowest calls that need each other's answers when all is looked at: what is listed, and what is listed in it. The state is
/// read before: its key's record, the list of its snapshots, the newest and its record, the list of what came after, and
/// the end.
pub(crate) fn slowest_reading() -> (String, f64) {
    let chains: [&[KindName]; 5] = [
        &[KindName::DatabaseInstance, KindName::DatabasePrivilege],
        &[KindName::Secret, KindName::SecretVersion],
        &[KindName::AlertManager, KindName::ContactPoint],
        &[KindName::DataSource],
        &[KindName::ContainerNamespace],
    ];
    let seconds = |chain: &[KindName]| -> f64 {
        chain.iter().filter_map(|kind| collection(*kind)).map(|path| call("GET", &path)).sum()
    };
    let slowest = chains.into_iter().max_by(|a, b| seconds(a).total_cmp(&seconds(b))).unwrap_or_default();
    let state = call("GET", "/") * 6.0;
    let labels: Vec<&str> = slowest.iter().map(|kind| kind.label()).collect();
    (format!("the state in six, {}", labels.join(", ")), state + seconds(slowest))
}
