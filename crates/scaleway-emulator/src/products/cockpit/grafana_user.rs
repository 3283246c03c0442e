//! Grafana users: numbered within a project, with a password that is answered once and kept nowhere.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, text};
use crate::store::{Kind, Record};
use crate::world::World;

use super::{data_source, project, queried_project};

const KIND: Kind = Kind { collection: "cockpit.grafana_users", resource: "grafana user" };

/// Counts the users that a project ever had.
const COUNTER: Kind = Kind { collection: "cockpit.grafanas", resource: "grafana" };

const FIELDS: &[Field] = &[
    text("project_id").required(),
    text("login").length(2, 30).required(),
    choice("role", &["editor", "viewer"]).required(),
];

const LISTING: Listing =
    Listing { kind: KIND, items: "grafana_users", filters: &["project_id"], order: &["login"] };

/// Grafana shows the project's data sources from the first user on (recorded).
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut user = schema::create(FIELDS, &call.body)?;
    user.remove("project_id");
    let project = project(call)?;
    if call.text("login") == "admin" {
        return Err(Refusal::constraint("login", "admin is Grafana's own user"));
    }
    let draft = call.draft(&project, user.clone());
    call.must_be_unique(KIND, &draft, "login")?;
    // The first one is Grafana's own (recorded).
    let last = call.view(COUNTER, &project).get("last").and_then(Value::as_u64).unwrap_or(1);
    super::put(call, COUNTER, &project, &project, body! {"last": last + 1});
    let key = key(&project, &(last + 1).to_string());
    user.extend(body! {"id": last + 1, "password": ""});
    super::put(call, KIND, &key, &project, user);
    data_source::synchronize_all(call, &project);
    with_password(call, &key)
}

fn key(project: &str, id: &str) -> String {
    format!("{project}/{id}")
}

fn with_password(call: &Call<'_>, key: &str) -> Answer {
    let mut user = call.view(KIND, key);
    user.insert("password".into(), password(call.world)?.into());
    Ok(Reply::resource(user))
}

fn password(world: &World) -> Result<String, Refusal> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut bytes = [0; 16];
    world.fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 62)])).collect())
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

fn target(call: &Call<'_>, project: &str) -> Result<(String, Record), Refusal> {
    let id = call.param("grafana_user_id");
    let key = key(project, id);
    let user = call.world.store.get(KIND, &key).cloned().ok_or_else(|| Refusal::not_found(KIND, id))?;
    Ok((key, user))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (key, _) = target(call, queried_project(call)?)?;
    call.world.store.remove(KIND, &key);
    Ok(Reply::empty())
}

pub(super) fn reset_password(call: &mut Call<'_>) -> Answer {
    let (key, _) = target(call, &project(call)?)?;
    with_password(call, &key)
}
