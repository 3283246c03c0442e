//! What data sources answer to queries.

use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_core::Timestamp;
use serde::{Deserialize, Deserializer, de::Error};

/// What a query found: which variant depends on the query.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "snake_case")]
#[non_exhaustive]
pub enum QueryResult {
    /// One value for each series, at one instant.
    Vector(Vec<Sample>),
    /// The values of each series over time.
    Matrix(Vec<Series>),
    /// One number.
    Scalar(Point),
    /// Lines of logs, for each stream.
    Streams(Vec<Stream>),
}

impl QueryResult {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Vector(samples) => samples.is_empty(),
            Self::Matrix(series) => series.is_empty(),
            Self::Scalar(_) => false,
            Self::Streams(streams) => streams.is_empty(),
        }
    }
}

/// The value of a series at one instant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Sample {
    /// The labels of the series; `__name__` is the metric's name.
    #[serde(rename = "metric", default)]
    pub labels: BTreeMap<String, String>,
    /// Its value.
    #[serde(rename = "value")]
    pub point: Point,
}

/// The values of a series over time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Series {
    /// Its labels; `__name__` is the metric's name.
    #[serde(rename = "metric", default)]
    pub labels: BTreeMap<String, String>,
    /// Its values, oldest first.
    #[serde(rename = "values", default)]
    pub points: Vec<Point>,
}

/// A number at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Point {
    /// When, to the millisecond.
    pub at: Timestamp,
    /// How much; not a number and the infinities are possible.
    pub value: f64,
}

impl<'de> Deserialize<'de> for Point {
    /// `[1435781451.781, "1"]`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (seconds, value) = <(f64, String)>::deserialize(deserializer)?;
        let after = Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)?;
        // A float has no more than milliseconds to give.
        let millis = i64::try_from((after + Duration::from_micros(500)).as_millis()).unwrap_or(i64::MAX);
        let value = value.parse().map_err(|_| D::Error::custom(format!("not a number: {value:?}")))?;
        Ok(Self { at: Timestamp::from_unix_millis(millis), value })
    }
}

/// Lines of logs that share their labels.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Stream {
    /// Its labels.
    #[serde(rename = "stream", default)]
    pub labels: BTreeMap<String, String>,
    /// Its lines, in the order that was asked for.
    #[serde(rename = "values", default)]
    pub lines: Vec<LogLine>,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// When, to the nanosecond.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

impl<'de> Deserialize<'de> for LogLine {
    /// `["1570818238000000000", "text"]`; what newer versions put behind them is not read.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Entry {
            Bare(String, String),
            WithMetadata(String, String, serde::de::IgnoredAny),
        }
        let (Entry::Bare(at, text) | Entry::WithMetadata(at, text, _)) = Entry::deserialize(deserializer)?;
        let nanos =
            at.parse().map_err(|_| D::Error::custom(format!("not nanoseconds since 1970: {at:?}")))?;
        Ok(Self { at: Timestamp::UNIX_EPOCH + Duration::from_nanos(nanos), text })
    }
}
