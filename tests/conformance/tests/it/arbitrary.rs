//! Whatever an API answers, reading it never panics; and what a type has written, it reads as what it was.

use conformance::{APIS, Exchange, Outcome, Part, check};
use fastrand::Rng;
use proptest::prelude::*;
use proptest::sample::select;
use scaleway_core::{Empty, Request};
use serde_json::{Value, json};

use crate::shape::{Facts, mutate};
use crate::{fixtures, wire};

/// Reads a body with both types of an operation: what could be read is written, read again, and written alike.
fn holds(operation: &conformance::Operation, body: &Value) {
    let text = body.to_string();
    let again: [fn(&conformance::Operation, &str) -> Option<Value>; 2] =
        [conformance::Operation::answer_again, conformance::Operation::request_again];
    for again in again {
        if let Some(written) = again(operation, &text) {
            let twice = again(operation, &written.to_string());
            assert_eq!(twice.as_ref(), Some(&written), "{} of {text}", operation.name);
        }
    }
}

fn every(body: &Value) {
    APIS.iter().flat_map(|api| api.operations).for_each(|operation| holds(operation, body));
}

/// JSON of any form, in which fields are often named as an API names them.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "-?[0-9]{1,20}(\\.[0-9]{0,12})?s".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?Z".prop_map(Value::from),
    ];
    let names =
        ["id", "name", "status", "total_count", "created_at", "tags", "region", "size", "type", "data"];
    let name = prop_oneof![select(names.to_vec()).prop_map(str::to_owned), "[a-z_]{0,8}"];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8).prop_map(Value::from_iter),
        ]
    })
}

/// The path of an operation, made as the clients make it, with `id` for each of its parameters.
fn path_with(api: &conformance::Api, operation: &conformance::Operation, id: &str) -> String {
    let parameter = |part: &'static str| if part.starts_with('{') { id } else { part };
    let segments: Vec<&str> = operation.path.split('/').skip(1).map(parameter).collect();
    let method = operation.verb.parse().unwrap();
    let root = api.root.replace("{region}", "fr-par");
    Request::<Empty>::new(operation.name, method, &root, &segments).path_and_query()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// All clients make their paths of segments: no id leads to another operation, or out of the path.
    #[test]
    fn any_id_stays_where_it_belongs(id in "[/?#%&. é]{1,3}x\\PC{0,12}") {
        for api in APIS {
            for operation in api.operations.iter().filter(|operation| operation.path.contains('{')) {
                let path = path_with(api, operation, &id);
                prop_assert!(!path.contains(['?', '#', ' ']), "{} {path}", operation.name);
                let routed = api.route(operation.verb, &path).map(|found| found.name);
                prop_assert_eq!(routed, Some(operation.name), "{}", path);
            }
        }
    }

    #[test]
    fn any_json_is_read_or_refused(body in any_json()) {
        every(&body);
    }
}

#[test]
fn a_damaged_answer_is_read_or_refused() {
    let text = std::fs::read_to_string(fixtures().join("exchanges.jsonl")).unwrap();
    let answers =
        text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()?.get("response").cloned());
    let answers: Vec<Value> = answers.filter(|answer| !answer.is_null()).collect();
    assert!(answers.len() > 5);
    let mut rng = Rng::with_seed(1);
    for _ in 0..20 {
        for answer in &answers {
            let mut damaged = answer.clone();
            (0..rng.usize(1..4)).for_each(|_| mutate(&mut damaged, &mut rng));
            every(&damaged);
        }
    }
}

#[test]
fn an_answer_as_the_facts_describe_it_is_lossless_and_a_damaged_one_is_read_or_refused() {
    let Some(folder) = wire().map(|wire| wire.join("../api")).filter(|folder| folder.is_dir()) else {
        println!("skipped: no facts beside the recordings");
        return;
    };
    let (mut rng, mut bodies, mut lossy) = (Rng::with_seed(2), 0, Vec::new());
    for api in APIS {
        let facts = Facts::read(&folder, api.facts);
        for operation in api.operations {
            for _ in 0..20 {
                let parts = ["body", "response"].map(|part| facts.body(operation.name, part, &mut rng));
                let [request, response] = parts;
                let path = format!("{}{}", api.root, operation.path).replace(['{', '}'], "");
                // What is asked for is ours to spell; what is answered is not.
                let line = json!({"verb": operation.verb, "path": path, "code": 200, "response": response});
                let line = line.to_string();
                match check(&Exchange::read(&line).unwrap()) {
                    Outcome::Routed(verdict) => {
                        let lost = verdict.findings.iter().filter(|finding| finding.part == Part::Response);
                        lossy.extend(lost.map(|finding| format!("{}: {finding}", operation.name)));
                    }
                    outcome => panic!("{path} is {outcome:?}"),
                }
                for mut body in [request, response].into_iter().flatten() {
                    holds(operation, &body);
                    (0..rng.usize(1..4)).for_each(|_| mutate(&mut body, &mut rng));
                    holds(operation, &body);
                    bodies += 1;
                }
            }
        }
    }
    println!("{bodies} bodies, and as many damaged");
    lossy.sort();
    lossy.dedup();
    assert!(lossy.is_empty(), "{} kinds of loss:\n{}", lossy.len(), lossy.join("\n"));
}
