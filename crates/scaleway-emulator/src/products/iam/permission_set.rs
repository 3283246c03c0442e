//! Permission sets: what rules grant, by name.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::Call;
use crate::products::pages;
use crate::reply::Answer;

/// One of the platform's permission sets.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PermissionSet {
    id: String,
    pub(crate) name: String,
    /// `projects` or `organization`.
    pub(crate) scope_type: String,
    description: String,
    categories: Vec<String>,
}

static SETS: LazyLock<Vec<PermissionSet>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/iam-permission-sets.json")).unwrap_or_default()
});

/// The set of that name.
pub(crate) fn find(name: &str) -> Option<&'static PermissionSet> {
    SETS.iter().find(|set| set.name == name)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut sets: Vec<&PermissionSet> = SETS.iter().collect();
    match call.order_by() {
        Some("name_desc") => sets.sort_by_key(|set| std::cmp::Reverse(&set.name)),
        // All are as old as the platform.
        Some("created_at_asc") => {}
        Some("created_at_desc") => sets.reverse(),
        _ => sets.sort_by_key(|set| &set.name),
    }
    let sets = sets.into_iter().filter_map(|set| serde_json::to_value(set).ok());
    pages::answer(call, "permission_sets", sets.collect::<Vec<Value>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_is_read_and_names_each_set_once() {
        let mut names: Vec<&str> = SETS.iter().map(|set| set.name.as_str()).collect();
        assert!(names.len() > 100);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SETS.len());
        assert!(SETS.iter().all(|set| ["projects", "organization"].contains(&set.scope_type.as_str())));
        assert_eq!(find("IAMManager").map(|set| set.scope_type.as_str()), Some("organization"));
    }
}
