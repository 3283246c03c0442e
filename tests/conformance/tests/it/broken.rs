//! An emulator that is broken in some way answers fewer exchanges as recorded: every way lowers the score.
//!
//! It is broken from outside, by a transport that damages requests or answers on their way. The recording is one of the
//! emulator itself (so that whole it scores 100 %), and those of the real API, where present.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use conformance::Replayer;
use http::{Method, Request, Response};
use scaleway_core::{Clock, Exchange, Random, Transport};
use scaleway_emulator::{Emulator, Latency};
use serde_json::{Value, json};

use crate::wire;

#[derive(Debug, Clone, Copy)]
enum Damage {
    WrongParent,
    LostField,
    ExtraField,
    OtherValue,
    OtherType,
    DeleteThatKeeps,
    PatchThatResets,
    StaleList,
    WrongCount,
    WrongOrder,
    WrongStatusCode,
    WrongErrorBody,
    IdsNotUnique,
    IdsThatChange,
    StuckStatus,
    UpdateNotDated,
}

/// The first four are shown by containers, the fifth by secrets (a list that is asked for twice), the rest by VPCs.
const ALL: [Damage; 16] = [
    Damage::PatchThatResets,
    Damage::StuckStatus,
    Damage::LostField,
    Damage::OtherType,
    Damage::StaleList,
    Damage::WrongParent,
    Damage::ExtraField,
    Damage::OtherValue,
    Damage::DeleteThatKeeps,
    Damage::WrongCount,
    Damage::WrongOrder,
    Damage::WrongStatusCode,
    Damage::WrongErrorBody,
    Damage::IdsNotUnique,
    Damage::IdsThatChange,
    Damage::UpdateNotDated,
];

/// An emulator, and what is wrong with it.
#[derive(Debug)]
struct Broken {
    emulator: Emulator,
    damage: Damage,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    lists: HashMap<String, Bytes>,
    parents: HashMap<String, Value>,
    first_id: Option<Value>,
    answers: u64,
}

impl Transport for Broken {
    fn send(&self, mut request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            let (verb, uri) = (request.method().clone(), request.uri().clone());
            match self.damage {
                Damage::DeleteThatKeeps if verb == Method::DELETE => {
                    *request.method_mut() = Method::GET;
                    let mut answer = self.emulator.send(request).await?;
                    if answer.status().is_success() {
                        *answer.status_mut() = http::StatusCode::NO_CONTENT;
                        *answer.body_mut() = Bytes::new();
                    }
                    return Ok(answer);
                }
                Damage::PatchThatResets if verb == Method::PATCH => {
                    let body = serde_json::from_slice(request.body()).unwrap_or_default();
                    if let Value::Object(mut body) = body {
                        for (field, reset) in
                            [("tags", json!([])), ("description", json!("")), ("name", json!("reset"))]
                        {
                            body.entry(field).or_insert(reset);
                        }
                        *request.body_mut() = Value::Object(body).to_string().into();
                    }
                }
                _ => {}
            }
            let answer = self.emulator.send(request).await?;
            Ok(self.damaged(&verb, &uri.to_string(), answer))
        })
    }
}

impl Broken {
    fn damaged(&self, verb: &Method, uri: &str, mut answer: Response<Bytes>) -> Response<Bytes> {
        let mut seen = self.seen.lock().unwrap();
        seen.answers += 1;
        let Ok(mut body) = serde_json::from_slice::<Value>(answer.body()) else { return answer };
        let is_error = !answer.status().is_success();
        match self.damage {
            Damage::WrongStatusCode if *verb == Method::POST && !is_error => {
                *answer.status_mut() = http::StatusCode::CREATED;
            }
            Damage::WrongErrorBody if is_error => body["message"] = json!("it is not there"),
            Damage::StaleList if !is_error && body.get("total_count").is_some() => {
                let first = seen.lists.entry(uri.to_owned()).or_insert_with(|| answer.body().clone());
                *answer.body_mut() = first.clone();
                return answer;
            }
            Damage::WrongCount if body.get("total_count").is_some() => {
                body["total_count"] = json!(body["total_count"].as_u64().unwrap() + 1);
            }
            Damage::WrongOrder if uri.contains("order_by") => {
                each(&mut body, &mut |value| {
                    if let Value::Array(items) = value {
                        items.reverse();
                    }
                });
            }
            Damage::StuckStatus => each(&mut body, &mut |value| {
                if value.get("status") == Some(&json!("ready")) {
                    value["status"] = json!("creating");
                }
            }),
            _ if is_error => return answer,
            Damage::WrongParent => each(&mut body, &mut |value| {
                let Value::Object(fields) = value else { return };
                for (name, value) in fields.iter_mut().filter(|(name, _)| name.ends_with("_id")) {
                    let first = seen.parents.entry(name.clone()).or_insert_with(|| value.clone());
                    *value = first.clone();
                }
            }),
            Damage::LostField => each(&mut body, &mut |value| {
                if let Value::Object(fields) = value {
                    fields.remove("tags");
                }
            }),
            Damage::ExtraField => each(&mut body, &mut |value| {
                if let Value::Object(fields) = value {
                    fields.insert("came_later".into(), Value::Null);
                }
            }),
            Damage::OtherValue => each(&mut body, &mut |value| {
                if let Some(name) = value.get("name").and_then(Value::as_str) {
                    value["name"] = name.to_uppercase().into();
                }
            }),
            Damage::OtherType => each(&mut body, &mut |value| {
                if let Value::Bool(flag) = value {
                    *value = flag.to_string().into();
                }
            }),
            Damage::IdsNotUnique => each(&mut body, &mut |value| {
                if let Some(id) = value.get_mut("id") {
                    *id = seen.first_id.get_or_insert_with(|| id.clone()).clone();
                }
            }),
            Damage::IdsThatChange => {
                let other = format!("{:08x}-0000-4000-8000-000000000000", seen.answers);
                each(&mut body, &mut |value| {
                    if value.get("id").is_some() {
                        value["id"] = other.clone().into();
                    }
                });
            }
            Damage::UpdateNotDated => each(&mut body, &mut |value| {
                if value.get("updated_at").is_some() && value.get("created_at").is_some() {
                    value["updated_at"] = value["created_at"].clone();
                }
            }),
            _ => return answer,
        }
        *answer.body_mut() = body.to_string().into();
        answer
    }
}

fn each(value: &mut Value, change: &mut impl FnMut(&mut Value)) {
    change(value);
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|value| each(value, change)),
        Value::Array(items) => items.iter_mut().for_each(|value| each(value, change)),
        _ => {}
    }
}

/// What a client could ask; `{n}` is the id that the n-th request was answered, `+` before the verb means later.
const ASKED: &[(&str, &str, &str)] = &[
    ("POST", "/vpc/v2/regions/fr-par/vpcs", r#"{"project_id":"P","name":"one","tags":["a"]}"#),
    ("POST", "/vpc/v2/regions/fr-par/vpcs", r#"{"project_id":"P","name":"two","tags":["a","b"]}"#),
    ("GET", "/vpc/v2/regions/fr-par/vpcs?project_id=P&order_by=name_asc", ""),
    (
        "POST",
        "/vpc/v2/regions/fr-par/private-networks",
        r#"{"project_id":"P","name":"pn","vpc_id":"{0}","tags":[]}"#,
    ),
    (
        "POST",
        "/vpc/v2/regions/fr-par/private-networks",
        r#"{"project_id":"P","name":"pm","vpc_id":"{1}","tags":[]}"#,
    ),
    ("GET", "/vpc/v2/regions/fr-par/private-networks?vpc_id={1}", ""),
    ("PATCH", "/vpc/v2/regions/fr-par/vpcs/{1}", r#"{"name":"second"}"#),
    ("GET", "/vpc/v2/regions/fr-par/vpcs/{1}", ""),
    ("GET", "/vpc/v2/regions/fr-par/vpcs?project_id=P&order_by=name_asc", ""),
    ("POST", "/containers/v1/regions/fr-par/namespaces", r#"{"project_id":"P","name":"space"}"#),
    ("GET", "/containers/v1/regions/fr-par/namespaces/{9}", ""),
    ("+GET", "/containers/v1/regions/fr-par/namespaces/{9}", ""),
    (
        "POST",
        "/containers/v1/regions/fr-par/containers",
        r#"{"namespace_id":"{9}","name":"web","image":"nginx:1"}"#,
    ),
    ("+GET", "/containers/v1/regions/fr-par/containers/{12}", ""),
    ("PATCH", "/containers/v1/regions/fr-par/containers/{12}", r#"{"max_scale":3}"#),
    ("+GET", "/containers/v1/regions/fr-par/containers?namespace_id={9}", ""),
    ("DELETE", "/vpc/v2/regions/fr-par/private-networks/{4}", ""),
    ("GET", "/vpc/v2/regions/fr-par/private-networks/{4}", ""),
    ("GET", "/vpc/v2/regions/fr-par/private-networks?vpc_id={1}", ""),
    ("DELETE", "/vpc/v2/regions/fr-par/vpcs/{1}", ""),
    ("GET", "/vpc/v2/regions/fr-par/vpcs/{1}", ""),
];

/// A recording of the emulator itself, asked [`ASKED`].
fn recording() -> String {
    let clock = Clock::virtual_from("2026-09-01T08:00:00Z".parse().unwrap());
    let emulator = Emulator::builder()
        .clock(clock.clone())
        .random(Random::seeded(7))
        .latency(Latency::Recorded)
        .build()
        .unwrap();
    let mut ids = Vec::<String>::new();
    let mut lines = String::new();
    for (verb, path, body) in ASKED {
        let fill = |text: &str| {
            let text = text.replace("\"P\"", "\"105bdce1-0000-4000-8000-000000000001\"");
            let text = text.replace("=P", "=105bdce1-0000-4000-8000-000000000001");
            ids.iter().enumerate().fold(text, |text, (n, id)| text.replace(&format!("{{{n}}}"), id))
        };
        let (path, body) = (fill(path), fill(body));
        let later = if verb.starts_with('+') { 60 } else { 2 };
        clock.advance(std::time::Duration::from_secs(later));
        let verb = verb.trim_start_matches('+');
        let request = Request::builder().method(verb).uri(format!("https://api.scaleway.com{path}"));
        let request = request.header("x-auth-token", "any").body(Bytes::from(body.clone())).unwrap();
        let answer = clock.block_on(emulator.send(request)).unwrap().unwrap();
        let response: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        ids.push(response["id"].as_str().unwrap_or_default().to_owned());
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let request: Value = serde_json::from_str(&body).unwrap_or_default();
        let line = json!({
            "verb": verb, "path": path, "query": query, "request": request, "code": answer.status().as_u16(),
            "headers": {"date": date(&clock)}, "response": response,
        });
        lines += &line.to_string();
        lines.push('\n');
    }
    lines
}

/// As a `Date` header; the recording stays within one day.
fn date(clock: &Clock) -> String {
    format!("Tue, 01 Sep 2026 {} GMT", &clock.now().to_string()[11..19])
}

fn through(damage: Damage) -> Replayer {
    Replayer::new().through(move |emulator| Arc::new(Broken { emulator, damage, seen: Mutex::default() }))
}

#[test]
fn every_damage_lowers_the_score_of_a_recording_of_ours() {
    let files = [("ours.jsonl".to_owned(), recording())];
    let whole = Replayer::new().replay_all(&files).unwrap();
    assert_eq!(whole.total().equal, whole.total().replayed, "{whole}");
    assert_eq!(whole.total().replayed, ASKED.len() as u64);
    for damage in ALL {
        let broken = through(damage).replay_all(&files).unwrap();
        println!("{damage:?}: {} of {} equal", broken.total().equal, broken.total().replayed);
        assert!(broken.total().equal < whole.total().equal, "{damage:?} is not noticed");
    }
}

#[test]
fn every_damage_lowers_the_score_of_real_recordings() {
    let Some(wire) = wire() else { return };
    for (folder, damages) in [("container", &ALL[..4]), ("secret", &ALL[4..5]), ("vpc", &ALL[5..])] {
        let folder = wire.join(folder);
        let whole = Replayer::new().replay(&folder).unwrap();
        for damage in damages {
            let broken = through(*damage).replay(&folder).unwrap();
            println!("{damage:?}: {} of {} equal", broken.total().equal, broken.total().replayed);
            assert!(broken.total().equal < whole.total().equal, "{damage:?} is not noticed");
        }
    }
}
