//! What can only be compared by kind: `data/by-kind.toml`, by operation and JSON pointer, each with its reason.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// One row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// Operations by name; `*` is all of them.
    operations: Vec<String>,
    /// A JSON pointer in which `*` stands for one step, and `**` for any number of them.
    pointer: String,
    /// Why its value cannot be foretold.
    #[cfg_attr(not(test), allow(dead_code, reason = "for whoever reads the file, and a test"))]
    reason: String,
}

#[derive(Debug, Deserialize)]
struct Table {
    row: Vec<Row>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let table = toml::from_str::<Table>(include_str!("../../data/by-kind.toml"));
    table.map(|table| table.row).unwrap_or_default()
});

/// Whether the value at `pointer` of an operation's answer is one of them.
pub(super) fn covers(operation: &str, pointer: &str) -> bool {
    ROWS.iter().any(|row| {
        row.operations.iter().any(|name| name == "*" || name == operation)
            && fits(&row.pointer.split('/').collect::<Vec<_>>(), &pointer.split('/').collect::<Vec<_>>())
    })
}

fn fits(pattern: &[&str], steps: &[&str]) -> bool {
    match (pattern, steps) {
        ([], []) => true,
        (["**", rest @ ..], steps) => (0..=steps.len()).any(|skipped| fits(rest, &steps[skipped..])),
        ([one, pattern @ ..], [step, steps @ ..]) => (*one == "*" || one == step) && fits(pattern, steps),
        _ => false,
    }
}

/// Whether two values are of one kind: of the same type, both empty or neither.
pub(super) fn alike(recorded: &Value, own: &Value) -> bool {
    match (recorded, own) {
        (Value::String(a), Value::String(b)) => a.is_empty() == b.is_empty(),
        (Value::Array(a), Value::Array(b)) => a.is_empty() == b.is_empty(),
        (Value::Object(a), Value::Object(b)) => a.is_empty() == b.is_empty(),
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_short_and_says_why() {
        assert!(!ROWS.is_empty() && ROWS.len() <= 40, "{} rows", ROWS.len());
        for row in &*ROWS {
            assert!(row.reason.len() > 10 && row.pointer.starts_with('/'), "{row:?}");
        }
    }

    #[test]
    fn stars_stand_for_steps() {
        let fits = |pattern: &str, pointer: &str| {
            fits(&pattern.split('/').collect::<Vec<_>>(), &pointer.split('/').collect::<Vec<_>>())
        };
        assert!(fits("/a/*/b", "/a/0/b") && !fits("/a/*/b", "/a/0/1/b"));
        assert!(fits("/**/b", "/b") && fits("/**/b", "/a/0/b") && !fits("/**/b", "/a/b/c"));
    }
}
