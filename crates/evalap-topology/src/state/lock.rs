//! Taking, keeping and giving back the lock.

use std::time::Duration;

use super::lease::{Cover, Wait, Waiter, Watch};
use super::session::Own;
use crate::sabotage::{self, Flaw};

use super::{Call, Entry, Fold, Holder, Lease, LeaseEvent, Note, Session, StateError};

/// How many times as long as the first in the queue the others wait between two looks, at most.
const MOST_POLLS: u32 = 5;

/// Somebody who tries to take the lock.
struct Seeker {
    holder: Holder,
    /// The place in the queue, once there is one.
    ticket: Option<String>,
    waited: Duration,
    /// How long we have seen that nobody holds the lock any more, while others were to come first.
    free: Duration,
    watch: Option<Watch>,
}

impl<S: Fold> Session<S> {
    /// Takes the lock, waiting for it up to `wait`; `waiting` is told who holds it and which place is ours, once a look.
    ///
    /// Those who wait get it in the order in which they came: a free lock is left for some seconds to each who came
    /// before, for they may be gone. Who does not wait (`wait` is zero) takes a free lock at once.
    ///
    /// A holder that ran on this machine and is gone is as good as none; another is once it has written nothing for a
    /// whole lease, during which we watched. Those on other machines cannot see that it is gone: they keep their places.
    ///
    /// # Errors
    /// [`StateError::Held`] when the wait is over.
    pub async fn lock(
        &mut self,
        holder: Holder,
        wait: Duration,
        mut waiting: impl FnMut(&Wait<'_>),
    ) -> Result<(), StateError> {
        let clock = self.log.store.clock.clone();
        let (waited, free) = (Duration::ZERO, Duration::ZERO);
        let mut seeker = Seeker { holder, ticket: None, waited, free, watch: None };
        self.refresh().await?;
        loop {
            if let (Some(lease), Some(own)) = (&self.folded.lease, &self.own)
                && lease.id == own.id
            {
                return Ok(());
            }
            let free = self.is_free(&seeker);
            if !free {
                seeker.free = Duration::ZERO;
                if seeker.waited >= wait {
                    match self.give_up(&seeker).await {
                        Some(held) => return Err(held),
                        None => continue,
                    }
                }
            } else if seeker.waited >= wait || self.is_turn(&seeker) {
                if self.claim(&seeker).await? {
                    return Ok(());
                }
                continue;
            }
            if !self.is_queued(&seeker) {
                self.queue_up(&mut seeker).await?;
                continue;
            }
            let lease = self.folded.lease.as_ref();
            let place = self.before(&seeker).filter(|waiter| !waiter.holder.is_gone()).count() + 1;
            waiting(&Wait { lease, place, of: self.folded.queue.len().max(place) });
            if let (None, Some(lease)) = (&seeker.watch, lease) {
                seeker.watch = Some(Watch::new(lease, &clock));
            }
            // Whose turn comes later need not look as often.
            let pause = self.times.poll * u32::try_from(place).unwrap_or(u32::MAX).min(MOST_POLLS);
            let pause = pause.min(wait.saturating_sub(seeker.waited));
            clock.sleep(pause).await;
            seeker.waited += pause;
            if free {
                seeker.free += pause;
            }
            self.refresh().await?;
            if let (Some(watch), Some(lease)) = (&mut seeker.watch, &self.folded.lease) {
                watch.look(lease, pause, &clock);
            }
        }
    }

    /// Whether nobody holds the lock, or somebody who is gone, or has shown no life for a whole lease.
    fn is_free(&self, seeker: &Seeker) -> bool {
        self.seems_free_to_all(seeker)
            || self.folded.lease.as_ref().is_some_and(|lease| lease.holder.is_gone())
    }

    /// Whether nobody holds the lock, or somebody who has shown no life for a whole lease.
    fn seems_free_to_all(&self, seeker: &Seeker) -> bool {
        self.folded.lease.as_ref().is_none_or(|lease| {
            let expired = |watch: &Watch| watch.is_expired(lease, &self.times, &self.log.store.clock);
            seeker.watch.as_ref().is_some_and(expired)
        })
    }

    /// Those who came before, as far as was read.
    fn before<'a>(&'a self, seeker: &'a Seeker) -> impl Iterator<Item = &'a Waiter> {
        self.folded.queue.iter().take_while(|waiter| seeker.ticket.as_ref() != Some(&waiter.ticket))
    }

    fn is_queued(&self, seeker: &Seeker) -> bool {
        self.folded.queue.iter().any(|waiter| seeker.ticket.as_ref() == Some(&waiter.ticket))
    }

    /// Whether a free lock is ours to take: who came before us, and can know that it is free, had the time to.
    fn is_turn(&self, seeker: &Seeker) -> bool {
        let before = self.before(seeker).filter(|waiter| self.may_come(seeker, waiter)).count();
        seeker.free >= self.times.turn * u32::try_from(before).unwrap_or(u32::MAX)
    }

    /// Whether somebody who waits lives, as far as we see, and can see as we do that the lock is free.
    fn may_come(&self, seeker: &Seeker, waiter: &Waiter) -> bool {
        !waiter.holder.is_gone() && (waiter.holder.is_near() || self.seems_free_to_all(seeker))
    }

    async fn queue_up(&mut self, seeker: &mut Seeker) -> Result<(), StateError> {
        let ticket = self.log.store.random.uuid().map_err(StateError::Random)?;
        let wait = LeaseEvent::Wait { ticket: ticket.clone(), holder: seeker.holder.clone() };
        seeker.ticket = Some(ticket);
        // Another may have come or gone meanwhile: then we look again first.
        self.try_write(vec![Entry::Lease(wait)]).await.map(drop)
    }

    /// Leaves the queue, and says who has the lock; nobody, where it was given back meanwhile.
    async fn give_up(&mut self, seeker: &Seeker) -> Option<StateError> {
        if let Some(ticket) = seeker.ticket.clone().filter(|_| self.is_queued(seeker)) {
            let leave = vec![Entry::Lease(LeaseEvent::Leave { ticket })];
            while matches!(self.try_write(leave.clone()).await, Ok(None)) && self.folded.lease.is_some() {}
        }
        let lease = self.folded.lease.as_ref()?;
        Some(StateError::Held {
            holder: Box::new(lease.holder.clone()),
            since: lease.since,
            lease_seconds: self.times.lease.as_secs(),
            waiting: self.folded.queue.len(),
        })
    }

    /// Whether a call that changes something may leave now: the lock was ours by the log within the last seconds.
    pub fn is_covered(&self) -> bool {
        self.cover_given().is_some_and(|cover| cover.holds(self.log.store.clock.now()))
    }

    /// How long calls that change something may leave; none where the lock is not ours by what we know of the log.
    pub fn cover_given(&self) -> Option<Cover> {
        let own = self.held().ok()?;
        Some(Cover { written: own.written, lasts: self.times.cover })
    }

    /// Makes sure that a call that changes something may leave now, by an append if the last is too old: calls to the
    /// API carry no fencing of their own. To be asked before each attempt, not each operation: a retry may wait long.
    ///
    /// # Errors
    /// [`StateError::Fenced`] if the lock was lost: the call must not leave.
    pub async fn cover(&mut self) -> Result<(), StateError> {
        if self.is_covered() { Ok(()) } else { self.renew().await }
    }

    /// How long until the lease should be renewed, for who waits meanwhile; zero if it is due, or not held.
    pub fn renew_in(&self) -> Duration {
        let now = self.log.store.clock.now();
        self.held().map_or(Duration::ZERO, |own| self.times.renew.saturating_sub(now.since(own.written)))
    }

    /// Shows that we live, if that is due; else looks whether the store is there and the lock ours.
    pub async fn look(&mut self) -> Result<(), StateError> {
        if self.renew_in().is_zero() {
            return self.renew().await;
        }
        self.refresh().await?;
        self.held().map(drop)
    }

    /// Shows that we live. Every append does too.
    pub async fn renew(&mut self) -> Result<(), StateError> {
        self.write_held(vec![Entry::Lease(LeaseEvent::Renew)]).await.map(drop)
    }

    /// Gives the lock back, with a last note in the same record.
    pub async fn release(&mut self, note: Option<Note>) -> Result<(), StateError> {
        self.release_with(note, Vec::new()).await
    }

    /// As [`Session::release`], with the calls that were made since the last record.
    pub async fn release_with(&mut self, note: Option<Note>, calls: Vec<Call>) -> Result<(), StateError> {
        let lease = self.held()?.id.clone();
        let release = Entry::Lease(LeaseEvent::Release { lease });
        let calls = (!calls.is_empty()).then_some(Entry::Calls(calls));
        self.write_held(calls.into_iter().chain(note.map(Entry::Note)).chain([release]).collect()).await?;
        self.own = None;
        self.tidy().await;
        Ok(())
    }

    /// Breaks the lock, whoever holds it, and says who was robbed; `None` if it was free.
    pub async fn unlock(&mut self, by: Holder) -> Result<Option<Lease>, StateError> {
        self.refresh().await?;
        loop {
            let Some(robbed) = self.folded.lease.clone() else { return Ok(None) };
            let broken = LeaseEvent::Break { lease: robbed.id.clone(), by: by.clone() };
            if self.try_write(vec![Entry::Lease(broken)]).await?.is_some() {
                return Ok(Some(robbed));
            }
        }
    }

    /// Our lease, if the log as we know it says that it holds.
    pub(super) fn held(&self) -> Result<&Own, StateError> {
        let own = self.own.as_ref().ok_or(StateError::NotHeld)?;
        match &self.folded.lease {
            Some(lease) if lease.id == own.id => Ok(own),
            _ if sabotage::is(Flaw::NoFencing) => Ok(own),
            other => {
                Err(StateError::Fenced { by: other.as_ref().map(|lease| Box::new(lease.holder.clone())) })
            }
        }
    }

    /// One try to take the lock from the state as we know it.
    async fn claim(&mut self, seeker: &Seeker) -> Result<bool, StateError> {
        let over = self.folded.lease.as_ref().map(|lease| lease.id.clone());
        let id = self.log.store.random.uuid().map_err(StateError::Random)?;
        let written = self.log.store.clock.now();
        let ours = seeker.ticket.iter().filter(|_| self.is_queued(seeker)).cloned();
        // Who did not come in time has no claim any more; who waits no longer passes by those who do.
        let late = self.is_turn(seeker);
        let passed = self
            .before(seeker)
            .filter(|waiter| waiter.holder.is_gone() || (late && self.may_come(seeker, waiter)));
        let waited = passed.map(|waiter| waiter.ticket.clone()).chain(ours).collect();
        // Before the write: if it is given up halfway, we must know our lease when we meet it.
        self.own = Some(Own { id: id.clone(), written });
        let claim = LeaseEvent::Claim { lease: id, holder: seeker.holder.clone(), over, waited };
        let won = self.try_write(vec![Entry::Lease(claim)]).await?.is_some();
        if !won {
            self.own = None;
        }
        Ok(won)
    }
}
