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
    /// How long a call may take with all its attempts and the waits between them. No wait begins that would outlast it.
    pub deadline: Duration,
    /// How many retries one client may have outstanding against its successes, 429s apart: when an API is down,
    /// the clients must not multiply its load.
    pub budget: u32,
    /// For how long after its first attempt a call that is answered `permissions_denied` is sent again; zero, the
    /// default, means never. For calls right after a change in IAM, which takes up to two minutes to reach every API:
    /// until then a 403 comes and goes. See [`Client::with_retry`](crate::Client::with_retry).
    pub permission_grace: Duration,
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
            deadline: Duration::from_mins(5),
            budget: 100,
            permission_grace: Duration::ZERO,
        }
    }
}

impl RetryPolicy {
    /// Every request is sent once.
    pub fn never() -> Self {
        Self { connection_attempts: 1, server_error_attempts: 1, rate_limit_attempts: 1, ..Self::default() }
    }

    /// What keeps a failed attempt from being the last one; `None` where sending again is not safe or cannot help.
    fn trouble(outcome: &Outcome<'_>, repeatable: bool) -> Option<Trouble> {
        match outcome {
            // The same answer would come again.
            Outcome::Failed(TransportError::TooLarge { .. } | TransportError::Withheld { .. }) => None,
            Outcome::Failed(error) if error.is_never_sent() || repeatable => Some(Trouble::Connection),
            // The edge refuses before anything has happened: even a create can be sent again. So does IAM.
            Outcome::Answered(429) => Some(Trouble::RateLimit),
            Outcome::Denied => Some(Trouble::Permission),
            Outcome::Answered(408 | 500 | 502..=599) if repeatable => Some(Trouble::Server),
            _ => None,
        }
    }

    /// The longest wait after so many failed attempts.
    fn longest_wait_after(&self, failed: u32) -> Duration {
        self.first_wait.saturating_mul(1 << failed.saturating_sub(1).min(16)).min(self.longest_wait)
    }
}

/// What became of an attempt.
pub(crate) enum Outcome<'a> {
    Answered(u16),
    /// A 403 that says `permissions_denied`.
    Denied,
    Failed(&'a TransportError),
}

/// Why an attempt failed, as far as it matters for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Connection,
    Server,
    RateLimit,
    Permission,
}

/// One call's attempts so far. Each trouble has attempts of its own: a connection that breaks after five 429s is tried
/// again as if it were the first thing to go wrong.
pub(crate) struct Attempts<'a> {
    policy: &'a RetryPolicy,
    failed: [u32; 4],
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(policy: &'a RetryPolicy) -> Self {
        Self { policy, failed: [0; 4] }
    }

    /// The time that the next attempt may take, when the call has taken `elapsed`.
    pub(crate) fn time_left(&self, elapsed: Duration) -> Duration {
        self.policy.attempt_timeout.min(self.policy.deadline.saturating_sub(elapsed))
    }

    /// The wait before the next attempt, now that one has failed with `outcome`; `None` where there is none.
    pub(crate) fn wait(
        &mut self,
        outcome: &Outcome<'_>,
        repeatable: bool,
        elapsed: Duration,
        budget: &Budget,
        random: &Random,
    ) -> Option<Duration> {
        let policy = self.policy;
        let trouble = RetryPolicy::trouble(outcome, repeatable)?;
        let failed = &mut self.failed[trouble as usize];
        *failed += 1;
        let left = policy.permission_grace.saturating_sub(elapsed);
        let again = match trouble {
            Trouble::Connection => *failed < policy.connection_attempts,
            Trouble::Server => *failed < policy.server_error_attempts,
            Trouble::RateLimit => *failed < policy.rate_limit_attempts,
            Trouble::Permission => !left.is_zero(),
        };
        let longest = policy.longest_wait_after(*failed);
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        let mut wait = Duration::from_millis(random.below(longest.saturating_add(1)));
        if trouble == Trouble::Permission {
            wait = wait.min(left);
        }
        let in_time = elapsed.saturating_add(wait) < policy.deadline;
        let counted = matches!(trouble, Trouble::Connection | Trouble::Server);
        (again && in_time && (!counted || budget.take())).then_some(wait)
    }
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

    /// How many attempts are made when all end with `outcome`.
    fn attempts(outcome: &Outcome<'_>, repeatable: bool) -> usize {
        let (policy, random, budget) = (RetryPolicy::default(), Random::seeded(3), Budget::new(100));
        let mut attempts = Attempts::new(&policy);
        let again = || attempts.wait(outcome, repeatable, Duration::ZERO, &budget, &random);
        1 + std::iter::from_fn(again).take(1000).count()
    }

    #[test]
    fn a_lost_answer_is_repeated_only_where_that_is_safe() {
        let lost = TransportError::answer_lost("reset");
        let unsent = TransportError::never_sent("refused");
        assert_eq!(attempts(&Outcome::Failed(&lost), false), 1);
        assert_eq!(attempts(&Outcome::Failed(&lost), true), 3);
        assert_eq!(attempts(&Outcome::Failed(&unsent), false), 3);
        assert_eq!(attempts(&Outcome::Failed(&TransportError::TooLarge { limit: 1 }), true), 1);
        assert_eq!(attempts(&Outcome::Failed(&TransportError::withheld("no lock")), true), 1);
        assert_eq!(attempts(&Outcome::Answered(503), false), 1);
        assert_eq!(attempts(&Outcome::Answered(503), true), 5);
        assert_eq!(attempts(&Outcome::Answered(501), true), 1);
        assert_eq!(attempts(&Outcome::Answered(429), false), 10);
        assert_eq!(attempts(&Outcome::Answered(404), true), 1);
        assert_eq!(attempts(&Outcome::Denied, true), 1);
    }

    #[test]
    fn waits_grow_up_to_a_bound_and_differ() {
        let policy =
            RetryPolicy { rate_limit_attempts: u32::MAX, deadline: Duration::MAX, ..RetryPolicy::default() };
        let (random, budget) = (Random::seeded(3), Budget::new(0));
        let mut waits = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let mut attempts = Attempts::new(&policy);
            for failed in 1..40 {
                let most = Duration::from_millis(500 << (failed - 1).min(6)).min(policy.longest_wait);
                let wait = attempts.wait(&Outcome::Answered(429), false, Duration::ZERO, &budget, &random);
                assert!(wait.unwrap() <= most);
                waits.extend((failed == 5).then_some(wait));
            }
        }
        assert!(waits.len() > 25);
    }

    #[test]
    fn waits_without_measure_are_no_overflow() {
        let (random, budget) = (Random::seeded(3), Budget::new(u32::MAX));
        let most = Duration::MAX;
        let policy =
            RetryPolicy { first_wait: most, longest_wait: most, deadline: most, ..RetryPolicy::default() };
        let mut attempts = Attempts::new(&policy);
        let wait = attempts.wait(&Outcome::Answered(500), true, Duration::from_secs(1), &budget, &random);
        assert!(wait.is_some());
    }

    #[test]
    fn the_budget_runs_dry_and_fills_again() {
        let budget = Budget::new(2);
        assert!(budget.take() && budget.take() && !budget.take());
        (0..10).for_each(|_| budget.give_back());
        assert!(budget.take() && !budget.take());
    }
}
