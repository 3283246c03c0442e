//! Looking again at the last moment: what was not seen may be there all the same.
//!
//! A request of an earlier run may still be on its way when this one begins, a failed create may have had its effect, and
//! a list may lag behind. What is believed to be missing is looked for before it is made anew, or forgotten.

use std::time::Duration;

use super::progress::Progress;
use super::step::{StepError, Work, unknown};
use crate::error::KindError;
use crate::kinds::{Claim, Owner, Recovery, Seen};
use crate::model::{Event, Phase, Tracked};

/// How long a create that failed without saying whether it happened is looked for, and what we remember and do not see.
const DOUBT: Duration = Duration::from_secs(8);

/// How long between two looks: the first and the longest; it doubles.
const BETWEEN_LOOKS: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(16));

/// How long a request may be on its way after who sent it has died: the longest time-out of a call, and what lies between
/// the append that covers it and its leaving.
const IN_FLIGHT: Duration = Duration::from_secs(65);

impl Work<'_> {
    /// The id of what is there after all, where it can be kept. What an earlier run has made otherwise than it shall be now
    /// is deleted, to be made again: that it is gone is told by `before`, what is written before it is made.
    pub(super) async fn turned_up(&self, before: &mut Vec<Event>) -> Result<Option<String>, StepError> {
        let Some(tracked) = self.tracked else { return Ok(None) };
        let kind = self.address().kind;
        // What we remember lived in something else, which is gone.
        if tracked.phase != Phase::Creating && kind.key(&tracked.spec) != kind.key(&self.spec) {
            return Ok(None);
        }
        let Some(seen) = self.seen_after_all(tracked).await? else { return Ok(None) };
        // What the rest of the plan says rests on its being gone.
        if tracked.phase != Phase::Creating {
            return Err(StepError::TurnedUp);
        }
        if kind.profile().recovery == Recovery::Adopt && tracked.spec == self.spec {
            return Ok(Some(seen.id));
        }
        if kind.profile().holds_data {
            return Err(StepError::TurnedUp);
        }
        let address = self.address();
        self.journal.write(vec![Event::Deleting { address: address.clone() }]).await?;
        kind.delete(self.cloud, &seen.id).await?;
        before.push(Event::Deleted { address: address.clone() });
        Ok(None)
    }

    /// Makes sure of it, before it is forgotten.
    pub(super) async fn is_gone(&self) -> Result<(), StepError> {
        let Some(tracked) = self.tracked else { return Ok(()) };
        match self.seen_after_all(tracked).await? {
            Some(_) => Err(StepError::TurnedUp),
            None => Ok(()),
        }
    }

    /// What we remember and did not see, if it is there. What was being deleted is gone; and what is known by nothing but its
    /// name in something else is no second one where it is made again.
    async fn seen_after_all(&self, tracked: &Tracked) -> Result<Option<Seen>, KindError> {
        let creating = tracked.phase == Phase::Creating;
        let named = self.address().kind.profile().owner == Owner::Parent;
        if tracked.phase == Phase::Deleting || (named && !creating) {
            return Ok(None);
        }
        let patience = if creating { IN_FLIGHT } else { DOUBT };
        (self.report)(Progress::Looking {
            address: self.address().clone(),
            interrupted: creating,
            at_most: patience,
        });
        if creating {
            let kind = self.address().kind;
            let begun = kind.key(&tracked.spec);
            let wanted = if self.spec.is_empty() { begun.clone() } else { kind.key(&self.spec) };
            // Under a name that nothing was begun under, it must say that it is ours.
            let is_it = |seen: &Seen| {
                let bears = |name: &Option<String>| name.as_ref() == Some(&seen.key);
                let may_be_wanted = seen.claim == Claim::Ours || wanted == begun;
                seen.claim != Claim::Foreign && (bears(&self.former) || (may_be_wanted && bears(&wanted)))
            };
            self.seen_within(patience, is_it).await
        } else {
            self.seen_within(patience, |seen| Some(&seen.id) == tracked.id.as_ref()).await
        }
    }

    /// The id of what a create has made although it failed. It is not made again where it is not seen: it may only not be
    /// visible yet, and the next run looks again.
    pub(super) async fn found(&self, error: KindError) -> Result<String, StepError> {
        if !error.may_have_happened() || self.address().kind.profile().recovery != Recovery::Adopt {
            return Err(unknown(error));
        }
        let key = self.address().kind.key(&self.spec);
        let may_be_ours = |seen: &Seen| seen.claim != Claim::Foreign && Some(&seen.key) == key.as_ref();
        match self.seen_within(DOUBT, may_be_ours).await {
            Ok(Some(seen)) => Ok(seen.id),
            Ok(None) | Err(_) => Err(unknown(error)),
        }
    }

    /// What is looked for, again and again until it is there or `patience` is over.
    async fn seen_within(
        &self,
        patience: Duration,
        is_it: impl Fn(&Seen) -> bool,
    ) -> Result<Option<Seen>, KindError> {
        let kind = self.address().kind;
        let (mut waited, mut pause) = (Duration::ZERO, BETWEEN_LOOKS.0);
        loop {
            let seen = match kind.observe(self.cloud, &self.parents).await {
                // What it lives in is gone.
                Err(KindError::Api(error)) if error.is_not_found() => Vec::new(),
                seen => seen?,
            };
            if let Some(found) = seen.into_iter().find(&is_it) {
                return Ok(Some(found));
            }
            if waited >= patience {
                return Ok(None);
            }
            pause = pause.min(patience.saturating_sub(waited));
            self.cloud.clock().sleep(pause).await;
            waited += pause;
            pause = (pause * 2).min(BETWEEN_LOOKS.1);
        }
    }
}
