//! The table operation → method of each client's README is true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use conformance::APIS;

/// What stands in backticks, the name of the client before a method left out.
fn names(cell: &str) -> Vec<&str> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.map(|name| name.rsplit("::").next().unwrap_or(name)).collect()
}

/// Each operation and its method, by the rows of a README; a row may have several of both, in the same order.
fn table(readme: &str) -> BTreeMap<&str, &str> {
    let mut table = BTreeMap::new();
    for row in readme.lines().filter_map(|line| line.strip_prefix('|')) {
        if let [operations, methods, ..] = row.split('|').collect::<Vec<_>>()[..] {
            table.extend(names(operations).into_iter().zip(names(methods)));
        }
    }
    table
}

/// All that a crate's `src` says.
fn source(folder: PathBuf) -> String {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| if path.is_dir() { source(path) } else { std::fs::read_to_string(path).unwrap() })
        .collect()
}

#[test]
fn every_operation_is_in_its_readme_with_a_method_that_calls_it() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates");
    let mut problems = BTreeSet::new();
    for api in APIS {
        let folder = crates.join(api.client);
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        let (table, source) = (table(&readme), source(folder.join("src")));
        for operation in api.operations.iter().map(|operation| operation.name) {
            let client = api.client;
            match table.get(operation) {
                None => problems.insert(format!("{client}: README has no row for {operation}")),
                Some(method) if !is_public(&source, method) => {
                    problems.insert(format!("{client}: {operation}: there is no method {method}"))
                }
                Some(_) if !source.contains(&format!("\"{operation}\"")) => {
                    problems.insert(format!("{client}: nothing calls {operation}"))
                }
                Some(_) => false,
            };
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

fn is_public(source: &str, method: &str) -> bool {
    ["pub fn ", "pub async fn "].iter().any(|start| {
        let declared = format!("{start}{method}");
        source.match_indices(&declared).any(|(at, _)| source[at + declared.len()..].starts_with(['(', '<']))
    })
}

#[test]
fn a_row_pairs_operations_and_methods_in_order() {
    let table = table(
        "| Operation | Method |\n|---|---|\n| `GetA`, `ListA` | `A::get_a`, `list_a`; `wait` |\ntext | `x` |",
    );
    assert_eq!(table.into_iter().collect::<Vec<_>>(), [("GetA", "get_a"), ("ListA", "list_a")]);
    assert!(is_public("pub async fn get_a(&self)", "get_a"));
    assert!(!is_public("fn get_a(&self) pub fn get_about()", "get_a"));
}
