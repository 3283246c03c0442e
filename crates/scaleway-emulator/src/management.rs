//! The emulator's own addresses, and what the SDKs ask of any API host.

use serde_json::{Map, Value, json};

use crate::products;
use crate::reply::Reply;
use crate::requests::Requests;
use crate::router::Fidelity;

/// `/_emulator/…` and `/metadata`, which need no token; `None` for all other paths.
pub(crate) fn answer(verb: &str, path: &str, requests: &Requests) -> Option<Reply> {
    let ours = path.starts_with("/_emulator/");
    match (verb, path) {
        ("GET", "/metadata") => {
            Some(Reply::ok(json!({"platform": "external", "partition": "scw", "domain": "scw.eu"})))
        }
        ("GET", "/_emulator/health") => Some(Reply::ok(json!({"status": "ok"}))),
        ("GET", "/_emulator/coverage") => Some(Reply::ok(coverage())),
        ("GET", "/_emulator/requests") => Some(Reply::ok(log(requests))),
        (verb, path) if ours || path == "/metadata" => Some(Reply::unknown_route(verb, path, &["GET"])),
        _ => None,
    }
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
    Value::Object(operations.collect::<Map<_, _>>())
}

fn log(requests: &Requests) -> Value {
    let by_operation: Map<_, _> = requests.by_operation().map(|(name, n)| (name, n.into())).collect();
    json!({
        "total": requests.total(),
        "by_operation": by_operation,
        "recent": requests.recent().collect::<Vec<_>>(),
    })
}
