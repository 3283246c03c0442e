//! What the resources of an organisation have in common.

use serde_json::Value;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::schema::{self, Field};
use crate::store::{Body, Kind, Record};

use super::log;

/// The most tags of a resource (documented).
const MOST_TAGS: usize = 10;

/// The fields of a new resource; one that names no organisation is of the emulator's.
pub(super) fn create(call: &Call<'_>, fields: &[Field]) -> Result<Body, Refusal> {
    let mut fields = schema::create(fields, &call.body)?;
    must_have_few_tags(&fields)?;
    if fields.get("organization_id").is_none_or(|id| id == "") {
        fields.insert("organization_id".into(), call.world.settings.organization.clone().into());
    }
    Ok(fields)
}

/// Changes the resource that the path names, and answers its id.
pub(super) fn update(
    call: &mut Call<'_>,
    kind: Kind,
    param: &str,
    fields: &[Field],
) -> Result<String, Refusal> {
    let (id, resource) = call.target(kind, param)?;
    must_be(&resource, "editable")?;
    let patch = schema::update(fields, &call.body, &resource.body)?;
    must_have_few_tags(&patch)?;
    let mut renamed = resource.body;
    renamed.extend(patch.clone());
    must_have_free_name(call, kind, &id, &renamed)?;
    call.change(kind, &id, patch);
    log::note(call, "updated", kind, &id)?;
    Ok(id)
}

pub(super) fn must_have_few_tags(fields: &Body) -> Result<(), Refusal> {
    match fields.get("tags").and_then(Value::as_array).map(Vec::len) {
        Some(count) if count > MOST_TAGS => {
            Err(Refusal::constraint("tags", format!("must be at most {MOST_TAGS}, are {count}")))
        }
        _ => Ok(()),
    }
}

/// Refuses where another resource of the kind has the name in the organisation.
pub(super) fn must_have_free_name(
    call: &Call<'_>,
    kind: Kind,
    id: &str,
    fields: &Body,
) -> Result<(), Refusal> {
    let taken = beside(call, kind, fields)
        .find(|(other_id, other)| *other_id != id && other.body.get("name") == fields.get("name"));
    match taken {
        Some((taken, other)) => {
            let help = format!("name {:?} is already used by another {}", other.text("name"), kind.resource);
            Err(Refusal::already_exists(kind, taken, &help))
        }
        None => Ok(()),
    }
}

fn beside<'c>(call: &'c Call<'_>, kind: Kind, fields: &Body) -> impl Iterator<Item = (&'c str, &'c Record)> {
    let organization = fields.get("organization_id").cloned();
    let all = call.world.store.all(kind);
    all.filter(move |(_, other)| other.body.get("organization_id") == organization.as_ref())
}

/// Refuses a change of what a product manages.
pub(super) fn must_be(resource: &Record, able: &str) -> Result<(), Refusal> {
    if resource.body.get(able) == Some(&Value::Bool(false)) {
        let help = "the resource is managed by a product, and changes with what the product made it for";
        return Err(Refusal::precondition_failed("resource_not_usable", help));
    }
    Ok(())
}

/// Whether its name contains what the query says.
pub(super) fn is_named(call: &Call<'_>, parameter: &str, resource: &Record) -> bool {
    resource.text("name").contains(call.query(parameter).unwrap_or_default())
}

/// Whether one of its tags contains what the query says (documented).
pub(super) fn is_tagged(call: &Call<'_>, resource: &Record) -> bool {
    let Some(wanted) = call.query("tag").filter(|tag| !tag.is_empty()) else { return true };
    let tags = resource.body.get("tags").and_then(Value::as_array);
    tags.into_iter().flatten().filter_map(Value::as_str).any(|tag| tag.contains(wanted))
}

/// Whether the query names it among others, or names none.
pub(super) fn is_one_of(call: &Call<'_>, parameter: &str, value: &str) -> bool {
    let mut wanted = call.query_all(parameter).filter(|wanted| !wanted.is_empty()).peekable();
    wanted.peek().is_none() || wanted.any(|wanted| wanted == value)
}

/// The texts of a list in a body.
pub(super) fn texts<'b>(body: &'b Body, field: &str) -> Vec<&'b str> {
    body.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
