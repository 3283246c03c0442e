//! Ephemeral policies: when the versions of a secret end by themselves.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::{Problem, Refusal};
use crate::schema::{self, Field, choice, duration, flag, object};
use crate::store::{Body, Effect, Record, Transition};
use crate::world::stamp;

const YEAR: u32 = 366 * 24 * 3600;

const ACTIONS: &[&str] = &["delete", "disable"];

/// Of a secret.
pub(super) const POLICY: Field = object(
    "ephemeral_policy",
    &[
        duration("time_to_live", 1, YEAR).or_null(),
        flag("expires_once_accessed").or_null(),
        choice("action", ACTIONS).required(),
    ],
)
.whole()
.or_null();

/// Of a version, beside the time at which it ends.
const PROPERTIES: &[Field] = &[flag("expires_once_accessed"), choice("action", ACTIONS)];

/// The policy of a secret that has one.
pub(super) fn policy(secret: &Record) -> Option<&Body> {
    secret.body.get("ephemeral_policy")?.as_object()
}

/// A policy that says neither when nor how often is none.
pub(super) fn check(fields: &Body) -> Result<(), Refusal> {
    let Some(Value::Object(policy)) = fields.get("ephemeral_policy") else { return Ok(()) };
    let ends = policy.get("time_to_live").is_some_and(Value::is_string)
        || policy.get("expires_once_accessed") == Some(&Value::Bool(true));
    if ends {
        return Ok(());
    }
    Err(Refusal::constraint("ephemeral_policy", "must have a time to live or expire once accessed"))
}

/// `ephemeral_properties` of a version that begins now; null where the secret has no policy.
pub(super) fn properties(call: &Call<'_>, secret: &Record) -> Value {
    let Some(policy) = policy(secret) else { return Value::Null };
    let lives = policy.get("time_to_live").and_then(Value::as_str).and_then(schema::seconds);
    let ends = lives.map(|seconds| stamp(call.world.now() + Duration::from_secs_f64(seconds)));
    json!({
        "expires_at": ends,
        "expires_once_accessed": policy.get("expires_once_accessed"),
        "action": policy.get("action"),
    })
}

/// The `ephemeral_properties` that a version's update asks for, laid over those it has.
pub(super) fn changed(request: &Value, current: &Value) -> Result<Value, Refusal> {
    let (Value::Object(request), Value::Object(current)) = (request, current) else {
        let help = "only a version of a secret with an ephemeral policy has them";
        return Err(Refusal::constraint("ephemeral_properties", help));
    };
    let mut changed = current.clone();
    changed.extend(schema::update(PROPERTIES, request, current)?);
    if let Some(at) = request.get("expires_at").filter(|at| !at.is_null()) {
        let parsed: Option<Timestamp> = at.as_str().and_then(|text| text.parse().ok());
        let Some(at) = parsed else {
            let problem =
                Problem::format("ephemeral_properties.expires_at", "must be a timestamp (RFC 3339)");
            return Err(Refusal::invalid_arguments(&[problem]));
        };
        changed.insert("expires_at".into(), stamp(at).into());
    }
    Ok(Value::Object(changed))
}

/// What happens to a version with these properties by itself.
pub(super) fn pending(properties: &Value) -> Vec<Transition> {
    let at = properties["expires_at"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    at.map(|at| Transition { at, effect: end(properties, at) }).into_iter().collect()
}

/// Whether the next access is the last one.
pub(super) fn ends_with_access(properties: &Value) -> bool {
    properties["expires_once_accessed"] == true
}

/// The end of a version: disabled, or deleted with its value.
pub(super) fn end(properties: &Value, at: Timestamp) -> Effect {
    match properties["action"].as_str() {
        Some("delete") => deletion(at),
        _ => Effect::Set { body: body! {"status": "disabled", "updated_at": stamp(at)}, hidden: Body::new() },
    }
}

/// Takes a version's value away for good.
pub(super) fn deletion(at: Timestamp) -> Effect {
    Effect::Set {
        body: body! {"status": "deleted", "deleted_at": stamp(at)},
        hidden: body! {"data": Value::Null, "data_crc32": Value::Null},
    }
}
