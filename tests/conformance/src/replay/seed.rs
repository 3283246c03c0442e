//! What was there before a recording began, and what came into it from elsewhere: read off the first answer that shows it.

use std::collections::{BTreeMap, BTreeSet};

use scaleway_core::Timestamp;
use serde_json::{Map, Value, json};

use super::offer;
use super::recording::Line;
use crate::APIS;

/// Something that is put into the emulator.
#[derive(Debug, Clone)]
pub(super) struct Seed {
    /// Where a GET finds it.
    pub(super) path: String,
    /// What that GET answers.
    pub(super) body: Value,
}

/// All that a recording needs and does not make.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The organisation of its projects.
    pub(super) organization: Option<String>,
    /// There before the first exchange.
    pub(super) before: Vec<Seed>,
    /// Made by another product or protocol: before which line.
    pub(super) injected: BTreeMap<usize, Vec<Seed>>,
    /// What of that was taken away again, by path: before which line.
    pub(super) withdrawn: BTreeMap<usize, Vec<String>>,
}

/// Reads the plan of a recording.
pub(super) fn plan(lines: &[Line]) -> Plan {
    let mut plan = Plan::default();
    let Some(start) = lines.first().map(|line| line.date) else { return plan };
    let made = made(lines);
    let mut shown = BTreeSet::new();
    let mut projects = BTreeMap::new();
    for line in lines.iter().filter(|line| line.is_success()) {
        for seed in resources(line) {
            let id = seed.path.rsplit('/').next().unwrap_or_default().to_owned();
            if made.contains(&id) || !shown.insert(seed.path.clone()) {
                continue;
            }
            match created(&seed.body) {
                Some(at) if at >= start => {
                    if comes_from_elsewhere(&seed) {
                        if let Some(line) = withdrawal(lines, line, &id) {
                            plan.withdrawn.entry(line.number).or_default().push(seed.path.clone());
                        }
                        // As early as it may show, in a count for example.
                        let first =
                            lines.iter().find(|line| line.date >= at).map_or(line.number, |line| line.number);
                        plan.injected.entry(first.min(line.number)).or_default().push(seed);
                    }
                }
                // Without a date it may be from here.
                None if is_collection_written(lines, &seed.path) => {}
                _ => plan.before.push(seed),
            }
        }
        owners(&line.response, &mut |project, organization| {
            plan.organization.get_or_insert_with(|| organization.to_owned());
            projects.entry(project.to_owned()).or_insert_with(|| organization.to_owned());
        });
    }
    plan.before.extend(offer::of(lines));
    // What came first is made first: lists are in that order.
    plan.before.sort_by_key(|seed| created(&seed.body));
    for (id, organization) in projects {
        let path = format!("/account/v3/projects/{id}");
        if !id.is_empty() && !made.contains(&id) && !shown.contains(&path) {
            let body = json!({"id": id, "name": if id == organization { "default" } else { &id },
                "organization_id": organization, "description": "",
                "created_at": start.to_string(), "updated_at": start.to_string()});
            plan.before.push(Seed { path, body });
        }
    }
    plan
}

/// Whether the recording makes anything of that kind.
fn is_collection_written(lines: &[Line], path: &str) -> bool {
    let collection = path.rsplit_once('/').map_or(path, |(collection, _)| collection);
    lines
        .iter()
        .any(|line| !line.is_read() && line.is_success() && line.path.trim_end_matches('/') == collection)
}

/// The ids that a write's answer names first: made here.
fn made(lines: &[Line]) -> BTreeSet<String> {
    let (mut seen, mut made) = (BTreeSet::new(), BTreeSet::new());
    for line in lines {
        seen.extend(line.path.split('/').map(str::to_owned));
        texts(&line.request, &mut |text| _ = seen.insert(text.to_owned()));
        let mut new = Vec::new();
        identities(&line.response, &mut |id| {
            if seen.insert(id.to_owned()) {
                new.push(id.to_owned());
            }
        });
        if !line.is_read() && line.is_success() {
            made.extend(new);
        }
    }
    made
}

/// The resources that an answer shows whole: its body, or the items of its list.
fn resources(line: &Line) -> Vec<Seed> {
    let Value::Object(body) = &line.response else { return Vec::new() };
    let path = line.path.trim_end_matches('/');
    if let Some(id) = identity(body) {
        let is_it = path.rsplit('/').next() == Some(id);
        return if is_it {
            vec![Seed { path: path.into(), body: line.response.clone() }]
        } else {
            Vec::new()
        };
    }
    if !line.is_read() {
        return Vec::new();
    }
    let lists = body.values().filter_map(Value::as_array);
    let items = lists.flatten().filter_map(|item| {
        let body = item.as_object()?;
        let id = identity(body).map(str::to_owned).or_else(|| Some(body.get("revision")?.to_string()))?;
        Some(Seed { path: place(path, &id), body: item.clone() })
    });
    items.collect()
}

/// Where a GET finds an item of the list under `path`: below it, or below the API's root.
fn place(path: &str, id: &str) -> String {
    let below = format!("{path}/{id}");
    if APIS.iter().any(|api| api.route("GET", &below).is_some()) {
        return below;
    }
    let segments: Vec<_> = path.split('/').collect();
    let root = segments.iter().position(|segment| *segment == "regions").map_or(3, |at| at + 2);
    let collection = segments.last().copied().unwrap_or_default();
    format!("{}/{collection}/{id}", segments.get(..root).unwrap_or_default().join("/"))
}

/// The first line after which something must be gone that nobody here has deleted: a list that showed it does so no
/// more, or the private network that it lies in is deleted, which nobody can who has left something in it.
fn withdrawal<'l>(lines: &'l [Line], shown: &Line, id: &str) -> Option<&'l Line> {
    let names = |line: &Line| line.is_success() && has_identity(&line.response, id);
    let last = lines.iter().rev().find(|line| names(line))?.number;
    let asked = |line: &Line| (line.path.clone(), line.query.clone());
    lines.iter().filter(|line| line.number > last).find(|line| {
        (line.is_read() && line.is_success() && asked(line) == asked(shown))
            || (line.code == 404 && line.path.ends_with(id))
            || (line.verb == "DELETE" && line.is_success() && line.path.contains("/private-networks/"))
    })
}

fn has_identity(value: &Value, id: &str) -> bool {
    let mut found = false;
    identities(value, &mut |other| found |= other == id);
    found
}

fn identity(body: &Map<String, Value>) -> Option<&str> {
    let text = |field: &str| body.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    text("id").or_else(|| text("access_key"))
}

fn identities<'v>(value: &'v Value, visit: &mut impl FnMut(&'v str)) {
    match value {
        Value::Object(body) => {
            if let Some(id) = identity(body) {
                visit(id);
            }
            body.values().for_each(|value| identities(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| identities(item, visit)),
        _ => {}
    }
}

fn texts<'v>(value: &'v Value, visit: &mut impl FnMut(&'v str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Object(body) => body.values().for_each(|value| texts(value, visit)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        _ => {}
    }
}

/// Every pair of a project and its organisation.
fn owners<'v>(value: &'v Value, visit: &mut impl FnMut(&'v str, &'v str)) {
    match value {
        Value::Object(body) => {
            let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
            if !text("organization_id").is_empty() {
                visit(text("project_id"), text("organization_id"));
            }
            body.values().for_each(|value| owners(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| owners(item, visit)),
        _ => {}
    }
}

fn created(body: &Value) -> Option<Timestamp> {
    body["created_at"].as_str()?.parse().ok()
}

/// Pushed images, and addresses of products that no client of ours speaks.
fn comes_from_elsewhere(seed: &Seed) -> bool {
    if seed.path.starts_with("/registry/v1/") {
        return seed.path.contains("/images/") || seed.path.contains("/tags/");
    }
    let resource = seed.body["resource"]["type"].as_str().unwrap_or_default();
    seed.path.contains("/ipam/v1/") && !matches!(resource, "" | "rdb_instance")
}
