//! SCIM: another program's keeping of an organisation's users. None speaks it here.

use std::time::Duration;

use serde_json::json;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::store::{Kind, Record};
use crate::world::stamp;

const KIND: Kind = Kind { collection: "iam.scim", resource: "scim" };
const TOKEN: Kind = Kind { collection: "iam.scim_tokens", resource: "scim_token" };

/// How long a token is good: a year.
const LIFE: Duration = Duration::from_hours(365 * 24);

const LISTING: Listing =
    Listing { kind: TOKEN, items: "scim_tokens", filters: &["scim_id"], order: &["created_at"] };

fn of_organization(call: &Call<'_>) -> Option<String> {
    let organization = call.param("organization_id");
    let mut all = call.world.store.all(KIND);
    all.find(|(_, scim)| scim.hidden.get("organization_id").is_some_and(|id| id == organization))
        .map(|(id, _)| id.to_owned())
}

pub(super) fn enable(call: &mut Call<'_>) -> Answer {
    if let Some(id) = of_organization(call) {
        return Err(Refusal::already_exists(KIND, &id, "the organization has SCIM enabled"));
    }
    let id = call.world.new_id(KIND)?;
    let body = body! {"id": id.as_str(), "created_at": call.world.stamp()};
    let hidden = body! {"organization_id": call.param("organization_id")};
    call.world.store.insert(KIND, &id, Record { body, hidden, ..Record::default() });
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    match of_organization(call) {
        Some(id) => Ok(Reply::resource(call.view(KIND, &id))),
        None => Err(Refusal::not_found(KIND, call.param("organization_id"))),
    }
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "scim_id")?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

pub(super) fn list_tokens(call: &mut Call<'_>) -> Answer {
    let scim = call.target_id(KIND, "scim_id")?;
    LISTING.answer_with(call, |token| token.text("scim_id") == scim, |token| token.body.clone())
}

/// The token itself is answered once and kept nowhere.
pub(super) fn create_token(call: &mut Call<'_>) -> Answer {
    let scim = call.target_id(KIND, "scim_id")?;
    let id = call.world.new_id(TOKEN)?;
    let now = call.world.now();
    let body = body! {
        "id": id.as_str(),
        "scim_id": scim.as_str(),
        "created_at": stamp(now),
        "expires_at": stamp(now + LIFE),
    };
    let parent = Some((KIND.collection.into(), scim));
    call.world.store.insert(TOKEN, &id, Record { parent, body: body.clone(), ..Record::default() });
    Ok(Reply::ok(json!({"token": body, "bearer_token": call.world.uuid()?})))
}

pub(super) fn delete_token(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(TOKEN, "token_id")?;
    call.world.store.remove(TOKEN, &id);
    Ok(Reply::empty())
}
