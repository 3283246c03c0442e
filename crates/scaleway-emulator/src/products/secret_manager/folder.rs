//! What is in a folder; the tags and types that a project's secrets have.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::call::Call;
use crate::products::pages;
use crate::reply::{Answer, Reply};
use crate::store::Record;

use super::secret;

/// The project's secrets, those scheduled for deletion aside.
fn of_project<'c>(call: &'c Call<'_>) -> impl Iterator<Item = &'c Record> {
    let project = call.query("project_id").unwrap_or_default();
    call.world.store.all(secret::KIND).map(|(_, secret)| secret).filter(move |secret| {
        secret.region == call.region()
            && (project.is_empty() || secret.project == project)
            && call.visible.includes(&secret.project)
            && !secret::is_scheduled(secret)
    })
}

/// Folders and secrets directly below `prefix`.
pub(super) fn browse(call: &mut Call<'_>) -> Answer {
    let folder = secret::folder(call.query("prefix").unwrap_or_default())?;
    let below = if folder == "/" { folder.clone() } else { format!("{folder}/") };
    let mut folders = BTreeSet::new();
    let mut items = Vec::new();
    for secret in of_project(call).filter(|secret| is_wanted(call, secret)) {
        if secret.text("path") == folder {
            items.push(item(&secret::view(call, secret).into()));
        } else if let Some(rest) = secret.text("path").strip_prefix(&below) {
            folders.insert(rest.split('/').next().unwrap_or_default());
        }
    }
    let folders = folders
        .into_iter()
        .map(|name| json!({"name": name, "created_at": null, "updated_at": null, "folder": {}}));
    items.extend(folders);
    sort(&mut items, call.order_by().unwrap_or("name_asc"));
    let mut page = pages::page(call, "items", items)?;
    page.insert("current_path".into(), folder.into());
    Ok(Reply::resource(page))
}

fn is_wanted(call: &Call<'_>, secret: &Record) -> bool {
    let tags = secret.body.get("tags").and_then(Value::as_array);
    let mut wanted = call.query_all("tags").filter(|tag| !tag.is_empty());
    let shape = call.query("type").filter(|shape| !shape.is_empty() && !shape.starts_with("unknown"));
    wanted.all(|tag| tags.is_some_and(|tags| tags.iter().any(|have| have == tag)))
        && shape.is_none_or(|shape| secret.text("type") == shape)
}

fn item(secret: &Value) -> Value {
    json!({
        "name": secret["name"],
        "created_at": secret["created_at"],
        "updated_at": secret["updated_at"],
        "secret": {
            "id": secret["id"],
            "tags": secret["tags"],
            "version_count": secret["version_count"],
            "protected": secret["protected"],
            "ephemeral_policy": secret["ephemeral_policy"],
            "type": secret["type"],
        },
    })
}

fn sort(items: &mut [Value], order: &str) {
    let (field, direction) = order.rsplit_once('_').unwrap_or((order, "asc"));
    items.sort_by(|a, b| {
        let order = a[field].as_str().cmp(&b[field].as_str());
        if direction == "desc" { order.reverse() } else { order }
    });
}

pub(super) fn tags(call: &mut Call<'_>) -> Answer {
    let tags = of_project(call).filter_map(|secret| secret.body.get("tags")?.as_array()).flatten();
    let tags: BTreeSet<&str> = tags.filter_map(Value::as_str).collect();
    pages::answer(call, "tags", tags.into_iter().map(Value::from).collect())
}

pub(super) fn types(call: &mut Call<'_>) -> Answer {
    let types: BTreeSet<&str> = of_project(call).map(|secret| secret.text("type")).collect();
    pages::answer(call, "types", types.into_iter().map(Value::from).collect())
}
