//! Namespaces: the first part of an image's name, unique in their region whoever has it.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, text};
use crate::store::{Body, Effect, Kind, Record, Transition};
use crate::world::World;

use super::{image, lost, off_contract};

pub(super) const KIND: Kind = Kind { collection: "registry.namespaces", resource: "namespace" };

const FIELDS: &[Field] = &[text("name").required().fixed(), text("description"), flag("is_public")];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "namespaces",
    filters: &["project_id", "organization_id", "name"],
    order: &["created_at", "description", "name"],
};

/// How long a namespace with images in it is still seen to be deleted (recorded: under a second). An empty one is gone
/// at once.
const CLEARING: Duration = Duration::from_millis(700);

/// Ready at once (recorded).
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let name = call.text("name").to_owned();
    check_name(&name)?;
    if named(call.world, call.region(), &name).is_some() {
        return Err(off_contract(StatusCode::CONFLICT, "Namespace already exists"));
    }
    let project = project(call);
    fields.extend(body! {
        "project_id": project.as_str(),
        "organization_id": call.world.organization_of(&project),
        "region": call.region(),
        "endpoint": format!("rg.{}.scw.cloud/{name}", call.region()),
        "status": "ready",
        "status_message": "",
        "size": 0,
        "image_count": 0,
    });
    let id = call.create(KIND, call.draft(&project, fields))?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Where only the organisation is said, its default project, which has the same id.
fn project(call: &Call<'_>) -> String {
    let said = ["project_id", "organization_id"].map(|field| call.text(field));
    said.into_iter().find(|id| !id.is_empty()).unwrap_or(&call.world.settings.organization).to_owned()
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits {
        return Ok(());
    }
    let rule = "namespace name must begin with a letter, followed by letters, numbers or hyphens, and end with a \
        letter or number.";
    Err(off_contract(StatusCode::BAD_REQUEST, rule))
}

/// The namespace of that name in a region, whosever it is.
pub(super) fn named<'w>(world: &'w World, region: &str, name: &str) -> Option<(&'w str, &'w Record)> {
    world.store.all(KIND).find(|(_, record)| record.region == region && record.text("name") == name)
}

/// The first namespace of that name in any region.
pub(super) fn anywhere<'w>(world: &'w World, name: &str) -> Option<(&'w str, &'w Record)> {
    let named = world.store.all(KIND).filter(|(_, record)| record.text("name") == name);
    named.min_by_key(|(_, record)| record.order)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, namespace) = target(call)?;
    Ok(Reply::resource(namespace.body))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, namespace) = target(call)?;
    let patch = schema::update(FIELDS, &call.body, &namespace.body)?;
    call.change(KIND, &id, patch);
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// With all that is in it.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    let is_empty = call.world.store.children(KIND, &id, image::KIND).is_empty();
    let at = if is_empty { call.world.now() } else { call.due(CLEARING) };
    call.change(KIND, &id, body! {"status": "deleting"});
    call.world.store.schedule(KIND, &id, vec![Transition { at, effect: Effect::Delete }]);
    Ok(Reply::resource(call.view(KIND, &id)))
}

fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    call.target(KIND, "namespace_id").map_err(|_| lost("Namespace"))
}

/// Counts the images of a namespace anew, and what they take.
pub(super) fn recount(world: &mut World, id: &str) {
    let images = world.store.children(KIND, id, image::KIND);
    let size = |id: &String| world.store.get(image::KIND, id)?.body.get("size").and_then(Value::as_u64);
    let total: u64 = images.iter().filter_map(size).sum();
    let patch: Body = body! {"image_count": images.len(), "size": total};
    world.lay(KIND, id, patch);
}
