//! The life of a run, one step at a time: validated, queued, running, and how it ends.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::Value;

use crate::call::body;
use crate::products::registry::can_be_pulled;
use crate::schema::seconds;
use crate::store::{Body, Effect, Record, Transition};
use crate::world::{World, stamp};

use super::process::Program;
use super::run::KIND;
use super::secret::{self, Given};

/// From validated to queued, and from interrupting to interrupted (recorded).
const QUEUEING: Duration = Duration::from_millis(970);
const INTERRUPTING: Duration = Duration::from_millis(1_180);

/// From queued to running, and between two attempts.
const STARTING: Duration = Duration::from_secs(8);
const RETRYING: Duration = Duration::from_secs(10);

/// What an image runs for that does not say.
const RUNNING: Duration = Duration::from_secs(5);

/// How long a process has to end that was asked to.
const GRACE: Duration = Duration::from_secs(10);

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

/// The run's time has come for what is next; `now` is the time that the world is moving to.
pub(super) fn step(world: &mut World, id: &str, now: Timestamp) {
    let Some(run) = world.store.get(KIND, id) else { return };
    match run.text("state") {
        "validated" => {
            world.lay(KIND, id, body! {"state": "queued"});
            world.wake_after(KIND, id, STARTING);
        }
        "queued" | "retrying" => attempt(world, id, now),
        "running" if is_process(run) => {
            let ending = timed_out(run);
            if world.processes.kill(id) {
                end(world, id, ending);
            } else {
                lost(world, id);
            }
        }
        "running" => {
            let ending = declared(world, run);
            end(world, id, ending);
        }
        "interrupting" => {
            world.processes.kill(id);
            interrupted(world, id);
        }
        _ => world.store.remove(KIND, id),
    }
}

fn attempt(world: &mut World, id: &str, now: Timestamp) {
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
    let secrets = match secret::values(world, &definition) {
        Ok(secrets) => secrets,
        Err(ending) => return end(world, id, ending),
    };
    if let Some(program) = program(world, id, secrets) {
        return launch(world, id, program, now);
    }
    let stamp = world.stamp();
    world.lay(KIND, id, body! {"state": "running", "started_at": stamp});
    world.wake_after(KIND, id, lasts);
}

/// What is to be run here; `None` where nothing is, or no command is said: what the image itself would run is not known.
fn program(world: &World, id: &str, secrets: Vec<Given>) -> Option<Program> {
    let run = world.store.get(KIND, id).filter(|_| world.settings.exec_jobs)?;
    let words = |field: &str| {
        let words = run.body.get(field).and_then(Value::as_array).into_iter().flatten();
        words.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let (startup, line) = (words("startup_command"), run.text("command"));
    let command = match (startup.is_empty(), line.is_empty()) {
        (false, _) => startup.into_iter().chain(words("args")).collect(),
        (true, false) => vec!["sh".into(), "-c".into(), line.into()],
        (true, true) => return None,
    };
    let variables = run.body.get("environment_variables").and_then(Value::as_object);
    let variables = variables.into_iter().flatten();
    let variables = variables.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    Some(Program { command, variables: variables.collect(), secrets })
}

/// A process begins when somebody looks, not when it was due: its time counts from then.
fn launch(world: &mut World, id: &str, program: Program, now: Timestamp) {
    if let Err(error) = world.processes.start(id, program) {
        return end(world, id, Ending::Failed("application_not_started", error.to_string()));
    }
    world.lay(KIND, id, body! {"state": "running", "started_at": stamp(now)});
    let Some(run) = world.store.get_mut(KIND, id) else { return };
    run.hidden.insert("process".into(), true.into());
    let at = now + timeout(run);
    world.store.schedule(KIND, id, vec![Transition { at, effect: Effect::Wake }]);
}

/// Whether it is a process of this machine, or was one.
pub(super) fn is_process(run: &Record) -> bool {
    run.hidden.get("process") == Some(&Value::Bool(true))
}

/// Its process has ended by itself, or because it was asked to.
pub(super) fn exited(world: &mut World, id: &str, code: i32) {
    match world.store.get(KIND, id).map(|run| run.text("state")) {
        Some("interrupting") => interrupted(world, id),
        Some("running") => end(world, id, Ending::Exited(code)),
        _ => {}
    }
}

/// Its process ended with the program that had started it.
pub(super) fn lost(world: &mut World, id: &str) {
    let message = "the emulator ended while the job ran".to_owned();
    end(world, id, Ending::Failed("technical_error", message));
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
    if world.processes.has(id) {
        world.processes.ask_to_end(id);
        let at = world.now() + GRACE;
        world.store.schedule(KIND, id, vec![Transition { at, effect: Effect::Wake }]);
    } else {
        world.wake_after(KIND, id, INTERRUPTING);
    }
}

fn interrupted(world: &mut World, id: &str) {
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
