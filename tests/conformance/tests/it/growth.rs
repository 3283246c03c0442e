//! What an API can add to, our types can: a field or a variant that comes later breaks nobody's program.

use std::path::{Path, PathBuf};

/// Where types of the API are written: the clients and the base they stand on.
fn sources() -> Vec<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates");
    let clients = crates.read_dir().unwrap().map(|folder| folder.unwrap().path());
    let is_client = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("scaleway-") && name != "scaleway-emulator"
    };
    let mut folders: Vec<PathBuf> = clients.filter(is_client).map(|path| path.join("src")).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// The names of the types in `text` that show their fields or variants and cannot grow.
fn closed(text: &str) -> Vec<&str> {
    // An item begins after a blank line; its attributes stand above its name.
    let items = text.split("\n\n").filter_map(|item| {
        let at = ["pub struct ", "pub enum "].iter().find_map(|word| item.find(&format!("\n{word}")))?;
        Some(item.split_at(at + 1))
    });
    let closed = items.filter(|(attributes, item)| {
        let is_open = attributes.contains("#[non_exhaustive]");
        let shows = match item.split_once('{') {
            // An enum without variants is a name for a type, nothing that is made.
            Some((head, body)) if head.starts_with("pub enum ") => !body.starts_with('}'),
            Some((head, body)) if !head.contains(';') => body.starts_with('}') || body.contains("\n    pub "),
            _ => item.lines().next().is_some_and(|line| line.contains("(pub ")),
        };
        shows && !is_open
    });
    closed.filter_map(|(_, item)| item.split(['{', '(', '<', ';', ' ']).nth(2)).collect()
}

#[test]
fn what_an_api_may_add_to_is_non_exhaustive() {
    let files = sources();
    assert!(files.len() > 100, "{} files", files.len());
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        // An empty answer is empty: nothing of the API's is in it.
        let closed = closed(&text).into_iter().filter(|name| *name != "Empty");
        found.extend(closed.map(|name| format!("{name} in {}", file.display())));
    }
    assert!(found.is_empty(), "not #[non_exhaustive]:\n{}", found.join("\n"));
}

#[test]
fn what_cannot_grow_is_found() {
    let text = "//! A file.\n\n/// A.\n#[derive(Debug)]\npub struct A {\n    /// It.\n    pub a: u32,\n}\n\n/// B.\n\
        #[non_exhaustive]\npub struct B {\n    /// It.\n    pub b: u32,\n}\n\n/// C.\npub struct C {\n    c: u32,\n}\n\n\
        /// D.\npub enum D {\n    /// One.\n    One,\n}\n\n/// E.\npub enum E {}\n\n/// F.\npub struct F(pub u32);\n\n\
        /// G.\npub struct G {}\n\n/// H.\npub struct H(u32);\n";
    assert_eq!(closed(text), ["A", "D", "F", "G"]);
}
