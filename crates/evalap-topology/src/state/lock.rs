//! Taking, keeping and giving back the lock.

use std::time::Duration;

use super::lease::Watch;
use super::session::Own;
use crate::sabotage::{self, Flaw};

use super::{Entry, Fold, Holder, Lease, LeaseEvent, Note, Session, StateError};

impl<S: Fold> Session<S> {
    /// Takes the lock, waiting for it up to `wait`; `waiting` is told who holds it, once a look.
    ///
    /// A holder that ran on this machine and is gone is taken over at once; another only after it has written nothing
    /// for a whole lease, during which we watched.
    ///
    /// # Errors
    /// [`StateError::Held`] when the wait is over.
    pub async fn lock(
        &mut self,
        holder: Holder,
        wait: Duration,
        mut waiting: impl FnMut(&Lease),
    ) -> Result<(), StateError> {
        let clock = self.log.store.clock.clone();
        let mut watch: Option<Watch> = None;
        let mut waited = Duration::ZERO;
        self.refresh().await?;
        loop {
            let Some(lease) = &self.folded.lease else {
                if self.claim(&holder, None).await? {
                    return Ok(());
                }
                continue;
            };
            if self.own.as_ref().is_some_and(|own| own.id == lease.id) {
                return Ok(());
            }
            let expired = watch.as_ref().is_some_and(|watch| watch.is_expired(lease, &self.times, &clock));
            if expired || lease.holder.is_gone() {
                let over = lease.id.clone();
                if self.claim(&holder, Some(over)).await? {
                    return Ok(());
                }
                continue;
            }
            if waited >= wait {
                return Err(StateError::Held {
                    holder: Box::new(lease.holder.clone()),
                    since: lease.since,
                    lease_seconds: self.times.lease.as_secs(),
                });
            }
            waiting(lease);
            let watch = watch.get_or_insert_with(|| Watch::new(lease, &clock));
            let pause = self.times.poll.min(wait.saturating_sub(waited));
            clock.sleep(pause).await;
            waited += pause;
            self.refresh().await?;
            if let Some(lease) = &self.folded.lease {
                watch.look(lease, pause, &clock);
            }
        }
    }

    /// Whether a call that changes something may leave now: the lock was ours by the log within the last seconds.
    pub fn is_covered(&self) -> bool {
        let now = self.log.store.clock.now();
        self.held().is_ok_and(|own| now >= own.written && now.since(own.written) <= self.times.cover)
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

    /// Shows that we live. Every append does too.
    pub async fn renew(&mut self) -> Result<(), StateError> {
        self.write_held(vec![Entry::Lease(LeaseEvent::Renew)]).await.map(drop)
    }

    /// Gives the lock back, with a last note in the same record.
    pub async fn release(&mut self, note: Option<Note>) -> Result<(), StateError> {
        let lease = self.held()?.id.clone();
        let release = Entry::Lease(LeaseEvent::Release { lease });
        self.write_held(note.map(Entry::Note).into_iter().chain([release]).collect()).await?;
        self.own = None;
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
    async fn claim(&mut self, holder: &Holder, over: Option<String>) -> Result<bool, StateError> {
        let id = self.log.store.random.uuid().map_err(StateError::Random)?;
        let written = self.log.store.clock.now();
        // Before the write: if it is given up halfway, we must know our lease when we meet it.
        self.own = Some(Own { id: id.clone(), written });
        let claim = LeaseEvent::Claim { lease: id, holder: holder.clone(), over };
        let won = self.try_write(vec![Entry::Lease(claim)]).await?.is_some();
        if !won {
            self.own = None;
        }
        Ok(won)
    }
}
