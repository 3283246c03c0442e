//! Which permission sets an operation needs: a table, read once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What one operation needs.
#[derive(Debug, Clone)]
pub(crate) struct Permission {
    /// As refusals name it.
    pub(crate) resource: &'static str,
    pub(crate) action: &'static str,
    /// Whether it is about the organisation, not about a project.
    pub(crate) of_organization: bool,
    sets: &'static [String],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    resource: String,
    #[serde(default)]
    scope: Scope,
    read: Vec<String>,
    write: Vec<String>,
    #[serde(default)]
    exception: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    operations: Vec<String>,
    resource: Option<String>,
    action: Option<String>,
    scope: Option<Scope>,
    sets: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scope {
    #[default]
    Projects,
    Organization,
}

static TABLE: LazyLock<BTreeMap<String, Entry>> =
    LazyLock::new(|| toml::from_str(include_str!("../../data/permissions.toml")).unwrap_or_default());

impl Permission {
    /// What `operation` of `product` needs; `reads` tells which rule is for operations that no exception names. A product
    /// that is not in the table needs more than anybody but the owner has.
    pub(crate) fn of(product: &str, operation: &str, reads: bool) -> Self {
        let Some((name, entry)) = TABLE.get_key_value(product) else {
            return Self { resource: "unknown", action: "write", of_organization: true, sets: &[] };
        };
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => operation.starts_with(beginning),
            None => operation == pattern,
        };
        let exception = entry.exception.iter().find(|exception| exception.operations.iter().any(fits));
        let action = if reads { "read" } else { "write" };
        let resource = if entry.resource.is_empty() { name } else { &entry.resource };
        match exception {
            Some(exception) => Self {
                resource: exception.resource.as_ref().unwrap_or(resource),
                action: exception.action.as_deref().unwrap_or(action),
                of_organization: exception.scope.unwrap_or(entry.scope) == Scope::Organization,
                sets: &exception.sets,
            },
            None => Self {
                resource,
                action,
                of_organization: entry.scope == Scope::Organization,
                sets: if reads { &entry.read } else { &entry.write },
            },
        }
    }

    /// Whether a permission set contains it.
    pub(super) fn is_in(&self, set: &str) -> bool {
        let for_all_products = match set {
            "AllProductsFullAccess" => true,
            "AllProductsReadOnly" => ["read", "list"].contains(&self.action),
            _ => false,
        };
        self.sets.iter().any(|name| name == set) || for_all_products && !self.of_organization
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products;

    #[test]
    fn the_table_names_sets_that_exist_and_every_product() {
        for entry in TABLE.values() {
            let sets = entry.read.iter().chain(&entry.write);
            for set in sets.chain(entry.exception.iter().flat_map(|exception| &exception.sets)) {
                assert!(products::iam::permission_set(set).is_some(), "{set}");
            }
        }
        for product in products::ALL {
            assert!(TABLE.contains_key(product.name), "{} is not in data/permissions.toml", product.name);
        }
    }

    #[test]
    fn exceptions_come_first_and_all_products_are_not_values_of_secrets() {
        let access = Permission::of("secret-manager", "AccessSecretVersionByPath", true);
        assert!(access.is_in("SecretManagerSecretAccess") && access.is_in("AllProductsFullAccess"));
        assert!(!access.is_in("SecretManagerReadOnly") && !access.is_in("AllProductsReadOnly"));
        let list = Permission::of("secret-manager", "ListSecrets", true);
        assert_eq!((list.action, list.resource), ("list", "secret"));
        assert!(list.is_in("AllProductsReadOnly") && !list.is_in("SecretManagerSecretAccess"));
        let policies = Permission::of("iam", "CreatePolicy", false);
        assert!(policies.of_organization && !policies.is_in("AllProductsFullAccess"));
    }
}
