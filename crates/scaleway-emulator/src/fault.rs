//! Faults on demand.

use http::{HeaderName, StatusCode};

use crate::refusal::Refusal;
use crate::reply::Reply;

/// What goes wrong, and with which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    operation: Option<String>,
    nth: u64,
    times: u64,
    kind: FaultKind,
    seen: u64,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// 429 in the form of the API's edge: not JSON, no `Retry-After`. No effect.
    Throttled,
    /// 503 before anything happened.
    ErrorBefore,
    /// 500 although it happened.
    ErrorAfter,
    /// The connection breaks before anything happened; the client cannot know that.
    Reset,
    /// It happened, and the connection breaks before the answer.
    LostAnswer,
    /// It never answers, and nothing happens.
    Hang,
    /// It happened, and it never answers.
    HangAfter,
}

impl Fault {
    /// The next request fails like this, whatever it is.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self { operation: None, nth: 1, times: 1, kind, seen: 0 }
    }

    /// Only requests of this operation count (`CreateContainer`).
    #[must_use]
    pub fn operation(mut self, operation: impl Into<String>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// The first one to fail is the `nth` from now, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = nth.max(1);
        self
    }

    /// How many in a row fail.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Counts the request, and says what is to go wrong with it.
    pub(crate) fn meets(&mut self, operation: &str) -> Option<FaultKind> {
        if self.operation.as_deref().is_some_and(|wanted| wanted != operation) {
            return None;
        }
        self.seen += 1;
        let last = self.nth.saturating_add(self.times);
        (self.nth..last).contains(&self.seen).then_some(self.kind)
    }

    /// Nothing more comes of it.
    pub(crate) fn is_over(&self) -> bool {
        self.seen.saturating_add(1) >= self.nth.saturating_add(self.times)
    }
}

impl FaultKind {
    /// The answer instead of the real one, where there is one.
    pub(crate) fn reply(self) -> Option<Reply> {
        match self {
            Self::Throttled => Some(
                Reply::text(StatusCode::TOO_MANY_REQUESTS, "local_rate_limited")
                    .header(HeaderName::from_static("x-envoy-ratelimited"), "true"),
            ),
            Self::ErrorBefore => {
                Some(Reply::text(StatusCode::SERVICE_UNAVAILABLE, "upstream connect error or disconnect"))
            }
            Self::ErrorAfter => Some(Refusal::internal("internal error").into()),
            Self::Reset | Self::LostAnswer | Self::Hang | Self::HangAfter => None,
        }
    }

    /// Whether the request has its effect all the same.
    pub(crate) fn has_effect(self) -> bool {
        matches!(self, Self::ErrorAfter | Self::LostAnswer | Self::HangAfter)
    }
}
