//! A data source's own address: what is written there, asked there and watched there, as Prometheus (Mimir) and Loki
//! have it. Another host than the API's, with tokens of its own.

use std::collections::BTreeMap;

use http::StatusCode;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::world::World;

use super::{data_source, token};

mod alerting;
mod evaluate;
mod function;
mod ingest;
mod kept;
mod logql;
mod operation;
mod operator;
mod otlp;
mod platform;
mod query;
mod rules;
mod wire;

use operation::Operation;

pub(super) use alerting::{alerts, rules_by_source};
pub(crate) use operation::OPERATIONS;

/// The labels of a series or a stream; `__name__` is a metric's name.
type Labels = BTreeMap<String, String>;

/// What a data source keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Metrics,
    Logs,
}

/// A request to a data source.
struct Visit<'a> {
    world: &'a mut World,
    of: Of,
    /// The id of the data source.
    source: String,
    /// The path's segments, decoded.
    path: Vec<String>,
    /// Of the query, or of a form that was posted in its place.
    query: Vec<(String, String)>,
    parts: &'a Parts,
    body: &'a [u8],
}

/// A data source that is asked for something that it can do.
pub(crate) struct Door {
    /// The operation's name.
    pub(crate) operation: Option<&'static str>,
    source: String,
    of: Of,
    path: Vec<String>,
    todo: Option<&'static Operation>,
}

/// What is behind `host`, where that is a data source.
pub(crate) fn door(world: &World, host: &str, parts: &Parts) -> Option<Door> {
    let (source, _) = host.split_once('.')?;
    let record = world.store.get(data_source::KIND, source)?;
    if record.text("url").strip_prefix("https://") != Some(host) {
        return None;
    }
    let path: Vec<String> = parts.uri.path().trim_matches('/').split('/').map(decoded).collect();
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    let (of, todo) = match record.text("type") {
        "metrics" => (Of::Metrics, Operation::find(Of::Metrics, parts.method.as_str(), &segments)),
        "logs" => (Of::Logs, Operation::find(Of::Logs, parts.method.as_str(), &segments)),
        // Traces are kept by nobody here.
        _ => (Of::Logs, None),
    };
    let operation = todo.map(|todo| todo.name);
    Some(Door { operation, source: source.to_owned(), of, path, todo })
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

impl Door {
    /// Does what is asked.
    pub(crate) fn enter(self, world: &mut World, parts: &Parts, body: &[u8]) -> Reply {
        let Some(todo) = self.todo else {
            return Reply::unknown_route(parts.method.as_str(), parts.uri.path(), &[]);
        };
        let mut query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        if content_type(parts) == "application/x-www-form-urlencoded" {
            query.extend(pairs(body));
        }
        let (of, source, path) = (self.of, self.source, self.path);
        let mut visit = Visit { world, of, source, path, query, parts, body };
        let answer = visit.must_be_allowed(todo.scopes).and_then(|()| (todo.handler)(&mut visit));
        answer.unwrap_or_else(Reply::from)
    }
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

fn content_type(parts: &Parts) -> &str {
    let header = parts.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    header.and_then(|value| value.split(';').next()).unwrap_or_default().trim()
}

impl Visit<'_> {
    /// Refuses who has no token of the data source's project and region, or one without any of `scopes`.
    fn must_be_allowed(&self, scopes: &[&str]) -> Result<(), Refusal> {
        let header = |name: &str| self.parts.headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = || header("authorization")?.strip_prefix("Bearer ");
        let secret = header("x-token").or_else(|| header("x-auth-token")).or_else(bearer);
        let denied = || Refusal::text(StatusCode::UNAUTHORIZED, "unauthorized: no such token");
        let token = token::find(self.world, secret.unwrap_or_default()).ok_or_else(denied)?;
        let source = self.world.store.get(data_source::KIND, &self.source).ok_or_else(denied)?;
        if (&token.project, &token.region) != (&source.project, &source.region) {
            let why = "forbidden: the token is of another project or region than the data source";
            return Err(Refusal::text(StatusCode::FORBIDDEN, why));
        }
        if scopes.iter().any(|scope| token::has_scope(token, scope)) {
            return Ok(());
        }
        let why = format!("forbidden: the token lacks the scope {}", scopes.join(" or "));
        Err(Refusal::text(StatusCode::FORBIDDEN, why))
    }

    /// The first parameter of that name that says something.
    fn query(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(key, value)| key == name && !value.is_empty());
        found.next().map(|(_, value)| value.as_str())
    }

    /// A segment of the path, from its end.
    fn segment_from_end(&self, n: usize) -> &str {
        self.path.iter().rev().nth(n).map_or("", String::as_str)
    }

    /// 400, as the one API or the other says it.
    fn bad(&self, why: impl std::fmt::Display) -> Refusal {
        match self.of {
            Of::Metrics => {
                let body = json!({"status": "error", "errorType": "bad_data", "error": why.to_string()});
                Refusal::raw(StatusCode::BAD_REQUEST, body)
            }
            Of::Logs => Refusal::text(StatusCode::BAD_REQUEST, why.to_string()),
        }
    }
}
