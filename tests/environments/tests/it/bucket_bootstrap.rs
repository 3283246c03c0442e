//! `manage_state bootstrap --allow`: who may be let in, and that nobody is locked out unawares.

use std::process::Command;

use scaleway_core::{Client, Clock, Config};
use scaleway_emulator::{Fault, FaultKind};
use tempfile::TempDir;

use crate::access::key;
use crate::desk::Desk;

const OTHER: &str = "user_id:6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90";

/// A bucket's definition, and the key of an application on a cloud that can be asked whose it is.
struct Bucket {
    desk: Desk,
    folder: TempDir,
    access_key: String,
    caller: String,
}

impl Bucket {
    fn open() -> Self {
        let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        let state = "[state]\nbucket = \"evalap-staging-state\"\n\n[network]";
        std::fs::write(
            folder.path().join("bucket.toml"),
            environments::STAGING.replacen("[network]", state, 1),
        )
        .unwrap();
        let organization = desk.emulator.organization().parse().unwrap();
        let config = Config::new("11111111-1111-4111-8111-111111111111");
        let config = config.with_default_organization(organization);
        let client = Client::builder(config, desk.emulator.clone()).build().unwrap();
        let project = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        let made = Clock::real().block_on(key(&client, "deployer", Vec::new(), project)).unwrap();
        let caller = format!("application_id:{}", made.application_id.unwrap());
        Self { desk, folder, access_key: made.access_key.to_string(), caller }
    }

    /// The exit code, and all that is said.
    fn bootstrap(&self, allow: &[&str]) -> (Option<i32>, String) {
        let definition = self.folder.path().join("bucket.toml");
        let mut command: Command = self.desk.command("manage_state", self.folder.path(), &definition);
        command.args(["--target", "scaleway", "bootstrap"]);
        command.args(allow.iter().map(|allowed| format!("--allow={allowed}")));
        command.env("SCW_CONFIG_PATH", self.folder.path().join("none.yaml")).env_remove("SCW_PROFILE");
        command.env("SCW_API_URL", self.desk.url()).env("SCW_S3_ENDPOINT", self.desk.url());
        command.env("SCW_SECRET_KEY", "11111111-1111-4111-8111-111111111111");
        let output = command.env("SCW_ACCESS_KEY", &self.access_key).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    }

    fn does(&self, allow: &[&str]) -> String {
        let (code, said) = self.bootstrap(allow);
        assert_eq!(code, Some(0), "{said}");
        said
    }
}

#[test]
fn what_is_no_principal_is_a_wrong_command_line() {
    let bucket = Bucket::open();
    for wrong in ["foo", "application_id:xyz", "*", "project_id:6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90"] {
        let (code, said) = bucket.bootstrap(&[wrong]);
        assert_eq!(code, Some(64), "{said}");
        assert!(said.contains("expected user_id:UUID or application_id:UUID"), "{said}");
    }
    assert_eq!(bucket.desk.emulator.requests().count("CreateBucket"), 0);
}

#[test]
fn who_is_not_among_those_let_in_is_told_so_before_anything_is_done() {
    let bucket = Bucket::open();
    let (code, said) = bucket.bootstrap(&[OTHER]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("what to do: add yourself: --allow {}", bucket.caller)), "{said}");
    assert!(said.contains("would lock you out"), "{said}");
    assert_eq!(bucket.desk.emulator.requests().count("CreateBucket"), 0);
    let said = bucket.does(&[OTHER, &bucket.caller]);
    assert!(said.contains(&format!("let nobody in but {OTHER}, {}", bucket.caller)), "{said}");
    assert!(!said.contains("in the place of") && !said.contains("Not checked"), "{said}");
}

#[test]
fn a_policy_that_is_replaced_is_told_and_one_that_stays_is_not() {
    let bucket = Bucket::open();
    bucket.does(&[OTHER, &bucket.caller]);
    assert!(bucket.does(&[OTHER, &bucket.caller]).contains("is ready already"));
    let said = bucket.does(&[&bucket.caller]);
    let before = said.split_once("in the place of a policy that said ").map(|(_, before)| before);
    assert!(
        before.is_some_and(|before| before.contains(OTHER) && before.contains("s3:DeleteObject")),
        "{said}"
    );
}

#[test]
fn where_it_cannot_be_looked_up_whose_the_key_is_it_is_said_that_it_was_not() {
    let bucket = Bucket::open();
    bucket.desk.emulator.inject(Fault::new(FaultKind::Forbidden).operation("GetAPIKey").times(100));
    let said = bucket.does(&[OTHER]);
    assert!(said.contains(&format!("Not checked that {OTHER} lets you in")), "{said}");
    assert!(said.contains("permissions_denied"), "{said}");
    assert!(said.contains(&format!("let nobody in but {OTHER}")), "{said}");
}
