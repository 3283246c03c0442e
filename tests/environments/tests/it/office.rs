//! The programs as a person types them, with an environment made.

use std::path::{Path, PathBuf};
use std::process::Command;

use evalap_topology::model::State;
use evalap_topology::state::{Session, StateKey, Store};
use scaleway_core::{Clock, Random};
use serde_json::Value;
use tempfile::TempDir;

use crate::desk::Desk;

/// The programs on a desk, with an environment made whose state is in a folder.
pub(crate) struct Office {
    pub(crate) desk: Desk,
    pub(crate) folder: TempDir,
    /// Says that the state is in a folder; the second, in a bucket; the third is of another environment.
    definitions: [PathBuf; 3],
}

impl Office {
    pub(crate) fn open() -> Self {
        let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        let file = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            file
        };
        let bucket = "[state]\nbucket = \"evalap-staging-state\"\n\n[network]";
        let definitions = [
            file("folder.toml", environments::STAGING),
            file("bucket.toml", &environments::STAGING.replacen("[network]", bucket, 1)),
            file("other.toml", &environments::STAGING.replacen("name = \"staging\"", "name = \"other\"", 1)),
        ];
        let office = Self { desk, folder, definitions };
        office.says("deploy_staging", 0, &["--speed", "max", "apply"]);
        office
    }

    pub(crate) fn program(&self, name: &str, definition: usize, arguments: &[&str]) -> Command {
        let mut command = self.desk.command(name, self.folder.path(), &self.definitions[definition]);
        command.env("EVALAP_STATE_KEY", "07".repeat(32)).env("NEXT_KEY", "08".repeat(32)).args(arguments);
        command
    }

    /// What a program says that must succeed.
    pub(crate) fn says(&self, name: &str, definition: usize, arguments: &[&str]) -> String {
        let output = self.program(name, definition, arguments).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}{wrong}");
        said
    }

    pub(crate) fn does(&self, arguments: &[&str]) -> String {
        self.says("manage_state", 0, arguments)
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.does(arguments)).unwrap()
    }

    /// What `manage_state` refuses, with this exit code and all of these words.
    pub(crate) fn refuses(&self, code: i32, arguments: &[&str], words: &[&str]) {
        let output = self.program("manage_state", 0, arguments).output().unwrap();
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {wrong}");
        for word in words {
            assert!(wrong.contains(word), "{arguments:?}: {word:?} is not in:\n{wrong}");
        }
    }

    /// What commands are in the audit from its `from`th on, each with its outcome and details in words.
    pub(crate) fn audited(&self, from: usize) -> Vec<String> {
        let audit = self.json(&["audit", "--json"]);
        let told = |run: &Value| {
            let details: Vec<String> = run["details"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| format!("; {name} {}", value.as_str().unwrap()))
                .collect();
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            format!("{}: {}{}", word(&run["by"]["command"]), word(&run["outcome"]), details.concat())
        };
        audit["runs"].as_array().unwrap().iter().skip(from).map(told).collect()
    }

    pub(crate) fn plan(&self, definition: usize) -> String {
        self.says("deploy_staging", definition, &["--speed", "max", "plan"])
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("data/state/staging")
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }
}

pub(crate) fn session(folder: &Path, clock: &Clock) -> Session<State> {
    let store = Store::folder(folder, clock.clone(), Random::system()).unwrap();
    clock.block_on(Session::open(store, StateKey::new(&[7; 32]).unwrap())).unwrap().unwrap()
}
