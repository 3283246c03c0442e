//! What a mistake is called, and what to do about it.

use std::process::Command;
use std::time::Duration;

use evalap_topology::state::Holder;
use scaleway_core::Clock;

use crate::desk::program;
use crate::office::{Office, session};

/// A program in the workspace's root, with neither account nor cloud.
fn plain(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program().with_file_name(name));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(arguments);
    command.env_remove("SCW_PROFILE").env("SCW_CONFIG_PATH", "/nonexistent");
    command
}

/// Ends with this code, and says all of this; what it says in all.
fn says(command: &mut Command, code: i32, words: &[&str]) -> String {
    let output = command.output().unwrap();
    let wrong = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{command:?}: {wrong}");
    for word in words {
        assert!(wrong.contains(word), "{command:?}: {word:?} is not in:\n{wrong}");
    }
    wrong
}

#[test]
fn a_speed_that_no_time_fits_is_refused() {
    for speed in ["1e99", "1e-99"] {
        let words = ["expected a factor from 0.001 to 1000000", "--speed"];
        says(&mut plain("deploy_staging", &["--speed", speed, "plan"]), 64, &words);
    }
}

#[test]
fn a_bucket_without_a_state_says_how_one_comes_there() {
    let office = Office::open();
    office.says("manage_state", 1, &["bootstrap"]);
    let words = ["there is no state of environment", "the first deployment makes one", "migrate --to bucket"];
    let wrong = says(&mut office.program("manage_state", 1, &["show"]), 1, &words);
    assert!(!wrong.contains("--data DIR"), "{wrong}");
}

#[test]
fn a_definition_that_cannot_be_read_says_what_is_true_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("latin1.toml"), b"name = \"\xe9\"").unwrap();
    let root = "run this from the root of the workspace";
    for (file, words) in [
        (path("nope.toml"), &["because: No such file", root, "FILE"][..]),
        (path("latin1.toml"), &["save it as UTF-8"]),
        (path("."), &["it is a folder: name a file in it: "]),
    ] {
        for name in ["deploy_staging", "manage_state"] {
            let command = if name == "manage_state" { "show" } else { "plan" };
            let wrong = says(&mut plain(name, &["--definition", &file, command]), 1, words);
            assert_eq!(wrong.contains(root), words.contains(&root), "{wrong}");
        }
        let output = plain("validate_compliance", &[&file]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in:\n{said}");
        }
        assert!(!said.contains("--definition"), "an option that it does not have: {said}");
    }
}

#[test]
fn a_profile_without_a_file_says_where_it_was_looked_for() {
    let mut plan = plain("deploy_staging", &["--target", "scaleway", "plan"]);
    let words =
        ["there is no profile \"nope\", since there is no profile file /nonexistent", "unset SCW_PROFILE"];
    let wrong = says(plan.env("SCW_PROFILE", "nope"), 1, &words);
    assert!(!wrong.contains("there are"), "{wrong}");
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named_with_what_cannot_be_written() {
    let words = [
        "error: --data environments/staging.toml: this is a file, and no folder",
        "what to do: name a folder",
    ];
    let wrong =
        says(&mut plain("deploy_staging", &["--data", "environments/staging.toml", "plan"]), 1, &words);
    assert!(!wrong.contains("cloud"), "{wrong}");

    let folder = tempfile::tempdir().unwrap();
    let (data, lock) = (folder.path().display().to_string(), folder.path().join("cloud/lock.json"));
    std::fs::create_dir_all(&lock).unwrap();
    let named = format!("since {} cannot be read or written: give yourself the right to", lock.display());
    says(&mut plain("deploy_staging", &["--data", &data, "plan"]), 1, &[&named]);
}

#[test]
fn an_option_that_a_command_has_no_use_for_is_wrong_usage() {
    let list = ["--environment", "production", "list"];
    says(&mut plain("manage_state", &list), 64, &["leave --environment out"]);
    for command in ["show", "graph"] {
        let aimed = ["--target", "container.runners", command];
        says(&mut plain("deploy_staging", &aimed), 64, &["leave --target ADDRESS out"]);
    }
}

#[test]
fn what_is_to_be_called_as_it_is_says_so() {
    let office = Office::open();
    for (name, why) in [
        ("container.runners", "it is called so already"),
        ("container.streamlit", "container.streamlit: that is tracked already"),
    ] {
        office.refuses(1, &["move", "container.runners", name], &[why]);
    }
}

#[test]
fn a_definition_without_a_bucket_is_not_asked_where_that_is() {
    for command in [&["migrate", "--to", "bucket"][..], &["bootstrap"]] {
        let words = ["error: the definition of staging names no bucket", "what to do: write [state] bucket"];
        let wrong = says(&mut plain("manage_state", command), 1, &words);
        assert!(!wrong.contains("say where"), "{wrong}");
    }
}

#[test]
fn a_lock_that_was_waited_for_in_vain_says_for_how_long() {
    let office = Office::open();
    let clock = Clock::real();
    let mut holder = session(&office.state(), &clock);
    let lock = holder.lock(Holder::current("deploy_staging apply"), Duration::ZERO, |_| {});
    clock.block_on(lock).unwrap().unwrap();
    office.file("folder.toml", &environments::STAGING.replacen("max_scale = 2", "max_scale = 4", 1));
    let waited = "error: the state's lock was waited for, and not to be had in 1.0 s";
    let held = "because: the state is locked by";
    for (name, arguments) in [
        ("deploy_staging", &["--speed", "max", "apply", "--lock-timeout", "1s"][..]),
        ("manage_state", &["forget", "data_source.logs", "--lock-timeout", "1s"]),
    ] {
        says(&mut office.program(name, 0, arguments), 1, &[waited, held]);
        let wrong = says(&mut office.program(name, 0, &arguments[..arguments.len() - 2]), 1, &[]);
        assert!(wrong.contains("error: the state is locked by") && !wrong.contains("waited for"), "{wrong}");
    }
}
