//! Contact points: e-mail addresses, which are all the identity they have.

use serde_json::Value;

use crate::call::{Call, body};
use crate::products::pages;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, object, text};
use crate::store::{Body, Kind, Record};

use super::{alert_manager, queried_project, singleton};

const KIND: Kind = Kind { collection: "cockpit.contact_points", resource: "contact point" };

const FIELDS: &[Field] = &[
    text("project_id").required(),
    object("email", &[text("to").length(3, 254).required()]).required(),
    flag("send_resolved_notifications").or_flag(true),
];

/// What the request says of a contact point, the project, and the key of the contact point.
fn read(call: &Call<'_>) -> Result<(Body, String, String), Refusal> {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let to = fields["email"]["to"].as_str().unwrap_or_default().to_owned();
    if !to.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) {
        return Err(Refusal::constraint("email.to", "must be an e-mail address"));
    }
    let project = call.text("project_id").to_owned();
    let key = format!("{}/{to}", singleton(call, &project));
    fields.remove("project_id");
    fields.extend(body! {"region": call.region()});
    Ok((fields, project, key))
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let (fields, project, key) = read(call)?;
    alert_manager::must_be_enabled(call, &project)?;
    if call.world.store.get(KIND, &key).is_some() {
        return Err(Refusal::already_exists(KIND, "", "this address is a contact point already"));
    }
    super::put(call, KIND, &key, &project, fields);
    Ok(Reply::resource(call.view(KIND, &key)))
}

/// In the order of creation.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let project = queried_project(call)?;
    let mut points: Vec<_> = of(call, project).map(|(_, point)| point).collect();
    points.sort_by_key(|point| point.order);
    let points = points.into_iter().map(|point| Value::Object(point.body.clone())).collect();
    let mut page = pages::page(call, "contact_points", points)?;
    page.extend(body! {"has_additional_receivers": false, "has_additional_contact_points": false});
    Ok(Reply::resource(page))
}

/// Those of a project in the request's region.
fn of<'c>(call: &'c Call<'_>, project: &str) -> impl Iterator<Item = (&'c str, &'c Record)> {
    let all = call.world.store.all(KIND);
    all.filter(move |(_, point)| point.project == project && point.region == call.region())
}

/// Takes all of a project and region away.
pub(super) fn forget(call: &mut Call<'_>, project: &str) {
    let keys: Vec<_> = of(call, project).map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        call.world.store.remove(KIND, &key);
    }
}

/// Only whether resolved alerts are told of.
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (fields, _, key) = read(call)?;
    let key = existing(call, key)?;
    if call.body.get("send_resolved_notifications").is_some_and(|said| !said.is_null()) {
        let project = call.text("project_id").to_owned();
        super::put(call, KIND, &key, &project, fields);
    }
    Ok(Reply::resource(call.view(KIND, &key)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (_, _, key) = read(call)?;
    let key = existing(call, key)?;
    call.world.store.remove(KIND, &key);
    Ok(Reply::empty())
}

fn existing(call: &Call<'_>, key: String) -> Result<String, Refusal> {
    match call.world.store.get(KIND, &key) {
        Some(_) => Ok(key),
        None => Err(Refusal::not_found(KIND, key.rsplit('/').next().unwrap_or_default())),
    }
}
