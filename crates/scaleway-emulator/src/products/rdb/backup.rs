//! Backups: the content of one database, in a file.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text};
use crate::store::{Body, Effect, Kind, Transition};
use crate::world::stamp;

use super::cluster::{self, Step};
use super::user::key;
use super::{database, instance, snapshot};

pub(super) const KIND: Kind = Kind { collection: "rdb.backups", resource: "database_backup" };

const FIELDS: &[Field] = &[
    text("instance_id").required(),
    text("database_name").required(),
    text("name").length(1, 255).required(),
    text("expires_at").or_absent(),
];
const RESTORE: &[Field] = &[text("database_name"), text("instance_id").required()];

/// How long an export can be downloaded.
const EXPORTED: Duration = Duration::from_hours(24);

/// Bytes of an empty database's backup, as recorded.
const EMPTY: u64 = 1_335;

const LISTING: Listing = Listing {
    kind: KIND,
    items: "database_backups",
    filters: &["name", "instance_id", "project_id", "organization_id"],
    order: &["created_at", "name", "status"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let asked = schema::create(FIELDS, &call.body)?;
    let (of, database) = (call.text("instance_id").to_owned(), call.text("database_name").to_owned());
    let instance = call.find(instance::KIND, &of)?.clone();
    call.must_be_settled(instance::KIND, &of, &["ready"])?;
    database_must_exist(call, &of, &database)?;
    let expires_at = snapshot::expiry(call, &asked)?;
    let body = body! {
        "instance_id": of.as_str(),
        "instance_name": instance.text("name"),
        "database_name": database.as_str(),
        "name": asked["name"].clone(),
        "status": "creating",
        "size": Value::Null,
        "expires_at": expires_at.map(stamp),
        "updated_at": Value::Null,
        "download_url": Value::Null,
        "download_url_expires_at": Value::Null,
        "region": call.region(),
        "same_region": instance.body.get("backup_same_region").cloned().unwrap_or_default(),
    };
    let id = call.create(KIND, call.draft(&instance.project, body))?;
    let at = call.due(call.until_ready());
    become_ready(call, &id, at, body! {"size": EMPTY});
    cluster::queue(call.world, &of, (KIND, &id), vec![Step::Dump { database, into: id.clone() }]);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "database_backup_id")
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, backup) = call.target(KIND, "database_backup_id")?;
    call.must_be_settled(KIND, &id, &["ready"])?;
    snapshot::rename(call, KIND, &id, &backup)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Gone at once, though its last answer says `deleting` (recorded).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "database_backup_id")?;
    call.must_be_settled(KIND, &id, &["ready", "error"])?;
    call.change(KIND, &id, body! {"status": "deleting"});
    let last = call.view(KIND, &id);
    call.world.store.remove(KIND, &id);
    Ok(Reply::resource(last))
}

/// Into a database of the same name unless told otherwise, which is made where there is none.
pub(super) fn restore(call: &mut Call<'_>) -> Answer {
    let (id, backup) = call.target(KIND, "database_backup_id")?;
    call.must_be_settled(KIND, &id, &["ready"])?;
    let asked = schema::create(RESTORE, &call.body)?;
    let to = call.text("instance_id").to_owned();
    call.must_be_settled(instance::KIND, &to, &["ready"])?;
    let name = asked["database_name"]
        .as_str()
        .filter(|name| !name.is_empty())
        .unwrap_or(backup.text("database_name"));
    database::check_name(name, "database_name")?;
    if call.world.store.get(database::KIND, &key(&to, name)).is_none() {
        database::insert(call, &to, name);
    }
    call.change(KIND, &id, body! {"status": "restoring"});
    let at = call.due(call.until_ready());
    become_ready(call, &id, at, Body::new());
    let (of, was) = (backup.text("instance_id"), backup.text("database_name"));
    let steps = vec![
        Step::Empty { database: name.into() },
        Step::Restore { database: name.into(), from: id.clone(), was: was.into(), owners: of == to },
        Step::Privileges { database: name.into() },
    ];
    cluster::queue(call.world, &to, (KIND, &id), steps);
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// The file's address leads nowhere here.
pub(super) fn export(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "database_backup_id")?;
    call.must_be_settled(KIND, &id, &["ready"])?;
    call.change(KIND, &id, body! {"status": "exporting"});
    let at = call.due(call.until_ready());
    let url = format!(
        "https://scw-rdb-backup.s3.{}.scw.cloud/{id}?signature={}",
        call.region(),
        call.world.uuid()?
    );
    become_ready(call, &id, at, body! {"download_url": url, "download_url_expires_at": stamp(at + EXPORTED)});
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Ready at that time with these fields, and gone when it expires.
fn become_ready(call: &mut Call<'_>, id: &str, at: Timestamp, mut body: Body) {
    body.extend(body! {"status": "ready", "updated_at": stamp(at)});
    let mut pending = vec![Transition { at, effect: Effect::Set { body, hidden: Body::new() } }];
    let expires_at = call.view(KIND, id).get("expires_at").and_then(|at| at.as_str()?.parse().ok());
    pending.extend(expires_at.map(snapshot::expire));
    call.world.store.schedule(KIND, id, pending);
}

fn database_must_exist(call: &Call<'_>, instance: &str, name: &str) -> Result<(), Refusal> {
    match call.world.store.get(database::KIND, &key(instance, name)) {
        Some(_) => Ok(()),
        None => Err(Refusal::not_found(database::KIND, name)),
    }
}
