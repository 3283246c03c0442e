//! The life of a run, one step at a time: validated, queued, running, and how it ends.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::Value;

use crate::call::body;
use crate::products::registry::can_be_pulled;
use crate::schema::seconds;
use crate::store::{Body, Effect, Record, Transition};
use crate::world::World;

use super::run::KIND;
use super::secret;

/// From validated to queued, and from interrupting to interrupted (recorded).
const QUEUEING: Duration = Duration::from_millis(970);
const INTERRUPTING: Duration = Duration::from_millis(1_180);

/// From queued to running, and between two attempts.
const STARTING: Duration = Duration::from_secs(8);
const RETRYING: Duration = Duration::from_secs(10);

/// What an image runs for that does not say.
const RUNNING: Duration = Duration::from_secs(5);

/// How long an ended run is remembered (documented).
pub(super) const HISTORY: Duration = Duration::from_hours(60 * 24);

/// How an attempt ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    Exited(i32),
    /// It never got so far, or not to its end: the reason, and in words.
    Failed(&'static str, String),
}

/// Not ended yet.
pub(super) fn is_active(run: &Record) -> bool {
    !matches!(run.text("state"), "succeeded" | "failed" | "interrupted")
}

/// The run is new.
pub(super) fn begin(world: &mut World, id: &str) {
    world.wake_after(KIND, id, QUEUEING);
}

/// The run's time has come for what is next.
pub(super) fn step(world: &mut World, id: &str) {
    let Some(run) = world.store.get(KIND, id) else { return };
    match run.text("state") {
        "validated" => {
            world.lay(KIND, id, body! {"state": "queued"});
            world.wake_after(KIND, id, STARTING);
        }
        "queued" | "retrying" => attempt(world, id),
        "running" => {
            let ending = declared(world, run);
            end(world, id, ending);
        }
        "interrupting" => interrupted(world, id),
        _ => world.store.remove(KIND, id),
    }
}

fn attempt(world: &mut World, id: &str) {
    let Some(run) = world.store.get(KIND, id) else { return };
    let image = run.hidden.get("image").and_then(Value::as_str).unwrap_or_default().to_owned();
    let attempts = run.body.get("attempts").and_then(Value::as_u64).unwrap_or_default() + 1;
    let lasts = time_of(world, run).min(timeout(run));
    let definition = run.text("job_definition_id").to_owned();
    world.lay(KIND, id, body! {"attempts": attempts});
    if !can_be_pulled(world, &image) {
        let message = format!("image {image} was not found, or its registry refuses access");
        return end(world, id, Ending::Failed("image_not_found", message));
    }
    if let Err(ending) = secret::values(world, &definition) {
        return end(world, id, ending);
    }
    let stamp = world.stamp();
    world.lay(KIND, id, body! {"state": "running", "started_at": stamp});
    world.wake_after(KIND, id, lasts);
}

fn time_of(world: &World, run: &Record) -> Duration {
    let image = run.hidden.get("image").and_then(Value::as_str).unwrap_or_default();
    world.settings.images.behaviour(image).job_time().unwrap_or(RUNNING)
}

fn timeout(run: &Record) -> Duration {
    let text = run.hidden.get("timeout").and_then(Value::as_str);
    Duration::from_secs_f64(text.and_then(seconds).unwrap_or(86_400.0))
}

/// What the image was declared to come to.
fn declared(world: &World, run: &Record) -> Ending {
    if time_of(world, run) > timeout(run) {
        return timed_out(run);
    }
    let image = run.hidden.get("image").and_then(Value::as_str).unwrap_or_default();
    Ending::Exited(world.settings.images.behaviour(image).exit_code())
}

fn timed_out(run: &Record) -> Ending {
    let limit = run.hidden.get("timeout").and_then(Value::as_str).unwrap_or_default();
    Ending::Failed("timeout", format!("the job ran longer than {limit}"))
}

/// The attempt is over: the run tries again where it may, else so is the run.
pub(super) fn end(world: &mut World, id: &str, ending: Ending) {
    let Some(run) = world.store.get(KIND, id) else { return };
    let attempts = run.body.get("attempts").and_then(Value::as_u64).unwrap_or_default();
    let retries = run.hidden.get("max_retries").and_then(Value::as_u64).unwrap_or_default();
    let outcome: Body = match &ending {
        Ending::Exited(0) => body! {"state": "succeeded", "exit_code": 0},
        Ending::Exited(code) => {
            let message = format!("the job exited with code {code}");
            body! {"state": "failed", "reason": "exited_with_error", "exit_code": *code, "error_message": message}
        }
        Ending::Failed(reason, message) => {
            body! {"state": "failed", "reason": *reason, "error_message": message.as_str()}
        }
    };
    if ending != Ending::Exited(0) && attempts <= retries {
        world.lay(KIND, id, body! {"state": "retrying"});
        return world.wake_after(KIND, id, RETRYING);
    }
    close(world, id, outcome);
}

/// Somebody wants the run to stop.
pub(super) fn interrupt(world: &mut World, id: &str) {
    world.lay(KIND, id, body! {"state": "interrupting", "reason": "cancellation"});
    world.wake_after(KIND, id, INTERRUPTING);
}

pub(super) fn interrupted(world: &mut World, id: &str) {
    close(world, id, body! {"state": "interrupted"});
}

/// The run is over. One that never ran has no end and no duration (recorded).
fn close(world: &mut World, id: &str, mut outcome: Body) {
    let Some(run) = world.store.get(KIND, id) else { return };
    if let Ok(started) = run.text("started_at").parse::<Timestamp>() {
        let ran = world.now().since(started);
        outcome.extend(body! {"terminated_at": world.stamp(), "run_duration": written(ran)});
    }
    world.lay(KIND, id, outcome);
    let at = world.now() + HISTORY;
    world.store.schedule(KIND, id, vec![Transition { at, effect: Effect::Wake }]);
}

/// `12s`, `12.345678s`.
fn written(duration: Duration) -> String {
    match (duration.as_secs(), duration.subsec_micros()) {
        (seconds, 0) => format!("{seconds}s"),
        (seconds, micros) => format!("{seconds}.{micros:06}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_protobuf_does() {
        assert_eq!(written(Duration::from_secs(12)), "12s");
        assert_eq!(written(Duration::from_millis(1_250)), "1.250000s");
    }
}
