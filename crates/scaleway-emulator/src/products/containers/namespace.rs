//! Namespaces.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, pairs, text, texts};
use crate::store::{Body, Kind};

use super::{container, variables};

pub(super) const KIND: Kind = Kind { collection: "containers.namespaces", resource: "namespace" };

const FIELDS: &[Field] = &[
    text("project_id").required().fixed(),
    text("name").length(1, 50).required().fixed(),
    text("description"),
    pairs("environment_variables"),
    pairs("secret_environment_variables"),
    texts("tags"),
];

/// The real list ignores its `name` filter (recorded).
const LISTING: Listing = Listing {
    kind: KIND,
    items: "namespaces",
    filters: &["project_id", "organization_id"],
    order: &["created_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    variables::seal(call.world, &mut fields, None)?;
    let project = call.text("project_id").to_owned();
    fields.extend(body! {
        "organization_id": call.world.organization_of(&project),
        "region": call.region(),
        "status": "creating",
    });
    let draft = call.draft(&project, fields);
    call.must_be_unique(KIND, &draft, "name")?;
    let id = call.create(KIND, draft)?;
    call.becomes(KIND, &id, body! {"status": "ready"});
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "namespace_id")
}

/// Only variables need an update of what runs; the rest is there at once (recorded).
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, namespace) = call.target(KIND, "namespace_id")?;
    call.must_be_settled(KIND, &id, &["ready", "error"])?;
    let mut patch = schema::update(FIELDS, &call.body, &namespace.body)?;
    variables::seal(call.world, &mut patch, Some(&namespace.body))?;
    let takes_time = patch.keys().any(|field| field.ends_with("environment_variables"));
    call.change(KIND, &id, patch);
    if takes_time {
        call.change(KIND, &id, body! {"status": "updating"});
        call.becomes(KIND, &id, body! {"status": "ready"});
    }
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Takes the containers in it along.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "namespace_id")?;
    for container in call.world.store.children(KIND, &id, container::KIND) {
        call.change(container::KIND, &container, body! {"status": "deleting", "error_message": Value::Null});
        call.world.store.schedule(container::KIND, &container, Vec::new());
    }
    call.change(KIND, &id, Body::new());
    call.delete_in_time(KIND, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}
