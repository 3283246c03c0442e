//! Time, as the recording's dates have it: what the platform took for something is no behaviour.
//!
//! Where an answer shows that a resource has come to another status, or is still where it was, what the emulator has in
//! store for it happens by then, or not yet. What it comes to is the emulator's own affair.

use std::time::Duration;

use scaleway_core::{Clock, Timestamp};
use scaleway_emulator::{Emulator, End};
use serde_json::Value;

use super::ids::Ids;
use super::recording::Line;

/// What is held back is held back so far beyond the answer's date, for requests take their time.
const MARGIN: Duration = Duration::from_secs(10);

/// No resource has more changes than this between two answers.
const MOST_STEPS: usize = 8;

/// What an answer shows of a resource.
struct Shown<'v> {
    id: &'v str,
    /// `None`: it is gone.
    status: Option<&'v str>,
}

/// Moves the clock to the exchange; answers how many resources had to be held back or hurried.
pub(super) fn move_to(emulator: &Emulator, clock: &Clock, line: &Line, ids: &Ids) -> u64 {
    let shown = if line.is_read() { shown(line) } else { Vec::new() };
    let mut moved = 0;
    for Shown { id, status } in &shown {
        let id = ids.own_id(id);
        let Some(pace) = emulator.pace(&id) else { continue };
        let is_due = pace.coming.first().is_some_and(|first| first.at <= line.date + MARGIN);
        if is_due && status.is_some_and(|status| status == pace.status) {
            moved += u64::from(pace.coming.first().is_some_and(|first| first.at <= line.date));
            emulator.reschedule(&id, line.date + MARGIN);
        }
    }
    clock.advance(line.date.since(clock.now()));
    for Shown { id, status } in &shown {
        moved += u64::from(hurry(emulator, &ids.own_id(id), *status, clock.now()));
    }
    moved
}

/// Lets happen what leads to `status`.
fn hurry(emulator: &Emulator, id: &str, status: Option<&str>, now: Timestamp) -> bool {
    let mut hurried = false;
    for _ in 0..MOST_STEPS {
        let Some(pace) = emulator.pace(id) else { break };
        let leads = |end: &End| match (end, status) {
            (End::Open, _) | (End::Gone, None) => true,
            (End::Status(to), Some(status)) => to == status,
            _ => false,
        };
        if status == Some(&pace.status) || !pace.coming.iter().any(|coming| leads(&coming.end)) {
            break;
        }
        emulator.reschedule(id, now);
        hurried = true;
    }
    hurried
}

/// The resources of an answer that have a status, and what it says is not there.
fn shown(line: &Line) -> Vec<Shown<'_>> {
    let mut found = Vec::new();
    if line.is_success() {
        statuses(&line.response, &mut found);
    } else if line.code == 404 {
        // The error names what is missing; older APIs do not.
        let named = line.response["resource_id"].as_str();
        found.extend(named.or_else(|| line.path.rsplit('/').next()).map(|id| Shown { id, status: None }));
    }
    found
}

fn statuses<'v>(value: &'v Value, found: &mut Vec<Shown<'v>>) {
    match value {
        Value::Object(body) => {
            let text = |field: &str| body.get(field).and_then(Value::as_str);
            if let (Some(id), Some(status)) = (text("id"), text("status").or_else(|| text("state"))) {
                found.push(Shown { id, status: Some(status) });
            }
            body.values().for_each(|value| statuses(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| statuses(item, found)),
        _ => {}
    }
}
