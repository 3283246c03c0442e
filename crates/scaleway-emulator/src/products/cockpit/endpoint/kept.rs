//! What was written to a data source, in pieces: so many points at most, and none longer than its retention.

use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::store::{Effect, Kind, Record, Transition};
use crate::world::World;

use super::super::data_source;
use super::Labels;

const KIND: Kind = Kind { collection: "cockpit.points", resource: "points" };

/// A piece takes no more once it has so many points: with a data folder it is written anew with each push.
const PIECE: usize = 500;
/// The oldest piece goes when there are more.
const PIECES: usize = 200;

/// One value or line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point {
    /// Nanoseconds since 1970.
    pub(super) at: i64,
    /// A number as text, or a line.
    pub(super) text: String,
}

/// A series of values, or a stream of lines.
pub(super) type Written = Vec<(Labels, Vec<Point>)>;

/// Nanoseconds since 1970.
pub(super) fn nanos(at: Timestamp) -> i64 {
    i64::try_from(at.since(Timestamp::UNIX_EPOCH).as_nanos()).unwrap_or(i64::MAX)
}

fn retention(world: &World, source: &str) -> Duration {
    let record = world.store.get(data_source::KIND, source);
    let days = record.and_then(|record| record.body.get("retention_days")).and_then(Value::as_u64);
    Duration::from_hours(24 * days.unwrap_or(1))
}

fn pieces<'w>(world: &'w World, source: &str) -> Vec<(String, &'w Record)> {
    let ids = world.store.children(data_source::KIND, source, KIND).into_iter();
    let mut pieces: Vec<_> = ids.filter_map(|id| Some((id.clone(), world.store.get(KIND, &id)?))).collect();
    pieces.sort_by_key(|(_, piece)| piece.order);
    pieces
}

/// Keeps what was written.
pub(super) fn write(world: &mut World, source: &str, written: Written) -> Result<(), Refusal> {
    let count: usize = written.iter().map(|(_, points)| points.len()).sum();
    if count == 0 {
        return Ok(());
    }
    let pieces = pieces(world, source);
    let last = pieces.last().filter(|(_, piece)| points_of(piece) + count <= PIECE);
    let (id, oldest) = match last {
        Some((id, _)) => (id.clone(), None),
        None => (world.new_id(KIND)?, (pieces.len() >= PIECES).then(|| pieces[0].0.clone())),
    };
    if let Some(oldest) = oldest {
        world.store.remove(KIND, &oldest);
    }
    if world.store.get(KIND, &id).is_none() {
        let parent = Some((data_source::KIND.collection.to_owned(), source.to_owned()));
        world.store.insert(KIND, &id, Record { parent, ..Record::default() });
    }
    let at = world.now() + retention(world, source);
    if let Some(piece) = world.store.get_mut(KIND, &id) {
        let total = points_of(piece) + count;
        piece.body.insert("points".into(), total.into());
        for (labels, points) in written {
            let series = piece.hidden.entry(json!(labels).to_string()).or_insert_with(|| json!([]));
            if let Value::Array(series) = series {
                series.extend(points.into_iter().map(|point| json!([point.at, point.text])));
            }
        }
    }
    world.store.schedule(KIND, &id, vec![Transition { at, effect: Effect::Delete }]);
    Ok(())
}

fn points_of(piece: &Record) -> usize {
    let points = piece.body.get("points").and_then(Value::as_u64).unwrap_or_default();
    usize::try_from(points).unwrap_or(usize::MAX)
}

/// All that is kept, in the order of time; what was written twice is there once.
pub(super) fn read(world: &World, source: &str) -> Written {
    let oldest = nanos(world.now())
        .saturating_sub(i64::try_from(retention(world, source).as_nanos()).unwrap_or(i64::MAX));
    let mut found: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for (_, piece) in pieces(world, source) {
        for (labels, points) in &piece.hidden {
            let points = points.as_array().into_iter().flatten().filter_map(|point| {
                Some(Point { at: point[0].as_i64()?, text: point[1].as_str()?.to_owned() })
            });
            found.entry(labels).or_default().extend(points.filter(|point| point.at >= oldest));
        }
    }
    let read = found.into_iter().filter(|(_, points)| !points.is_empty()).map(|(labels, mut points)| {
        // Stable: what was written first stays first.
        points.sort_by_key(|point| point.at);
        let mut once: Vec<Point> = Vec::with_capacity(points.len());
        for point in points {
            let twice = once.iter().rev().take_while(|kept| kept.at == point.at).any(|kept| *kept == point);
            if !twice {
                once.push(point);
            }
        }
        (serde_json::from_str(labels).unwrap_or_default(), once)
    });
    read.collect()
}
