//! Versions of a secret, each with a value that never changes.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::products::pages;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, any, flag, number, text};
use crate::store::{Body, Kind, Record, Store, Transition};

use super::{ephemeral, secret};

pub(super) const KIND: Kind = Kind { collection: "secret-manager.versions", resource: "secret_version" };

const LARGEST: usize = 65_536;

const FIELDS: &[Field] = &[text("description")];

const REQUEST: &[Field] = &[
    any("data"),
    text("description"),
    flag("disable_previous"),
    number("data_crc32", 0, u32::MAX as i64).or_null(),
];

/// All versions of a secret with their keys, newest first (recorded).
pub(super) fn of<'c>(call: &'c Call<'_>, secret_id: &str) -> Vec<(String, &'c Record)> {
    let store = &call.world.store;
    let keys = store.children(secret::KIND, secret_id, KIND);
    let mut found: Vec<_> =
        keys.into_iter().filter_map(|key| Some((key.clone(), store.get(KIND, &key)?))).collect();
    found.sort_by_key(|(_, version)| std::cmp::Reverse(version.order));
    found
}

/// The version that a revision means: a number, `latest` or `latest_enabled`.
fn find(call: &Call<'_>, secret_id: &str, revision: &str) -> Result<(String, Record), Refusal> {
    let versions = of(call, secret_id);
    let found = versions.into_iter().find(|(key, version)| match revision {
        "latest" => true,
        "latest_enabled" => version.status() == "enabled",
        number => *key == key_of(secret_id, number),
    });
    let (key, version) = found.ok_or_else(|| Refusal::not_found(KIND, revision))?;
    Ok((key, version.clone()))
}

pub(super) fn key_of(secret_id: &str, revision: &str) -> String {
    format!("{secret_id}/{revision}")
}

/// The version that the path names.
fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    let secret_id = call.target_id(secret::KIND, "secret_id")?;
    find(call, &secret_id, call.param("revision"))
}

/// The same for a change: its secret must not be scheduled for deletion.
fn usable(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    secret::usable(call)?;
    target(call)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let (secret_id, secret) = secret::usable(call)?;
    let request = schema::create(REQUEST, &call.body)?;
    let (data, crc32) = value(&request, secret.text("type"))?;
    let mut version = call.draft(&secret.project, body! {"status": "enabled"});
    version.parent = Some((secret::KIND.collection.into(), secret_id.clone()));
    call.must_have_room(KIND, &version)?;
    let latest = of(call, &secret_id).first().map(|(key, v)| (key.clone(), v.status().to_owned()));
    if let Some((latest, status)) = latest {
        secret::set(call, KIND, &latest, body! {"latest": false});
        if request.get("disable_previous") == Some(&Value::Bool(true)) && status == "enabled" {
            call.change(KIND, &latest, body! {"status": "disabled"});
            call.world.store.schedule(KIND, &latest, Vec::new());
        }
    }
    // Counted on, so that no revision comes twice.
    let revision = secret.hidden.get("revisions").and_then(Value::as_u64).unwrap_or_default() + 1;
    if let Some(secret) = call.world.store.get_mut(secret::KIND, &secret_id) {
        secret.hidden.insert("revisions".into(), revision.into());
    }
    let properties = ephemeral::properties(call, &secret);
    let stamp = call.world.stamp();
    let key = key_of(&secret_id, &revision.to_string());
    version.body.extend(body! {
        "revision": revision,
        "secret_id": secret_id,
        "created_at": stamp.as_str(),
        "updated_at": stamp,
        "deleted_at": Value::Null,
        "description": request.get("description").cloned(),
        "latest": true,
        "ephemeral_properties": properties.clone(),
        "deletion_requested_at": Value::Null,
        "region": call.region(),
    });
    version.hidden = body! {"data": data, "data_crc32": crc32};
    version.pending = ephemeral::pending(&properties);
    call.world.store.insert(KIND, &key, version);
    Ok(Reply::resource(call.view(KIND, &key)))
}

/// Every value that is kept and is text.
pub(crate) fn values(store: &Store) -> Vec<String> {
    let data = store.all(KIND).filter_map(|(_, version)| version.hidden.get("data")?.as_str());
    data.filter_map(|data| String::from_utf8(BASE64_STANDARD.decode(data).ok()?).ok()).collect()
}

/// The value in base64, and its CRC32 where one was sent. Refusals never repeat the value.
fn value(request: &Body, shape: &str) -> Result<(String, Value), Refusal> {
    let text = match request.get("data") {
        Some(Value::String(text)) if !text.is_empty() => text,
        Some(Value::String(_)) | None => {
            return Err(Refusal::invalid_arguments(&[Problem::required("data")]));
        }
        Some(_) => return Err(Refusal::invalid_arguments(&[Problem::format("data", "must be text")])),
    };
    let Ok(data) = BASE64_STANDARD.decode(text) else {
        return Err(Refusal::invalid_arguments(&[Problem::format("data", "must be base64")]));
    };
    if data.len() > LARGEST {
        let help = format!("must have at most {LARGEST} bytes, has {}", data.len());
        return Err(Refusal::constraint("data", help));
    }
    let is_object = || serde_json::from_slice::<Body>(&data).is_ok();
    if matches!(shape, "key_value" | "basic_credentials" | "database_credentials" | "ssh_key") && !is_object()
    {
        return Err(Refusal::constraint("data", format!("a secret of type {shape} must be a JSON object")));
    }
    let crc32 = request.get("data_crc32").cloned().unwrap_or_default();
    if crc32.as_u64().is_some_and(|sent| sent != u64::from(crc32fast::hash(&data))) {
        return Err(Refusal::constraint("data_crc32", "is not the CRC32 of data"));
    }
    Ok((text.clone(), crc32))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let secret_id = call.target_id(secret::KIND, "secret_id")?;
    let wanted: Vec<&str> = call.query_all("status").filter(|s| !s.starts_with("unknown")).collect();
    let versions = of(call, &secret_id).into_iter().map(|(_, version)| version);
    let versions = versions.filter(|version| wanted.is_empty() || wanted.contains(&version.status()));
    let versions = versions.map(|version| Value::Object(version.body.clone())).collect();
    pages::answer(call, "versions", versions)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, version) = target(call)?;
    Ok(Reply::resource(version.body))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (key, version) = usable(call)?;
    let mut patch = schema::update(FIELDS, &call.body, &version.body)?;
    if let Some(asked) = call.body.get("ephemeral_properties").filter(|value| !value.is_null()) {
        let properties = ephemeral::changed(asked, &properties(&version))?;
        if version.status() == "enabled" {
            call.world.store.schedule(KIND, &key, ephemeral::pending(&properties));
        }
        patch.insert("ephemeral_properties".into(), properties);
    }
    call.change(KIND, &key, patch);
    Ok(Reply::resource(call.view(KIND, &key)))
}

fn properties(version: &Record) -> Value {
    version.body.get("ephemeral_properties").cloned().unwrap_or_default()
}

/// The value stays for a while, so that the version can be restored; `updated_at` stays, too (recorded).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (key, version) = target(call)?;
    if matches!(version.status(), "deleted" | "scheduled_for_deletion") {
        return Ok(Reply::empty());
    }
    let stamp = call.world.stamp();
    secret::set(call, KIND, &key, body! {"status": "scheduled_for_deletion", "deletion_requested_at": stamp});
    if let Some(record) = call.world.store.get_mut(KIND, &key) {
        record.hidden.insert("status".into(), version.status().into());
    }
    let at = call.world.now() + secret::GRACE;
    let deletion = Transition { at, effect: ephemeral::deletion(at) };
    call.world.store.schedule(KIND, &key, vec![deletion]);
    Ok(Reply::empty())
}

/// It is again what it was.
pub(super) fn restore(call: &mut Call<'_>) -> Answer {
    let (key, version) = usable(call)?;
    must_exist(&version)?;
    if version.status() == "scheduled_for_deletion" {
        let status = version.hidden.get("status").cloned().unwrap_or_else(|| "enabled".into());
        let ends = if status == "enabled" { ephemeral::pending(&properties(&version)) } else { Vec::new() };
        secret::set(call, KIND, &key, body! {"status": status, "deletion_requested_at": Value::Null});
        call.world.store.schedule(KIND, &key, ends);
    }
    Ok(Reply::resource(call.view(KIND, &key)))
}

fn must_exist(version: &Record) -> Result<(), Refusal> {
    if version.status() == "deleted" {
        return Err(Refusal::precondition_failed("resource_not_usable", "the version is deleted"));
    }
    Ok(())
}

fn must_stay(version: &Record) -> Result<(), Refusal> {
    must_exist(version)?;
    if version.status() == "scheduled_for_deletion" {
        let help = "the version is scheduled for deletion; restore it first";
        return Err(Refusal::precondition_failed("resource_not_usable", help));
    }
    Ok(())
}

/// A version that is enabled again begins anew under its secret's policy.
pub(super) fn enable(call: &mut Call<'_>) -> Answer {
    let (key, version) = usable(call)?;
    must_stay(&version)?;
    if version.status() == "disabled" {
        let (_, secret) = call.target(secret::KIND, "secret_id")?;
        let properties = ephemeral::properties(call, &secret);
        let ends = ephemeral::pending(&properties);
        call.change(KIND, &key, body! {"status": "enabled"});
        secret::set(call, KIND, &key, body! {"ephemeral_properties": properties});
        call.world.store.schedule(KIND, &key, ends);
    }
    Ok(Reply::resource(call.view(KIND, &key)))
}

pub(super) fn disable(call: &mut Call<'_>) -> Answer {
    let (key, version) = usable(call)?;
    must_stay(&version)?;
    if version.status() == "enabled" {
        call.change(KIND, &key, body! {"status": "disabled"});
        call.world.store.schedule(KIND, &key, Vec::new());
    }
    Ok(Reply::resource(call.view(KIND, &key)))
}

pub(super) fn access(call: &mut Call<'_>) -> Answer {
    let secret_id = call.target_id(secret::KIND, "secret_id")?;
    open(call, &secret_id)
}

pub(super) fn access_by_path(call: &mut Call<'_>) -> Answer {
    let folder = secret::folder(call.query("secret_path").unwrap_or_default())?;
    let name = call.query("secret_name").unwrap_or_default();
    let project = call.query("project_id").unwrap_or_default();
    let found = call.world.store.all(secret::KIND).find(|(_, secret)| {
        secret.region == call.region()
            && secret.project == project
            && secret.text("name") == name
            && secret.text("path") == folder
            && !secret::is_scheduled(secret)
    });
    let id = found.map(|(id, _)| id.to_owned()).ok_or_else(|| Refusal::not_found(secret::KIND, name))?;
    open(call, &id)
}

fn open(call: &mut Call<'_>, secret_id: &str) -> Answer {
    let secret = call.find(secret::KIND, secret_id)?;
    secret::must_be_usable(secret)?;
    let shape = secret.text("type").to_owned();
    let (key, version) = find(call, secret_id, call.param("revision"))?;
    must_stay(&version)?;
    if version.status() != "enabled" {
        let help = "the version is disabled; enable it first";
        return Err(Refusal::precondition_failed("resource_not_usable", help));
    }
    let properties = properties(&version);
    if ephemeral::ends_with_access(&properties) {
        // Due now: it happens before the next request.
        let at = call.world.now();
        let end = Transition { at, effect: ephemeral::end(&properties, at) };
        call.world.store.schedule(KIND, &key, vec![end]);
    }
    Ok(Reply::ok(json!({
        "secret_id": secret_id,
        "revision": version.body.get("revision"),
        "data": version.hidden.get("data"),
        "data_crc32": version.hidden.get("data_crc32"),
        "type": shape,
    })))
}
