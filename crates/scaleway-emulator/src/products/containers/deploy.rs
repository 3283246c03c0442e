//! What becomes of a deployment: ready, or `error` once the platform has given up.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::image::Image;
use crate::products::registry::can_be_pulled;
use crate::schema::seconds;
use crate::store::{Body, Effect, Transition};
use crate::world::stamp_seconds;

use super::container::KIND;

/// After the last failed probe: what lies between it and the `updated_at` of recorded failures.
const GIVING_UP: Duration = Duration::from_secs(2);

/// How long the revision before goes on serving after an update that failed.
const GRACE: Duration = Duration::from_hours(24);

/// Deploys the container as it is now, as a new revision.
pub(super) fn start(call: &mut Call<'_>, id: &str) {
    let Some(container) = call.world.store.get(KIND, id) else { return };
    let image = call.world.settings.images.behaviour_of(&container.body);
    let revision = container.hidden.get("revision").and_then(Value::as_u64).unwrap_or_default() + 1;
    let reference = container.text("image").to_owned();
    let there = can_be_pulled(call.world, &reference);
    let pending = if let Some((patience, message)) = failure(&container.body, &image, there) {
        let at = call.due(patience + GIVING_UP);
        let effect = Effect::Set {
            body: body! {"status": "error", "error_message": message, "updated_at": stamp_seconds(at)},
            hidden: Body::new(),
        };
        let end = Effect::Set { body: Body::new(), hidden: body! {"serving": Value::Null} };
        vec![Transition { at, effect }, Transition { at: at + GRACE, effect: end }]
    } else {
        let at = call.due(image.ready_time().unwrap_or_else(|| call.until_ready()));
        let effect = Effect::Set {
            body: body! {"status": "ready", "error_message": "", "updated_at": stamp_seconds(at)},
            hidden: body! {"serving": json!({"image": reference, "revision": revision, "since": at.to_string()})},
        };
        vec![Transition { at, effect }]
    };
    if let Some(container) = call.world.store.get_mut(KIND, id) {
        container.hidden.insert("revision".into(), revision.into());
    }
    call.world.store.schedule(KIND, id, pending);
}

/// How long the platform tries, and what it says then; `None` where the container starts.
fn failure(container: &Body, image: &Image, there: bool) -> Option<(Duration, String)> {
    let port = container.get("port").and_then(Value::as_u64).unwrap_or_default();
    let startup = container.get("startup_probe").filter(|probe| probe.is_object());
    let liveness = container.get("liveness_probe").unwrap_or(&Value::Null);
    let first = startup.unwrap_or(liveness);
    if !there {
        let reference = container.get("image").and_then(Value::as_str).unwrap_or_default();
        let message =
            format!("Unable to pull image {reference}: it was not found, or its registry refuses access");
        return Some((patience(first), message));
    }
    if !image.starts_on(port) {
        return Some((patience(first), complaint(first, port)));
    }
    let failing =
        startup.into_iter().chain([liveness]).find(|probe| path(probe).is_some_and(|p| !image.answers(p)));
    failing.map(|probe| (patience(probe), complaint(probe, port)))
}

fn patience(probe: &Value) -> Duration {
    let failures = probe["failure_threshold"].as_u64().unwrap_or_default();
    let interval = probe["interval"].as_str().and_then(seconds).unwrap_or_default();
    Duration::from_secs_f64(interval).saturating_mul(u32::try_from(failures).unwrap_or(u32::MAX))
}

fn path(probe: &Value) -> Option<&str> {
    probe["http"]["path"].as_str()
}

/// In the platform's words (recorded).
fn complaint(probe: &Value, port: u64) -> String {
    let symptom = match path(probe) {
        Some(path) => format!("does not respond to HTTP requests on port {port} and path {path}"),
        None => format!("is not listening on port {port}"),
    };
    format!("Container is unable to start OR {symptom}")
}
