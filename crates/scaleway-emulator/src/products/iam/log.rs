//! Logs: who changed what of an organisation's access.

use scaleway_core::Timestamp;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::{Problem, Refusal};
use crate::reply::Answer;
use crate::store::{Kind, Record};

use super::{api_key, shared};

const KIND: Kind = Kind { collection: "iam.logs", resource: "log" };

/// How many are kept: the oldest go first.
const KEPT: usize = 1000;

const LISTING: Listing = Listing {
    kind: KIND,
    items: "logs",
    filters: &["organization_id", "action", "resource_type"],
    order: &["created_at"],
};

/// Notes a change that was made.
pub(super) fn note(call: &mut Call<'_>, action: &str, kind: Kind, id: &str) -> Result<(), Refusal> {
    let log_id = call.world.new_id(KIND)?;
    // What is gone cannot say any more whose it was; there is one organisation to speak of.
    let resource = call.world.store.get(kind, id);
    let organization = match resource {
        Some(key) if kind == api_key::KIND => api_key::organization_of(call.world, key),
        Some(resource) if !resource.text("organization_id").is_empty() => resource.text("organization_id"),
        _ => call.world.settings.organization.as_str(),
    };
    let body = body! {
        "id": log_id.as_str(),
        "created_at": call.world.stamp(),
        "ip": "127.0.0.1",
        "user_agent": call.user_agent(),
        "action": action,
        "bearer_id": call.principal.bearer(),
        "organization_id": organization,
        "resource_type": if kind == api_key::KIND { "api_key" } else { kind.resource },
        "resource_id": id,
    };
    let store = &mut call.world.store;
    if store.all(KIND).count() >= KEPT {
        let oldest = store.all(KIND).min_by_key(|(_, log)| log.order).map(|(id, _)| id.to_owned());
        store.remove(KIND, &oldest.unwrap_or_default());
    }
    store.insert(KIND, &log_id, Record { body, ..Record::default() });
    Ok(())
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let instant = |name: &str| match call.query(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse::<Timestamp>().map(Some).map_err(|_| {
            Refusal::invalid_arguments(&[Problem::format(name, "must be a timestamp (RFC 3339)")])
        }),
    };
    let (after, before) = (instant("created_after")?, instant("created_before")?);
    let search = call.query("search").unwrap_or_default();
    LISTING.answer_with(
        call,
        |log| {
            let at: Option<Timestamp> = log.text("created_at").parse().ok();
            let is_in_time = at.is_some_and(|at| {
                after.is_none_or(|after| at > after) && before.is_none_or(|before| at < before)
            });
            is_in_time
                && ["resource_id", "bearer_id"].iter().any(|field| log.text(field).contains(search))
                && shared::is_one_of(call, "organization_id", log.text("organization_id"))
        },
        |log| log.body.clone(),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "log_id")
}
