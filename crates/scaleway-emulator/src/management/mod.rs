//! The emulator's own addresses under `/_emulator/`, and what the SDKs ask of any API host.

#![allow(clippy::unnecessary_wraps, reason = "handlers have one type")]

mod faults;
mod images;
mod log;
mod worlds;

use std::time::Duration;

use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::kernel::Kernel;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::traffic::Traffic;
use crate::{coverage, data_plane};

/// What a request leads to.
type Handler = fn(&mut Kernel, &Parts, &[u8]) -> Answer;

/// Verb, path below `/_emulator`, what it is for.
const ROUTES: &[(&str, &str, &str, Handler)] = &[
    ("GET", "/", "what there is under /_emulator/", |_, _, _| Ok(index())),
    ("GET", "/health", "whether it answers", |_, _, _| Ok(Reply::ok(json!({"status": "ok"})))),
    ("GET", "/coverage", "operations, and how far they go", coverage),
    ("GET", "/postgres", "what serves databases that are real, and what went wrong with them", postgres),
    ("GET", "/requests", "what was asked; ?last=N for fewer than all that are kept", log::list),
    ("DELETE", "/requests", "counts requests from zero", log::clear),
    ("POST", "/advance", "moves a manual clock: {\"seconds\": 60}", advance),
    ("GET", "/faults", "what is to go wrong", faults::list),
    ("POST", "/faults", "lets something go wrong: a fault, or {\"faults\": [...]}", faults::inject),
    ("DELETE", "/faults", "nothing goes wrong any more", faults::clear),
    ("GET", "/images", "how images behave", images::list),
    ("POST", "/images", "declares how an image behaves, before those that are declared", images::declare),
    ("PUT", "/images", "declares all images: {\"images\": [...]}", images::replace),
    ("DELETE", "/images", "what the emulator was started with", images::reset),
    ("POST", "/reset", "an empty world, without faults, with an empty request log", worlds::reset),
    ("GET", "/snapshots", "the worlds that are kept in memory", worlds::list),
    ("POST", "/snapshot", "keeps the world as it is: {\"name\": \"before\"}", worlds::snapshot),
    ("POST", "/restore", "the world as it was: {\"name\": \"before\"}", worlds::restore),
    ("POST", "/seed", "puts what a GET answers into the world: {\"path\": …, \"body\": …}", worlds::seed),
    ("GET", "/addresses", "what is deployed, and how to reach it here", addresses),
    ("GET", "/traffic", "what was asked of what is deployed", |kernel, _, _| {
        Ok(Reply::ok(traffic(&kernel.world.traffic)))
    }),
];

/// `/_emulator/…` and `/metadata`, which need no token; `None` for all other paths.
pub(crate) fn answer(kernel: &mut Kernel, parts: &Parts, body: &[u8]) -> Option<Reply> {
    let (verb, path) = (parts.method.as_str(), parts.uri.path());
    if path == "/metadata" {
        let metadata = json!({"platform": "external", "partition": "scw", "domain": "scw.eu"});
        return Some(if verb == "GET" {
            Reply::ok(metadata)
        } else {
            Reply::unknown_route(verb, path, &["GET"])
        });
    }
    let below = path.strip_prefix("/_emulator").filter(|rest| rest.starts_with('/') || rest.is_empty())?;
    let below = if below.is_empty() { "/" } else { below };
    let mut others = Vec::new();
    for (known, .., handler) in ROUTES.iter().filter(|(_, path, ..)| *path == below) {
        if *known == verb {
            return Some(handler(kernel, parts, body).unwrap_or_else(Reply::from));
        }
        others.push(*known);
    }
    Some(Reply::unknown_route(verb, path, &others))
}

fn coverage(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    let mut page = coverage::page();
    if let Some(page) = page.as_object_mut() {
        page.extend(kernel.world.clusters.coverage().map(|(engine, by)| (engine, by.into())));
    }
    Ok(Reply::ok(page))
}

fn postgres(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    Ok(Reply::ok(kernel.world.clusters.page(&kernel.world)))
}

fn index() -> Reply {
    let lines =
        ROUTES.iter().map(|(verb, path, what, _)| (format!("{verb} /_emulator{path}"), (*what).into()));
    Reply::ok(Value::Object(lines.collect()))
}

/// A body of that shape, or a refusal that names the field, its value and what it should be.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(body)).map_err(|error| {
        let field = error.path().to_string();
        Refusal::constraint(if field == "." { "body" } else { &field }, error.inner().to_string())
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

/// Moves a manual clock on, and answers the time; other clocks go their own way.
fn advance(kernel: &mut Kernel, _: &Parts, body: &[u8]) -> Answer {
    let Advance { seconds } = read(body)?;
    let time = Duration::try_from_secs_f64(seconds).map_err(|_| {
        Refusal::constraint("seconds", format!("must be a number that is not negative, is {seconds}"))
    })?;
    kernel.clock.advance(time);
    kernel.world.settle(kernel.clock.now());
    Ok(Reply::ok(json!({"now": kernel.world.now()})))
}

fn addresses(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    let (ip, port) = kernel.listens().unwrap_or(("127.0.0.1".into(), 80));
    let addresses = data_plane::addresses(&kernel.world);
    let addresses = addresses.into_iter().map(|address| {
        let curl = address.curl(&ip, port);
        json!({"name": address.name, "host": address.host, "status": address.status, "curl": curl})
    });
    Ok(Reply::ok(json!({"addresses": addresses.collect::<Vec<_>>()})))
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
