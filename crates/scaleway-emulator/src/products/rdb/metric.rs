//! Metrics: how an instance fares. Nothing runs here, so all of them fare the same.

use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::world::stamp;

use super::instance;

/// The metrics of an idle instance.
const IDLE: [(&str, f64); 4] = [
    ("cpu_usage_percent", 0.0),
    ("mem_usage_percent", 0.0),
    ("disk_usage_percent", 0.0),
    ("total_connections", 0.0),
];

const STEP: Duration = Duration::from_mins(1);
/// Where the request names no start.
const SPAN: Duration = Duration::from_hours(1);
const MOST_POINTS: usize = 1_440;

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (id, instance) = call.target(instance::KIND, "instance_id")?;
    let end = time(call, "end_date")?.unwrap_or(call.world.now()).min(call.world.now());
    let born = instance.text("created_at").parse().unwrap_or(end);
    let start = time(call, "start_date")?.unwrap_or(end - SPAN).max(born);
    let times = std::iter::successors(Some(start), |at| Some(*at + STEP))
        .take_while(|at| *at <= end)
        .take(MOST_POINTS);
    let times: Vec<_> = times.map(stamp).collect();
    let wanted = call.query("metric_name").filter(|name| !name.is_empty());
    let series =
        IDLE.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name)).map(|(name, value)| {
            let points: Vec<Value> = times.iter().map(|at| json!([at, value])).collect();
            json!({"name": name, "points": points, "metadata": {"node": &id[..8]}})
        });
    Ok(Reply::ok(json!({"timeseries": series.collect::<Vec<_>>()})))
}

fn time(call: &Call<'_>, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = call.query(name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let parsed = text.parse().map(Some);
    parsed.map_err(|_| {
        Refusal::constraint(name, format!("must be a time, as \"2030-01-31T12:00:00Z\", is {text:?}"))
    })
}
