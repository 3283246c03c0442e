//! What a handler answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::refusal::Refusal;
use crate::store::Record;

/// What every handler returns.
pub(crate) type Answer = Result<Reply, Refusal>;

/// A status with a body.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: StatusCode,
    body: Content,
    headers: Vec<(HeaderName, HeaderValue)>,
    after: Duration,
    breaks_off: bool,
}

#[derive(Debug, Clone)]
#[allow(dead_code, reason = "for other products")]
enum Content {
    Empty,
    Json(Value),
    /// A resource as it is kept.
    Record(Arc<Record>),
    Text(String),
    /// Of any type, or (an empty one) of none that is said.
    Bytes(String, Bytes),
}

/// As most answers are long, it begins with room for them. A value is always JSON; `to_string` would write it through the
/// machinery of `fmt`.
fn written(body: &impl Serialize) -> Bytes {
    let mut text = Vec::with_capacity(2_048);
    if serde_json::to_writer(&mut text, body).is_err() { Bytes::new() } else { text.into() }
}

impl Reply {
    fn new(status: StatusCode, body: Content) -> Self {
        Self { status, body, headers: Vec::new(), after: Duration::ZERO, breaks_off: false }
    }

    /// 200 with a JSON body.
    pub(crate) fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 200 with a resource.
    pub(crate) fn resource(body: Map<String, Value>) -> Self {
        Self::ok(Value::Object(body))
    }

    /// 200 with a resource as it is kept, which is not copied for that.
    pub(crate) fn record(record: Arc<Record>) -> Self {
        Self::new(StatusCode::OK, Content::Record(record))
    }

    /// 204 without a body.
    #[allow(dead_code, reason = "for other products")]
    pub(crate) fn empty() -> Self {
        Self::new(StatusCode::NO_CONTENT, Content::Empty)
    }

    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        Self::new(status, Content::Json(body))
    }

    /// What a container or a gateway answers.
    pub(crate) fn text(status: StatusCode, body: impl Into<String>) -> Self {
        Self::new(status, Content::Text(body.into()))
    }

    /// Bytes of that media type; of none that is said where it is empty.
    pub(crate) fn bytes(status: StatusCode, media_type: &str, body: Bytes) -> Self {
        Self::new(status, Content::Bytes(media_type.into(), body))
    }

    /// 501: the emulator does not know this, and says so.
    pub(crate) fn unknown_route(verb: &str, path: &str, other_verbs: &[&str]) -> Self {
        let known = match other_verbs {
            [] => String::new(),
            verbs => format!(" (known on this path: {})", verbs.join(", ")),
        };
        Self::json(
            StatusCode::NOT_IMPLEMENTED,
            json!({
                "type": "not_implemented",
                "message": format!("the emulator does not know {verb} {path}{known}"),
                "verb": verb,
                "path": path,
            }),
        )
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            self.headers.push((name, value));
        }
        self
    }

    /// It comes so much later.
    pub(crate) fn later(mut self, by: Duration) -> Self {
        self.after += by;
        self
    }

    /// The connection breaks in the middle of its body.
    pub(crate) fn broken_off(mut self) -> Self {
        self.breaks_off = true;
        self
    }

    /// How long it takes, beside the request's latency.
    pub(crate) fn after(&self) -> Duration {
        self.after
    }

    pub(crate) fn breaks_off(&self) -> bool {
        self.breaks_off
    }

    /// The same with another JSON body.
    pub(crate) fn edited(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        if let Content::Record(record) = &self.body {
            self.body = Content::Json(Value::Object(record.body.clone()));
        }
        if let Content::Json(body) = &mut self.body {
            edit(body);
        }
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        let json = HeaderValue::from_static("application/json");
        let (content_type, body) = match self.body {
            Content::Empty => (Some(json), Bytes::new()),
            Content::Json(body) => (Some(json), written(&body)),
            Content::Record(record) => (Some(json), written(&record.body)),
            Content::Text(body) => {
                (Some(HeaderValue::from_static("text/plain; charset=utf-8")), Bytes::from(body))
            }
            Content::Bytes(media_type, body) if media_type.is_empty() => (None, body),
            Content::Bytes(media_type, body) => {
                (Some(HeaderValue::from_str(&media_type).unwrap_or(json)), body)
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        if let Some(content_type) = content_type {
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        }
        response.headers_mut().extend(self.headers);
        response
    }
}
