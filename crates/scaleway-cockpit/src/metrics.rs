//! The metrics of a data source: queried, and written for a smoke test. Mimir's API, which is Prometheus's.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use scaleway_core::{Result, Secret, Timestamp};
use serde::Serialize;

use crate::endpoint::{Ask, DATA, Endpoint, JSON, json, unix_nanos};
use crate::rules::OwnRules;
use crate::{Cockpit, DataSource, DataSourceKind, QueryResult};

/// A data source of metrics, opened with a token. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    endpoint: Endpoint,
}

/// # Metrics of a data source
impl Cockpit {
    /// Opens a data source of metrics with the secret key of a [`Token`](crate::Token) of its region. No call is made.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest) where `source` keeps no metrics or its address is not https.
    pub fn metrics(&self, source: &DataSource, token: &Secret) -> Result<Metrics> {
        let client = self.api.client();
        let endpoint = Endpoint::new(client, "OpenMetrics", source, DataSourceKind::Metrics, token)?;
        Ok(Metrics { endpoint })
    }
}

impl Metrics {
    /// What the `PromQL` expression `query` is now. (`GET /prometheus/api/v1/query`; scope
    /// [`ReadOnlyMetrics`](crate::TokenScope::ReadOnlyMetrics).)
    pub async fn query(&self, query: impl Into<String>) -> Result<QueryResult> {
        let time = self.endpoint.client().clock().now();
        self.get("QueryMetrics", "query", vec![("query", query.into()), ("time", time.to_string())]).await
    }

    /// What the `PromQL` expression `query` was from `start` to `end`, every `step`: 11,000 points a series at most. (`GET
    /// /prometheus/api/v1/query_range`; scope [`ReadOnlyMetrics`](crate::TokenScope::ReadOnlyMetrics).)
    pub async fn query_range(
        &self,
        query: impl Into<String>,
        start: Timestamp,
        end: Timestamp,
        step: Duration,
    ) -> Result<QueryResult> {
        let query = vec![
            ("query", query.into()),
            ("start", start.to_string()),
            ("end", end.to_string()),
            ("step", step.as_secs_f64().to_string()),
        ];
        self.get("QueryMetricsRange", "query_range", query).await
    }

    /// Writes one value of now: enough for a smoke test; agents write more, better. Dots in `name` become underscores.
    /// (`POST /otlp/v1/metrics`, as JSON; scope [`WriteOnlyMetrics`](crate::TokenScope::WriteOnlyMetrics).)
    pub async fn push(&self, name: &str, labels: &BTreeMap<String, String>, value: f64) -> Result<()> {
        let point = DataPoint {
            time_unix_nano: unix_nanos(self.endpoint.client().clock().now()),
            as_double: value,
            attributes: labels
                .iter()
                .map(|(key, value)| Attribute { key, value: Text { string_value: value } })
                .collect(),
        };
        let metric = Metric { name, gauge: Gauge { data_points: [point] } };
        let body = Export { resource_metrics: [Resource { scope_metrics: [Scope { metrics: [metric] }] }] };
        let ask = Ask {
            operation: "PushMetric",
            method: Method::POST,
            header: DATA,
            path: &["otlp", "v1", "metrics"],
            query: Vec::new(),
            body: Some((JSON, json("PushMetric", &body)?)),
        };
        self.endpoint.send(ask).await
    }

    /// One's own rules on these metrics. (Scope
    /// [`FullAccessMetricsRules`](crate::TokenScope::FullAccessMetricsRules).)
    pub fn rules(&self) -> OwnRules {
        OwnRules::new(self.endpoint.clone(), &["prometheus", "config", "v1", "rules"])
    }

    async fn get(
        &self,
        operation: &'static str,
        last: &str,
        query: Vec<(&'static str, String)>,
    ) -> Result<QueryResult> {
        let path = &["prometheus", "api", "v1", last];
        self.endpoint
            .read(Ask { operation, method: Method::GET, header: DATA, path, query, body: None })
            .await
    }
}

/// One gauge in OTLP's JSON form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Export<'a> {
    resource_metrics: [Resource<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    scope_metrics: [Scope<'a>; 1],
}

#[derive(Serialize)]
struct Scope<'a> {
    metrics: [Metric<'a>; 1],
}

#[derive(Serialize)]
struct Metric<'a> {
    name: &'a str,
    gauge: Gauge<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Gauge<'a> {
    data_points: [DataPoint<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DataPoint<'a> {
    time_unix_nano: String,
    as_double: f64,
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize)]
struct Attribute<'a> {
    key: &'a str,
    value: Text<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Text<'a> {
    string_value: &'a str,
}
