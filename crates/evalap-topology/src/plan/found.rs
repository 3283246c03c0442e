//! Whose it is what was found, and whose doing what has become of it.

use super::Change;
use crate::kinds::{Claim, KindName, Owner, Seen, Status};
use crate::model::{Attributes, Phase, State, Tracked};
use crate::observe::Index;
use crate::sabotage::{self, Flaw};

/// Whether what was found under a resource's name is somebody else's: it is not the one that we remember, and does not say
/// that it is ours. What a lost answer has made cannot always say so.
pub(super) fn is_stranger(kind: KindName, tracked: &Tracked, seen: &Seen) -> bool {
    if sabotage::is(Flaw::NoOwnerCheck) {
        return false;
    }
    match (tracked.id.as_deref(), seen.claim) {
        (_, Claim::Ours) => false,
        (None, Claim::Foreign) => true,
        // Of that name we were to make one, or it is nothing that we have begun.
        (None, Claim::Unmarked) => kind.key(&tracked.spec).as_ref() != Some(&seen.key),
        (Some(id), Claim::Foreign | Claim::Unmarked) => id != seen.id,
    }
}

/// Whether what was found is not what we remember, although it bears its name and is ours: that was made anew. An id may
/// also move along with what it names, as a secret's newest version does.
pub(super) fn is_another(kind: KindName, tracked: &Tracked, seen: &Seen) -> bool {
    let same_place =
        || kind.profile().owner == Owner::Parent && kind.key(&tracked.spec).as_ref() == Some(&seen.key);
    tracked.id.as_ref().is_some_and(|id| *id != seen.id) && !same_place()
}

/// Whether somebody is deleting it, or an earlier run.
pub(super) fn is_being_deleted(seen: &Seen) -> bool {
    matches!(&seen.status, Status::Changing(state) if state == "deleting")
}

/// Whether an earlier run has begun what the change goes on with.
pub(super) fn is_unfinished(kind: KindName, tracked: &Tracked, change: &Change) -> bool {
    let interrupted = matches!(tracked.phase, Phase::Creating | Phase::Deleting);
    match change {
        Change::NoOp => false,
        // It may be sick by somebody else's doing only if it was well.
        Change::Update { .. } => tracked.phase != Phase::Ready,
        Change::Await { .. } => true,
        Change::Create { spec } | Change::Adopt { spec, .. } => {
            interrupted || has_new_home(kind, tracked, spec)
        }
        _ => interrupted,
    }
}

/// Whether what the resource lives in is another by now: an earlier run has made that anew, and did not come to what lives
/// in it.
pub(super) fn has_new_home(kind: KindName, tracked: &Tracked, spec: &Attributes) -> bool {
    let keys = (kind.key(&tracked.spec), kind.key(spec));
    let is_inside = matches!(kind.profile().owner, Owner::Parent | Owner::Singleton);
    is_inside && matches!(keys, (Some(then), Some(now)) if then != now)
}

/// As many resources are not lost all at once, unless they were made elsewhere.
const MANY: usize = 5;

/// Whether nothing exists of all that is remembered and was ready: two emulators are one and the same to a state's binding.
/// What every cloud has tells nothing.
pub(super) fn nothing_is_here(state: &State, observed: &Index<'_>) -> Option<String> {
    let mut missing = 0;
    for (address, tracked) in &state.resources {
        let key = || address.kind.key(&tracked.spec);
        let found = observed.find(address.kind, tracked.id.as_deref(), key).is_some();
        if tracked.phase != Phase::Ready || (found && address.kind.profile().owner != Owner::Singleton) {
            return None;
        }
        missing += usize::from(!found);
    }
    (missing >= MANY).then(|| {
        format!("none of the {missing} resources that the state remembers exists here: is this the cloud that they were made in?")
    })
}
