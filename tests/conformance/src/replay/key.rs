//! Access keys that are masked in a path: which one was meant.

use std::collections::HashMap;

use serde_json::Value;

use super::recording::Line;

const MASK: &str = "SCWXXXXXXXXXXXXXXXXX";

/// The keys that were named so far.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// By masked path, the last that its calls named.
    by_path: HashMap<String, String>,
    created: Option<String>,
}

impl Keys {
    /// The path with the key that was meant: the one that the answer names, else the last that the path's calls named,
    /// else the last created.
    pub(super) fn unmask(&mut self, line: &Line) -> String {
        let named = named(&line.response);
        if line.verb == "POST" && line.path.ends_with("/api-keys") {
            self.created = named.map(str::to_owned).or_else(|| self.created.take());
        }
        if !line.path.contains(MASK) {
            return line.path.clone();
        }
        if let Some(key) = named {
            self.by_path.insert(line.path.clone(), key.to_owned());
        }
        let key = self.by_path.get(&line.path).or(self.created.as_ref());
        key.map_or_else(|| line.path.clone(), |key| line.path.replace(MASK, key))
    }
}

fn named(answer: &Value) -> Option<&str> {
    let named = answer["access_key"].as_str();
    named.or_else(|| answer["resource_id"].as_str().filter(|id| id.starts_with("SCW")))
}
