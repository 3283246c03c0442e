//! What the platform offered when the recording was made: engines of databases, and what they upgrade to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::recording::Line;
use super::seed::Seed;

/// The offers of each region that the recording shows, from the first answers that show them.
pub(super) fn of(lines: &[Line]) -> Vec<Seed> {
    let mut offers: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.is_success() && line.path.starts_with("/rdb/v1/regions/")) {
        let region: Vec<_> = line.path.split('/').take(5).collect();
        let offer = offers.entry(format!("{}/database-engines", region.join("/"))).or_default();
        if line.path.ends_with("/database-engines") && is_whole(line) {
            offer.entry("engines").or_insert_with(|| line.response["engines"].clone());
        }
        instances(&line.response, &mut |engine, upgrades| {
            let known = offer.entry("upgrades").or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(known) = known {
                known.entry(engine).or_insert_with(|| upgrades.clone());
            }
        });
    }
    let offers = offers.into_iter().filter(|(_, offer)| !offer.is_empty());
    offers.map(|(path, offer)| Seed { path, body: Value::Object(offer) }).collect()
}

/// No filter, and no second page.
fn is_whole(line: &Line) -> bool {
    let shown = line.response["engines"].as_array().map(Vec::len);
    let is_unfiltered =
        ["name", "version"].iter().all(|name| line.query(name).is_none_or(|value| value.is_empty()));
    is_unfiltered && shown.is_some_and(|shown| line.response["total_count"] == shown)
}

fn instances<'v>(value: &'v Value, visit: &mut impl FnMut(&'v str, &'v Value)) {
    match value {
        Value::Object(fields) => {
            let engine = fields.get("engine").and_then(Value::as_str);
            if let (Some(engine), Some(upgrades)) = (engine, fields.get("upgradable_version")) {
                visit(engine, upgrades);
            }
            fields.values().for_each(|value| instances(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| instances(item, visit)),
        _ => {}
    }
}
