//! The parts of a plan's changes, and which waits for which.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Change, Plan, PlannedChange};
use crate::address::Address;
use crate::graph::{self, Edges};

/// One part of a change, as it is carried out: a replacement has two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) address: Address,
    pub(crate) part: Part,
}

/// Which part of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Delete,
    Make,
}

/// Where a step has its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ordered {
    /// Which of the plan's changes it is a part of.
    pub(crate) change: usize,
    /// What it waits for.
    pub(crate) after: BTreeSet<Step>,
    /// Whether it is deleted along with something else that it waits for: nothing is asked of the API.
    pub(crate) along: bool,
}

pub(crate) type Order = BTreeMap<Step, Ordered>;

/// The parts of all changes, and what each waits for: what it refers to is made first, what refers to it is deleted first,
/// and what refers to it no longer is changed before it is deleted. What lives in something that is deleted goes with it,
/// unless something outside stands between two that would go together.
pub(crate) fn steps(plan: &Plan) -> Order {
    let riders = riders(plan);
    if !riders.is_empty() {
        let order = ordered(plan, &riders);
        if graph::in_order(&waits(&order)).is_ok() {
            return order;
        }
    }
    ordered(plan, &BTreeMap::new())
}

/// Who waits for whom.
pub(crate) fn waits(order: &Order) -> Edges<Step> {
    order.iter().map(|(step, ordered)| (step.clone(), ordered.after.clone())).collect()
}

/// What is deleted with what it lives in, and that.
fn riders(plan: &Plan) -> BTreeMap<&Address, &Address> {
    let goes = |change: &Change| matches!(change, Change::Delete { .. } | Change::Replace { .. });
    let deleted: BTreeSet<&Address> =
        plan.changes.iter().filter(|planned| goes(&planned.change)).map(|planned| &planned.address).collect();
    let riders = deleted.iter().filter_map(|address| {
        let carrier = address.kind.goes_with()?;
        let before = plan.basis.depended_on.get(*address)?;
        let carrier = before.iter().find(|other| other.kind == carrier && deleted.contains(other))?;
        Some((*address, carrier))
    });
    riders.collect()
}

fn ordered(plan: &Plan, riders: &BTreeMap<&Address, &Address>) -> Order {
    let mut order = Order::new();
    for (change, planned) in plan.changes.iter().enumerate() {
        let parts: &[Part] = match planned.change {
            Change::NoOp => &[],
            Change::Delete { .. } => &[Part::Delete],
            Change::Replace { .. } => &[Part::Delete, Part::Make],
            _ => &[Part::Make],
        };
        for part in parts {
            let along = *part == Part::Delete && riders.contains_key(&planned.address);
            let ordered = Ordered { change, after: BTreeSet::new(), along };
            order.insert(Step { address: planned.address.clone(), part: *part }, ordered);
        }
    }
    for (waits, first) in edges(plan) {
        let (waits, first) = match (rides(&waits, riders), rides(&first, riders)) {
            // What goes with something waits for that alone, and that waits for all that they would.
            (Some(carrier), _) if first.address == *carrier => (waits, first),
            (Some(carrier), Some(other)) if carrier == other => continue,
            (Some(carrier), _) => (deletion(carrier), first),
            (None, Some(carrier)) if waits == deletion(carrier) => (first, waits),
            (None, _) => (waits, first),
        };
        if order.contains_key(&first)
            && let Some(ordered) = order.get_mut(&waits)
        {
            ordered.after.insert(first);
        }
    }
    order
}

fn deletion(address: &Address) -> Step {
    Step { address: address.clone(), part: Part::Delete }
}

/// What the step's resource goes with.
fn rides<'a>(step: &Step, riders: &BTreeMap<&'a Address, &'a Address>) -> Option<&'a Address> {
    riders.get(&step.address).copied().filter(|_| step.part == Part::Delete)
}

/// What must be made before `me`: what it refers to; where nothing happens to that, what that refers to, and so on. A
/// service waits for the new password of a user that it knows only by what the user may do.
fn made_before<'a>(
    by_address: &HashMap<&'a Address, &'a PlannedChange>,
    me: &'a Address,
) -> impl Iterator<Item = &'a Address> {
    let (mut first, mut met, mut left) = (Vec::new(), HashSet::from([me]), vec![me]);
    while let Some(planned) = left.pop().and_then(|address| by_address.get(address)) {
        for other in planned.depends_on.iter().filter(|other| met.insert(other)) {
            let stays = by_address.get(other).is_some_and(|planned| planned.change.is_noop());
            if stays { left.push(other) } else { first.push(other) }
        }
    }
    first.into_iter()
}

/// Who waits for whom, among all steps that there could be.
fn edges(plan: &Plan) -> Vec<(Step, Step)> {
    let step = |address: &Address, part| Step { address: address.clone(), part };
    let made: BTreeSet<&Address> = plan
        .changes
        .iter()
        .filter(|planned| !matches!(planned.change, Change::NoOp | Change::Delete { .. }))
        .map(|planned| &planned.address)
        .collect();
    let by_address: HashMap<&Address, &PlannedChange> =
        plan.changes.iter().map(|planned| (&planned.address, planned)).collect();
    let mut edges = Vec::new();
    for planned in &plan.changes {
        let me = &planned.address;
        edges.push((step(me, Part::Make), step(me, Part::Delete)));
        for other in &planned.depends_on {
            edges.push((step(other, Part::Delete), step(me, Part::Delete)));
        }
        if made.contains(me) {
            edges.extend(
                made_before(&by_address, me).map(|other| (step(me, Part::Make), step(other, Part::Make))),
            );
        }
        for other in plan.basis.depended_on.get(me).into_iter().flatten() {
            edges.push((step(other, Part::Delete), step(me, Part::Delete)));
            // What is only deleted waits until nothing refers to it any more; what is replaced cannot wait for that.
            if !made.contains(other) && !planned.depends_on.contains(other) {
                edges.push((step(other, Part::Delete), step(me, Part::Make)));
            }
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::KindName;
    use crate::model::{Attributes, Binding};
    use crate::plan::Basis;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    /// A plan that does `change` to all of these, each with what it refers to.
    fn plan(change: &Change, resources: &[(&str, &[&str])]) -> Plan {
        let resources = resources
            .iter()
            .map(|(name, refers)| (address(name), refers.iter().map(|name| address(name)).collect()));
        let depended_on: BTreeMap<Address, Vec<Address>> = resources.collect();
        let planned = |(address, depends_on): (&Address, &Vec<Address>)| PlannedChange {
            address: address.clone(),
            change: change.clone(),
            why: String::new(),
            depends_on: depends_on.clone(),
            loses_data: false,
            unfinished: false,
            preflight: Vec::new(),
        };
        let changes = depended_on.iter().map(planned).collect();
        let binding = Binding {
            environment: "staging".into(),
            endpoint: "emulator".into(),
            project_id: "p".into(),
            region: "fr-par".into(),
        };
        let basis = Basis::new(binding, 1, "definition".into(), depended_on);
        Plan { basis, changes, problems: Vec::new(), warnings: Vec::new() }
    }

    #[test]
    fn what_stays_as_it_is_stands_between_what_changes() {
        let change = Change::Refresh { id: "id".into(), outputs: Attributes::new() };
        let mut plan = plan(
            &change,
            &[
                ("container.main", &["database_privilege.main"]),
                ("database_privilege.main", &["database_user.main", "database.main"]),
                ("database_user.main", &[]),
                ("database.main", &[]),
            ],
        );
        for planned in &mut plan.changes {
            if ["database_privilege.main", "database.main"].contains(&planned.address.to_string().as_str()) {
                planned.change = Change::NoOp;
            }
        }
        let order = steps(&plan);
        let step = |text: &str| Step { address: address(text), part: Part::Make };
        assert_eq!(order[&step("container.main")].after, BTreeSet::from([step("database_user.main")]));
        assert_eq!(order.len(), 2);
    }

    /// Who waits for whom where all of these are deleted; what goes along is marked.
    fn deleted(resources: &[(&str, &[&str])]) -> Vec<String> {
        let told = |(step, ordered): (Step, Ordered)| {
            let after: Vec<_> = ordered.after.iter().map(|step| step.address.to_string()).collect();
            let how = if ordered.along { " goes along" } else { "" };
            format!("{}{how} after {}", step.address, after.join(", "))
        };
        steps(&plan(&Change::Delete { id: "id".into() }, resources)).into_iter().map(told).collect()
    }

    #[test]
    fn what_lives_in_something_goes_with_it_when_all_that_uses_either_is_gone() {
        let order = deleted(&[
            ("vpc.main", &[]),
            ("database_instance.main", &["vpc.main"]),
            ("database.app", &["database_instance.main"]),
            ("database_user.app", &["database_instance.main"]),
            ("database_privilege.app/app", &["database_instance.main", "database.app", "database_user.app"]),
            ("secret.url", &[]),
            ("secret_version.url", &["secret.url", "database.app"]),
        ]);
        assert_eq!(
            order,
            [
                "vpc.main after database_instance.main",
                "secret.url after ",
                "secret_version.url goes along after secret.url",
                "database_instance.main after secret_version.url",
                "database.app goes along after database_instance.main",
                "database_user.app goes along after database_instance.main",
                "database_privilege.app/app goes along after database_instance.main",
            ]
        );
    }

    #[test]
    fn what_would_have_to_go_before_and_after_another_goes_by_itself() {
        let order = deleted(&[
            ("container_namespace.main", &[]),
            ("container.api", &["container_namespace.main"]),
            ("secret.url", &[]),
            ("secret_version.url", &["secret.url", "container.api"]),
            ("container.web", &["container_namespace.main", "secret_version.url"]),
        ]);
        assert_eq!(
            order,
            [
                "secret.url after secret_version.url",
                "secret_version.url after container.web",
                "container_namespace.main after container.api, container.web",
                "container.api after secret_version.url",
                "container.web after ",
            ]
        );
    }

    #[test]
    fn what_is_replaced_takes_along_what_is_made_again_in_it() {
        use KindName::{Database, DatabaseInstance};
        let replace = Change::Replace { id: "id".into(), spec: Attributes::new(), because: Vec::new() };
        let resources: &[(&str, &[&str])] =
            &[("database_instance.main", &[]), ("database.app", &["database_instance.main"])];
        let steps = steps(&plan(&replace, resources));
        let order = graph::in_order(&waits(&steps)).unwrap();
        let told: Vec<_> = order.iter().map(|step| (step.address.kind, step.part)).collect();
        assert_eq!(
            told,
            [
                (DatabaseInstance, Part::Delete),
                (DatabaseInstance, Part::Make),
                (Database, Part::Delete),
                (Database, Part::Make),
            ]
        );
        assert!(steps[&deletion(&address("database.app"))].along);
    }
}
