//! The emulator's own addresses, and what the SDKs ask of any API host.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::kernel::Kernel;
use crate::products::{self, registry};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::requests::Requests;
use crate::router::Fidelity;
use crate::traffic::Traffic;

/// `/_emulator/…` and `/metadata`, which need no token; `None` for all other paths.
pub(crate) fn answer(kernel: &mut Kernel, verb: &str, path: &str, body: &[u8]) -> Option<Reply> {
    let ours = path.starts_with("/_emulator/");
    match (verb, path) {
        ("POST", "/_emulator/advance") => Some(advance(kernel, body)),
        ("GET", "/metadata") => {
            Some(Reply::ok(json!({"platform": "external", "partition": "scw", "domain": "scw.eu"})))
        }
        ("GET", "/_emulator/health") => Some(Reply::ok(json!({"status": "ok"}))),
        ("GET", "/_emulator/coverage") => Some(Reply::ok(coverage())),
        ("GET", "/_emulator/requests") => Some(Reply::ok(log(&kernel.requests))),
        ("GET", "/_emulator/traffic") => Some(Reply::ok(traffic(&kernel.world.traffic))),
        (verb, path) if ours || path == "/metadata" => Some(Reply::unknown_route(verb, path, &[])),
        _ => None,
    }
}

/// `{"seconds": 60}` moves a manual clock on, and answers the time; other clocks go their own way.
fn advance(kernel: &mut Kernel, body: &[u8]) -> Reply {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let seconds = request["seconds"].as_f64();
    let Some(Ok(time)) = seconds.map(Duration::try_from_secs_f64) else {
        return Refusal::constraint("seconds", "must be a number that is not negative").into();
    };
    kernel.clock.advance(time);
    kernel.world.settle(kernel.clock.now());
    Reply::ok(json!({"now": kernel.world.now()}))
}

/// `product.Operation` → `faithful` or `simple`.
fn coverage() -> Value {
    let routes = products::ALL.iter().flat_map(|product| product.routes.iter().map(move |r| (product, r)));
    let operations = routes.map(|(product, route)| {
        let fidelity = match route.fidelity {
            Fidelity::Faithful => "faithful",
            Fidelity::Simple => "simple",
        };
        (format!("{}.{}", product.name, route.operation), Value::from(fidelity))
    });
    let protocol = registry::protocol::OPERATIONS;
    let protocol = protocol.iter().map(|name| (format!("registry.{name}"), Value::from("faithful")));
    Value::Object(operations.chain(protocol).collect::<Map<_, _>>())
}

/// What the containers were asked, by the container's id.
fn traffic(traffic: &Traffic) -> Value {
    let series = traffic.series().filter_map(|(id, series)| Some((id, series.samples().next_back()?)));
    let totals = series.map(|(id, last)| {
        let by_status: Map<_, _> = last.by_status.iter().map(|(s, n)| (s.to_string(), (*n).into())).collect();
        let totals = json!({
            "requests": last.count(), "by_status": by_status, "seconds": last.seconds, "last_at": last.at,
        });
        (id.to_owned(), totals)
    });
    Value::Object(totals.collect())
}

fn log(requests: &Requests) -> Value {
    let by_operation: Map<_, _> = requests.by_operation().map(|(name, n)| (name, n.into())).collect();
    json!({
        "total": requests.total(),
        "by_operation": by_operation,
        "recent": requests.recent().collect::<Vec<_>>(),
    })
}
