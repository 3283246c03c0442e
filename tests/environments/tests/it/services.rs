//! Services that do not answer after an apply.

use std::path::Path;
use std::process::Command;

use environments::VARIABLES;
use serde_json::Value;

use crate::desk::program;

/// A folder where a program keeps a cloud in its own process, on a clock that jumps, with images that behave like this.
fn run(folder: &Path, error_rate: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let images = folder.join("images.toml");
    let image = format!("[[image]]\nimage = \"*/runners:*\"\nerror_rate = {error_rate}\n");
    std::fs::write(&images, image).unwrap();
    let mut command = Command::new(program());
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command.args(["--speed", "max", "--data"]).arg(folder.join("data")).arg("--images").arg(images);
    let output = command.args(arguments).envs(VARIABLES).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// What the audit says of all commands that deploy.
fn audited(folder: &Path) -> Vec<(String, Value)> {
    let mut command = Command::new(program().with_file_name("manage_state"));
    let output = command.arg("--data").arg(folder.join("data")).args(["audit", "--json"]).output().unwrap();
    let audit: Value = serde_json::from_slice(&output.stdout).unwrap();
    let runs = audit["runs"].as_array().unwrap().iter();
    let deploys = runs.filter(|run| run["by"]["command"].as_str().unwrap().starts_with("deploy_staging"));
    deploys.map(|run| (run["outcome"].as_str().unwrap().to_owned(), run["details"].clone())).collect()
}

#[test]
fn what_is_done_is_done_although_a_service_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    for changes in ["33", "0"] {
        let (code, said, wrong) = run(folder.path(), "1.0", &["apply"]);
        assert_eq!(code, Some(1), "{said}{wrong}");
        for words in [
            "error: the deployment is done, and 1 service does not answer:\n  runners: 500",
            "what to do: look at their logs in Cockpit",
        ] {
            assert!(wrong.contains(words), "{words:?} is not in:\n{wrong}");
        }
        let told = audited(folder.path()).pop().unwrap();
        assert_eq!(told, ("done".into(), serde_json::json!({"changes": changes, "unreachable": "runners"})));
    }
    assert_eq!(audited(folder.path()).len(), 2, "each has one line");
}

#[test]
fn a_service_that_does_not_answer_at_first_is_called_again_after_a_change_alone() {
    let folder = tempfile::tempdir().unwrap();
    // Chances are drawn from the same seed in each run, and the first call meets an error: one of the thirty in a minute,
    // which passes at once here, does not.
    let (code, said, wrong) = run(folder.path(), "0.9", &["apply"]);
    assert_eq!((code, wrong.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("✓ runners"), "{said}");
    let (code, said, _) = run(folder.path(), "0.9", &["apply"]);
    assert!(code == Some(1) && said.contains("✗ runners"), "{said}");
}
