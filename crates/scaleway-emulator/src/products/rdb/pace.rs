//! How long changes of an instance take, and which of them exclude each other.

use std::time::Duration;

use scaleway_core::Timestamp;

use crate::call::Call;
use crate::refusal::Refusal;
use crate::store::{Body, Effect, Transition};
use crate::timings::Timings;

use super::instance;

// As recorded, by what changes; the times that go by operation are with the other timings.
pub(super) const ACL: Duration = Duration::from_secs(15);
pub(super) const ENDPOINT: Duration = Duration::from_secs(30);
/// A private endpoint whose address the caller chose.
pub(super) const STATIC_ENDPOINT: Duration = Duration::from_secs(385);
pub(super) const VOLUME_SIZE: Duration = Duration::from_secs(30);
pub(super) const VOLUME_TYPE: Duration = Duration::from_mins(7);
pub(super) const STANDBY: Duration = Duration::from_mins(8);
pub(super) const MAINTENANCE: Duration = Duration::from_mins(1);
/// A new machine takes its private address.
pub(super) const ADDRESS: Duration = Duration::from_secs(24);
/// A new instance is `initializing` at last: seldom seen, so short.
pub(super) const INITIALIZATION: Duration = Duration::from_secs(2);
// Not recorded.
pub(super) const RESTART: Duration = Duration::from_secs(30);
/// Documented: about an hour for 100 GB.
pub(super) const ENCRYPTION_PER_GIGABYTE: Duration = Duration::from_secs(36);

/// Gives the instance a status until it is ready, `after` from now, with the fields of `patch`. What was still to come
/// before comes then, too.
pub(super) fn ready_in(call: &mut Call<'_>, id: &str, status: &str, after: Duration, patch: Body) {
    let mut body = Body::new();
    if let Some(record) = call.world.store.get_mut(instance::KIND, id) {
        record.body.insert("status".into(), status.into());
        for transition in &record.pending {
            if let Effect::Set { body: pending, .. } = &transition.effect {
                body.extend(pending.clone());
            }
        }
    }
    body.extend(patch);
    body.insert("status".into(), "ready".into());
    let effect = Effect::Set { body, hidden: Body::new() };
    let at = call.due(after);
    call.world.store.schedule(instance::KIND, id, vec![Transition { at, effect }]);
}

/// Users and privileges of an instance are written one at a time: until the answer to one such request is back, another
/// one meets a 409.
pub(super) fn one_at_a_time(call: &mut Call<'_>, id: &str) -> Result<(), Refusal> {
    let busy = call.find(instance::KIND, id)?.hidden.get("writing_until");
    let busy = busy.and_then(|until| until.as_str()?.parse::<Timestamp>().ok());
    if busy.is_some_and(|until| call.world.now() < until) {
        return Err(Refusal::transient_state(instance::KIND, id, "configuring"));
    }
    let back = Timings::recorded().request(call.route.verb, call.route.template) / 2;
    let until = call.due(back).to_string();
    if let Some(record) = call.world.store.get_mut(instance::KIND, id) {
        record.hidden.insert("writing_until".into(), until.into());
    }
    Ok(())
}
