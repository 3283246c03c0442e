//! The state's key in Secret Manager: made, read, rotated; missing, switched off, another one, none at all.

use std::path::PathBuf;
use std::process::Command;

use scaleway_core::{Clock, SecretId};
use scaleway_emulator::{Fault, FaultKind};
use scaleway_secrets::{CreateSecretVersion, Payload, Revision, Secrets};
use tempfile::TempDir;

use crate::desk::Desk;

/// Programs whose state is in a bucket, and its key in a secret.
struct Keyed {
    desk: Desk,
    folder: TempDir,
    definition: PathBuf,
}

impl Keyed {
    fn open() -> Self {
        let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        let definition = folder.path().join("staging.toml");
        let state = "[state]\nbucket = \"evalap-staging-state\"\nkey = { secret = \"/evalap/state-key\" }\n\n[network]";
        std::fs::write(&definition, environments::STAGING.replacen("[network]", state, 1)).unwrap();
        Self { desk, folder, definition }
    }

    fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = self.desk.command(name, self.folder.path(), &self.definition);
        command.env_remove("EVALAP_STATE_KEY").args(arguments);
        command
    }

    fn succeeds(&self, name: &str, arguments: &[&str]) -> String {
        let output = self.program(name, arguments).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// A plan that cannot be made for each of these reasons, in the program's own words.
    fn fails(&self, because: &[&str]) {
        let output = self.program("deploy_staging", &["plan"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{said}");
        for words in because {
            assert!(said.contains(words), "{words:?} is not in:\n{said}");
        }
    }

    fn secrets(&self) -> Secrets {
        Secrets::new(&self.desk.client())
    }

    fn secret(&self) -> SecretId {
        let secrets = self.secrets();
        let found = async { secrets.find_secret(None, "/evalap", "state-key").await.unwrap().unwrap().id };
        Clock::real().block_on(found).unwrap()
    }

    fn add(&self, value: &str) {
        let (secrets, id) = (self.secrets(), self.secret());
        let version = CreateSecretVersion::new(Payload::text(value));
        Clock::real().block_on(secrets.create_secret_version(&id, version)).unwrap().unwrap();
    }

    fn disable(&self, revision: u32) {
        let (secrets, id) = (self.secrets(), self.secret());
        Clock::real().block_on(secrets.disable_secret_version(&id, revision)).unwrap().unwrap();
    }

    fn enable(&self, revision: u32) {
        let (secrets, id) = (self.secrets(), self.secret());
        Clock::real().block_on(secrets.enable_secret_version(&id, revision)).unwrap().unwrap();
    }
}

#[test]
fn the_states_key_is_made_in_secret_manager_read_from_there_and_rotated() {
    let keyed = Keyed::open();
    keyed.fails(&["manage_state bootstrap"]);
    assert!(keyed.succeeds("manage_state", &["bootstrap"]).contains("made a key in Secret Manager"));
    assert!(keyed.succeeds("manage_state", &["bootstrap"]).contains("Nothing was changed"));
    keyed.succeeds("deploy_staging", &["--speed", "max", "apply"]);
    let first = {
        let (secrets, id) = (keyed.secrets(), keyed.secret());
        let read = async { secrets.access_secret_version(&id, Revision::LatestEnabled).await.unwrap() };
        Clock::real().block_on(read).unwrap().data.as_text().unwrap().to_owned()
    };
    keyed.succeeds("manage_state", &["rekey"]);
    keyed.succeeds("deploy_staging", &["plan", "--detailed-exitcode"]);
    keyed.succeeds("manage_state", &["verify"]);

    // The rotation has switched the first version off; with it alone the state cannot be opened.
    keyed.disable(2);
    keyed.fails(&["no version is enabled", "/evalap/state-key"]);
    keyed.enable(1);
    keyed.fails(&["was written with key", "the secret that [state] key names"]);
    keyed.enable(2);
    // Whichever of several fits is used, the newest or not.
    keyed.add(&first);
    keyed.succeeds("deploy_staging", &["plan", "--detailed-exitcode"]);
}

#[test]
fn a_rotation_that_cannot_switch_the_old_key_off_says_so_gives_the_lock_back_and_is_ended_by_the_next() {
    let keyed = Keyed::open();
    keyed.succeeds("manage_state", &["bootstrap"]);
    keyed.succeeds("deploy_staging", &["--speed", "max", "apply"]);
    let switch = "DisableSecretVersion";
    keyed.desk.emulator.inject(Fault::new(FaultKind::Forbidden).operation(switch));
    let output = keyed.program("manage_state", &["rekey"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in [
        "from now on, and could not take the old one's place",
        "because: the state key in the secret /evalap/state-key cannot be disabled",
        "what to do: the secret's newest version holds it",
    ] {
        assert!(said.contains(words), "{words:?} is not in:\n{said}");
    }
    assert!(keyed.succeeds("manage_state", &["unlock"]).contains("Nobody holds the lock."));
    let audit = keyed.succeeds("manage_state", &["audit"]);
    assert!(audit.contains("manage_state rekey`): failed (because the state's key is "), "{audit}");
    assert!(audit.contains("cannot be disabled"), "with its cause: {audit}");
    keyed.succeeds("deploy_staging", &["plan", "--detailed-exitcode"]);

    keyed.succeeds("manage_state", &["rekey"]);
    assert_eq!(keyed.desk.emulator.requests().count(switch), 3, "one refused, and two then");
    keyed.succeeds("manage_state", &["verify"]);
}

#[test]
fn what_is_no_key_is_told_with_its_place_and_not_its_value() {
    let keyed = Keyed::open();
    keyed.succeeds("manage_state", &["bootstrap"]);
    keyed.add("not-a-key-at-all");
    let output = keyed.program("deploy_staging", &["plan"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("version 2 of the secret /evalap/state-key"), "{said}");
    assert!(!said.contains("not-a-key-at-all"), "{said}");
}
