//! The program notices what it is there to notice: answers are damaged at every place, one at a time.

use std::collections::{BTreeMap, HashSet};
use std::mem::discriminant;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::LazyLock;

use conformance::{Exchange, Outcome, Verdict, check};
use scaleway_core::{Timestamp, wire};
use serde_json::{Value, json};

use crate::{fixtures, wire};

/// Where something stands in an answer: a JSON pointer, and the same for all items of a list.
struct Place {
    pointer: String,
    shape: String,
}

fn places(value: &Value, pointer: String, shape: String, found: &mut Vec<Place>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(value, format!("{pointer}/{name}"), format!("{shape}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, format!("{pointer}/{index}"), format!("{shape}/*"), found);
            }
        }
        _ => {}
    }
    found.push(Place { pointer, shape });
}

fn verdict(exchange: &Value) -> Verdict {
    let line = exchange.to_string();
    match check(&Exchange::read(&line).unwrap()) {
        Outcome::Routed(verdict) => verdict,
        other => panic!("{other:?}: {line}"),
    }
}

/// An exchange that shows places that none before it had: what it is of, and those places.
struct Sample {
    of: &'static str,
    exchange: Value,
    places: Vec<Place>,
}

/// The exchanges of the fixtures and of the recordings that show every place once, and once a type.
static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut seen = HashSet::new();
    let mut samples = Vec::new();
    for file in [Some(fixtures()), wire()].into_iter().flatten().flat_map(files) {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let Outcome::Routed(Verdict { operation, .. }) = check(&Exchange::read(line).unwrap()) else {
                continue;
            };
            let of = if exchange["code"].as_u64() < Some(300) { operation } else { ERROR };
            let mut found = Vec::new();
            places(&exchange["response"], String::new(), String::new(), &mut found);
            found.retain(|place| {
                let value = exchange["response"].pointer(&place.pointer).unwrap();
                !value.is_null() && seen.insert((of, place.shape.clone(), discriminant(value)))
            });
            if !found.is_empty() {
                samples.push(Sample { of, exchange, places: found });
            }
        }
    }
    samples
});

/// What an answer is of that is an error.
const ERROR: &str = "an error";

/// Damages the answers: `damage` says what to put in the place of a value, one after the other; `judge` is given the
/// place and what the program then says. Answers how often.
fn damage(damage: impl Fn(&Value) -> Vec<Value>, mut judge: impl FnMut(&str, &str, Verdict)) -> usize {
    let mut damaged = 0;
    for Sample { of, exchange, places } in &*SAMPLES {
        let mut exchange = exchange.clone();
        for Place { pointer, shape } in places {
            let value = exchange["response"].pointer(pointer).unwrap().clone();
            for other in damage(&value) {
                damaged += 1;
                *exchange["response"].pointer_mut(pointer).unwrap() = other;
                judge(of, shape, verdict(&exchange));
            }
            *exchange["response"].pointer_mut(pointer).unwrap() = value;
        }
    }
    damaged
}

fn files(folder: PathBuf) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
    let paths = entries.into_iter().map(|entry| entry.unwrap().into_path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")).collect()
}

#[test]
fn a_field_that_is_added_is_reported() {
    let mut missed = Vec::new();
    let add = |value: &Value| {
        let Some(mut fields) = value.as_object().cloned() else { return Vec::new() };
        fields.insert("came_later".into(), json!(1));
        vec![Value::Object(fields)]
    };
    let damaged = damage(add, |of, shape, verdict| {
        if verdict.is_lossless() {
            missed.push(format!("{of} {shape}"));
        }
    });
    println!("{damaged} fields added");
    assert!(damaged > 0 && missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_type_that_changes_is_reported() {
    let mut missed = Vec::new();
    let change = |value: &Value| vec![if value.is_string() { json!(12345) } else { json!("a text") }];
    let damaged = damage(change, |of, shape, verdict| {
        // An error that is no object is a gateway's text.
        if verdict.is_lossless() && (of, shape) != (ERROR, "") {
            missed.push(format!("{of} {shape}"));
        }
    });
    println!("{damaged} types changed");
    assert!(damaged > 0 && missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_value_that_came_later_survives() {
    // Enums are texts among others: all of them survive, but what is read as something else than text.
    let is_read = |text: &str| {
        let address = text.split_once('/').map_or(text, |(address, _)| address);
        text.parse::<Timestamp>().is_ok()
            || wire::duration::deserialize(json!(text)).is_ok()
            || address.parse::<IpAddr>().is_ok()
    };
    let alter = |value: &Value| match value.as_str() {
        Some(text) if !is_read(text) => vec![json!("came_later")],
        _ => Vec::new(),
    };
    let mut died = Vec::new();
    let damaged = damage(alter, |of, shape, verdict| {
        let is_base64 =
            matches!((of, shape), ("AccessSecretVersion", "/data") | ("GetInstanceCertificate", "/content"));
        if !verdict.is_lossless() && !is_base64 {
            died.push(format!("{of} {shape}"));
        }
    });
    println!("{damaged} texts altered");
    assert!(damaged > 0 && died.is_empty(), "{died:#?}");
}

/// Answers of which every field may be absent.
const ALL_ABSENT: [&str; 1] = ["GetConfig"];

#[test]
fn a_field_that_is_dropped_is_reported_unless_it_may_be_absent() {
    let drop = |value: &Value| {
        let Some(fields) = value.as_object() else { return Vec::new() };
        let without = |name: &String| {
            let mut fields = fields.clone();
            fields.remove(name);
            Value::Object(fields)
        };
        fields.keys().map(without).collect()
    };
    // Older answers lack newer fields, so the types let many be absent; none lets all of them be.
    let mut reported: BTreeMap<String, u32> = BTreeMap::new();
    let dropped = damage(drop, |of, shape, verdict| {
        if of != ERROR && shape.is_empty() {
            *reported.entry(of.to_owned()).or_default() += u32::from(!verdict.is_lossless());
        }
    });
    println!("{dropped} fields dropped, {} times reported at the top", reported.values().sum::<u32>());
    reported.retain(|of, reported| *reported == 0 && !ALL_ABSENT.contains(&of.as_str()));
    assert!(dropped > 0 && reported.is_empty(), "{reported:#?}");
}
