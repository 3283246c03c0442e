//! Limits: for how many days data may be kept in a region.

use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::Cockpit;

/// For how many days data may be kept, by where it comes from and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetentionLimits {
    /// The project's own metrics.
    #[serde(default, rename = "custom_metrics_retention", skip_serializing_if = "Option::is_none")]
    pub custom_metrics: Option<RetentionLimit>,
    /// The project's own logs.
    #[serde(default, rename = "custom_logs_retention", skip_serializing_if = "Option::is_none")]
    pub custom_logs: Option<RetentionLimit>,
    /// The project's own traces.
    #[serde(default, rename = "custom_traces_retention", skip_serializing_if = "Option::is_none")]
    pub custom_traces: Option<RetentionLimit>,
    /// Metrics of Scaleway's products.
    #[serde(default, rename = "product_metrics_retention", skip_serializing_if = "Option::is_none")]
    pub product_metrics: Option<RetentionLimit>,
    /// Logs of Scaleway's products.
    #[serde(default, rename = "product_logs_retention", skip_serializing_if = "Option::is_none")]
    pub product_logs: Option<RetentionLimit>,
}

/// For how many days one sort of data may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetentionLimit {
    /// At least so many days.
    #[serde(rename = "min_days")]
    pub min: u32,
    /// At most so many days.
    #[serde(rename = "max_days")]
    pub max: u32,
    /// So many days where nothing is said.
    #[serde(rename = "default_days")]
    pub default: u32,
}

/// # Limits
impl Cockpit {
    /// `GetConfig`: the limits of a data source's [`retention_days`](crate::CreateDataSource::retention_days).
    pub async fn get_config(&self) -> Result<RetentionLimits> {
        self.api.send(self.api.get("GetConfig", &["config"])).await
    }
}
