//! The operations that are answered, how far they go, and which are not.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

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

/// The operations of the API, by product, whether they are answered here or not.
fn of_the_api() -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(include_str!("../data/operations.json")).unwrap_or_default()
}

/// `product.Operation` → `faithful`, `simple`, or `501` for what the API has and the emulator does not.
pub(crate) fn page() -> Value {
    let mut page = Map::new();
    for (product, names) in of_the_api() {
        page.extend(names.into_iter().map(|name| (format!("{product}.{name}"), "501".into())));
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
    use std::path::PathBuf;

    #[test]
    fn the_list_of_the_api_s_operations_is_whole() {
        let wire = std::env::var("SCALEWAY_WIRE").unwrap_or_else(|_| "../../../shared/wire".into());
        let api = PathBuf::from(wire).join("../api");
        let listed = of_the_api();
        assert!(listed.len() == 10 && listed.values().all(|names| names.is_sorted()));
        if !api.is_dir() {
            eprintln!("skipped: no facts about the API in {}", api.display());
            return;
        }
        for (product, names) in listed {
            let text = std::fs::read_to_string(api.join(format!("{product}.json"))).unwrap();
            let facts: Value = serde_json::from_str(&text).unwrap();
            let mut known: Vec<&str> =
                facts["operations"].as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap()).collect();
            known.sort_unstable();
            known.dedup();
            assert_eq!(names, known, "{product}");
        }
    }

    #[test]
    fn what_is_answered_is_no_501() {
        let page = page();
        assert_eq!(page["containers.CreateContainer"], "faithful");
        assert_eq!(page["cockpit.PushMetrics"], "faithful");
        assert_eq!(page["cockpit.QueryLogsRange"], "simple");
        assert!(operations().all(|(product, name, fidelity)| page[format!("{product}.{name}")] == fidelity));
    }
}
