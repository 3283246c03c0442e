//! What the platform itself measures, in its own data source of a project: the containers there, and what they were asked.

use scaleway_core::Timestamp;
use serde_json::Value;

use crate::products::containers::CONTAINER;
use crate::store::Record;
use crate::world::World;

use super::super::data_source;
use super::Labels;
use super::ingest::number;
use super::kept::{Point, Written, nanos};

/// The series of a data source; none where it is not the platform's own for metrics.
pub(super) fn measured(world: &World, source: &str) -> Written {
    let is_platforms =
        |source: &&Record| source.text("origin") == "scaleway" && source.text("type") == "metrics";
    let Some(source) = world.store.get(data_source::KIND, source).filter(is_platforms) else {
        return Written::new();
    };
    let containers = world.store.all(CONTAINER);
    let ours = containers.filter(|(_, one)| one.project == source.project && one.region == source.region);
    ours.flat_map(|(id, container)| of_container(world, id, container)).collect()
}

/// Status and memory as they are now (documented names), requests as they came (the name is guessed).
fn of_container(world: &World, id: &str, container: &Record) -> Written {
    let labels = |metric: &str, own: &[(&str, &str)]| -> Labels {
        let shared = [
            ("__name__", metric),
            ("project_id", container.project.as_str()),
            ("region", container.region.as_str()),
            ("resource_id", id),
            ("resource_name", container.text("name")),
        ];
        shared.iter().chain(own).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let now = |value: f64| vec![point(world.now(), value)];
    let memory = container.body.get("memory_limit_bytes").and_then(Value::as_f64).unwrap_or_default();
    let mut written = vec![
        (labels("serverless_container_status", &[("status", container.status())]), now(1.0)),
        (labels("serverless_container_memory_limit_bytes", &[]), now(memory)),
    ];
    let samples = world.traffic.series().filter(|(of, _)| *of == id).flat_map(|(_, series)| series.samples());
    let mut requests: std::collections::BTreeMap<u16, Vec<Point>> = std::collections::BTreeMap::new();
    for sample in samples {
        for (status, count) in &sample.by_status {
            #[expect(clippy::cast_precision_loss, reason = "counts are small")]
            requests.entry(*status).or_default().push(point(sample.at, *count as f64));
        }
    }
    written.extend(requests.into_iter().map(|(status, points)| {
        (labels("serverless_container_requests_total", &[("status_code", &status.to_string())]), points)
    }));
    written
}

fn point(at: Timestamp, value: f64) -> Point {
    Point { at: nanos(at), text: number(value) }
}
