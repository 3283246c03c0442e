//! `[monitoring]`: Cockpit.

use std::collections::{BTreeMap, BTreeSet};

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where metrics, logs and traces go, and who is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(deny_unknown_fields, default)]
#[setters(into, strip_option)]
#[non_exhaustive]
pub struct Monitoring {
    /// The data source for metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<DataSource>,
    /// The data source for logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs: Option<DataSource>,
    /// The data source for traces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traces: Option<DataSource>,
    /// Who is told of alerts: e-mail addresses.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(extend("items" = {"type": "string", "format": "email"}))]
    pub contacts: BTreeSet<String>,
    /// Whether Scaleway's own alerts are on.
    pub managed_alerts: bool,
    /// The preconfigured alert rules that are on, by id.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub alerts: BTreeSet<String>,
    /// The tokens that push or read data, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"format": "name"}))]
    pub tokens: BTreeMap<String, Token>,
}

/// A Cockpit data source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSource {
    /// How many days data is kept.
    #[schemars(range(min = 1, max = 1825))]
    pub retention_days: u32,
}

impl DataSource {
    /// A source that keeps data this many days.
    #[must_use]
    pub fn days(retention_days: u32) -> Self {
        Self { retention_days }
    }
}

/// A Cockpit token. Its value is answered once, at creation, and kept in Secret Manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Token {
    /// What it may do.
    #[schemars(extend("minItems" = 1))]
    pub scopes: BTreeSet<TokenScope>,
    /// The secret (a short name of its own, not declared under `secrets`) that keeps its value.
    #[schemars(extend("format" = "secret-name"))]
    pub secret: String,
}

impl Token {
    /// A token with these scopes, its value kept in this secret.
    #[must_use]
    pub fn new(secret: impl Into<String>, scopes: impl IntoIterator<Item = TokenScope>) -> Self {
        Self { scopes: scopes.into_iter().collect(), secret: secret.into() }
    }
}

/// What a Cockpit token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenScope {
    /// Query metrics.
    ReadOnlyMetrics,
    /// Push metrics.
    WriteOnlyMetrics,
    /// Change the rules on metrics.
    FullAccessMetricsRules,
    /// Query logs.
    ReadOnlyLogs,
    /// Push logs.
    WriteOnlyLogs,
    /// Change the rules on logs.
    FullAccessLogsRules,
    /// Change the alert manager.
    FullAccessAlertManager,
    /// Query traces.
    ReadOnlyTraces,
    /// Push traces.
    WriteOnlyTraces,
}

impl TokenScope {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnlyMetrics => "read_only_metrics",
            Self::WriteOnlyMetrics => "write_only_metrics",
            Self::FullAccessMetricsRules => "full_access_metrics_rules",
            Self::ReadOnlyLogs => "read_only_logs",
            Self::WriteOnlyLogs => "write_only_logs",
            Self::FullAccessLogsRules => "full_access_logs_rules",
            Self::FullAccessAlertManager => "full_access_alert_manager",
            Self::ReadOnlyTraces => "read_only_traces",
            Self::WriteOnlyTraces => "write_only_traces",
        }
    }
}
