//! The logs of a data source: queried, and written for a smoke test. Loki's API.

use std::collections::BTreeMap;

use derive_setters::Setters;
use http::Method;
use scaleway_core::{Error, Result, Secret, Timestamp};
use serde::Serialize;

use crate::endpoint::{Ask, DATA, Endpoint, JSON, json, unix_nanos};
use crate::rules::OwnRules;
use crate::{Cockpit, DataSource, DataSourceKind, QueryResult};

/// A data source of logs, opened with a token. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Logs {
    endpoint: Endpoint,
}

/// Which lines, or which values counted from them, [`Logs::query_range`] finds.
#[derive(Debug, Clone, PartialEq, Eq, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct LogRange {
    /// The `LogQL` expression: `{app="evalap"} |= "error"`.
    #[setters(skip)]
    pub query: String,
    /// From when on.
    #[setters(skip)]
    pub start: Timestamp,
    /// Until when.
    #[setters(skip)]
    pub end: Timestamp,
    /// How many lines at most: 100 unless set.
    pub limit: Option<u32>,
    /// Whether the oldest lines come first, and are kept where there are more than `limit`; the newest unless set.
    pub oldest_first: bool,
}

impl LogRange {
    /// What `query` finds from `start` to `end`.
    pub fn new(query: impl Into<String>, start: Timestamp, end: Timestamp) -> Self {
        Self { query: query.into(), start, end, limit: None, oldest_first: false }
    }
}

/// # Logs of a data source
impl Cockpit {
    /// Opens a data source of logs with the secret key of a [`Token`](crate::Token) of its region. No call is made.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] where `source` keeps no logs or its address is not https.
    pub fn logs(&self, source: &DataSource, token: &Secret) -> Result<Logs> {
        let client = self.api.client();
        let endpoint = Endpoint::new(client, "OpenLogs", source, DataSourceKind::Logs, token)?;
        Ok(Logs { endpoint })
    }
}

impl Logs {
    /// What a `LogQL` expression that counts (`sum(count_over_time({app="evalap"}[5m]))`) is now. For lines, ask
    /// [`query_range`](Self::query_range). (`GET /loki/api/v1/query`; scope
    /// [`ReadOnlyLogs`](crate::TokenScope::ReadOnlyLogs).)
    pub async fn query(&self, query: impl Into<String>) -> Result<QueryResult> {
        let time = self.endpoint.client().clock().now();
        self.get("QueryLogs", "query", vec![("query", query.into()), ("time", time.to_string())]).await
    }

    /// The lines of a time, or what an expression counts in it. (`GET /loki/api/v1/query_range`; scope
    /// [`ReadOnlyLogs`](crate::TokenScope::ReadOnlyLogs).)
    pub async fn query_range(&self, range: LogRange) -> Result<QueryResult> {
        let direction = if range.oldest_first { "forward" } else { "backward" };
        let mut query = vec![
            ("query", range.query),
            ("start", range.start.to_string()),
            ("end", range.end.to_string()),
            ("direction", direction.to_owned()),
        ];
        query.extend(range.limit.map(|limit| ("limit", limit.to_string())));
        self.get("QueryLogsRange", "query_range", query).await
    }

    /// Writes one line of now: enough for a smoke test; agents write more, better. (`POST /loki/api/v1/push`, as JSON;
    /// scope [`WriteOnlyLogs`](crate::TokenScope::WriteOnlyLogs).)
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] without a label: Loki keeps no line without.
    pub async fn push(&self, labels: &BTreeMap<String, String>, line: &str) -> Result<()> {
        let operation = "PushLogLine";
        if labels.is_empty() {
            let problem = "a line needs a label, such as app=\"evalap\"".to_owned();
            return Err(Error::InvalidRequest { operation, field: "labels".to_owned(), problem });
        }
        let now = unix_nanos(self.endpoint.client().clock().now());
        let body = Push { streams: [Written { stream: labels, values: [(now, line)] }] };
        let ask = Ask {
            operation,
            method: Method::POST,
            header: DATA,
            path: &["loki", "api", "v1", "push"],
            query: Vec::new(),
            body: Some((JSON, json(operation, &body)?)),
        };
        self.endpoint.send(ask).await
    }

    /// One's own rules on these logs. (Scope [`FullAccessLogsRules`](crate::TokenScope::FullAccessLogsRules).)
    pub fn rules(&self) -> OwnRules {
        OwnRules::new(self.endpoint.clone(), &["loki", "api", "v1", "rules"])
    }

    async fn get(
        &self,
        operation: &'static str,
        last: &str,
        query: Vec<(&'static str, String)>,
    ) -> Result<QueryResult> {
        let path = &["loki", "api", "v1", last];
        self.endpoint
            .read(Ask { operation, method: Method::GET, header: DATA, path, query, body: None })
            .await
    }
}

#[derive(Serialize)]
struct Push<'a> {
    streams: [Written<'a>; 1],
}

#[derive(Serialize)]
struct Written<'a> {
    stream: &'a BTreeMap<String, String>,
    values: [(String, &'a str); 1],
}
