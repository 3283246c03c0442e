//! When a schedule fires: the five fields of a crontab, in a time zone.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::store::{Effect, Kind, Transition};
use crate::world::World;

use super::life;

/// A job whose process would be started so long after its time is left out.
const LATE: Duration = Duration::from_mins(1);

/// Refuses a schedule that cannot be read; null and absence are none.
pub(in crate::products) fn check(config: Option<&Value>, field: &str) -> Result<(), Refusal> {
    let Some(config) = config.filter(|config| config.is_object()) else { return Ok(()) };
    next(config, Timestamp::UNIX_EPOCH).map(drop).map_err(|error| {
        let help = error.lines().collect::<Vec<_>>().join(" ");
        Refusal::constraint(&format!("{field}.schedule"), help)
    })
}

/// The first instant after `after` that the schedule names.
fn next(config: &Value, after: Timestamp) -> Result<Timestamp, String> {
    let text = |field: &str| config[field].as_str().unwrap_or_default();
    let zone = Some(text("timezone")).filter(|zone| !zone.is_empty()).unwrap_or("UTC");
    let crontab = cronexpr::parse_crontab(&format!("{} {zone}", text("schedule")));
    let crontab = crontab.map_err(|error| error.to_string())?;
    let next = crontab.find_next(after.to_string().as_str()).map_err(|error| error.to_string())?;
    next.timestamp().to_string().parse().map_err(|_| format!("{next} is out of range"))
}

/// Lets the record be woken at the next instant of its schedule; never again where it has none.
pub(super) fn schedule(world: &mut World, kind: Kind, id: &str, config: Option<&Value>) {
    let config = config.filter(|config| config.is_object());
    let next = config.and_then(|config| next(config, world.now()).ok());
    let wake = next.map(|at| Transition { at, effect: Effect::Wake });
    world.store.schedule(kind, id, wake.into_iter().collect());
}

/// Whether what fires now is worth a run, where the world is on its way to `now`: not if that run will be forgotten
/// by then, nor if its process would start long after its time.
pub(super) fn is_worth_it(world: &World, now: Timestamp) -> bool {
    let late = now.since(world.now());
    late < life::HISTORY && (!world.settings.exec_jobs || late <= LATE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn after(schedule: &str, zone: &str, at: &str) -> String {
        next(&json!({"schedule": schedule, "timezone": zone}), at.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_schedule_is_read_in_its_zone() {
        assert_eq!(after("30 2 * * *", "UTC", "2026-09-01T08:00:00Z"), "2026-09-02T02:30:00Z");
        assert_eq!(after("30 2 * * *", "Europe/Paris", "2026-09-01T08:00:00Z"), "2026-09-02T00:30:00Z");
        assert_eq!(after("*/5 * * * *", "", "2026-09-01T08:05:00Z"), "2026-09-01T08:10:00Z", "never twice");
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!(check(Some(&json!({"schedule": "every day"})), "cron_schedule").is_err());
        assert!(check(Some(&json!({"schedule": "* * * * *", "timezone": "Mars/Base"})), "c").is_err());
        assert!(check(Some(&Value::Null), "c").is_ok() && check(None, "c").is_ok());
    }
}
