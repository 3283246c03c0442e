//! The lock: who holds it by what the log says, and when another may take it over.

use std::time::Duration;

use scaleway_core::{Clock, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Entry, Fold, Holder, LeaseEvent, Record};

/// The lock as it is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lease {
    /// Its id, another one with every claim.
    pub id: String,
    /// Who holds it.
    pub holder: Holder,
    /// When it was taken, by the holder's clock.
    pub since: Timestamp,
    /// The last record that was written under it: each shows that the holder lives.
    pub last: u64,
}

/// Somebody who waits for the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiter {
    /// The wait's id.
    pub ticket: String,
    /// Who waits.
    pub holder: Holder,
    /// Since when, by the waiter's clock.
    pub since: Timestamp,
}

/// What somebody who waits for the lock is told at each look.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Wait<'a> {
    /// Who holds it; none in the moment between two holders.
    pub lease: Option<&'a Lease>,
    /// Our place among those who wait; the first comes next.
    pub place: usize,
    /// How many wait, we among them.
    pub of: usize,
}

/// How long things may take around the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseTimes {
    /// A holder that has written nothing for this long may be taken over.
    pub lease: Duration,
    /// A holder renews when it has written nothing for this long.
    pub renew: Duration,
    /// A call that changes something leaves only within this time of the last append.
    pub cover: Duration,
    /// How often the first of those who wait looks; the second half as often, and so on.
    pub poll: Duration,
    /// How long a free lock is left to each of those who have waited longer.
    pub turn: Duration,
}

impl Default for LeaseTimes {
    fn default() -> Self {
        Self {
            // Longer than `cover` and the longest time-out of a call together.
            lease: Duration::from_secs(90),
            renew: Duration::from_secs(20),
            cover: Duration::from_secs(5),
            poll: Duration::from_secs(2),
            turn: Duration::from_secs(4),
        }
    }
}

/// How long calls may leave after a write under the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    pub(super) written: Timestamp,
    pub(super) lasts: Duration,
}

impl Cover {
    /// Whether a call may leave now; not where the clock was set back since.
    pub fn holds(&self, now: Timestamp) -> bool {
        now >= self.written && now.since(self.written) <= self.lasts
    }
}

/// What a record does to the lock and to those who wait for it.
pub(super) fn fold<S: Fold>(lease: &mut Option<Lease>, queue: &mut Vec<Waiter>, record: &Record<S>) {
    for entry in &record.entries {
        let Entry::Lease(event) = entry else { continue };
        match event {
            LeaseEvent::Claim { lease: id, holder, waited, .. } => {
                let (id, holder) = (id.clone(), holder.clone());
                *lease = Some(Lease { id, holder, since: record.at, last: record.seq });
                queue.retain(|waiter| !waited.contains(&waiter.ticket));
            }
            LeaseEvent::Release { lease: id } | LeaseEvent::Break { lease: id, .. } => {
                lease.take_if(|lease| lease.id == *id);
            }
            LeaseEvent::Wait { ticket, holder } => {
                let (ticket, holder) = (ticket.clone(), holder.clone());
                queue.push(Waiter { ticket, holder, since: record.at });
            }
            LeaseEvent::Leave { ticket } => queue.retain(|waiter| waiter.ticket != *ticket),
            LeaseEvent::Renew => {}
        }
    }
    if let Some(lease) = lease
        && record.lease.as_ref() == Some(&lease.id)
    {
        lease.last = record.seq;
    }
}

/// Watches a lease that another holds for a sign of life.
///
/// Never by the other's time stamps. The time that we have slept and the wall's time must both have passed: either
/// alone is wrong on a machine that was suspended or whose clock was set.
pub(super) struct Watch {
    seen: (String, u64),
    first: Timestamp,
    slept: Duration,
}

impl Watch {
    pub(super) fn new(lease: &Lease, clock: &Clock) -> Self {
        Self { seen: (lease.id.clone(), lease.last), first: clock.now(), slept: Duration::ZERO }
    }

    /// One more look, after a sleep: a lease with a sign of life is watched anew.
    pub(super) fn look(&mut self, lease: &Lease, slept: Duration, clock: &Clock) {
        if self.seen == (lease.id.clone(), lease.last) {
            self.slept += slept;
        } else {
            *self = Self::new(lease, clock);
        }
    }

    pub(super) fn is_expired(&self, lease: &Lease, times: &LeaseTimes, clock: &Clock) -> bool {
        self.seen == (lease.id.clone(), lease.last)
            && self.slept >= times.lease
            && clock.now().since(self.first) >= times.lease
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(slept: u64, wall: u64) -> bool {
        let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
        let lease = Lease { id: "a".into(), holder: Holder::elsewhere("alice"), since: clock.now(), last: 1 };
        let times = LeaseTimes { lease: Duration::from_mins(1), ..LeaseTimes::default() };
        let mut watch = Watch::new(&lease, &clock);
        clock.advance(Duration::from_secs(wall));
        watch.look(&lease, Duration::from_secs(slept), &clock);
        watch.is_expired(&lease, &times, &clock)
    }

    #[test]
    fn neither_a_jump_of_the_wall_clock_nor_sleep_alone_ends_a_lease() {
        assert!(watched(60, 60));
        assert!(!watched(59, 3600), "we were suspended, or the clock was set");
        assert!(!watched(3600, 59), "the clock was set back");
    }

    #[test]
    fn a_sign_of_life_begins_the_watch_anew() {
        let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
        let mut lease =
            Lease { id: "a".into(), holder: Holder::elsewhere("alice"), since: clock.now(), last: 1 };
        let times = LeaseTimes::default();
        let mut watch = Watch::new(&lease, &clock);
        clock.advance(times.lease);
        lease.last = 2;
        assert!(!watch.is_expired(&lease, &times, &clock));
        watch.look(&lease, times.lease, &clock);
        assert!(!watch.is_expired(&lease, &times, &clock));
        clock.advance(times.lease);
        watch.look(&lease, times.lease, &clock);
        assert!(watch.is_expired(&lease, &times, &clock));
    }
}
