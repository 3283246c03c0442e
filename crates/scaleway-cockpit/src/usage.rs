//! Usage: how much a project writes to its data sources.

use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{ProjectId, Region, Result, wire};
use serde::{Deserialize, Serialize};

use crate::{Cockpit, DataSourceId, DataSourceKind, DataSourceOrigin};

/// How much a project writes, by where it comes from and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UsageOverview {
    /// Metrics of Scaleway's products.
    #[serde(default, rename = "scaleway_metrics_usage", skip_serializing_if = "Option::is_none")]
    pub scaleway_metrics: Option<Usage>,
    /// Logs of Scaleway's products.
    #[serde(default, rename = "scaleway_logs_usage", skip_serializing_if = "Option::is_none")]
    pub scaleway_logs: Option<Usage>,
    /// The project's own metrics.
    #[serde(default, rename = "external_metrics_usage", skip_serializing_if = "Option::is_none")]
    pub external_metrics: Option<Usage>,
    /// The project's own logs.
    #[serde(default, rename = "external_logs_usage", skip_serializing_if = "Option::is_none")]
    pub external_logs: Option<Usage>,
    /// The project's own traces.
    #[serde(default, rename = "external_traces_usage", skip_serializing_if = "Option::is_none")]
    pub external_traces: Option<Usage>,
}

/// How much was written in some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// The data source it was written to, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_source_id: Option<DataSourceId>,
    /// The project.
    pub project_id: ProjectId,
    /// Where the data comes from.
    pub data_source_origin: DataSourceOrigin,
    /// What it is.
    #[serde(rename = "data_source_type")]
    pub data_source_kind: DataSourceKind,
    /// What is counted.
    pub unit: UsageUnit,
    /// The time in which it was written.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// How much it was, in `unit`.
    #[serde(default, rename = "quantity_over_interval")]
    pub quantity: u64,
    /// Where it is.
    pub region: Region,
}

/// What a [`Usage`] counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UsageUnit {
    /// The API does not say.
    UnknownUnit,
    /// Bytes, of logs and traces.
    Bytes,
    /// Samples, of metrics.
    Samples,
    /// A unit that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `GetUsageOverview`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct GetUsageOverview {
    /// The project; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The time to look back on.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
}

/// # Usage
impl Cockpit {
    /// `GetUsageOverview`.
    pub async fn get_usage_overview(&self, mut request: GetUsageOverview) -> Result<UsageOverview> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.get("GetUsageOverview", &["usage-overview"]).query(&request)).await
    }
}
