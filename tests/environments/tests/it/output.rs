//! Standard output that cannot be written: told, and never taken for done.
#![cfg(target_os = "linux")]

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use crate::desk::program;
use crate::office::Office;

const LOST: &str = "error: standard output: cannot be written\n  because: No space left on device";

/// The exit code, and what is said on standard error, where standard output goes to a disk that is full.
fn onto_a_full_disk(command: &mut Command) -> (Option<i32>, String) {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_cannot_be_written_is_an_error_whoever_said_it() {
    let office = Office::open();
    let fast = |words: &[&str]| {
        let words: Vec<_> = ["--speed", "max"].iter().chain(words).copied().collect();
        office.program("deploy_staging", 0, &words)
    };
    let manage = |words: &[&str]| office.program("manage_state", 0, words);
    let other = |name: &str| Command::new(program().with_file_name(name));
    let (mut help, mut validate) = (other("deploy_staging"), other("validate_compliance"));
    help.arg("--help");
    validate.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let all = [
        fast(&["plan"]),
        fast(&["plan", "--json"]),
        fast(&["plan", "--detailed-exitcode"]),
        fast(&["drift", "--json"]),
        fast(&["show", "--json"]),
        fast(&["graph", "--dot"]),
        manage(&["list"]),
        manage(&["history", "--json"]),
        manage(&["export"]),
        help,
        validate,
    ];
    for mut command in all {
        let (code, wrong) = onto_a_full_disk(&mut command);
        assert_eq!(code, Some(1), "{command:?}: {wrong}");
        assert_eq!(wrong.matches(LOST).count(), 1, "{command:?}: {wrong}");
    }
}

#[test]
fn what_is_under_way_is_finished_although_nobody_can_be_told() {
    let office = Office::open();
    office.file("folder.toml", &environments::STAGING.replacen("max_scale = 2", "max_scale = 4", 1));
    let (code, wrong) =
        onto_a_full_disk(&mut office.program("deploy_staging", 0, &["--speed", "max", "apply"]));
    assert!(code == Some(1) && wrong.contains(LOST), "{wrong}");
    assert!(office.plan(0).contains("No changes."));
    assert_eq!(office.audited(1)[0], "deploy_staging apply: done; changes 1");
}

/// As `plan | head -1` does.
#[test]
fn whoever_closes_a_pipe_misses_nothing() {
    let office = Office::open();
    for words in [&["--speed", "max", "plan", "--json"][..], &["--speed", "max", "graph"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = office.program("deploy_staging", 0, words);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let wrong = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && !wrong.contains("standard output"), "{words:?}: {wrong}");
    }
}
