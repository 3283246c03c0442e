//! What the journal says, and the state that it adds up to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::address::Address;
use crate::state::Fold;

/// A resource's attributes, by name, as they are written in plans and state. No secret value is ever among them.
pub type Attributes = Map<String, Value>;

/// What an environment is bound to: a state is only ever used with the cloud it was made on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The environment's name: `staging`.
    pub environment: String,
    /// What is on the other side: `scaleway` or `emulator`, and where.
    pub endpoint: String,
    /// The project.
    pub project_id: String,
    /// The region.
    pub region: String,
}

/// One thing that happened to one resource, as the journal holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[non_exhaustive]
pub enum Event {
    /// The state belongs to this cloud from now on.
    Bound {
        /// The cloud.
        binding: Binding,
    },
    /// A call that makes the resource is about to leave: from here on it may exist.
    Creating {
        /// The resource.
        address: Address,
        /// What it is made from; references are resolved.
        spec: Attributes,
        /// What it refers to: it is deleted before they are.
        depends_on: Vec<Address>,
    },
    /// The resource exists; it may not be ready.
    Created {
        /// The resource.
        address: Address,
        /// The cloud's id for it.
        id: String,
    },
    /// A call that changes the resource is about to leave.
    Updating {
        /// The resource.
        address: Address,
        /// What it is to be; references are resolved.
        spec: Attributes,
        /// What it refers to.
        depends_on: Vec<Address>,
        /// The attributes that are written; `None` where that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changed: Option<Vec<String>>,
    },
    /// The call that changes the resource was answered: what it began may be under way.
    Updated {
        /// The resource.
        address: Address,
        /// The cloud's id for it, which an update may have changed.
        id: String,
    },
    /// The resource is as its specification says.
    Ready {
        /// The resource.
        address: Address,
        /// The cloud's id for it, which an update may have changed.
        id: String,
        /// What others may refer to.
        outputs: Attributes,
    },
    /// A resource that is ours was found and is tracked from now on, as if it had just been made from `spec`.
    Adopted {
        /// The resource.
        address: Address,
        /// The cloud's id for it.
        id: String,
        /// Its attributes, as observed.
        spec: Attributes,
        /// What others may refer to.
        outputs: Attributes,
        /// What it refers to.
        depends_on: Vec<Address>,
    },
    /// A call that deletes the resource is about to leave.
    Deleting {
        /// The resource.
        address: Address,
    },
    /// The resource is gone.
    Deleted {
        /// The resource.
        address: Address,
    },
    /// The resource is tracked no longer, whatever becomes of it.
    Forgotten {
        /// The resource.
        address: Address,
    },
    /// The resource is called otherwise from now on.
    Renamed {
        /// What it was called.
        from: Address,
        /// What it is called.
        to: Address,
    },
}

impl Event {
    /// The resources that it is of.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        let (one, other) = match self {
            Self::Bound { .. } => (None, None),
            Self::Creating { address, .. }
            | Self::Created { address, .. }
            | Self::Updating { address, .. }
            | Self::Updated { address, .. }
            | Self::Ready { address, .. }
            | Self::Adopted { address, .. }
            | Self::Deleting { address }
            | Self::Deleted { address }
            | Self::Forgotten { address } => (Some(address), None),
            Self::Renamed { from, to } => (Some(from), Some(to)),
        };
        one.into_iter().chain(other)
    }

    /// The event without what no other event's legality depends on.
    fn outline(&self) -> Self {
        let (spec, outputs, depends_on) = (Attributes::new(), Attributes::new(), Vec::new());
        match self {
            Self::Creating { address, .. } => Self::Creating { address: address.clone(), spec, depends_on },
            Self::Updating { address, .. } => {
                Self::Updating { address: address.clone(), spec, depends_on, changed: None }
            }
            Self::Adopted { address, id, .. } => {
                Self::Adopted { address: address.clone(), id: id.clone(), spec, outputs, depends_on }
            }
            Self::Ready { address, id, .. } => {
                Self::Ready { address: address.clone(), id: id.clone(), outputs }
            }
            other => other.clone(),
        }
    }
}

/// Where a tracked resource is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// A call that makes it has left; whether it exists is not known.
    Creating,
    /// It was made or changed; whether it is ready is not known.
    Created,
    /// A call that changes it has left; whether it was heard is not known.
    Updating,
    /// It is as its specification says.
    Ready,
    /// A call that deletes it has left.
    Deleting,
}

/// What is known of a resource that we made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tracked {
    /// Where it is in its life.
    pub phase: Phase,
    /// The cloud's id for it; none before it is known to exist.
    pub id: Option<String>,
    /// What it was last made or changed to.
    pub spec: Attributes,
    /// What others may refer to.
    pub outputs: Attributes,
    /// What it referred to when it was last made or changed.
    pub depends_on: Vec<Address>,
    /// While it is not known whether an update was heard: what that was to write; `None` where that is not known either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_doubt: Option<Vec<String>>,
}

impl Tracked {
    /// As much of it as decides what may happen to it.
    fn outline(&self) -> Self {
        let (spec, outputs) = (Attributes::new(), Attributes::new());
        let (depends_on, in_doubt) = (Vec::new(), None);
        Self { phase: self.phase, id: self.id.clone(), spec, outputs, depends_on, in_doubt }
    }

    /// Whether it is not known what the attribute is, where it cannot be read: an update that was to write it may not have
    /// been heard.
    pub fn is_in_doubt(&self, attribute: &str) -> bool {
        self.phase == Phase::Updating
            && self.in_doubt.as_ref().is_none_or(|names| names.iter().any(|name| name == attribute))
    }
}

/// What we made: the fold of the journal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// How far it has come: each event takes it one further, and so does a restoration, which begins beyond all that was.
    /// Two states of one log are the same if this is.
    pub version: u64,
    /// The cloud that it was made on; none before the first change.
    pub binding: Option<Binding>,
    /// The resources, by address.
    pub resources: BTreeMap<Address, Tracked>,
}

impl State {
    /// The output of a tracked resource.
    pub fn output(&self, of: &Address, output: &str) -> Option<Value> {
        self.resources.get(of)?.outputs.get(output).cloned()
    }

    fn tracked(&mut self, address: &Address, event: &str, from: &[Phase]) -> Result<&mut Tracked, Illegal> {
        let tracked = self.resources.get_mut(address);
        let tracked =
            tracked.ok_or_else(|| Illegal(format!("{address} cannot be {event}: it is not tracked")))?;
        if !from.contains(&tracked.phase) {
            return Err(Illegal(format!("{address} cannot be {event}: it is {:?}", tracked.phase)));
        }
        Ok(tracked)
    }
}

/// An event that cannot have happened: the log and the program disagree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Illegal(String);

impl Fold for State {
    type Event = Event;
    type Illegal = Illegal;

    fn subjects(event: &Event) -> Vec<String> {
        event.addresses().map(ToString::to_string).collect()
    }

    /// A plan that was made before must not be taken for one of now, and what is bound to a cloud stays so: a version from
    /// before the first change is bound to none.
    fn follow(&mut self, before: &Self) {
        self.version = self.version.max(before.version) + 1;
        if self.binding.is_none() {
            self.binding.clone_from(&before.binding);
        }
    }

    /// On those resources alone that the events are of, and on no more of them than decides.
    fn check<'a>(&self, events: impl Iterator<Item = &'a Event>) -> Result<(), Illegal> {
        let mut touched =
            Self { version: self.version, binding: self.binding.clone(), resources: BTreeMap::new() };
        let mut met = BTreeSet::new();
        for event in events {
            for address in event.addresses() {
                if met.insert(address)
                    && let Some(tracked) = self.resources.get(address)
                {
                    touched.resources.insert(address.clone(), tracked.outline());
                }
            }
            touched.apply(event.outline())?;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) -> Result<(), Illegal> {
        use Phase::{Created, Creating, Deleting, Ready, Updating};
        self.version += 1;
        match event {
            Event::Bound { binding } => match &self.binding {
                Some(bound) if *bound != binding => {
                    return Err(Illegal(format!(
                        "the state belongs to {bound:?} and cannot be bound to {binding:?}"
                    )));
                }
                _ => self.binding = Some(binding),
            },
            Event::Creating { address, spec, depends_on } => {
                if self.resources.get(&address).is_some_and(|tracked| tracked.phase != Creating) {
                    return Err(Illegal(format!("{address} cannot be made: it is tracked already")));
                }
                let (outputs, in_doubt) = (Attributes::new(), None);
                let tracked = Tracked { phase: Creating, id: None, spec, outputs, depends_on, in_doubt };
                self.resources.insert(address, tracked);
            }
            Event::Created { address, id } => {
                let tracked = self.tracked(&address, "created", &[Creating])?;
                tracked.phase = Created;
                tracked.id = Some(id);
            }
            Event::Updating { address, spec, depends_on, changed } => {
                let tracked = self.tracked(&address, "updated", &[Created, Ready, Updating])?;
                // What an update before it was to write, and may not have, is in doubt still.
                tracked.in_doubt = if tracked.phase == Updating {
                    let both = tracked.in_doubt.take().zip(changed);
                    both.map(|(before, now)| {
                        before.into_iter().chain(now).collect::<BTreeSet<_>>().into_iter().collect()
                    })
                } else {
                    changed
                };
                tracked.phase = Updating;
                tracked.spec = spec;
                tracked.depends_on = depends_on;
            }
            Event::Updated { address, id } => {
                let tracked = self.tracked(&address, "changed", &[Updating])?;
                tracked.phase = Created;
                tracked.id = Some(id);
                tracked.in_doubt = None;
            }
            Event::Ready { address, id, outputs } => {
                let tracked = self.tracked(&address, "ready", &[Created, Ready, Updating])?;
                tracked.phase = Ready;
                tracked.id = Some(id);
                tracked.outputs = outputs;
                tracked.in_doubt = None;
            }
            Event::Adopted { address, id, spec, outputs, depends_on } => {
                if self.resources.get(&address).is_some_and(|tracked| !matches!(tracked.phase, Creating)) {
                    return Err(Illegal(format!("{address} cannot be adopted: it is tracked already")));
                }
                let (id, in_doubt) = (Some(id), None);
                let tracked = Tracked { phase: Ready, id, spec, outputs, depends_on, in_doubt };
                self.resources.insert(address, tracked);
            }
            Event::Deleting { address } => {
                self.tracked(&address, "deleted", &[Creating, Created, Ready, Updating, Deleting])?.phase =
                    Deleting;
            }
            Event::Deleted { address } => {
                self.tracked(&address, "deleted", &[Deleting])?;
                self.resources.remove(&address);
            }
            Event::Forgotten { address } => {
                self.tracked(&address, "forgotten", &[Creating, Created, Ready, Updating, Deleting])?;
                self.resources.remove(&address);
            }
            Event::Renamed { from, to } => {
                if from.kind != to.kind {
                    return Err(Illegal(format!("{from} cannot be called {to}: that is another kind")));
                }
                if self.resources.contains_key(&to) {
                    let why = if from == to { "it is called so already" } else { "that is tracked already" };
                    return Err(Illegal(format!("{from} cannot be called {to}: {why}")));
                }
                let Some(tracked) = self.resources.remove(&from) else {
                    return Err(Illegal(format!("{from} cannot be renamed: it is not tracked")));
                };
                self.resources.insert(to.clone(), tracked);
                for tracked in self.resources.values_mut() {
                    for before in tracked.depends_on.iter_mut().filter(|before| **before == from) {
                        before.clone_from(&to);
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_a_states_place_keeps_its_cloud_unless_it_has_one() {
        let bound = |region: &str| State {
            version: 3,
            binding: Some(Binding {
                environment: "staging".into(),
                endpoint: "emulator".into(),
                project_id: "p".into(),
                region: region.into(),
            }),
            resources: BTreeMap::new(),
        };
        let mut empty = State::default();
        empty.follow(&bound("fr-par"));
        assert_eq!(empty, State { version: 4, ..bound("fr-par") });
        let mut other = bound("nl-ams");
        other.follow(&bound("fr-par"));
        assert_eq!(other, State { version: 4, ..bound("nl-ams") });
    }
}
