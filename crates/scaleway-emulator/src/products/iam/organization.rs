//! An organisation: its alias, how its people sign in, and what is asked of them.

use std::time::Duration;

use serde_json::Value;

use crate::call::{Call, body};
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, duration, flag, number, text};
use crate::store::{Body, Kind, Record};
use crate::world::World;

const KIND: Kind = Kind { collection: "iam.organizations", resource: "organization" };

/// A year.
const LONGEST: u32 = 31_536_000;

const SECURITY: &[Field] = &[
    flag("enforce_password_renewal"),
    duration("grace_period_duration", 0, LONGEST).or_text("2592000s"),
    number("login_attempts_before_locked", 1, 100).or_number(5),
    duration("max_login_session_duration", 0, LONGEST).or_text("604800s"),
    duration("max_api_key_expiration_duration", 0, LONGEST).or_null(),
];

const LOGIN: &[Field] = &[
    flag("login_password_enabled").or_flag(true),
    flag("login_oauth2_enabled").or_flag(true),
    flag("login_magic_code_enabled").or_flag(true),
    flag("login_saml_enabled"),
];

/// The organisation of the path: any one is taken at its word.
fn target(call: &mut Call<'_>) -> Result<(String, Record), Refusal> {
    let id = call.param("organization_id").to_owned();
    ensure(call.world, &id)?;
    call.target(KIND, "organization_id")
}

fn ensure(world: &mut World, id: &str) -> Result<(), Refusal> {
    if world.store.get(KIND, id).is_none() {
        let mut body = schema::create(LOGIN, &Body::new())?;
        body.extend(schema::create(SECURITY, &Body::new())?);
        body.extend(body! {"id": id, "name": "default", "alias": ""});
        world.store.insert(KIND, id, Record { body, ..Record::default() });
    }
    Ok(())
}

/// The organisation itself, or what is asked of its people.
fn answer(call: &Call<'_>, id: &str, security: bool) -> Answer {
    let is_security = |field: &str| {
        ["enforce_password_renewal", "grace_period_duration", "login_attempts_before_locked"].contains(&field)
            || field.starts_with("max_")
    };
    let mut view = call.find(KIND, id)?.body.clone();
    view.retain(|field, _| is_security(field) == security);
    Ok(Reply::resource(view))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    answer(call, &id, false)
}

pub(super) fn set_alias(call: &mut Call<'_>) -> Answer {
    let (id, organization) = target(call)?;
    let patch = schema::create(&[text("alias").length(1, 64).required()], &call.body)?;
    let is_alias = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !call.text("alias").chars().all(is_alias) {
        let problem = Problem::constraint("alias", "may have lower case letters, digits and '-'");
        return Err(Refusal::invalid_arguments(&[problem]));
    }
    if !organization.text("alias").is_empty() {
        let help = "the organization has an alias, which only Scaleway's support can change";
        return Err(Refusal::precondition_failed("resource_not_usable", help));
    }
    let alias = call.text("alias");
    let is_taken =
        |(other, organization): &(&str, &Record)| *other != id && organization.text("alias") == alias;
    if let Some((taken, _)) = call.world.store.all(KIND).find(is_taken) {
        return Err(Refusal::already_exists(KIND, taken, "another organization has this alias"));
    }
    set(call, &id, patch);
    answer(call, &id, false)
}

pub(super) fn update_login_methods(call: &mut Call<'_>) -> Answer {
    let (id, organization) = target(call)?;
    let patch = schema::update(LOGIN, &call.body, &organization.body)?;
    set(call, &id, patch);
    answer(call, &id, false)
}

pub(super) fn get_security_settings(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    answer(call, &id, true)
}

pub(super) fn update_security_settings(call: &mut Call<'_>) -> Answer {
    let (id, organization) = target(call)?;
    let mut patch = schema::update(SECURITY, &call.body, &organization.body)?;
    // No time at all stands for no limit.
    if patch.get("max_api_key_expiration_duration").is_some_and(|longest| longest == "0s") {
        patch.insert("max_api_key_expiration_duration".into(), Value::Null);
    }
    set(call, &id, patch);
    answer(call, &id, true)
}

fn set(call: &mut Call<'_>, id: &str, patch: Body) {
    if let Some(organization) = call.world.store.get_mut(KIND, id) {
        organization.body.extend(patch);
    }
}

/// The longest that a new key may live, where the organisation says so.
pub(super) fn longest_key_life(world: &World, organization: &str) -> Option<Duration> {
    let settings = world.store.get(KIND, organization)?;
    schema::seconds(settings.text("max_api_key_expiration_duration")).map(Duration::from_secs_f64)
}
