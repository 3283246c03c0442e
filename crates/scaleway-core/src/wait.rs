//! Waiting for a resource: reached, still changing, or never.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use crate::{Client, Clock, Error, Result, Timestamp};

/// What a look at a resource says of what is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<T> {
    /// It has happened.
    Reached(T),
    /// It may still happen; the resource is in this state.
    Changing(String),
    /// It will not happen, however long one waits.
    Never {
        /// The state that nothing leads out of.
        state: String,
        /// The platform's own reason.
        reason: Option<String>,
    },
}

impl<T> Progress<T> {
    /// What `next` says of what has happened, where it has.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Progress<U>) -> Progress<U> {
        match self {
            Self::Reached(value) => next(value),
            Self::Changing(state) => Progress::Changing(state),
            Self::Never { state, reason } => Progress::Never { state, reason },
        }
    }

    /// [`Progress::Never`], without a reason where the platform gives an empty one.
    pub fn never(state: impl Into<String>, reason: Option<&str>) -> Self {
        Self::Never { state: state.into(), reason: reason.filter(|text| !text.is_empty()).map(str::to_owned) }
    }
}

/// How often to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// The time between two looks.
    pub interval: Duration,
    /// The time between two looks at the beginning: it grows to [`Pace::interval`] with what has been waited.
    pub first: Duration,
    /// When to give up.
    pub deadline: Duration,
}

impl Pace {
    /// Of what has been waited so much is lost at most by looking too late, where the pace is a growing one.
    const LOSS: u32 = 50;

    /// A look every `interval`, until `deadline` has passed.
    pub const fn new(interval: Duration, deadline: Duration) -> Self {
        Self { interval, first: interval, deadline }
    }

    /// More looks in the beginning, `first` between two: what may take seconds or minutes is met soon after it has happened
    /// in either case.
    #[must_use]
    pub const fn growing_from(mut self, first: Duration) -> Self {
        self.first = first;
        self
    }

    /// How long until the next look.
    fn pause(&self, waited: Duration) -> Duration {
        (waited / Self::LOSS).max(self.first).min(self.interval)
    }
}

type Look<T> = Box<dyn FnMut() -> Pin<Box<dyn Future<Output = Result<Progress<T>>> + Send>> + Send>;
type Report = Box<dyn FnMut(&str, Duration) + Send>;

/// Looks at a resource until what is waited for has happened. A future: `waiter.await`; dropping it stops looking.
///
/// A resource that was just made may not be visible for a moment: until it is first seen, but no longer than
/// [`Waiter::GRACE`], "not found" counts as a state of changing. Once it is seen, so does an API that does not answer, for
/// as long as [`Waiter::OUTAGE`]: what takes minutes is not given up for a bad moment.
#[must_use = "a waiter does nothing until it is awaited"]
pub struct Waiter<T> {
    what: String,
    clock: Clock,
    pace: Pace,
    look: Look<T>,
    report: Option<Report>,
}

impl<T: Send + 'static> Waiter<T> {
    /// How long a resource may not be found before that is believed.
    pub const GRACE: Duration = Duration::from_secs(10);

    /// How long the API may fail, in ways that pass, before waiting ends with its error.
    pub const OUTAGE: Duration = Duration::from_mins(1);

    /// What a look may take at least, however near the deadline is: the last one begins when it has come.
    const LAST_LOOK: Duration = Duration::from_secs(5);

    /// Waits for `what` (`container 1234`, for messages), which `look` looks at.
    pub fn new<F>(
        client: &Client,
        what: String,
        pace: Pace,
        mut look: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Progress<T>>> + Send + 'static,
    {
        Self {
            what,
            clock: client.clock().clone(),
            pace,
            look: Box::new(move || Box::pin(look())),
            report: None,
        }
    }

    /// Gives up after `deadline` instead of the usual time.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.pace.deadline = deadline;
        self
    }

    /// Looks every `interval` instead of as usual. Zero looks again at once: not for a virtual clock, which stands still
    /// while there is something to do.
    pub fn interval(mut self, interval: Duration) -> Self {
        (self.pace.interval, self.pace.first) = (interval, interval);
        self
    }

    /// Calls `report` with the state and the time waited, after each look that finds the resource still changing.
    pub fn on_progress(mut self, report: impl FnMut(&str, Duration) + Send + 'static) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    async fn wait(mut self) -> Result<T> {
        let started = self.clock.now();
        let mut last_seen: Option<(Timestamp, String)> = None;
        loop {
            let left = self.pace.deadline.saturating_sub(self.clock.now().since(started));
            let seen = self.clock.timeout(left.max(Self::LAST_LOOK), (self.look)()).await;
            let now = self.clock.now();
            let waited = now.since(started);
            let Some(seen) = seen else {
                let state = last_seen.map_or_else(|| "unknown".to_owned(), |(_, state)| state);
                return Err(Error::StillChanging { what: self.what, state, waited });
            };
            let state = match seen {
                Ok(Progress::Reached(value)) => return Ok(value),
                Ok(Progress::Never { state, reason }) => {
                    return Err(Error::Never { what: self.what, state, reason });
                }
                Ok(Progress::Changing(state)) => {
                    last_seen = Some((now, state.clone()));
                    state
                }
                Err(error) if error.is_not_found() && last_seen.is_none() && waited < Self::GRACE => {
                    "not visible yet".to_owned()
                }
                Err(error) => match &last_seen {
                    Some((at, state)) if error.is_transient() && now.since(*at) < Self::OUTAGE => {
                        format!("{state}, then unreachable")
                    }
                    _ => return Err(error),
                },
            };
            if let Some(report) = &mut self.report {
                report(&state, waited);
            }
            let left = self.pace.deadline.saturating_sub(waited);
            if left.is_zero() {
                return Err(Error::StillChanging { what: self.what, state, waited });
            }
            self.clock.sleep(self.pace.pause(waited).min(left)).await;
        }
    }
}

impl Waiter<()> {
    /// The opposite: waits until `look` finds nothing any more. While there is something, `look` says its status and its
    /// error message; `error` will not go away by waiting.
    pub fn until_gone<F>(
        client: &Client,
        what: String,
        pace: Pace,
        mut look: impl FnMut() -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(String, Option<String>)>> + Send + 'static,
    {
        Self::new(client, what, pace, move || {
            let seen = look();
            async move {
                match seen.await {
                    Ok((state, reason)) if state == "error" => Ok(Progress::never(state, reason.as_deref())),
                    Ok((state, _)) => Ok(Progress::Changing(state)),
                    Err(error) if error.is_not_found() => Ok(Progress::Reached(())),
                    Err(error) => Err(error),
                }
            }
        })
    }
}

impl<T: Send + 'static> IntoFuture for Waiter<T> {
    type Output = Result<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

impl<T> fmt::Debug for Waiter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("what", &self.what).field("pace", &self.pace).finish_non_exhaustive()
    }
}
