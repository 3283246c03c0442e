//! Secrets of a definition: references to versions in Secret Manager, each to be a variable or a file.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::products::secret_manager::{Sealed, reveal};
use crate::quota;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, objects, text};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::life::Ending;
use super::{definition, lost};

pub(super) const KIND: Kind = Kind { collection: "jobs.secrets", resource: "secret" };

const SECRET: &[Field] = &[
    text("secret_manager_id").required(),
    text("secret_manager_version").or_text("latest"),
    text("path").or_absent(),
    text("env_var_name").or_absent(),
];

const REQUEST: &[Field] = &[text("job_definition_id").required(), objects("secrets", SECRET)];

const UPDATE: &[Field] = &[text("secret_manager_version"), text("path"), text("env_var_name")];

const LISTING: Listing =
    Listing { kind: KIND, items: "secrets", filters: &["job_definition_id"], order: &["created_at"] };

/// A value, and where it is put. Without `Debug`: it is a secret.
pub(super) struct Given {
    pub(super) place: Place,
    pub(super) value: Vec<u8>,
}

/// Where a value is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Variable(String),
    File(String),
}

/// All or none. Whether the versions exist is only looked at when a job starts.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let request = schema::create(REQUEST, &call.body)?;
    let (id, definition) = definition::of_body(call)?;
    let wanted: Vec<Body> = match request.get("secrets") {
        Some(Value::Array(secrets)) => secrets.iter().filter_map(|s| s.as_object().cloned()).collect(),
        _ => Vec::new(),
    };
    let mut records = Vec::new();
    for (n, wanted) in wanted.iter().enumerate() {
        let place = place(wanted, &format!("secrets.{n}."))?
            .ok_or_else(|| Refusal::invalid_arguments(&[Problem::required(format!("secrets.{n}.path"))]))?;
        let mut body: Body = body! {
            "secret_manager_id": wanted.get("secret_manager_id").cloned(),
            "secret_manager_version": wanted.get("secret_manager_version").cloned(),
            "job_definition_id": id.as_str(),
        };
        body.extend(place);
        let mut draft = call.draft(&definition.project, body);
        draft.parent = Some((definition::KIND.collection.into(), id.clone()));
        records.push(draft);
    }
    if let Some(first) = records.first() {
        quota::must_have_room(call.world, KIND, first, records.len() as u64)?;
    }
    let mut made = Vec::new();
    for mut record in records {
        let id = call.world.new_id(KIND)?;
        record.body.insert("secret_id".into(), id.clone().into());
        call.world.store.insert(KIND, &id, record);
        made.push(Value::Object(call.view(KIND, &id)));
    }
    Ok(Reply::ok(json!({ "secrets": made })))
}

/// `file` or `env_var` as the API answers it; `None` where the request says neither.
fn place(request: &Body, prefix: &str) -> Result<Option<Body>, Refusal> {
    let said = |field: &str| request.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    match (said("path"), said("env_var_name")) {
        (Some(_), Some(_)) => {
            let help = "exactly one of path and env_var_name must be set";
            Err(Refusal::constraint(&format!("{prefix}path"), help))
        }
        (Some(path), None) => Ok(Some(body! {"file": json!({ "path": path })})),
        (None, Some(name)) => Ok(Some(body! {"env_var": json!({ "name": name })})),
        (None, None) => Ok(None),
    }
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, secret) = target(call)?;
    Ok(Reply::resource(secret.body))
}

/// A variable can become a file, and the other way round.
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, secret) = target(call)?;
    let patch = schema::update(UPDATE, &call.body, &secret.body)?;
    let place = place(&patch, "")?;
    if let Some(record) = call.world.store.get_mut(KIND, &id) {
        if let Some(version) = patch.get("secret_manager_version") {
            record.body.insert("secret_manager_version".into(), version.clone());
        }
        if let Some(place) = place {
            record.body.retain(|field, _| field != "file" && field != "env_var");
            record.body.extend(place);
        }
    }
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    call.target(KIND, "secret_id").map_err(|_| lost(KIND))
}

/// The values that a run of the definition is given; else how it fails.
pub(super) fn values(world: &World, definition: &str) -> Result<Vec<Given>, Ending> {
    let ids = world.store.children(definition::KIND, definition, KIND);
    let secrets = ids.iter().filter_map(|id| world.store.get(KIND, id));
    let given = |secret: &Record| {
        let (id, version) = (secret.text("secret_manager_id"), secret.text("secret_manager_version"));
        let value = reveal(world, &secret.region, id, version).map_err(|sealed| match sealed {
            Sealed::Unknown => {
                Ending::Failed("secret_not_found", format!("secret {id} has no version {version}"))
            }
            Sealed::Disabled => {
                Ending::Failed("secret_disabled", format!("version {version} of secret {id} is disabled"))
            }
        })?;
        let path = secret.body.get("file").and_then(|file| file["path"].as_str());
        let name = secret.body.get("env_var").and_then(|variable| variable["name"].as_str());
        let place = match path {
            Some(path) => Place::File(path.into()),
            None => Place::Variable(name.unwrap_or_default().into()),
        };
        Ok(Given { place, value })
    };
    secrets.map(given).collect()
}
