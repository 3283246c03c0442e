//! Metrics: how an instance fares.

use std::collections::BTreeMap;

use derive_setters::Setters;
use scaleway_core::{Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// How an instance has fared: CPU, memory, disk, connections.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceMetrics {
    /// One series a metric and node.
    #[serde(default)]
    pub timeseries: Vec<TimeSeries>,
}

impl InstanceMetrics {
    /// The series of this metric, one a node.
    ///
    /// ```no_run
    /// # use scaleway_rdb::{GetInstanceMetrics, InstanceId, Rdb};
    /// # async fn run(rdb: Rdb, id: InstanceId) -> scaleway_rdb::Result<()> {
    /// let metrics = rdb.get_instance_metrics(&id, GetInstanceMetrics::default()).await?;
    /// for series in metrics.of("disk_usage_percent") {
    ///     if let Some(point) = series.latest() {
    ///         println!("{:?} at {}: {} %", series.metadata, point.at, point.value);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn of<'a>(&'a self, metric: &'a str) -> impl Iterator<Item = &'a TimeSeries> {
        self.timeseries.iter().filter(move |series| series.name == metric)
    }
}

impl TimeSeries {
    /// Its newest value.
    pub fn latest(&self) -> Option<Point> {
        self.points.iter().copied().max_by_key(|point| point.at)
    }
}

/// The values of one metric over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TimeSeries {
    /// The metric: `cpu_usage_percent`.
    #[serde(default)]
    pub name: String,
    /// Its values, oldest first.
    #[serde(default)]
    pub points: Vec<Point>,
    /// What else is known of the series, such as its node.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// A value of a metric at one moment; a pair on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "(Timestamp, f64)", into = "(Timestamp, f64)")]
#[non_exhaustive]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub value: f64,
}

impl From<(Timestamp, f64)> for Point {
    fn from((at, value): (Timestamp, f64)) -> Self {
        Self { at, value }
    }
}

impl From<Point> for (Timestamp, f64) {
    fn from(point: Point) -> Self {
        (point.at, point.value)
    }
}

/// A request for `GetInstanceMetrics`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct GetInstanceMetrics {
    /// From when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Timestamp>,
    /// Only this metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
}

/// # Metrics
impl Rdb {
    /// `GetInstanceMetrics`.
    pub async fn get_instance_metrics(
        &self,
        instance: &InstanceId,
        request: GetInstanceMetrics,
    ) -> Result<InstanceMetrics> {
        let path = ["instances", instance.as_str(), "metrics"];
        self.api.send(self.api.get("GetInstanceMetrics", &path).query(&request)).await
    }
}
