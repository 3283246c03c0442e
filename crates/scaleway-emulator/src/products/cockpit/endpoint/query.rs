//! Questions: at an instant, over a time, and what labels there are.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::parser::{self, Expr};
use promql_parser::util::parse_duration;
use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::world::World;

use super::evaluate::{Found, Sample, Series, evaluate, matches};
use super::ingest::number;
use super::kept::{self, Point, Written, nanos};
use super::logql::{self, LogQuery, Selector};
use super::platform;
use super::{Labels, Of, Visit};

const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const MOST_POINTS: i64 = 11_000;
const MOST_LINES: usize = 5_000;
/// 30 days and an hour.
const LONGEST_OF_LOGS: i64 = (30 * 24 + 1) * 3_600 * SECOND;

/// An expression with the series that it is about.
pub(super) struct Question {
    pub(super) expression: Expr,
    pub(super) series: Vec<Series>,
}

impl Question {
    /// What `text` asks of a data source; no lines.
    pub(super) fn of(world: &World, of: Of, source: &str, text: &str) -> Result<Self, String> {
        match of {
            Of::Metrics => {
                let expression =
                    parser::parse(text).map_err(|why| format!("invalid parameter \"query\": {why}"))?;
                Ok(Self { expression, series: numbers(all(world, source)) })
            }
            Of::Logs => match logql::parse(text)? {
                LogQuery::Counted(expression, selectors) => {
                    let series = counted(&kept::read(world, source), &selectors);
                    Ok(Self { expression, series })
                }
                LogQuery::Lines(_) => {
                    Err("log queries are not supported as an instant query type, please change \
                     your query to a range query type"
                        .into())
                }
            },
        }
    }

    pub(super) fn at(&self, millis: i64) -> Result<Found, String> {
        evaluate(&self.expression, &self.series, millis)
    }
}

/// What was written, and what the platform measures.
fn all(world: &World, source: &str) -> Written {
    let mut all = kept::read(world, source);
    all.extend(platform::measured(world, source));
    all
}

fn numbers(written: Written) -> Vec<Series> {
    let series = written.into_iter().map(|(labels, points)| {
        let points =
            points.into_iter().filter_map(|point| Some((point.at / MILLI, point.text.parse().ok()?)));
        let mut points: Vec<_> = points.collect();
        // Of two values of one instant the first one stays.
        points.dedup_by_key(|(at, _)| *at);
        Series { labels, points }
    });
    series.collect()
}

/// The lines of each selector as ones.
fn counted(written: &Written, selectors: &[Selector]) -> Vec<Series> {
    let series = selectors.iter().enumerate().flat_map(|(n, selector)| {
        written.iter().filter(|(labels, _)| selector.selects(labels)).map(move |(labels, points)| {
            let mut labels = labels.clone();
            labels.insert("__name__".into(), logql::placeholder(n));
            let lines = points.iter().filter(|point| selector.keeps(&point.text));
            Series { labels, points: lines.map(|point| (point.at / MILLI, 1.0)).collect() }
        })
    });
    series.collect()
}

/// A parameter that is an instant, in nanoseconds: RFC 3339, seconds, or (of logs) nanoseconds.
fn instant_of(visit: &Visit<'_>, name: &str, default: i64) -> Result<i64, Refusal> {
    let Some(text) = visit.query(name) else { return Ok(default) };
    if visit.of == Of::Logs
        && text.len() > 10
        && let Ok(nanos) = text.parse()
    {
        return Ok(nanos);
    }
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below")]
    let seconds = text.parse::<f64>().ok().map(|seconds| (seconds * 1_000.0).round() as i64 * MILLI);
    let written = || text.parse::<Timestamp>().ok().map(nanos);
    seconds.or_else(written).ok_or_else(|| {
        visit.bad(format!("invalid parameter {name:?}: cannot parse {text:?} to a valid timestamp"))
    })
}

/// `step`, in milliseconds: seconds, or a duration as `5m`.
fn step_of(visit: &Visit<'_>, start: i64, end: i64) -> Result<i64, Refusal> {
    let Some(text) = visit.query("step") else {
        return match visit.of {
            Of::Metrics => {
                Err(visit.bad("invalid parameter \"step\": cannot parse \"\" to a valid duration"))
            }
            Of::Logs => Ok(((end - start) / 250 / SECOND).max(1) * 1_000),
        };
    };
    #[expect(clippy::cast_possible_truncation, reason = "steps are short")]
    let seconds = text.parse::<f64>().ok().map(|seconds| (seconds * 1_000.0).round() as i64);
    let written = || i64::try_from(parse_duration(text).ok()?.as_millis()).ok();
    match seconds.or_else(written) {
        Some(step) if step > 0 => Ok(step),
        Some(_) => Err(visit.bad(
            "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a \
             positive integer",
        )),
        None => Err(visit.bad(format!("invalid parameter \"step\": cannot parse {text:?} to a valid duration"))),
    }
}

fn now(visit: &Visit<'_>) -> i64 {
    nanos(visit.world.now())
}

fn success(of: Of, mut data: Value) -> Reply {
    if of == Of::Logs
        && let Value::Object(data) = &mut data
    {
        data.insert("stats".into(), json!({}));
    }
    Reply::ok(json!({"status": "success", "data": data}))
}

/// `[1435781451.781, "1"]`
fn point(millis: i64, value: f64) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "a float holds milliseconds since 1970")]
    let seconds = if millis % 1_000 == 0 { json!(millis / 1_000) } else { json!(millis as f64 / 1_000.0) };
    json!([seconds, number(value)])
}

pub(super) fn instant(visit: &mut Visit<'_>) -> Answer {
    let at = instant_of(visit, "time", now(visit))? / MILLI;
    let text = visit.query("query").unwrap_or_default().to_owned();
    let question = Question::of(visit.world, visit.of, &visit.source, &text);
    let found = question.and_then(|question| question.at(at)).map_err(|why| visit.bad(why))?;
    Ok(success(
        visit.of,
        match found {
            Found::Scalar(value) => json!({"resultType": "scalar", "result": point(at, value)}),
            Found::Vector(samples) => {
                let samples =
                    samples.iter().map(|s| json!({"metric": s.labels, "value": point(at, s.value)}));
                json!({"resultType": "vector", "result": samples.collect::<Vec<_>>()})
            }
        },
    ))
}

pub(super) fn range(visit: &mut Visit<'_>) -> Answer {
    let hour_ago = now(visit) - 3_600 * SECOND;
    let (start, end) = match visit.of {
        Of::Metrics => (instant_of(visit, "start", i64::MAX)?, instant_of(visit, "end", i64::MAX)?),
        Of::Logs => (instant_of(visit, "start", hour_ago)?, instant_of(visit, "end", now(visit))?),
    };
    if start == i64::MAX || end == i64::MAX {
        return Err(
            visit.bad("invalid parameter \"start\" or \"end\": cannot parse \"\" to a valid timestamp")
        );
    }
    if end < start {
        return Err(visit.bad("invalid parameter \"end\": end timestamp must not be before start time"));
    }
    if visit.of == Of::Logs && end - start > LONGEST_OF_LOGS {
        return Err(visit.bad("the query time range exceeds the limit (30d1h)"));
    }
    let text = visit.query("query").unwrap_or_default().to_owned();
    if visit.of == Of::Logs
        && let LogQuery::Lines(selector) = logql::parse(&text).map_err(|why| visit.bad(why))?
    {
        return lines(visit, &selector, start, end);
    }
    let step = step_of(visit, start, end)?;
    if (end - start) / MILLI / step > MOST_POINTS {
        return Err(visit.bad(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution \
             (?step=XX)",
        ));
    }
    let question = Question::of(visit.world, visit.of, &visit.source, &text).map_err(|why| visit.bad(why))?;
    let mut found: BTreeMap<Labels, Vec<Value>> = BTreeMap::new();
    let mut at = start / MILLI;
    while at <= end / MILLI {
        let samples = match question.at(at).map_err(|why| visit.bad(why))? {
            Found::Vector(samples) => samples,
            Found::Scalar(value) => vec![Sample { labels: Labels::new(), value }],
        };
        for sample in samples {
            found.entry(sample.labels).or_default().push(point(at, sample.value));
        }
        at += step;
    }
    let series = found.iter().map(|(labels, points)| json!({"metric": labels, "values": points}));
    Ok(success(visit.of, json!({"resultType": "matrix", "result": series.collect::<Vec<_>>()})))
}

/// Lines from `start` until before `end`: as many as are asked for, of all streams together.
fn lines(visit: &Visit<'_>, selector: &Selector, start: i64, end: i64) -> Answer {
    let limit = match visit.query("limit").map(str::parse::<usize>) {
        None => 100,
        Some(Ok(limit)) if limit > MOST_LINES => {
            let why = format!(
                "max entries limit per query exceeded, limit > max_entries_limit_per_query ({limit} > {MOST_LINES})"
            );
            return Err(visit.bad(why));
        }
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => return Err(visit.bad("limit must be a positive value")),
    };
    let forward = match visit.query("direction").map(str::to_lowercase).as_deref() {
        None | Some("backward") => false,
        Some("forward") => true,
        Some(_) => return Err(visit.bad("direction must be forward or backward")),
    };
    let written = kept::read(visit.world, &visit.source);
    let streams = written.iter().filter(|(labels, _)| selector.selects(labels));
    let mut lines: Vec<(&Point, &Labels)> =
        streams.flat_map(|(labels, points)| points.iter().map(move |point| (point, labels))).collect();
    lines.retain(|(point, _)| (start..end).contains(&point.at) && selector.keeps(&point.text));
    lines.sort_by_key(|(point, _)| point.at);
    if !forward {
        lines.reverse();
    }
    let mut streams: BTreeMap<&Labels, Vec<Value>> = BTreeMap::new();
    for (point, labels) in lines.into_iter().take(limit) {
        streams.entry(labels).or_default().push(json!([point.at.to_string(), point.text]));
    }
    let streams = streams.iter().map(|(labels, lines)| json!({"stream": labels, "values": lines}));
    Ok(success(Of::Logs, json!({"resultType": "streams", "result": streams.collect::<Vec<_>>()})))
}

/// The labels of the series that `match[]` selects, all where it is not said, with a point in the time that is asked for.
fn selected(visit: &Visit<'_>) -> Result<Vec<Labels>, Refusal> {
    let (start, end) = (instant_of(visit, "start", i64::MIN)?, instant_of(visit, "end", i64::MAX)?);
    let asked = visit.query.iter().filter(|(key, _)| matches!(key.as_str(), "match[]" | "match" | "query"));
    let selectors = asked.map(|(_, text)| match parser::parse(text) {
        Ok(Expr::VectorSelector(selector)) => Ok(selector),
        Ok(_) => Err(visit.bad(format!("invalid parameter \"match[]\": {text:?} is no selector"))),
        Err(why) => Err(visit.bad(format!("invalid parameter \"match[]\": {why}"))),
    });
    let selectors = selectors.collect::<Result<Vec<_>, _>>()?;
    let written = all(visit.world, &visit.source).into_iter();
    let within = written.filter(|(_, points)| points.iter().any(|point| (start..=end).contains(&point.at)));
    let wanted = |labels: &Labels| {
        selectors.is_empty() || selectors.iter().any(|s| matches(&s.matchers, s.name.as_ref(), labels))
    };
    Ok(within.map(|(labels, _)| labels).filter(wanted).collect())
}

fn listed<T: serde::Serialize>(found: &BTreeSet<T>) -> Reply {
    Reply::ok(json!({"status": "success", "data": found}))
}

pub(super) fn labels(visit: &mut Visit<'_>) -> Answer {
    Ok(listed(&selected(visit)?.into_iter().flat_map(Labels::into_keys).collect::<BTreeSet<_>>()))
}

pub(super) fn label_values(visit: &mut Visit<'_>) -> Answer {
    let name = visit.segment_from_end(1);
    Ok(listed(
        &selected(visit)?.into_iter().filter_map(|mut labels| labels.remove(name)).collect::<BTreeSet<_>>(),
    ))
}

pub(super) fn series(visit: &mut Visit<'_>) -> Answer {
    if visit.of == Of::Metrics && visit.query("match[]").is_none() {
        return Err(visit.bad("no match[] parameter provided"));
    }
    Ok(listed(&selected(visit)?.into_iter().collect::<BTreeSet<_>>()))
}
