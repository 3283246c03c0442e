//! What must change, and why: pure, from what must exist, what we remember and what was observed.

mod decide;
mod diff;
mod found;
mod order;
mod saved;
mod scope;
mod why;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use saved::Basis;
pub use scope::{Drift, Scope};
pub use why::after_forgetting;

use crate::address::Address;
use crate::error::Error;
use crate::graph;
use crate::kinds::KindName;
use crate::model::Attributes;

pub(crate) use decide::{dependencies, plan};
pub(crate) use order::{Order, Part, Step, steps, waits};

/// All that must change, in an order in which it can be done. Applying it decides nothing more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use = "a plan changes nothing until it is applied"]
#[non_exhaustive]
pub struct Plan {
    /// What the plan was made from; it is applied to nothing else.
    pub basis: Basis,
    /// The changes, things that stay as they are included.
    pub changes: Vec<PlannedChange>,
    /// What a person must decide first, one sentence each: with any of these the plan cannot be applied.
    pub problems: Vec<String>,
    /// What a person should know before applying it, one sentence each: nothing is kept from being done by these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedChange {
    /// The resource.
    pub address: Address,
    /// What happens to it.
    pub change: Change,
    /// Why, in a sentence; empty where nothing happens.
    pub why: String,
    /// What it refers to.
    pub depends_on: Vec<Address>,
    /// Whether data is lost for good.
    pub loses_data: bool,
    /// Whether it is an earlier run's doing, which was not seen to end, and nobody else's, that anything is to be done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
    /// What the change does beyond its attributes, where that is known beforehand: what is kept and lost, how long it takes,
    /// whether it can be undone. A sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<String>,
}

/// What happens to a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
#[non_exhaustive]
pub enum Change {
    /// It is made.
    Create {
        /// From what; references that are not known yet are left in.
        spec: Attributes,
    },
    /// It exists and is ours, although we do not remember making it: it is tracked from now on, and changed where it differs.
    Adopt {
        /// The cloud's id for it.
        id: String,
        /// What it shall be.
        spec: Attributes,
        /// What it is, as far as can be seen.
        current: Attributes,
        /// What others may refer to.
        outputs: Attributes,
        /// What differs.
        fields: Vec<FieldChange>,
        /// Whether it is changing already and must be waited for first.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        settle: bool,
    },
    /// It is changed in place.
    Update {
        /// The cloud's id for it.
        id: String,
        /// What it shall be.
        spec: Attributes,
        /// What differs; none where a broken resource is only to be started again.
        fields: Vec<FieldChange>,
        /// Whether it is changing already and must be waited for first.
        settle: bool,
    },
    /// It is deleted and made again.
    Replace {
        /// The cloud's id for what is deleted.
        id: String,
        /// What is made in its place.
        spec: Attributes,
        /// What cannot be changed in place, or what else makes it necessary. Never empty.
        because: Vec<FieldChange>,
    },
    /// A change of an earlier run is waited for.
    Await {
        /// The cloud's id for it.
        id: String,
        /// What it shall be.
        spec: Attributes,
    },
    /// Nothing is changed, but what others refer to has moved.
    Refresh {
        /// The cloud's id for it.
        id: String,
        /// What others may refer to.
        outputs: Attributes,
    },
    /// It is deleted.
    Delete {
        /// The cloud's id for it.
        id: String,
    },
    /// It is tracked no longer.
    Forget {
        /// Whether nothing was seen of it: it is looked for once more. Else what bears its name is another's, or ours under
        /// another address.
        #[serde(default)]
        gone: bool,
    },
    /// It stays as it is.
    NoOp,
}

/// One attribute that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldChange {
    /// The attribute.
    pub name: String,
    /// What it is; `null` where that is not known.
    pub from: Value,
    /// What it shall be; a reference where that is known only after the change it refers to.
    pub to: Value,
    /// Who makes the difference.
    pub cause: Cause,
}

/// Who makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// The definition says something else than before.
    Definition,
    /// Somebody has changed the resource since.
    Drift,
    /// An earlier run was to write it and has not, or not for certain.
    Unfinished,
    /// Something that it refers to changes in this plan.
    Reference,
    /// It was asked for: [`Scope::replace`].
    Asked,
    /// The resource cannot be used as it is.
    Broken,
}

impl FieldChange {
    /// Whether the new value is known only when something else has been changed.
    pub fn is_known_after(&self) -> bool {
        crate::input::is_unresolved(&self.to)
    }
}

impl Change {
    /// Whether anything is to be done.
    pub fn is_noop(&self) -> bool {
        matches!(self, Self::NoOp)
    }

    /// Whether the cloud is changed, not only what we remember of it.
    pub fn touches_cloud(&self) -> bool {
        match self {
            Self::Create { .. } | Self::Update { .. } | Self::Replace { .. } | Self::Delete { .. } => true,
            Self::Adopt { fields, .. } => !fields.is_empty(),
            Self::Await { .. } | Self::Refresh { .. } | Self::Forget { .. } | Self::NoOp => false,
        }
    }

    /// Whether what is there goes.
    fn deletes(&self) -> bool {
        matches!(self, Self::Delete { .. } | Self::Replace { .. })
    }

    /// What the resource shall be, where it is made, changed or waited for.
    pub(crate) fn spec(&self) -> Option<&Attributes> {
        match self {
            Self::Create { spec }
            | Self::Adopt { spec, .. }
            | Self::Update { spec, .. }
            | Self::Replace { spec, .. }
            | Self::Await { spec, .. } => Some(spec),
            Self::Refresh { .. } | Self::Delete { .. } | Self::Forget { .. } | Self::NoOp => None,
        }
    }

    /// The attributes that differ.
    pub fn fields(&self) -> &[FieldChange] {
        match self {
            Self::Adopt { fields, .. }
            | Self::Update { fields, .. }
            | Self::Replace { because: fields, .. } => fields,
            _ => &[],
        }
    }

    /// A word for it: `create`, `update`, …
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Adopt { .. } => "adopt",
            Self::Update { .. } => "update",
            Self::Replace { .. } => "replace",
            Self::Await { .. } => "wait for",
            Self::Refresh { .. } => "refresh",
            Self::Delete { .. } => "delete",
            Self::Forget { .. } => "forget",
            Self::NoOp => "keep",
        }
    }
}

/// Whether the change loses data for good.
fn loses_data(kind: KindName, change: &Change) -> bool {
    change.deletes() && kind.profile().holds_data
}

impl Plan {
    /// The part of it that `scope` asks for.
    ///
    /// # Errors
    /// [`Error::Refused`] where the scope names a resource that is in neither the definition nor the state.
    pub(crate) fn within(mut self, scope: &Scope) -> Result<Self, Error> {
        self.limit(&scope.only, &scope.replace)?;
        Ok(if scope.refresh_only { self.only_refresh() } else { self })
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.iter().all(|planned| planned.change.is_noop())
    }

    /// The changes that do something.
    pub fn effective(&self) -> impl Iterator<Item = &PlannedChange> {
        self.changes.iter().filter(|planned| !planned.change.is_noop())
    }

    /// The resources whose data would be lost: applying asks for the environment's name.
    pub fn losses(&self) -> Vec<&Address> {
        self.changes.iter().filter(|planned| planned.loses_data).map(|planned| &planned.address).collect()
    }

    /// About how long applying will take, in seconds, and what determines it: the slowest chain of changes that wait for
    /// each other, by what such changes usually take.
    pub fn estimate(&self) -> (f64, Vec<Address>) {
        let steps = steps(self);
        let edges = waits(&steps);
        let Ok(order) = graph::in_order(&edges) else { return (0.0, Vec::new()) };
        let by_address: BTreeMap<&Address, &Change> =
            self.changes.iter().map(|planned| (&planned.address, &planned.change)).collect();
        let cost = |step: &Step| {
            let (create, update, delete) = step.address.kind.profile().typical;
            match (by_address.get(&step.address), step.part) {
                (_, Part::Delete) if steps.get(step).is_some_and(|ordered| ordered.along) => 0.0,
                (_, Part::Delete) => delete,
                (Some(Change::Create { .. } | Change::Replace { .. } | Change::Await { .. }), _) => create,
                (Some(Change::Update { .. }), _) => update,
                (Some(Change::Adopt { fields, .. }), _) if !fields.is_empty() => update,
                _ => 0.0,
            }
        };
        let (path, seconds) = graph::critical_path(&edges, &order, cost);
        (seconds, path.into_iter().map(|step| step.address).collect())
    }
}
