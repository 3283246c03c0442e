//! Snapshots: the volume of an instance at one moment.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text};
use crate::store::{Body, Effect, Kind, Record, Transition};
use crate::world::{World, stamp};

use super::cluster::{self, Step};
use super::{copy, database, instance};

pub(super) const KIND: Kind = Kind { collection: "rdb.snapshots", resource: "instance_snapshot" };

const FIELDS: &[Field] = &[text("name").length(1, 255).required(), text("expires_at").or_absent()];

/// How long one is kept where nobody says (recorded).
const KEPT: Duration = Duration::from_hours(365 * 24);

const LISTING: Listing = Listing {
    kind: KIND,
    items: "snapshots",
    filters: &["name", "instance_id", "project_id", "organization_id"],
    order: &["created_at", "name", "expires_at"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let (id, instance) = instance::ready(call)?;
    let asked = schema::create(FIELDS, &call.body)?;
    let volume = instance.body.get("volume").cloned().unwrap_or_default();
    if volume["class"] == "lssd" {
        let help = "only block volumes have snapshots; the instance's is in its node";
        return Err(Refusal::precondition_failed("volume_type", help));
    }
    let expires_at = expiry(call, &asked)?.unwrap_or(call.world.now() + KEPT);
    let mut hidden = body! {"content": copy::content(call, &id)};
    hidden.insert("instance".into(), copy::inherited(&instance).into());
    let body = body! {
        "instance_id": id.as_str(),
        "instance_name": instance.text("name"),
        "name": asked["name"].clone(),
        "status": "creating",
        "node_type": instance.text("node_type"),
        "volume_type": json!({"type": volume["type"], "class": volume["class"]}),
        "size": Value::Null,
        "expires_at": stamp(expires_at),
        "updated_at": Value::Null,
        "region": call.region(),
    };
    let mut draft = call.draft(&instance.project, body);
    draft.hidden = hidden;
    let snapshot = call.create(KIND, draft)?;
    let at = call.due(call.until_ready());
    let ready = body! {"status": "ready", "size": volume["size"].clone(), "updated_at": stamp(at)};
    let ready = Transition { at, effect: Effect::Set { body: ready, hidden: Body::new() } };
    call.world.store.schedule(KIND, &snapshot, vec![ready, expire(expires_at)]);
    let databases = database::all(call, &id).into_iter();
    let steps = databases.map(|database| Step::Dump { database, into: snapshot.clone() });
    let steps = steps.collect();
    cluster::queue(call.world, &id, (KIND, &snapshot), steps);
    Ok(Reply::resource(call.view(KIND, &snapshot)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "snapshot_id")
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, snapshot) = call.target(KIND, "snapshot_id")?;
    call.must_be_settled(KIND, &id, &["ready"])?;
    rename(call, KIND, &id, &snapshot)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "snapshot_id")?;
    call.must_be_settled(KIND, &id, &["ready", "error"])?;
    call.delete_in_time(KIND, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// A new name, a new end: the same for backups.
pub(super) fn rename(call: &mut Call<'_>, kind: Kind, id: &str, record: &Record) -> Result<(), Refusal> {
    let patch = schema::update(FIELDS, &call.body, &record.body)?;
    let expires_at = expiry(call, &patch)?;
    let mut patch = patch;
    if let Some(at) = expires_at {
        patch.insert("expires_at".into(), stamp(at).into());
        call.world.store.schedule(kind, id, vec![expire(at)]);
    }
    call.change(kind, id, patch);
    Ok(())
}

/// `expires_at` of a request, which must be to come.
pub(super) fn expiry(call: &Call<'_>, asked: &Body) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = asked.get("expires_at").and_then(Value::as_str).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let at = text.parse().ok().filter(|at| is_to_come(call.world, *at));
    at.map(Some).ok_or_else(|| {
        Refusal::constraint(
            "expires_at",
            format!("must be a time to come, as \"2030-01-31T12:00:00Z\", is {text:?}"),
        )
    })
}

fn is_to_come(world: &World, at: Timestamp) -> bool {
    at > world.now()
}

pub(super) fn expire(at: Timestamp) -> Transition {
    Transition { at, effect: Effect::Delete }
}
