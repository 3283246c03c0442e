//! Maintenances: what the platform does to instances. It never does anything to those in here.

use serde_json::Value;

use crate::call::{Call, body};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::store::Body;

use super::{instance, pace};

/// Applies the maintenance that waits, if the instance has one.
pub(super) fn apply(call: &mut Call<'_>) -> Answer {
    let (id, instance) = instance::ready(call)?;
    let mut maintenances =
        instance.body.get("maintenances").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(waiting) = maintenances.iter_mut().find(|maintenance| maintenance["status"] == "pending") else {
        return Err(Refusal::unknown("maintenance", &id));
    };
    waiting["status"] = "done".into();
    waiting["is_applicable"] = false.into();
    waiting["closed_at"] = call.world.stamp().into();
    let applied = waiting.clone();
    call.change(instance::KIND, &id, body! {"maintenances": maintenances});
    pace::ready_in(call, &id, "initializing", pace::MAINTENANCE, Body::new());
    Ok(Reply::ok(applied))
}
