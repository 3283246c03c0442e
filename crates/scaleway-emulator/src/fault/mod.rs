//! Faults on demand: what goes wrong, and with which requests.

mod declared;

use std::time::Duration;

use http::{HeaderName, StatusCode};

use crate::object_storage;
use crate::refusal::Refusal;
use crate::reply::Reply;

pub(crate) use declared::Declared;

/// What goes wrong, and with which requests.
///
/// ```
/// use scaleway_emulator::{Fault, FaultKind};
/// use std::time::Duration;
///
/// // The second and third creation of a container is refused by the edge.
/// let throttled = Fault::new(FaultKind::Throttled).operation("CreateContainer").nth(2).times(2);
/// // One request in ten loses its answer, whatever it is.
/// let lost = Fault::new(FaultKind::LostAnswer).rate(0.1);
/// // New secrets cannot be read for five seconds.
/// let fresh = Fault::new(FaultKind::NotFoundYet(Duration::from_secs(5))).operation("secret-manager.GetSecret").always();
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    operation: Option<String>,
    kind: FaultKind,
    nth: u64,
    times: Option<u64>,
    rate: f64,
    seen: u64,
    met: u64,
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
    /// It happened, and the connection breaks in the middle of the answer's body.
    Truncated,
    /// It never answers, and nothing happens.
    Hang,
    /// It happened, and it never answers.
    HangAfter,
    /// It happens, and the answer comes so much later.
    Slow(Duration),
    /// 403 `permissions_denied` before anything happened, as it flaps for some minutes after a change of policies: with a
    /// rate.
    Forbidden,
    /// `out_of_stock` before anything happened. Only writes count.
    OutOfStock,
    /// 404 for what was made less than this ago. Only reads of one such resource count.
    NotFoundYet(Duration),
    /// A list as it was this long ago. Only lists count.
    Lagging(Duration),
    /// What it makes or changes is ready so much later. Only writes count.
    SlowReadiness(Duration),
    /// What it makes or changes ends in `error`. Only writes count.
    FailedReadiness,
}

/// A request that may meet a fault.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meeting<'a> {
    pub(crate) product: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) verb: &'a str,
    /// How long ago the one resource that is read was made, where that is known to be recent.
    pub(crate) age: Option<Duration>,
}

impl Fault {
    /// The next request fails like this, whatever it is.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self { operation: None, kind, nth: 1, times: None, rate: 1.0, seen: 0, met: 0 }.times(1)
    }

    /// Only requests of this operation count: `CreateContainer`, or `containers.CreateContainer` where products share a
    /// name.
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

    /// How many fail, all in all; one by default, any number after [`rate`](Fault::rate) and [`always`](Fault::always).
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Each one fails with this probability, 0 to 1, drawn from the emulator's seed.
    #[must_use]
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self.times = None;
        self
    }

    /// Every one fails, until the faults are cleared.
    #[must_use]
    pub fn always(self) -> Self {
        self.rate(1.0)
    }

    /// What goes wrong.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }

    /// How many requests it has met.
    pub fn met(&self) -> u64 {
        self.met
    }

    /// Counts the request, and says what is to go wrong with it. `chance` draws from `0..1`.
    pub(crate) fn meets(&mut self, meeting: Meeting<'_>, chance: impl FnOnce() -> f64) -> Option<FaultKind> {
        if !self.names(meeting) || !self.kind.counts(meeting) {
            return None;
        }
        self.seen += 1;
        let is_due = self.seen >= self.nth && (self.rate >= 1.0 || chance() < self.rate);
        is_due.then(|| {
            self.met += 1;
            self.kind
        })
    }

    /// Nothing more comes of it.
    pub(crate) fn is_over(&self) -> bool {
        self.times.is_some_and(|times| self.met >= times)
    }

    fn names(&self, meeting: Meeting<'_>) -> bool {
        self.operation.as_deref().is_none_or(|wanted| match wanted.split_once('.') {
            Some((product, operation)) => product == meeting.product && operation == meeting.operation,
            None => wanted == meeting.operation,
        })
    }
}

impl Meeting<'_> {
    fn reads(self) -> bool {
        self.verb == "GET" || self.verb == "HEAD"
    }

    /// What the operation is about: `private_network` for `CreatePrivateNetwork`.
    fn noun(self) -> String {
        let mut noun = String::new();
        for letter in self
            .operation
            .trim_start_matches(char::is_uppercase)
            .trim_start_matches(char::is_lowercase)
            .chars()
        {
            if letter.is_ascii_uppercase() && !noun.is_empty() {
                noun.push('_');
            }
            noun.push(letter.to_ascii_lowercase());
        }
        noun
    }
}

impl FaultKind {
    /// The answer in place of the real one, where there is one.
    pub(crate) fn reply(self, meeting: Meeting<'_>) -> Option<Reply> {
        if meeting.product == object_storage::PRODUCT {
            return object_storage::of_fault(self, meeting.verb);
        }
        match self {
            Self::Throttled => Some(
                Reply::text(StatusCode::TOO_MANY_REQUESTS, "local_rate_limited")
                    .header(HeaderName::from_static("x-envoy-ratelimited"), "true"),
            ),
            Self::ErrorBefore => {
                Some(Reply::text(StatusCode::SERVICE_UNAVAILABLE, "upstream connect error or disconnect"))
            }
            Self::ErrorAfter => Some(Refusal::internal("internal error").into()),
            Self::Forbidden => {
                let action = if meeting.reads() { "read" } else { "write" };
                Some(Refusal::permissions_denied(&meeting.noun(), action).into())
            }
            Self::OutOfStock => Some(Refusal::out_of_stock(&meeting.noun()).into()),
            _ => None,
        }
    }

    /// Whether the request has its effect all the same.
    pub(crate) fn has_effect(self) -> bool {
        !matches!(
            self,
            Self::Throttled
                | Self::ErrorBefore
                | Self::Reset
                | Self::Hang
                | Self::Forbidden
                | Self::OutOfStock
        )
    }

    /// How far back what it shows lies.
    pub(crate) fn looks_back(self) -> Option<Duration> {
        match self {
            Self::NotFoundYet(time) | Self::Lagging(time) => Some(time),
            _ => None,
        }
    }

    /// Whether such a request can meet it at all.
    fn counts(self, meeting: Meeting<'_>) -> bool {
        let reads = meeting.reads();
        match self {
            Self::NotFoundYet(time) => reads && meeting.age.is_some_and(|age| age < time),
            Self::Lagging(_) => reads && meeting.operation.starts_with("List"),
            Self::OutOfStock | Self::SlowReadiness(_) | Self::FailedReadiness => !reads,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create() -> Meeting<'static> {
        Meeting { product: "containers", operation: "CreateContainer", verb: "POST", age: None }
    }

    #[test]
    fn a_fault_counts_what_it_names() {
        let mut fault = Fault::new(FaultKind::Reset).operation("containers.CreateContainer").nth(2).times(2);
        let other = Meeting { product: "jobs", ..create() };
        assert!(fault.meets(other, || 0.0).is_none());
        let met: Vec<bool> =
            (0..4).map(|_| !fault.is_over() && fault.meets(create(), || 0.0).is_some()).collect();
        assert_eq!(met, [false, true, true, false]);
    }

    #[test]
    fn a_rate_goes_on_and_may_be_bounded() {
        let draws = [0.4, 0.6, 0.1, 0.2];
        let meet = |mut fault: Fault| {
            draws.map(|drawn| !fault.is_over() && fault.meets(create(), || drawn).is_some())
        };
        assert_eq!(meet(Fault::new(FaultKind::Reset).rate(0.5)), [true, false, true, true]);
        assert_eq!(meet(Fault::new(FaultKind::Reset).rate(0.5).times(2)), [true, false, true, false]);
        assert_eq!(meet(Fault::new(FaultKind::Reset).always()), [true; 4]);
    }

    #[test]
    fn kinds_count_only_what_they_can_change() {
        let list = Meeting { operation: "ListContainers", verb: "GET", ..create() };
        let fresh =
            Meeting { operation: "GetContainer", verb: "GET", age: Some(Duration::from_secs(2)), ..create() };
        let five = Duration::from_secs(5);
        assert!(FaultKind::Lagging(five).counts(list) && !FaultKind::Lagging(five).counts(fresh));
        assert!(FaultKind::NotFoundYet(five).counts(fresh) && !FaultKind::NotFoundYet(five).counts(list));
        assert!(!FaultKind::NotFoundYet(Duration::from_secs(1)).counts(fresh));
        assert!(FaultKind::OutOfStock.counts(create()) && !FaultKind::OutOfStock.counts(list));
    }
}
