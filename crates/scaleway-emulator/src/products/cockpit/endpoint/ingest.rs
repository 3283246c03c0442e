//! Writing: Prometheus's remote write, and Loki's push as JSON or protobuf.

use promql_parser::label::MatchOp;
use promql_parser::parser::Expr;
use serde::Deserialize;

use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};

use super::kept::{self, Point, Written};
use super::wire::{self, PushRequest, WriteRequest};
use super::{Labels, Of, Visit, content_type};

/// The platform's limits on labels.
const MOST_LABELS: usize = 30;
const LONGEST_NAME: usize = 1_024;
const LONGEST_VALUE: usize = 2_048;

/// A number as Prometheus writes it.
pub(super) fn number(value: f64) -> String {
    match value {
        value if value == f64::INFINITY => "+Inf".into(),
        value if value == f64::NEG_INFINITY => "-Inf".into(),
        value => value.to_string(),
    }
}

/// Keeps what is within the limits, or nothing.
pub(super) fn keep(visit: &mut Visit<'_>, written: Written) -> Result<(), Refusal> {
    for (labels, _) in &written {
        check(visit.of, labels).map_err(|why| visit.bad(why))?;
    }
    kept::write(visit.world, &visit.source, written)
}

fn check(of: Of, labels: &Labels) -> Result<(), String> {
    match of {
        Of::Metrics if labels.get("__name__").is_none_or(String::is_empty) => {
            return Err("a series lacks its name, __name__".into());
        }
        Of::Logs if labels.is_empty() => {
            return Err("error at least one label pair is required per stream".into());
        }
        _ => {}
    }
    if labels.len() > MOST_LABELS {
        return Err(format!("a series has {} labels: {MOST_LABELS} are the most", labels.len()));
    }
    let long = |(name, value): &(&String, &String)| name.len() > LONGEST_NAME || value.len() > LONGEST_VALUE;
    match labels.iter().find(long) {
        Some((name, _)) => Err(format!(
            "label {name:.40?} is too long: {LONGEST_NAME} bytes for a name, {LONGEST_VALUE} for a value"
        )),
        None => Ok(()),
    }
}

pub(super) fn remote_write(visit: &mut Visit<'_>) -> Answer {
    let request: WriteRequest = wire::decode(visit.body).map_err(|why| visit.bad(why))?;
    let written = request.series.into_iter().map(|series| {
        let labels = series.labels.into_iter().map(|label| (label.name, label.value)).collect();
        let points = series
            .samples
            .into_iter()
            .map(|sample| Point { at: sample.at.saturating_mul(1_000_000), text: number(sample.value) });
        (labels, points.collect())
    });
    let written = written.collect();
    keep(visit, written)?;
    Ok(Reply::text(http::StatusCode::OK, ""))
}

/// Loki's push as JSON.
#[derive(Deserialize)]
struct Push {
    streams: Vec<JsonStream>,
}

#[derive(Deserialize)]
struct JsonStream {
    stream: Labels,
    values: Vec<Line>,
}

/// `["<nanoseconds>", "<line>"]`, with more that is not kept (structured metadata).
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Bare(String, String),
    WithMetadata(String, String, serde::de::IgnoredAny),
}

pub(super) fn loki(visit: &mut Visit<'_>) -> Answer {
    let written = match content_type(visit.parts) {
        "application/json" => from_json(visit.body),
        "application/x-protobuf" | "" => from_protobuf(visit.body),
        other => {
            Err(format!("Content-Type {other:?} is neither application/json nor application/x-protobuf"))
        }
    };
    let written = written.map_err(|why| visit.bad(why))?;
    keep(visit, written)?;
    Ok(Reply::empty())
}

fn from_json(body: &[u8]) -> Result<Written, String> {
    let push: Push = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let written = push.streams.into_iter().map(|JsonStream { stream, values }| {
        let lines = values.into_iter().map(|line| {
            let (Line::Bare(at, text) | Line::WithMetadata(at, text, _)) = line;
            let at = at.parse().map_err(|_| format!("{at:?} is no count of nanoseconds"))?;
            Ok(Point { at, text })
        });
        Ok((stream, lines.collect::<Result<_, String>>()?))
    });
    written.collect()
}

fn from_protobuf(body: &[u8]) -> Result<Written, String> {
    let push: PushRequest = wire::decode(body)?;
    let written = push.streams.into_iter().map(|stream| {
        let lines = stream.entries.into_iter().map(|entry| {
            let at = entry.at.unwrap_or_default();
            let at = at.seconds.saturating_mul(1_000_000_000).saturating_add(i64::from(at.nanos));
            Point { at, text: entry.line }
        });
        Ok((labels_of(&stream.labels)?, lines.collect()))
    });
    written.collect()
}

/// `{app="evalap"}`.
fn labels_of(text: &str) -> Result<Labels, String> {
    let refused = || format!("{text:?} are no labels: they are written as {{app=\"evalap\"}}");
    let Ok(Expr::VectorSelector(selector)) = promql_parser::parser::parse(text) else {
        return Err(refused());
    };
    let labels = selector.matchers.matchers.into_iter().map(|label| match label.op {
        MatchOp::Equal => Ok((label.name, label.value)),
        _ => Err(refused()),
    });
    labels.collect()
}
