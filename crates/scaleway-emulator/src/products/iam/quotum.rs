//! Quota: how much of a thing there may be. They are those that this emulator keeps to.

use serde_json::{Value, json};

use crate::call::Call;
use crate::products::pages;
use crate::quota::{self, Quota};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::world::World;

/// `iam_api_keys`; projects are of no product. The names are guessed.
fn name_of(quota: &str) -> String {
    quota.trim_start_matches("account.").replace(['.', '-'], "_")
}

fn view(world: &World, name: &str, quota: &Quota) -> Value {
    let limit = quota::limit(world, name);
    json!({
        "name": name_of(name),
        "pretty_name": quota.title,
        "unit": "",
        "description": format!("{} ({})", quota.title, quota.source),
        "locality_type": "global",
        "limit": limit,
        "limits": [{"global": true, "limit": limit}],
    })
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let wanted: Vec<&str> = call.query_all("quotum_names").filter(|name| !name.is_empty()).collect();
    let mut quota: Vec<Value> = quota::all()
        .filter(|(name, _)| wanted.is_empty() || wanted.contains(&name_of(name).as_str()))
        .map(|(name, quota)| view(call.world, &name, quota))
        .collect();
    quota.sort_by_key(|quotum| quotum["name"].as_str().unwrap_or_default().to_owned());
    if call.order_by() == Some("name_desc") {
        quota.reverse();
    }
    pages::answer(call, "quota", quota)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let wanted = call.param("quotum_name");
    match quota::all().find(|(name, _)| name_of(name) == wanted) {
        Some((name, quotum)) => Ok(Reply::ok(view(call.world, &name, quotum))),
        None => Err(Refusal::unknown("quotum", wanted)),
    }
}
