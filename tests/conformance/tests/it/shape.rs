//! Bodies as the facts describe them, drawn at random, and what can become of a body on its way.

use std::path::Path;

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// The facts of one API: messages and enums by name.
pub(crate) struct Facts(Value);

/// Messages hold messages: below this, lists are empty and what may be absent is.
const DEEPEST: usize = 5;

impl Facts {
    pub(crate) fn read(folder: &Path, api: &str) -> Self {
        let text = std::fs::read_to_string(folder.join(format!("{api}.json"))).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    /// The body of an operation, `body` or `response`, where the facts name one.
    pub(crate) fn body(&self, operation: &str, part: &str, rng: &mut Rng) -> Option<Value> {
        let mut operations = self.0["operations"].as_array().unwrap().iter();
        let operation = operations.find(|known| known["name"] == operation)?;
        let message = operation[part].as_str()?;
        Some(if message == "scw.File" { self.value("file", rng, 0) } else { self.message(message, rng, 0) })
    }

    fn message(&self, name: &str, rng: &mut Rng, depth: usize) -> Value {
        let mut message = Map::new();
        // Messages without fields are not among the facts.
        for field in self.0["messages"][name]["fields"].as_array().into_iter().flatten() {
            let name = field["name"].as_str().unwrap();
            let group = field["one_of"].as_array().map(Vec::as_slice).unwrap_or_default();
            let of_group_taken = group.iter().any(|other| message.contains_key(other.as_str().unwrap()));
            let is_last_of_group = group.last().is_none_or(|last| last == name);
            if of_group_taken || (!is_last_of_group && rng.bool()) {
                continue;
            }
            if name == "data_crc32" {
                // Of no data that is drawn: the client would find the value damaged.
                message.insert(name.to_owned(), Value::Null);
                continue;
            }
            let nullable = field["nullable"] == true && group.is_empty();
            if nullable && (depth >= DEEPEST || rng.u8(..5) == 0) {
                if rng.bool() {
                    message.insert(name.to_owned(), Value::Null);
                }
                continue;
            }
            message.insert(name.to_owned(), self.value(field["type"].as_str().unwrap(), rng, depth + 1));
        }
        message.into()
    }

    fn value(&self, kind: &str, rng: &mut Rng, depth: usize) -> Value {
        if let Some(item) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
            let items = if depth >= DEEPEST { 0 } else { rng.usize(..3) };
            return (0..items).map(|_| self.value(item, rng, depth)).collect();
        }
        let mut one = |choices: &[Value]| choices[rng.usize(..choices.len())].clone();
        match kind {
            "string" => text(rng),
            "bool" => rng.bool().into(),
            "uint32" => one(&[json!(0), json!(1), json!(u32::MAX)]),
            // Counts, all of them.
            "int32" => one(&[json!(0), json!(1), json!(i32::MAX)]),
            "uint64" | "uint64 bytes" => one(&[json!(0), json!(10_000_000_000_u64), json!(u64::MAX)]),
            "float32" => one(&[json!(0.0), json!(0.5), json!(-1.25)]),
            "timestamp (RFC 3339)" => one(&[
                json!("2026-07-03T15:28:04Z"),
                json!("2026-07-03T15:28:04.271Z"),
                json!("2026-07-03T15:28:04.271187Z"),
                json!("2026-07-03T15:28:04.271187123Z"),
            ]),
            "duration (\"30s\")" => one(&[json!("0s"), json!("30s"), json!("0.500s"), json!("86400s")]),
            "region" => one(&[json!("fr-par"), json!("nl-ams"), json!("it-mil")]),
            "zone" => one(&[json!("fr-par-1"), json!("pl-waw-3")]),
            "cidr" => one(&[json!("10.0.0.0/22"), json!("2001:db8::/64"), json!("0.0.0.0/0")]),
            "ip" => one(&[json!("10.0.0.1"), json!("2001:db8::1")]),
            "base64 bytes" => one(&[json!(""), json!("aGVsbG8="), json!("AA==")]),
            "map<string,string>" => json!({"a": text(rng), "b/c": text(rng)}),
            "file" => json!({"name": text(rng), "content_type": "text/plain", "content": "aGVsbG8="}),
            "time series" => json!({"name": text(rng), "metadata": {"node": text(rng)},
                "points": [["2026-07-03T15:28:04Z", 1.5], ["2026-07-03T15:29:04Z", 0.0]]}),
            named => match self.0["enums"][named].as_array() {
                Some(values) if rng.u8(..8) > 0 => values[rng.usize(..values.len())].clone(),
                Some(_) => json!("came_later"),
                None => self.message(named, rng, depth),
            },
        }
    }
}

fn text(rng: &mut Rng) -> Value {
    let texts = ["a", "evalap", "é/ü?#%20", "11111111-1111-4111-8111-111111111111", "\u{1F600}\n\"\\"];
    texts[rng.usize(..texts.len())].into()
}

/// Changes something somewhere in a body: a value becomes another one, a field goes or comes.
pub(crate) fn mutate(value: &mut Value, rng: &mut Rng) {
    let below: Vec<&mut Value> = match value {
        Value::Object(fields) => fields.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    if !below.is_empty() && rng.u8(..4) > 0 {
        let chosen = rng.usize(..below.len());
        if let Some(value) = below.into_iter().nth(chosen) {
            return mutate(value, rng);
        }
    }
    match value {
        Value::Object(fields) if rng.bool() => {
            let names: Vec<String> = fields.keys().cloned().collect();
            match names.get(rng.usize(..=names.len())) {
                Some(name) => fields.remove(name),
                None => fields.insert("came_later".to_owned(), json!({"a": [1]})),
            };
        }
        Value::Array(items) if rng.bool() => items.extend(items.first().cloned()),
        value => *value = junk(rng),
    }
}

fn junk(rng: &mut Rng) -> Value {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("-30s"),
        json!("99999999999999999999s"),
        json!("1e400s"),
        json!("0000-00-00T00:00:00Z"),
        json!("9999-12-31T23:59:60.999999999Z"),
        json!("2026-07-03T15:28:04+02:00"),
        json!("10.0.0.0/99"),
        json!("===="),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"id": {"id": null}}),
    ];
    values[rng.usize(..values.len())].clone()
}
