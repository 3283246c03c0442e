//! Applications: programs that bear keys.

use crate::call::{Call, body};
use crate::page::Listing;
use crate::reply::{Answer, Reply};
use crate::schema::{Field, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{api_key, group, log, policy, shared};

pub(crate) const KIND: Kind = Kind { collection: "iam.applications", resource: "application" };

const FIELDS: &[Field] = &[
    text("name").length(1, 64).required(),
    text("organization_id").fixed(),
    text("description").length(0, 200),
    texts("tags"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "applications",
    filters: &["organization_id", "editable"],
    order: &["created_at", "updated_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = shared::create(call, FIELDS)?;
    fields.extend(body! {"editable": true, "deletable": true, "managed": false});
    shared::must_have_free_name(call, KIND, "", &fields)?;
    let draft = call.draft("", fields);
    let id = call.create(KIND, draft)?;
    log::note(call, "created", KIND, &id)?;
    answer(call, &id)
}

/// The number of keys is counted, and moves nothing (recorded).
fn view(world: &World, application: &Record) -> Body {
    let mut view = application.body.clone();
    let keys = world.store.children(KIND, application.text("id"), api_key::KIND).len();
    view.insert("nb_api_keys".into(), keys.into());
    view
}

fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call.world, call.find(KIND, id)?)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer_with(
        call,
        |application| {
            shared::is_named(call, "name", application)
                && shared::is_tagged(call, application)
                && shared::is_one_of(call, "application_ids", application.text("id"))
        },
        |application| view(call.world, application),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    answer(call, call.param("application_id"))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let id = shared::update(call, KIND, "application_id", FIELDS)?;
    answer(call, &id)
}

/// Its keys go with it; groups lose it, and its policies are left without anyone.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, application) = call.target(KIND, "application_id")?;
    shared::must_be(&application, "deletable")?;
    call.world.store.remove(KIND, &id);
    group::forget_member(call.world, "application_ids", &id);
    policy::forget_principal(call.world, "application_id", &id);
    log::note(call, "deleted", KIND, &id)?;
    Ok(Reply::empty())
}
