//! The operations that are answered, how far they go, and which are not.

use serde_json::{Map, Value};

use crate::api;
use crate::object_storage;
use crate::products::{self, DATA_SOURCE_OPERATIONS, registry};
use crate::router::Fidelity;

/// Product, name and `faithful`, `simple` or `501`.
fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let routes = products::ALL.iter().flat_map(|product| product.routes.iter().map(move |r| (product, r)));
    let operations = routes.map(|(product, route)| (product.name, route.operation, route.fidelity.name()));
    let protocol = registry::protocol::OPERATIONS.iter().map(|name| ("registry", *name, "faithful"));
    let sources = DATA_SOURCE_OPERATIONS.iter();
    let sources = sources.map(|operation| ("cockpit", operation.name, operation.fidelity.name()));
    let objects = object_storage::OPERATIONS.iter().map(|operation| {
        let fidelity = operation.fidelity.map_or("501", Fidelity::name);
        (object_storage::PRODUCT, operation.name, fidelity)
    });
    operations.chain(protocol).chain(sources).chain(objects)
}

/// `product.Operation` → `faithful`, `simple`, or `501` for what the API has and the emulator does not.
pub(crate) fn page() -> Value {
    let mut page = Map::new();
    for (product, operations) in api::operations() {
        page.extend(operations.keys().map(|name| (format!("{product}.{name}"), "501".into())));
    }
    page.extend(operations().map(|(product, name, fidelity)| (format!("{product}.{name}"), fidelity.into())));
    Value::Object(page)
}

/// Whether there is an operation of that name: `product.Operation`, or its name alone.
pub(crate) fn knows(operation: &str) -> bool {
    let (product, name) = match operation.split_once('.') {
        Some((product, name)) => (Some(product), name),
        None => (None, operation),
    };
    operations().any(|(of, have, _)| have == name && product.is_none_or(|product| product == of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_is_no_501() {
        let page = page();
        assert_eq!(page["containers.CreateContainer"], "faithful");
        assert_eq!(page["cockpit.PushMetrics"], "faithful");
        assert_eq!(page["cockpit.QueryLogsRange"], "simple");
        assert!(operations().all(|(product, name, fidelity)| page[format!("{product}.{name}")] == fidelity));
    }
}
