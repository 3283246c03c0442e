//! Rules of policies: permission sets, and where they hold.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, objects, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{log, permission_set, policy, shared};

const KIND: Kind = Kind { collection: "iam.rules", resource: "rule" };

const FIELDS: &[Field] = &[objects(
    "rules",
    &[
        texts("permission_set_names"),
        text("condition"),
        texts("project_ids").or_absent(),
        text("organization_id").or_absent(),
    ],
)];

const LISTING: Listing = Listing { kind: KIND, items: "rules", filters: &[], order: &["created_at"] };

/// The rules of the request, for a policy of these fields.
pub(super) fn read(call: &Call<'_>, policy: &Body) -> Result<Vec<Body>, Refusal> {
    let mut request = schema::create(FIELDS, &call.body)?;
    let Some(Value::Array(rules)) = request.remove("rules") else { return Ok(Vec::new()) };
    let organization = policy.get("organization_id").and_then(Value::as_str).unwrap_or_default();
    let rules = rules.into_iter().filter_map(|rule| match rule {
        Value::Object(rule) => Some(rule),
        _ => None,
    });
    rules.enumerate().map(|(n, rule)| check(n, rule, organization)).collect()
}

/// A rule is for projects or for the organisation, and all its permission sets are of the same scope.
fn check(n: usize, mut rule: Body, organization: &str) -> Result<Body, Refusal> {
    rule.retain(|field, value| {
        !(field == "organization_id" && value == ""
            || field == "project_ids" && value == &Value::Array(vec![]))
    });
    let at = |field: &str| format!("rules.{n}.{field}");
    let names = shared::texts(&rule, "permission_set_names");
    let mut scope = None;
    for name in &names {
        let set = permission_set::find(name).ok_or_else(|| Refusal::unknown("permission_set", name))?;
        if scope.is_some_and(|scope| scope != set.scope_type) {
            let help = "permission sets of projects and of the organization do not go into one rule";
            return Err(Refusal::constraint(&at("permission_set_names"), help));
        }
        scope = Some(set.scope_type.as_str());
    }
    let scope = scope.unwrap_or("unknown_scope_type");
    match (rule.get("project_ids"), rule.get("organization_id")) {
        (Some(_), Some(_)) | (None, None) => {
            let help = "exactly one of project_ids and organization_id must be said";
            return Err(Refusal::constraint(&at("project_ids"), help));
        }
        (Some(_), None) if scope == "organization" => {
            let help = "permission sets of the organization are granted there, by organization_id";
            return Err(Refusal::constraint(&at("project_ids"), help));
        }
        (None, Some(id)) if id != organization => {
            let help = "must be the organization of the policy";
            return Err(Refusal::constraint(&at("organization_id"), help));
        }
        _ => {}
    }
    rule.insert("permission_sets_scope_type".into(), scope.into());
    Ok(rule)
}

/// Replaces the rules of a policy; each gets an id of its own (recorded).
pub(super) fn write(call: &mut Call<'_>, policy: &str, rules: Vec<Body>) -> Result<(), Refusal> {
    for id in call.world.store.children(policy::KIND, policy, KIND) {
        call.world.store.remove(KIND, &id);
    }
    for mut rule in rules {
        let id = call.world.new_id(KIND)?;
        rule.insert("id".into(), id.as_str().into());
        let parent = Some((policy::KIND.collection.into(), policy.into()));
        call.world.store.insert(KIND, &id, Record { parent, body: rule, ..Record::default() });
    }
    Ok(())
}

/// The rules of a policy, in the order in which they were said.
pub(crate) fn of<'w>(world: &'w World, policy: &str) -> Vec<&'w Record> {
    let ids = world.store.children(policy::KIND, policy, KIND);
    let mut rules: Vec<&Record> = ids.iter().filter_map(|id| world.store.get(KIND, id)).collect();
    rules.sort_by_key(|rule| rule.order);
    rules
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let policy = call.query("policy_id").unwrap_or_default();
    call.find(policy::KIND, policy)?;
    let is_its = |rule: &Record| rule.parent.as_ref().is_some_and(|(_, id)| id == policy);
    LISTING.answer_with(call, is_its, |rule| rule.body.clone())
}

pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let id = call.text("policy_id").to_owned();
    let policy = call.find(policy::KIND, &id)?.clone();
    shared::must_be(&policy, "editable")?;
    let rules = read(call, &policy.body)?;
    write(call, &id, rules)?;
    call.change(policy::KIND, &id, Body::new());
    log::note(call, "updated", policy::KIND, &id)?;
    let rules: Vec<Value> = of(call.world, &id).into_iter().map(|rule| rule.body.clone().into()).collect();
    Ok(Reply::resource(body! {"rules": rules}))
}
