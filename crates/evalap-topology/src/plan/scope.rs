//! Plans for a part of an environment, from memory alone, or about what has changed outside of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Cause, Change, FieldChange, Plan, PlannedChange};
use crate::address::Address;
use crate::error::Error;

/// What a plan is made from and about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scope {
    /// Nothing is asked of the cloud: what is remembered counts as what exists.
    pub from_memory: bool,
    /// Only these resources, and what they cannot be changed without; none: all.
    pub only: Vec<Address>,
    /// Only what has changed outside is taken into the state; the cloud is left as it is.
    pub refresh_only: bool,
    /// These are made anew, although nothing about them needs it: a secret that is drawn here gets another value.
    pub replace: Vec<Address>,
    /// All that we made is deleted, whatever the definition says.
    pub destroy: bool,
}

/// What somebody else has done to a resource of ours.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Drift<'a> {
    /// The resource.
    pub address: &'a Address,
    /// What has become of it, in a sentence; empty where only attributes differ.
    pub what: &'a str,
    /// The attributes that differ: from what it is, to what it shall be.
    pub fields: Vec<&'a FieldChange>,
}

impl Plan {
    /// What has changed outside of this tool since the last run, whatever the definition says now: attributes that somebody
    /// has set, what was deleted or does not work any more, and outputs that have moved.
    pub fn drift(&self) -> impl Iterator<Item = Drift<'_>> {
        self.changes.iter().filter_map(|planned| {
            let fields: Vec<_> = planned
                .change
                .fields()
                .iter()
                .filter(|field| matches!(field.cause, Cause::Drift | Cause::Broken))
                .collect();
            let tracked = self.basis.depended_on.contains_key(&planned.address);
            let whole = !planned.unfinished
                && match planned.change {
                    Change::Create { .. }
                    | Change::Adopt { .. }
                    | Change::Refresh { .. }
                    | Change::Forget { .. } => tracked,
                    Change::Update { ref fields, .. } => fields.is_empty(),
                    _ => false,
                };
            let what = if whole { planned.why.as_str() } else { "" };
            (whole || !fields.is_empty()).then_some(Drift { address: &planned.address, what, fields })
        })
    }

    /// Leaves only what changes `only`, if there are any, and `anew`, and what they cannot be changed without.
    pub(super) fn limit(&mut self, only: &[Address], anew: &[Address]) -> Result<(), Error> {
        let by_address: BTreeMap<&Address, &PlannedChange> =
            self.changes.iter().map(|planned| (&planned.address, planned)).collect();
        let asked = || only.iter().chain(anew);
        let unknown = asked().filter(|address| !by_address.contains_key(address));
        let problems: Vec<String> =
            unknown.map(|address| no_such(address, by_address.keys().copied())).collect();
        if !problems.is_empty() {
            return Err(Error::Refused { problems });
        }
        self.problems.extend(anew.iter().filter_map(|address| kept_as_it_is(by_address.get(address)?)));
        if only.is_empty() {
            return Ok(());
        }
        let mut referring = BTreeMap::<&Address, Vec<&Address>>::new();
        for (address, to) in &self.basis.depended_on {
            for before in to {
                referring.entry(before).or_default().push(address);
            }
        }
        let mut within = BTreeSet::new();
        let mut left: Vec<&Address> = asked().collect();
        while let Some(address) = left.pop() {
            let Some(planned) = by_address.get(address) else { continue };
            if !within.insert(address.clone()) {
                continue;
            }
            if !matches!(planned.change, Change::Delete { .. }) {
                left.extend(&planned.depends_on);
            }
            if planned.change.deletes() {
                // What refers to it goes first.
                left.extend(referring.get(address).into_iter().flatten());
            }
        }
        self.problems.retain(|problem| {
            let about = problem.split([':', ' ']).next().and_then(|about| about.parse().ok());
            about.is_some_and(|about| within.contains(&about))
        });
        for planned in self.changes.iter_mut().filter(|planned| !within.contains(&planned.address)) {
            planned.leave();
        }
        Ok(())
    }

    /// Leaves only what takes note of the cloud as it is: what is gone from there is not tracked any more. What an earlier
    /// run has begun is left to one that finishes it.
    pub fn only_refresh(mut self) -> Self {
        let tracked = &self.basis.depended_on;
        let waits = |planned: &PlannedChange| {
            planned.unfinished && matches!(planned.change, Change::Await { .. } | Change::Adopt { .. })
        };
        let gone = |planned: &PlannedChange| {
            let made_again = matches!(planned.change, Change::Create { .. });
            made_again && !planned.unfinished && tracked.contains_key(&planned.address)
        };
        for planned in &mut self.changes {
            if gone(planned) {
                planned.change = Change::Forget { gone: true };
            } else if planned.change.touches_cloud() || waits(planned) {
                planned.leave();
            }
        }
        self.problems.clear();
        self
    }
}

impl PlannedChange {
    fn leave(&mut self) {
        (self.change, self.loses_data, self.unfinished) = (Change::NoOp, false, false);
        self.why.clear();
        self.preflight.clear();
    }
}

/// Why something that was asked to be made anew is not.
fn kept_as_it_is(planned: &PlannedChange) -> Option<String> {
    let PlannedChange { address, change, why, .. } = planned;
    match change {
        Change::Replace { .. } | Change::Create { .. } => None,
        Change::Adopt { .. } => Some(format!(
            "{address}: it can be made anew once it is in the state: apply without --replace first"
        )),
        _ => Some(format!("{address}: it cannot be made anew: {why}")),
    }
}

fn no_such<'a>(address: &Address, known: impl Iterator<Item = &'a Address>) -> String {
    match address.nearest(known) {
        Some(near) => format!("{address}: neither the definition nor the state has it; is {near} meant?"),
        None => {
            format!("{address}: neither the definition nor the state has it; `graph` lists what there is")
        }
    }
}
