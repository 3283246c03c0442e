//! What happens to each resource.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use super::diff::{self, Difference};
use super::found::{has_new_home, is_another, is_being_deleted, is_stranger, is_unfinished, nothing_is_here};
use super::why::{foreign, guarded, missing, reason};
use super::{Basis, Cause, Change, FieldChange, Plan, PlannedChange, loses_data};
use crate::address::Address;
use crate::error::Error;
use crate::graph::{self, Edges};
use crate::input;
use crate::kinds::{Claim, KindName, Mend, Recovery, Resource, Seen, Status};
use crate::model::{Attributes, Phase, State, Tracked};
use crate::observe::{Index, Observed};

/// The plan that makes `desired` true.
///
/// # Errors
/// Where `desired` contradicts itself: two resources of one address, a reference to nothing, a circle.
pub(crate) fn plan(
    desired: &[Resource],
    state: &State,
    observed: &Observed,
    basis: Basis,
) -> Result<Plan, Error> {
    let mut specs = specifications(desired)?;
    let order = in_order(&specs)?;
    let mut planner = Planner {
        state,
        observed: observed.index(),
        replace: &basis.replace,
        outputs: HashMap::new(),
        changes: Vec::new(),
        problems: Vec::new(),
        moved: Vec::new(),
        used: HashSet::new(),
    };
    for address in order {
        // Taken out, not copied: with thousands of resources their specifications are most of a plan's memory.
        if let Some((spec, depends_on)) = specs.remove(&address) {
            planner.desired(address, spec, depends_on);
        }
    }
    let undesired = |address: &&Address| !planner.outputs.contains_key(address);
    let left = state.resources.iter().filter(|(address, _)| undesired(address));
    let edges: Edges<&Address> = left
        .map(|(address, tracked)| {
            let known = tracked.depends_on.iter().filter(|before| state.resources.contains_key(before));
            (address, known.filter(undesired).collect())
        })
        .collect();
    // In the reverse of the order in which they were made, as the state remembers it: the definition may be gone.
    let made = graph::in_order(&edges).unwrap_or_else(|_| edges.keys().copied().collect());
    for address in made.into_iter().rev() {
        planner.undesired(address);
    }
    let Planner { changes, problems, .. } = planner;
    let warnings = nothing_is_here(state, &observed.index()).into_iter().collect();
    Ok(Plan { basis, changes, problems, warnings })
}

/// What each resource refers to.
pub(crate) fn dependencies(desired: &[Resource]) -> BTreeMap<Address, Vec<Address>> {
    let specs = specifications(desired).unwrap_or_default();
    specs.into_iter().map(|(address, (_, depends_on))| (address, depends_on)).collect()
}

type Specifications = BTreeMap<Address, (Attributes, Vec<Address>)>;

fn specifications(desired: &[Resource]) -> Result<Specifications, Error> {
    let mut specs = Specifications::new();
    for resource in desired {
        let spec = resource.spec.attributes();
        let mut depends_on = Vec::new();
        spec.values().for_each(|value| input::references(value, &mut depends_on));
        depends_on.sort();
        depends_on.dedup();
        if specs.insert(resource.address.clone(), (spec, depends_on)).is_some() {
            return Err(Error::Duplicate(resource.address.clone()));
        }
    }
    Ok(specs)
}

fn in_order(specs: &Specifications) -> Result<Vec<Address>, Error> {
    let mut edges = Edges::new();
    for (address, (_, depends_on)) in specs {
        if let Some(to) = depends_on.iter().find(|to| !specs.contains_key(to)) {
            return Err(Error::Dangling { from: address.clone(), to: to.clone() });
        }
        edges.insert(address, depends_on.iter().collect());
    }
    let owned = |addresses: Vec<&Address>| addresses.into_iter().cloned().collect();
    graph::in_order(&edges).map(owned).map_err(|members| Error::Cycle { members: owned(members) })
}

struct Planner<'a> {
    state: &'a State,
    observed: Index<'a>,
    /// What was asked to be made anew.
    replace: &'a [Address],
    /// What each resource that was decided about will offer, as far as it is known now.
    outputs: HashMap<Address, Attributes>,
    changes: Vec<PlannedChange>,
    problems: Vec<String>,
    /// Of the resource that is being decided about: what of it differs from the last run's only where its references do.
    moved: Vec<String>,
    /// What was found, by kind and id: one thing in the cloud is one resource.
    used: HashSet<(KindName, &'a str)>,
}

impl<'a> Planner<'a> {
    fn desired(&mut self, address: Address, mut spec: Attributes, depends_on: Vec<Address>) {
        let kind = address.kind;
        let tracked = self.state.resources.get(&address);
        self.moved = tracked.map(|tracked| alike_but_for_references(&spec, tracked)).unwrap_or_default();
        let known = |of: &Address, output: &str| self.outputs.get(of)?.get(output).cloned();
        spec.values_mut().for_each(|value| input::resolve(value, &known));
        // An id that is remembered is believed over a name; without one, the name is all there is.
        let id = tracked.and_then(|tracked| tracked.id.as_deref());
        let seen = self.observed.find(kind, id, || kind.key(&spec));
        let seen = seen.or_else(|| self.made_otherwise(kind, tracked?));
        let seen = seen.filter(|seen| self.used.insert((kind, &seen.id)));
        let (change, why) = match (tracked, seen) {
            (None, None) => (Change::Create { spec }, "it does not exist".to_owned()),
            (None, Some(seen)) => match (seen.claim, self.known_as(kind, &seen.id)) {
                (_, Some(other)) => {
                    let why = format!("it exists and is ours, called {other} until now");
                    self.adopt(&address, spec, seen, None, &why)
                }
                (Claim::Ours, None) => self.adopt(&address, spec, seen, None, "it exists and is ours"),
                (Claim::Foreign | Claim::Unmarked, None) => {
                    self.problems.push(foreign(&address, seen));
                    (Change::NoOp, "it exists and is not ours".to_owned())
                }
            },
            (Some(tracked), None) => {
                let why = missing(tracked, has_new_home(kind, tracked, &spec)).to_owned();
                (Change::Create { spec }, why)
            }
            (Some(tracked), Some(seen)) => self.existing(&address, spec, tracked, seen),
        };
        self.outputs.insert(address.clone(), offered(kind, &change, tracked, seen));
        self.decided(address, (change, why), depends_on, seen);
    }

    /// What an earlier run was about to make, if that was to be called otherwise than it is now.
    fn made_otherwise(&self, kind: KindName, tracked: &Tracked) -> Option<&'a Seen> {
        let was_begun = tracked.phase == Phase::Creating;
        let seen = was_begun.then(|| self.observed.find(kind, None, || kind.key(&tracked.spec)))??;
        (!is_stranger(kind, tracked, seen) && self.known_as(kind, &seen.id).is_none()).then_some(seen)
    }

    /// It is decided what happens to it: what else follows from that.
    fn decided(
        &mut self,
        address: Address,
        (change, why): (Change, String),
        depends_on: Vec<Address>,
        seen: Option<&Seen>,
    ) {
        if let Some(seen) = seen.filter(|_| change.deletes()) {
            self.problems.extend(guarded(&address, seen));
        }
        let loses_data = loses_data(address.kind, &change);
        let tracked = self.state.resources.get(&address);
        let unfinished = tracked.is_some_and(|tracked| is_unfinished(address.kind, tracked, &change));
        let preflight = self.preflight(&address, &change, seen);
        self.changes.push(PlannedChange {
            address,
            change,
            why,
            depends_on,
            loses_data,
            unfinished,
            preflight,
        });
    }

    /// What the state calls the resource of this id.
    fn known_as(&self, kind: KindName, id: &str) -> Option<&Address> {
        let known = |(address, tracked): &(&Address, &Tracked)| {
            address.kind == kind && tracked.id.as_deref() == Some(id)
        };
        self.state.resources.iter().find(known).map(|(address, _)| address)
    }

    /// What is known beforehand of a change; what the API would refuse is a problem.
    fn preflight(&mut self, address: &Address, change: &Change, seen: Option<&Seen>) -> Vec<String> {
        let (
            Some(seen),
            Change::Update { spec, .. } | Change::Adopt { spec, .. } | Change::Replace { spec, .. },
        ) = (seen, change)
        else {
            return Vec::new();
        };
        let changed: Vec<&str> = change.fields().iter().map(|field| field.name.as_str()).collect();
        let (mut told, kind) = (Vec::new(), address.kind);
        for foreseen in kind.preflight(spec, seen.facts.as_ref(), &changed) {
            match foreseen {
                Ok(sentence) => told.push(sentence),
                Err(problem) => self.problems.push(format!("{address}: {problem}")),
            }
        }
        told
    }

    fn existing(
        &mut self,
        address: &Address,
        spec: Attributes,
        tracked: &Tracked,
        seen: &Seen,
    ) -> (Change, String) {
        if is_stranger(address.kind, tracked, seen) {
            self.problems.push(foreign(address, seen));
            return (Change::NoOp, "it exists and is not ours".to_owned());
        }
        let id = seen.id.clone();
        if self.replace.contains(address) {
            let because = vec![status("it was asked for", Cause::Asked)];
            return (Change::Replace { id, spec, because }, "it is to be made anew".to_owned());
        }
        match tracked.phase {
            Phase::Creating if address.kind.profile().recovery == Recovery::DeleteAndRecreate => {
                let lost =
                    "an earlier run made it and lost the answer, which held what is answered only once";
                let because = vec![status(lost, Cause::Unfinished)];
                return (Change::Replace { id, spec, because }, "an earlier run was interrupted".to_owned());
            }
            Phase::Creating => {
                let why = "an earlier run made it and lost the answer";
                return self.adopt(address, spec, seen, Some(tracked), why);
            }
            Phase::Deleting => {
                let because = vec![status("an earlier run was deleting it", Cause::Unfinished)];
                return (
                    Change::Replace { id, spec, because },
                    "it was being deleted and is wanted again".to_owned(),
                );
            }
            Phase::Created | Phase::Updating | Phase::Ready => {}
        }
        if is_another(address.kind, tracked, seen) && !is_being_deleted(seen) {
            let why = "another than the one that we remember bears its name, and is ours";
            return self.adopt(address, spec, seen, Some(tracked), why);
        }
        let Difference { in_place: mut fields, by_replacement, impossible } =
            diff::difference(address, &spec, seen, Some(tracked), &self.moved);
        if !by_replacement.is_empty() {
            let why = reason(&by_replacement);
            return (Change::Replace { id, spec, because: by_replacement }, why);
        }
        if let Some(unfit) = self.unfit(address, &spec, Some(tracked), seen, &mut fields) {
            if !matches!(unfit.0, Change::Replace { .. }) {
                self.problems.extend(impossible);
            }
            return unfit;
        }
        let decided = match &seen.status {
            Status::Broken { .. } => (Change::Update { id, spec, fields, settle: false }, sickness(seen)),
            status if !fields.is_empty() => {
                let settle = matches!(status, Status::Changing(_));
                let why = reason(&fields);
                (Change::Update { id, spec, fields, settle }, why)
            }
            Status::Changing(state) => (Change::Await { id, spec }, format!("it is {state}")),
            Status::Ready if tracked.phase != Phase::Ready => {
                (Change::Await { id, spec }, "an earlier run did not see it ready".to_owned())
            }
            Status::Ready if tracked.id.as_ref() != Some(&id) => {
                (refresh(seen, tracked), "it is there under another id".to_owned())
            }
            Status::Ready if diff::outputs_moved(address.kind, seen, tracked) => {
                (refresh(seen, tracked), "what others refer to has moved".to_owned())
            }
            Status::Ready => (Change::NoOp, String::new()),
        };
        self.problems.extend(impossible);
        decided
    }

    /// What happens to something that cannot stay as it is, and that no update mends; `fields` could be changed of it.
    fn unfit(
        &mut self,
        address: &Address,
        spec: &Attributes,
        tracked: Option<&Tracked>,
        seen: &Seen,
        fields: &mut Vec<FieldChange>,
    ) -> Option<(Change, String)> {
        let replace = |because| Change::Replace { id: seen.id.clone(), spec: spec.clone(), because };
        if is_being_deleted(seen) {
            let because = vec![status("somebody is deleting it", Cause::Broken)];
            return Some((replace(because), "somebody is deleting it, and it is wanted".to_owned()));
        }
        let (Status::Broken { .. }, sick) = (&seen.status, sickness(seen)) else { return None };
        match address.kind.profile().mend {
            Mend::Update => None,
            Mend::Replace => {
                fields.push(status(&sick, whose_doing(tracked)));
                Some((replace(std::mem::take(fields)), sick))
            }
            Mend::Person => {
                self.problems.push(format!("{address}: {sick}. It may hold data and is not touched: look at it in Scaleway's console or ask its support; if what it holds may be lost, --replace {address} makes it anew"));
                Some((Change::NoOp, sick))
            }
        }
    }

    fn adopt(
        &mut self,
        address: &Address,
        spec: Attributes,
        seen: &Seen,
        tracked: Option<&Tracked>,
        why: &str,
    ) -> (Change, String) {
        let Difference { in_place: mut fields, by_replacement, impossible } =
            diff::difference(address, &spec, seen, tracked, &self.moved);
        let id = seen.id.clone();
        if !by_replacement.is_empty() {
            let why = format!("{why}, but {}", reason(&by_replacement));
            return (Change::Replace { id, spec, because: by_replacement }, why);
        }
        if let Some((change, unfit)) = self.unfit(address, &spec, tracked, seen, &mut fields) {
            return (change, format!("{why}, but {unfit}"));
        }
        self.problems.extend(impossible);
        if let Status::Broken { .. } = &seen.status {
            // An update mends it, whatever that changes.
            fields.push(status(&sickness(seen), whose_doing(tracked)));
        }
        let (current, outputs) = (seen.attributes.clone(), seen.outputs.clone());
        let settle = matches!(seen.status, Status::Changing(_));
        (Change::Adopt { id, spec, current, outputs, fields, settle }, why.to_owned())
    }

    fn undesired(&mut self, address: &Address) {
        let Some(tracked) = self.state.resources.get(address) else { return };
        let key = || address.kind.key(&tracked.spec);
        let seen = self.observed.find(address.kind, tracked.id.as_deref(), key);
        let (change, why) = match seen {
            Some(seen) if self.used.contains(&(address.kind, &*seen.id)) => {
                (Change::Forget { gone: false }, "it is called otherwise by now")
            }
            Some(seen) if is_stranger(address.kind, tracked, seen) => {
                (Change::Forget { gone: false }, "what exists under its name is not ours")
            }
            Some(seen) => (Change::Delete { id: seen.id.clone() }, "it is not in the definition any more"),
            None => (Change::Forget { gone: true }, "it is gone already"),
        };
        self.decided(address.clone(), (change, why.to_owned()), tracked.depends_on.clone(), seen);
    }
}

/// Takes note of its id and of what can be seen of its outputs; the others are remembered still.
fn refresh(seen: &Seen, tracked: &Tracked) -> Change {
    let mut outputs = tracked.outputs.clone();
    outputs.extend(seen.outputs.clone());
    Change::Refresh { id: seen.id.clone(), outputs }
}

/// What the resource will offer after the change, as far as it is known: what can be seen, and what only we remember.
fn offered(kind: KindName, change: &Change, tracked: Option<&Tracked>, seen: Option<&Seen>) -> Attributes {
    let mut outputs = tracked.map(|tracked| tracked.outputs.clone()).unwrap_or_default();
    match (change, seen) {
        (Change::Create { .. } | Change::Replace { .. }, _) | (_, None) => return Attributes::new(),
        (_, Some(seen)) => outputs.extend(seen.outputs.clone()),
    }
    let updates = matches!(change, Change::Update { .. })
        || matches!(change, Change::Adopt { fields, .. } if !fields.is_empty());
    if updates {
        outputs.retain(|name, _| !kind.profile().moving_outputs.contains(&name.as_str()));
    }
    outputs
}

/// What is wrong with it, where something is.
fn sickness(seen: &Seen) -> String {
    match &seen.status {
        Status::Broken { state, reason } if reason.is_empty() => format!("it is in {state}"),
        Status::Broken { state, reason } => format!("it is in {state}: {reason}"),
        Status::Ready | Status::Changing(_) => String::new(),
    }
}

/// What was never seen ready is nobody else's doing.
fn whose_doing(tracked: Option<&Tracked>) -> Cause {
    let was_ready = tracked.is_none_or(|tracked| tracked.phase == Phase::Ready);
    if was_ready { Cause::Broken } else { Cause::Unfinished }
}

/// Not an attribute differs, but what has become of it.
fn status(why: &str, cause: Cause) -> FieldChange {
    FieldChange { name: "status".to_owned(), from: Value::Null, to: json!(why), cause }
}

/// The attributes that are what the last run wrote, whatever their references turn out to be.
fn alike_but_for_references(spec: &Attributes, tracked: &Tracked) -> Vec<String> {
    let refers = spec.iter().filter(|(_, wanted)| input::is_unresolved(wanted));
    let alike = refers
        .filter(|(name, wanted)| tracked.spec.get(*name).is_some_and(|before| input::fits(wanted, before)));
    alike.map(|(name, _)| name.clone()).collect()
}
