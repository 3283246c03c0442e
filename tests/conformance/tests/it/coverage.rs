//! Every operation of the facts has a route, and every route is of an operation of the facts.

use std::collections::{BTreeMap, BTreeSet};

use conformance::APIS;
use serde_json::Value;

use crate::wire;

#[test]
fn every_operation_of_the_facts_is_routed() {
    let Some(api) = wire().map(|wire| wire.join("../api")).filter(|api| api.is_dir()) else {
        println!("skipped: no facts beside the recordings");
        return;
    };
    let mut routed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for api in APIS {
        let names =
            api.operations.iter().map(|op| format!("{} {} {}{}", op.name, op.verb, api.root, op.path));
        routed.entry(api.facts).or_default().extend(names);
    }
    let mut operations = 0;
    for (facts, routed) in routed {
        let file = api.join(format!("{facts}.json"));
        let facts: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let known: BTreeSet<String> = facts["operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|op| ["name", "verb", "path"].map(|field| op[field].as_str().unwrap()).join(" "))
            .collect();
        let difference: Vec<_> = known.symmetric_difference(&routed).collect();
        assert!(difference.is_empty(), "{}, on one side only: {difference:#?}", file.display());
        operations += known.len();
    }
    println!("{operations} operations");
    assert!(operations > 0);
}
