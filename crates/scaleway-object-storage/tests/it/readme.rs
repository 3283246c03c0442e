//! The README's table names every operation that the crate calls, with a method that is there.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn every_operation_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut source = String::new();
    for file in std::fs::read_dir(root.join("src")).unwrap() {
        source += &std::fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let called: BTreeSet<&str> = source
        .split("self.on(\"")
        .chain(source.split("self.on_all(\""))
        .filter_map(|text| text.split_once("\", Method::").map(|(operation, _)| operation))
        .filter(|operation| operation.chars().all(char::is_alphabetic))
        .collect();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut listed = BTreeSet::new();
    for line in readme.lines() {
        let Some((operation, method)) = line.split_once("` | `ObjectStorage::") else { continue };
        listed.insert(operation.trim_start_matches("| `"));
        let method = method.trim_end_matches("` |");
        assert!(source.contains(&format!("pub async fn {method}(")), "there is no {method}");
    }
    assert_eq!(listed, called);
    assert_eq!(listed.len(), 22);
}
