//! The operations that are answered, and how far they go.

use serde_json::{Map, Value};

use crate::object_storage;
use crate::products::{self, registry};
use crate::router::Fidelity;

/// Product, name and `faithful`, `simple` or `501`.
fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let routes = products::ALL.iter().flat_map(|product| product.routes.iter().map(move |r| (product, r)));
    let operations = routes.map(|(product, route)| (product.name, route.operation, route.fidelity.name()));
    let protocol = registry::protocol::OPERATIONS.iter().map(|name| ("registry", *name, "faithful"));
    let objects = object_storage::OPERATIONS.iter().map(|operation| {
        let fidelity = operation.fidelity.map_or("501", Fidelity::name);
        (object_storage::PRODUCT, operation.name, fidelity)
    });
    operations.chain(protocol).chain(objects)
}

/// `product.Operation` → `faithful`, `simple` or `501`.
pub(crate) fn page() -> Value {
    let page = operations().map(|(product, name, fidelity)| (format!("{product}.{name}"), fidelity.into()));
    Value::Object(page.collect::<Map<_, _>>())
}

/// Whether there is an operation of that name: `product.Operation`, or its name alone.
pub(crate) fn knows(operation: &str) -> bool {
    let (product, name) = match operation.split_once('.') {
        Some((product, name)) => (Some(product), name),
        None => (None, operation),
    };
    operations().any(|(of, have, _)| have == name && product.is_none_or(|product| product == of))
}
