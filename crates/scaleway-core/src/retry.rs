//! When a request is sent again, and how long it waits before.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Random, TransportError};

/// How often requests are sent again. Plain data: change the fields of [`RetryPolicy::default`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all when connections fail.
    pub connection_attempts: u32,
    /// Attempts in all when the API answers 5xx (501 is final).
    pub server_error_attempts: u32,
    /// Attempts in all when the API answers 429: the edge's limit is shared by all callers of a key, so this is the most patient.
    pub rate_limit_attempts: u32,
    /// The longest first wait; each further one may be twice as long. The wait itself is drawn between zero and that
    /// ("full jitter"), so that many clients do not come back in step.
    pub first_wait: Duration,
    /// No wait is longer.
    pub longest_wait: Duration,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How many retries one client may have outstanding against its successes, 429s apart: when an API is down,
    /// the clients must not multiply its load.
    pub budget: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            connection_attempts: 3,
            server_error_attempts: 5,
            rate_limit_attempts: 10,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
            attempt_timeout: Duration::from_mins(1),
            budget: 100,
        }
    }
}

impl RetryPolicy {
    /// Every request is sent once.
    pub fn never() -> Self {
        Self { connection_attempts: 1, server_error_attempts: 1, rate_limit_attempts: 1, ..Self::default() }
    }

    /// What became of an attempt: how many attempts such an outcome allows, and whether a retry draws on the budget.
    pub(crate) fn verdict(&self, outcome: &Outcome<'_>, repeatable: bool) -> Verdict {
        let (attempts, counted) = match outcome {
            Outcome::Failed(error) if error.is_never_sent() || repeatable => (self.connection_attempts, true),
            // The edge refuses before anything has happened: even a create can be sent again.
            Outcome::Answered(429) => (self.rate_limit_attempts, false),
            Outcome::Answered(408 | 500 | 502..=599) if repeatable => (self.server_error_attempts, true),
            _ => (1, false),
        };
        Verdict { attempts, counted }
    }

    /// The wait before the attempt after `attempt` (from 1).
    pub(crate) fn wait(&self, attempt: u32, random: &Random) -> Duration {
        let most = self.first_wait.saturating_mul(1 << (attempt - 1).min(16)).min(self.longest_wait);
        Duration::from_millis(random.below(u64::try_from(most.as_millis()).unwrap_or(u64::MAX) + 1))
    }
}

pub(crate) enum Outcome<'a> {
    Answered(u16),
    Failed(&'a TransportError),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) attempts: u32,
    pub(crate) counted: bool,
}

/// One client's allowance of retries: a retry takes one, a success gives a tenth back.
#[derive(Debug)]
pub(crate) struct Budget {
    tenths: Mutex<u32>,
    most: u32,
}

impl Budget {
    pub(crate) fn new(retries: u32) -> Self {
        let most = retries.saturating_mul(10);
        Self { tenths: Mutex::new(most), most }
    }

    pub(crate) fn take(&self) -> bool {
        let mut tenths = self.tenths.lock().unwrap_or_else(PoisonError::into_inner);
        tenths.checked_sub(10).map(|left| *tenths = left).is_some()
    }

    pub(crate) fn give_back(&self) {
        let mut tenths = self.tenths.lock().unwrap_or_else(PoisonError::into_inner);
        *tenths = (*tenths + 1).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_answer_is_repeated_only_where_that_is_safe() {
        let policy = RetryPolicy::default();
        let lost = TransportError::answer_lost("reset");
        let unsent = TransportError::never_sent("refused");
        let attempts = |outcome, repeatable| policy.verdict(&outcome, repeatable).attempts;
        assert_eq!(attempts(Outcome::Failed(&lost), false), 1);
        assert_eq!(attempts(Outcome::Failed(&lost), true), 3);
        assert_eq!(attempts(Outcome::Failed(&unsent), false), 3);
        assert_eq!(attempts(Outcome::Answered(503), false), 1);
        assert_eq!(attempts(Outcome::Answered(503), true), 5);
        assert_eq!(attempts(Outcome::Answered(501), true), 1);
        assert_eq!(attempts(Outcome::Answered(429), false), 10);
        assert_eq!(attempts(Outcome::Answered(404), true), 1);
    }

    #[test]
    fn waits_grow_up_to_a_bound_and_differ() {
        let (policy, random) = (RetryPolicy::default(), Random::seeded(3));
        for attempt in 1..40 {
            let most = Duration::from_millis(500 << (attempt - 1).min(6)).min(policy.longest_wait);
            assert!((0..50).all(|_| policy.wait(attempt, &random) <= most));
        }
        let waits: std::collections::BTreeSet<_> = (0..50).map(|_| policy.wait(5, &random)).collect();
        assert!(waits.len() > 25);
    }

    #[test]
    fn the_budget_runs_dry_and_fills_again() {
        let budget = Budget::new(2);
        assert!(budget.take() && budget.take() && !budget.take());
        (0..10).for_each(|_| budget.give_back());
        assert!(budget.take() && !budget.take());
    }
}
