//! What goes wrong on the way, and how long the way takes: drawn anew for each request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, Uri};
use memchr::memmem;
use scaleway_core::{Random, Timestamp};
use serde::Deserialize;

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// Nothing listens.
    Refused,
    /// The connection breaks before it arrives.
    Reset,
    /// 429, in the form of the API's edge.
    Throttled,
    /// 503, and nothing has happened.
    Unavailable,
    /// 403 for no reason, as after a change of IAM.
    Forbidden,
    /// It arrives half a minute late.
    Slow,
    /// It does not arrive, and no answer comes.
    Vanished,
    /// It arrives, and the answer is 500.
    Failed,
    /// It arrives, and the connection breaks before the answer.
    AnswerLost,
    /// It arrives, and no answer ever comes.
    Silence,
    /// It arrives, and half of the answer comes.
    Truncated,
    /// 404 for what was made a moment ago.
    NotYet,
    /// A list as it was some seconds ago.
    Stale,
}

const TROUBLES: [Trouble; 11] = [
    Trouble::Refused,
    Trouble::Reset,
    Trouble::Throttled,
    Trouble::Unavailable,
    Trouble::Forbidden,
    Trouble::Slow,
    Trouble::Vanished,
    Trouble::Failed,
    Trouble::AnswerLost,
    Trouble::Silence,
    Trouble::Truncated,
];

/// How long after its creation something may not be found, or a list may not show it.
const LAG: Duration = Duration::from_secs(5);

/// Clones are the same weather.
#[derive(Debug, Clone)]
pub(crate) struct Weather {
    random: Random,
    /// Of a thousand requests, how many meet trouble.
    per_mille: u64,
    /// Whether the way takes time.
    latency: bool,
    /// From which write on the store is away, and for how long.
    away: Option<(u64, Duration)>,
    memory: Arc<Mutex<Memory>>,
}

/// What an answer says that was made.
#[derive(Deserialize)]
struct Made {
    id: String,
}

#[derive(Debug, Default)]
struct Memory {
    met: BTreeMap<Trouble, u64>,
    /// How many writes left for the store.
    writes: u64,
    /// When it is there again, if it was away.
    back: Option<Timestamp>,
    /// Ids by the moment of their creation.
    fresh: BTreeMap<String, Timestamp>,
    /// Lists by their address, as they were last answered.
    lists: BTreeMap<String, (Timestamp, Response<Bytes>)>,
}

impl Weather {
    pub(crate) fn new(random: Random, per_mille: u64, latency: bool) -> Self {
        Self { random, per_mille, latency, away: None, memory: Arc::default() }
    }

    /// No trouble at all.
    pub(crate) fn calm() -> Self {
        Self::new(Random::seeded(0), 0, false)
    }

    /// With a store that goes away at that write, counted from 1, for so long.
    pub(crate) fn with_store_away(mut self, away: Option<(u64, Duration)>) -> Self {
        self.away = away;
        self
    }

    /// How long one way takes.
    pub(crate) fn way(&self) -> Duration {
        if !self.latency {
            return Duration::ZERO;
        }
        // Most are quick; some are not.
        let most = if self.random.below(20) == 0 { 4_000 } else { 150 };
        Duration::from_millis(5 + self.random.below(most))
    }

    /// What goes wrong with a write or a read of the log.
    pub(crate) fn on_the_way_to_the_store(&self, writes: bool, now: Timestamp) -> Option<Trouble> {
        let trouble = match self.draw() {
            _ if self.is_store_away(writes, now) => Trouble::Refused,
            Some(Trouble::Truncated) => Trouble::AnswerLost,
            drawn => drawn?,
        };
        self.count(trouble);
        Some(trouble)
    }

    fn is_store_away(&self, writes: bool, now: Timestamp) -> bool {
        let Some((write, length)) = self.away else { return false };
        let mut memory = self.lock();
        memory.writes += u64::from(writes);
        if writes && memory.writes == write {
            memory.back = Some(now + length);
        }
        memory.back.is_some_and(|back| now < back)
    }

    /// What goes wrong with a request.
    pub(crate) fn on_the_way(&self, request: &Request<Bytes>, now: Timestamp) -> Option<Trouble> {
        let mut trouble = self.draw()?;
        if request.method() == Method::GET {
            let memory = self.lock();
            let last = request.uri().path().rsplit('/').next().unwrap_or_default();
            let fresh = memory.fresh.get(last).is_some_and(|made| now.since(*made) < LAG);
            let listed = memory.lists.get(&request.uri().to_string());
            if fresh {
                trouble = Trouble::NotYet;
            } else if listed.is_some_and(|(at, _)| now.since(*at) < LAG) {
                trouble = Trouble::Stale;
            }
        }
        self.count(trouble);
        Some(trouble)
    }

    /// Remembers what lags behind later.
    pub(crate) fn remember(&self, asked: &(Method, Uri), answer: &Response<Bytes>, now: Timestamp) {
        if self.per_mille == 0 || !answer.status().is_success() {
            return;
        }
        let mut memory = self.lock();
        if asked.0 == Method::GET {
            if memmem::find(answer.body(), b"\"total_count\"").is_some() {
                memory.lists.insert(asked.1.to_string(), (now, answer.clone()));
            }
        } else if asked.0 == Method::POST
            && let Ok(made) = serde_json::from_slice::<Made>(answer.body())
        {
            memory.fresh.insert(made.id, now);
        }
    }

    /// The list as it was.
    pub(crate) fn stale(&self, address: &Uri) -> Option<Response<Bytes>> {
        self.lock().lists.get(&address.to_string()).map(|(_, answer)| answer.clone())
    }

    /// How often each trouble was met.
    pub(crate) fn met(&self) -> BTreeMap<Trouble, u64> {
        self.lock().met.clone()
    }

    fn draw(&self) -> Option<Trouble> {
        if self.random.below(1000) >= self.per_mille {
            return None;
        }
        let at = usize::try_from(self.random.below(TROUBLES.len() as u64)).unwrap_or(0);
        TROUBLES.get(at).copied()
    }

    fn count(&self, trouble: Trouble) {
        *self.lock().met.entry(trouble).or_default() += 1;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
