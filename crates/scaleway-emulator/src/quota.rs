//! How much of a thing there may be: a table of what is documented, read once, asked whenever something is made.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::store::{Kind, Record};
use crate::world::World;

/// A row of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quota {
    /// For people.
    pub(crate) title: String,
    pub(crate) scope: Scope,
    pub(crate) limit: u64,
    /// The collection whose records count, where the quota's name is not its.
    counts: Option<String>,
    /// The field by which things have the same parent, where it is not the record's.
    by: Option<String>,
    resource: Option<String>,
    #[serde(default)]
    only: BTreeMap<String, Vec<Value>>,
    /// Where it is documented.
    pub(crate) source: String,
}

/// What a limit is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    Organization,
    Project,
    /// Of what the thing belongs to; refusals say that it is the project's.
    Parent,
}

type Table = BTreeMap<String, BTreeMap<String, Quota>>;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("../data/quotas.toml")).unwrap_or_default());

/// All quotas with their names (`product.things`), in the order of names.
pub(crate) fn all() -> impl Iterator<Item = (String, &'static Quota)> {
    TABLE.iter().flat_map(|(product, quotas)| {
        quotas.iter().map(move |(things, quota)| (format!("{product}.{things}"), quota))
    })
}

/// What a quota says in this world; where there is none of that name, there is no limit.
pub(crate) fn limit(world: &World, name: &str) -> u64 {
    let documented = name.split_once('.').and_then(|(product, things)| TABLE.get(product)?.get(things));
    let chosen = world.settings.quotas.get(name).copied();
    chosen.or(documented.map(|quota| quota.limit)).unwrap_or(u64::MAX)
}

/// Whether nothing is limited by that name in this world.
pub(crate) fn is_lifted(world: &World, name: &str) -> bool {
    limit(world, name) == u64::MAX
}

/// Refuses where `more` of the kind, like `draft`, are more than there may be.
pub(crate) fn must_have_room(world: &World, kind: Kind, draft: &Record, more: u64) -> Result<(), Refusal> {
    let product = kind.collection.split_once('.').map_or("", |(product, _)| product);
    for (things, quota) in TABLE.get(product).into_iter().flatten() {
        let name = format!("{product}.{things}");
        let counts = quota.counts.as_ref().unwrap_or(&name) == kind.collection && quota.includes(draft);
        if !counts || is_lifted(world, &name) {
            continue;
        }
        let held = if matches!(quota.scope, Scope::Parent) && quota.by.is_none() {
            world.store.siblings(kind, draft).filter(|it| quota.includes(it)).count()
        } else {
            let others = world.store.all(kind).map(|(_, other)| other);
            others.filter(|it| quota.includes(it) && quota.is_beside(world, it, draft)).count()
        };
        admit(world, &name, kind.resource, held as u64, more)?;
    }
    Ok(())
}

/// Refuses where `more` beside the `current` ones, which the caller counted, are too many by the quota of that name.
/// The refusal calls it `resource` unless the table has a name for it.
pub(crate) fn admit(
    world: &World,
    name: &str,
    resource: &str,
    current: u64,
    more: u64,
) -> Result<(), Refusal> {
    let limit = limit(world, name);
    if current.saturating_add(more) <= limit {
        return Ok(());
    }
    let quota = name.split_once('.').and_then(|(product, things)| TABLE.get(product)?.get(things));
    let of_organization = quota.is_some_and(|quota| quota.scope == Scope::Organization);
    let scope = if of_organization { "organization" } else { "project" };
    let resource = quota.and_then(|quota| quota.resource.as_deref()).unwrap_or(resource);
    Err(Refusal::quotas_exceeded(scope, resource, limit, current))
}

impl Quota {
    /// Whether such a record counts.
    fn includes(&self, record: &Record) -> bool {
        self.only.iter().all(|(field, values)| {
            let value = record.body.get(field).filter(|value| !value.is_null());
            values.contains(value.unwrap_or(&Value::String(String::new())))
        })
    }

    fn is_beside(&self, world: &World, other: &Record, draft: &Record) -> bool {
        match self.scope {
            Scope::Parent => self.by.as_ref().is_some_and(|by| other.body.get(by) == draft.body.get(by)),
            Scope::Project => other.project == draft.project,
            Scope::Organization => {
                !draft.project.is_empty() && other.project == draft.project
                    || organization(world, other) == organization(world, draft)
            }
        }
    }
}

/// The organisation that a record names, or its project's.
fn organization(world: &World, record: &Record) -> String {
    match record.text("organization_id") {
        "" => world.organization_of(&record.project),
        named => named.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products;

    #[test]
    fn every_quota_is_of_a_product_that_is_there() {
        assert!(all().count() >= 25, "the table can be read");
        for (name, quota) in all() {
            let product = name.split_once('.').map_or("", |(product, _)| product);
            let is_there = products::ALL.iter().any(|it| it.name == product) || product == "object_storage";
            assert!(is_there, "{name}");
            assert!(!quota.title.is_empty() && !quota.source.is_empty(), "{name}");
        }
    }
}
