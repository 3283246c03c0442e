//! Policies: who may do what the rules say.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{application, group, log, rule, shared, user};

pub(super) const KIND: Kind = Kind { collection: "iam.policies", resource: "policy" };

/// Fields of which a policy has exactly one.
const PRINCIPALS: [&str; 4] = ["user_id", "group_id", "application_id", "no_principal"];

const FIELDS: &[Field] = &[
    text("name").length(1, 64).required(),
    text("description").length(0, 200),
    text("organization_id").fixed(),
    texts("tags"),
    text("user_id").or_absent(),
    text("group_id").or_absent(),
    text("application_id").or_absent(),
    flag("no_principal").or_absent(),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "policies",
    filters: &["organization_id", "editable"],
    order: &["created_at", "policy_name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = shared::create(call, FIELDS)?;
    let rules = rule::read(call, &fields)?;
    if principal(call, &mut fields)?.is_none() {
        return Err(one_principal());
    }
    fields.extend(body! {"editable": true, "deletable": true, "managed": false});
    shared::must_have_free_name(call, KIND, "", &fields)?;
    let draft = call.draft("", fields);
    let id = call.create(KIND, draft)?;
    rule::write(call, &id, rules)?;
    log::note(call, "created", KIND, &id)?;
    // Recorded: a policy just made does not count its rules yet.
    let mut answer = call.view(KIND, &id);
    answer.extend(body! {"nb_rules": 0, "nb_scopes": 0, "nb_permission_sets": 0});
    Ok(Reply::resource(answer))
}

fn one_principal() -> Refusal {
    Refusal::constraint("principal", format!("exactly one of {} must be said", PRINCIPALS.join(", ")))
}

/// The one principal that the fields name, if they name any; it must exist. Others are taken out of them.
fn principal(call: &mut Call<'_>, fields: &mut Body) -> Result<Option<&'static str>, Refusal> {
    fields.retain(|field, value| {
        !PRINCIPALS.contains(&field.as_str()) || !(value == "" || value == &Value::Bool(false))
    });
    let said: Vec<&str> = PRINCIPALS.into_iter().filter(|field| fields.contains_key(*field)).collect();
    let [field] = said[..] else {
        return if said.is_empty() { Ok(None) } else { Err(one_principal()) };
    };
    let kind = match field {
        "user_id" => user::KIND,
        "group_id" => group::KIND,
        "application_id" => application::KIND,
        _ => return Ok(Some(field)),
    };
    user::ensure(call.world);
    call.find(kind, fields.get(field).and_then(Value::as_str).unwrap_or_default())?;
    Ok(Some(field))
}

/// Rules, scopes and permission sets are counted.
fn view(world: &World, policy: &Record) -> Body {
    let rules = rule::of(world, policy.text("id"));
    let distinct = |field: &'static str| rules.iter().flat_map(|rule| shared::texts(&rule.body, field));
    let sets: BTreeSet<&str> = distinct("permission_set_names").collect();
    let mut scopes: BTreeSet<&str> = distinct("project_ids").collect();
    scopes.extend(rules.iter().map(|rule| rule.text("organization_id")).filter(|id| !id.is_empty()));
    let mut view = policy.body.clone();
    view.extend(body! {
        "nb_rules": rules.len(),
        "nb_scopes": scopes.len(),
        "nb_permission_sets": sets.len(),
    });
    view
}

fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call.world, call.find(KIND, id)?)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let no_principal = call.query("no_principal").and_then(|value| value.parse::<bool>().ok());
    LISTING.answer_with(
        call,
        |policy| {
            shared::is_named(call, "policy_name", policy)
                && shared::is_tagged(call, policy)
                && shared::is_one_of(call, "policy_ids", policy.text("id"))
                && shared::is_one_of(call, "user_ids", policy.text("user_id"))
                && shared::is_one_of(call, "group_ids", policy.text("group_id"))
                && shared::is_one_of(call, "application_ids", policy.text("application_id"))
                && no_principal.is_none_or(|wanted| wanted == policy.body.contains_key("no_principal"))
        },
        |policy| view(call.world, policy),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    answer(call, call.param("policy_id"))
}

/// A principal takes the place of the one before. Neither that nor new tags move `updated_at` (recorded).
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, policy) = call.target(KIND, "policy_id")?;
    shared::must_be(&policy, "editable")?;
    let mut patch = schema::update(FIELDS, &call.body, &policy.body)?;
    shared::must_have_few_tags(&patch)?;
    let attached = principal(call, &mut patch)?;
    let mut renamed = policy.body;
    renamed.extend(patch.clone());
    shared::must_have_free_name(call, KIND, &id, &renamed)?;
    if attached.is_some() {
        detach(call.world, &id);
    }
    let is_described_anew = patch.contains_key("name") || patch.contains_key("description");
    if is_described_anew {
        call.change(KIND, &id, patch);
    } else if let Some(policy) = call.world.store.get_mut(KIND, &id) {
        policy.body.extend(patch);
    }
    log::note(call, "updated", KIND, &id)?;
    answer(call, &id)
}

fn detach(world: &mut World, id: &str) {
    if let Some(policy) = world.store.get_mut(KIND, id) {
        policy.body.retain(|field, _| !PRINCIPALS.contains(&field.as_str()));
    }
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, policy) = call.target(KIND, "policy_id")?;
    shared::must_be(&policy, "deletable")?;
    call.world.store.remove(KIND, &id);
    log::note(call, "deleted", KIND, &id)?;
    Ok(Reply::empty())
}

/// A policy with the same rules, for nobody yet.
pub(super) fn clone(call: &mut Call<'_>) -> Answer {
    let (id, policy) = call.target(KIND, "policy_id")?;
    let rules: Vec<Body> = rule::of(call.world, &id).into_iter().map(|rule| rule.body.clone()).collect();
    let mut fields = policy.body;
    let name = fields.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut copy = 1;
    loop {
        let ending = if copy == 1 { " (copy)".into() } else { format!(" (copy {copy})") };
        let kept: String = name.chars().take(64 - ending.len()).collect();
        fields.insert("name".into(), format!("{kept}{ending}").into());
        if shared::must_have_free_name(call, KIND, "", &fields).is_ok() {
            break;
        }
        copy += 1;
    }
    fields.retain(|field, _| {
        !PRINCIPALS.contains(&field.as_str()) && !["created_at", "updated_at"].contains(&field.as_str())
    });
    fields.insert("no_principal".into(), true.into());
    let draft = call.draft("", fields);
    let id = call.create(KIND, draft)?;
    rule::write(call, &id, rules)?;
    log::note(call, "created", KIND, &id)?;
    answer(call, &id)
}

/// Leaves the policies of who is gone to nobody.
pub(super) fn forget_principal(world: &mut World, field: &str, principal: &str) {
    let left = world.store.all(KIND).filter(|(_, policy)| policy.text(field) == principal);
    let left: Vec<String> = left.map(|(id, _)| id.to_owned()).collect();
    for id in left {
        detach(world, &id);
        if let Some(policy) = world.store.get_mut(KIND, &id) {
            policy.body.insert("no_principal".into(), true.into());
        }
    }
}

/// The policies that a bearer of keys has, by itself or by a group.
pub(crate) fn of_bearer<'w>(world: &'w World, bearer: &str) -> Vec<&'w str> {
    let groups = group::of_bearer(world, bearer);
    let policies = world.store.all(KIND).filter(|(_, policy)| {
        policy.text("user_id") == bearer
            || policy.text("application_id") == bearer
            || groups.iter().any(|group| policy.text("group_id") == group)
    });
    policies.map(|(id, _)| id).collect()
}
