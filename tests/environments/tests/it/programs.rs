//! What the programs say and end with where something is not as usual.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use environments::VARIABLES;
use evalap_topology::state::Holder;
use scaleway_containers::{Containers, ListContainers, UpdateContainer};
use scaleway_core::{Clock, Size, Timestamp};
use scaleway_emulator::{Fault, FaultKind};

use crate::desk::{Desk, program};
use crate::office::{Office, session};

const PROGRAMS: [&str; 5] =
    ["deploy_staging", "deploy_production", "manage_state", "validate_compliance", "run_tests"];

/// The exit code, and what is said on both streams.
fn ended(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn runs(office: &Office, name: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(office.program(name, 0, arguments).output().unwrap())
}

fn list(data: &Path) -> (Option<i32>, String, String) {
    let mut command = Command::new(program().with_file_name("manage_state"));
    ended(command.arg("--data").arg(data).arg("list").output().unwrap())
}

/// Somebody gives a container more memory by hand, or deletes it.
fn meddle(office: &Office, name: &str, delete: bool) {
    let work = async {
        let containers = Containers::new(&office.desk.client());
        let all = containers.list_containers(ListContainers::default()).all().await.unwrap();
        let id = all.into_iter().find(|container| container.name == name).unwrap().id;
        if delete {
            containers.delete_container(&id).await.unwrap();
        } else {
            let more = UpdateContainer::default().memory_limit_bytes(Size::megabytes(1500));
            containers.update_container(&id, more).await.unwrap();
        }
    };
    Clock::real().block_on(work).unwrap();
}

#[test]
fn a_state_that_cannot_be_read_hides_no_other_and_is_a_failure() {
    let office = Office::open();
    let damaged = office.folder.path().join("data/state/damaged");
    std::fs::create_dir_all(damaged.join("log")).unwrap();
    for entry in std::fs::read_dir(office.state().join("log")).unwrap().map(Result::unwrap) {
        std::fs::write(damaged.join("log").join(entry.file_name()), "damaged").unwrap();
    }
    // Whoever looks into folders leaves such things behind.
    std::fs::write(office.folder.path().join("data/state/.DS_Store"), "").unwrap();
    let (code, said, _) = runs(&office, "manage_state", &["list"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("damaged: error: ") && said.contains("staging: 33 resources"), "{said}");
    let (code, said, _) = runs(&office, "manage_state", &["list", "--json"]);
    assert_eq!(code, Some(1), "{said}");
    let told: Vec<serde_json::Value> = serde_json::from_str(&said).unwrap();
    assert!(told.len() == 2 && told[0]["error"].is_string() && told[1]["resources"] == 33, "{said}");
}

/// One whose definition keeps the key elsewhere has never had a file.
#[test]
fn a_state_whose_key_file_is_gone_is_a_failure_and_the_file_is_to_be_put_back() {
    let office = Office::open();
    let key = office.json(&["list", "--json"])[0]["key"].as_str().unwrap().to_owned();
    let listed = |state: &str| {
        let text = environments::STAGING.replacen("[network]", &format!("{state}\n[network]"), 1);
        let file = office.file("listed.toml", &text);
        let mut command = office.desk.command("manage_state", office.folder.path(), Path::new(&file));
        ended(command.env_remove("EVALAP_STATE_KEY").arg("list").output().unwrap())
    };
    let (code, said, _) = listed("");
    assert_eq!(code, Some(1), "{said}");
    for words in [&*format!("holds a state written with key {key}, but its key file"), "put the file back"] {
        assert!(said.contains(words), "{words:?} is not in: {said}");
    }
    let (code, said, _) = listed("[state]\nkey = { from_env = \"STATE_KEY_OF_STAGING\" }\n");
    assert!(code == Some(0) && said.contains("if its definition keeps the key elsewhere"), "{said}");

    // Another key than the state's: the right one may be elsewhere, or was lost.
    let keys = office.folder.path().join("data/keys");
    std::fs::create_dir_all(&keys).unwrap();
    std::fs::write(keys.join("staging.key"), "09".repeat(32)).unwrap();
    std::fs::set_permissions(keys.join("staging.key"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .unwrap();
    let (code, said, _) = listed("");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("was written with key") && said.contains("else put the right key there"), "{said}");
}

#[test]
fn a_key_file_that_holds_no_key_names_the_one_that_is_to_be_put_back() {
    let office = Office::open();
    let key = office.json(&["list", "--json"])[0]["key"].as_str().unwrap().to_owned();
    let file = office.folder.path().join("data/keys/staging.key");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    for garbage in ["", "no key"] {
        std::fs::write(&file, garbage).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        for (name, arguments) in
            [("manage_state", &["show"][..]), ("deploy_staging", &["--speed", "max", "plan"])]
        {
            let mut command = office.program(name, 0, arguments);
            let (code, said, wrong) = ended(command.env_remove("EVALAP_STATE_KEY").output().unwrap());
            assert_eq!(code, Some(1), "{said}{wrong}");
            assert!(
                wrong.contains(&format!("holds a state written with key {key}: put back the copy")),
                "{wrong}"
            );
            assert!(!wrong.contains("openssl"), "{wrong}");
        }
    }
}

#[test]
fn a_data_folder_that_is_none_is_an_error_and_one_that_is_not_there_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for (data, why) in
        [(file.clone(), "this is a file".into()), (file.join("x"), format!("{} is a file", file.display()))]
    {
        let (code, _, wrong) = list(&data);
        assert_eq!(code, Some(1), "{wrong}");
        assert!(
            wrong.contains(&format!("error: --data {}: {why}, and no folder", data.display())),
            "{wrong}"
        );
    }
    let (code, said, _) = list(&folder.path().join("nothing"));
    assert!(code == Some(0) && said.contains("There is no state in"), "{said}");
}

#[test]
fn a_lock_of_a_process_that_is_gone_says_so() {
    let office = Office::open();
    let mut ran = Command::new("true").spawn().unwrap();
    let pid = ran.id();
    ran.wait().unwrap();
    let mut holder = serde_json::to_value(Holder::current("deploy_staging apply")).unwrap();
    holder["pid"] = pid.into();
    let clock = Clock::real();
    let mut session = session(&office.state(), &clock);
    let lock = session.lock(serde_json::from_value(holder).unwrap(), Duration::ZERO, |_| {});
    clock.block_on(lock).unwrap().unwrap();
    let said = office.does(&["list"]);
    assert!(
        said.contains("`deploy_staging apply`) (its process is gone, the next run takes it over)"),
        "{said}"
    );
    assert_eq!(office.json(&["list", "--json"])[0]["lock_abandoned"], true);
}

#[test]
fn drift_is_told_of_what_target_names_alone() {
    let office = Office::open();
    meddle(&office, "streamlit", false);
    let drift =
        |target: &str| runs(&office, "deploy_staging", &["--speed", "max", "drift", "--target", target]);
    let (code, said, _) = drift("container.runners");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("No drift: what --target names is as the last run left it."), "{said}");
    let (code, said, _) = drift("container.streamlit");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("what exists → what the definition says"), "{said}");
    assert!(said.contains("memory_limit_bytes: 1500 MB → "), "{said}");
    let (code, _, wrong) = drift("container.streamlti");
    assert!(code == Some(1) && wrong.contains("container.streamlit"), "{wrong}");
    let (code, _, wrong) = drift("containr.streamlit");
    assert!(code == Some(64) && wrong.contains("is container.streamlit meant?"), "{wrong}");
    // Where it lives is no part of it.
    assert_eq!(drift("emulator").0, Some(2));
}

/// One emulator is to a state's binding as good as another.
#[test]
fn a_state_on_another_emulator_is_asked_whether_it_was_made_there() {
    let office = Office::open();
    let elsewhere = Desk::open();
    let runs = |arguments: &[&str]| {
        let definition = Path::new("environments/staging.toml");
        let mut command = elsewhere.command("deploy_staging", office.folder.path(), definition);
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        command.env("EVALAP_STATE_KEY", "07".repeat(32)).args(["--speed", "max"]).args(arguments);
        ended(command.output().unwrap())
    };
    let warning = "none of the 33 resources that the state remembers exists here: is this the cloud that they were made in?";
    let (code, said, wrong) = runs(&["plan"]);
    assert!(code == Some(0) && said.contains(&format!("Careful: {warning}")), "{said}{wrong}");
    let (_, said, _) = runs(&["plan", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(plan["warnings"], serde_json::json!([warning]));
    let (code, said, _) = runs(&["drift"]);
    assert!(code == Some(2) && said.contains(warning), "{said}");
    assert!(!office.plan(0).contains("none of the"), "it was made here");
}

#[test]
fn what_the_api_refuses_of_a_database_is_to_be_mended_in_the_definition() {
    let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
    let applies = |edit: &dyn Fn(&str) -> String| {
        let file = folder.path().join("edited.toml");
        std::fs::write(&file, edit(environments::STAGING)).unwrap();
        let mut command = desk.command("deploy_staging", folder.path(), &file);
        command.env("EVALAP_STATE_KEY", "07".repeat(32)).args(["--speed", "max", "apply"]);
        let (code, said, wrong) = ended(command.output().unwrap());
        assert_eq!(code, Some(1), "{said}{wrong}");
        wrong
    };
    desk.emulator.inject(Fault::new(FaultKind::OutOfStock).operation("rdb.CreateInstance").times(100));
    let wrong = applies(&str::to_owned);
    assert!(
        wrong.contains("out_of_stock") && wrong.contains("what to do: write another `database.node_type`"),
        "{wrong}"
    );
    desk.emulator.clear_faults();
    let wrong = applies(&|text| text.replacen("\"DB-DEV-S\"", "\"DB-NONE-XXS\"", 1));
    assert!(wrong.contains("what to do: write another `database.node_type`"), "{wrong}");
    let wrong = applies(&|text| text.replacen("work_mem", "work_memm", 1));
    assert!(wrong.contains("the setting \"work_memm\" of the database is refused"), "{wrong}");
    assert!(wrong.contains("what to do: correct `work_memm` in `database.settings`"), "{wrong}");
}

#[test]
fn a_state_goes_through_a_pipe() {
    let office = Office::open();
    let newest = office.json(&["list", "--json"])[0]["records"].as_u64().unwrap().to_string();
    let exported = office.does(&["export", "-"]);
    assert!(!Path::new("-").exists());
    office.does(&["forget", "data_source.logs"]);
    let mut import = office.program("manage_state", 0, &["import", "-"]);
    let mut import = import.stdin(Stdio::piped()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(exported.as_bytes()).unwrap();
    let (code, said, wrong) = ended(import.wait_with_output().unwrap());
    assert_eq!(code, Some(0), "{wrong}");
    assert!(said.contains("The state is what standard input says"), "{said}");
    assert!(office.does(&["diff", &newest]).contains("Both versions say the same"));
}

#[test]
fn what_is_gone_says_what_to_do_where_a_plan_was_made_from_memory() {
    let office = Office::open();
    meddle(&office, "documentation", true);
    let edited = environments::STAGING.replacen("max_scale = 2", "max_scale = 4", 1);
    let definition = office.file("folder.toml", &edited);
    assert_ne!(edited, environments::STAGING, "{definition}");
    let apply = &["--speed", "max", "apply", "--refresh=false"];
    let (code, said, wrong) = runs(&office, "deploy_staging", apply);
    assert_eq!(code, Some(1), "{said}{wrong}");
    assert!(wrong.contains("container.documentation: could not update"), "{wrong}");
    assert!(wrong.contains("what to do: it is gone: run again without --refresh=false"), "{wrong}");
    office.says("deploy_staging", 0, &["--speed", "max", "apply"]);
}

#[test]
fn each_program_says_its_version() {
    for name in PROGRAMS {
        let mut command = Command::new(program().with_file_name(name));
        let (code, said, _) = ended(command.arg("--version").output().unwrap());
        assert_eq!((code, said.as_str()), (Some(0), &*format!("{name} {}\n", env!("CARGO_PKG_VERSION"))));
    }
}

/// What a program was started with is told by `/proc`, and changed by GNU's `env`.
#[cfg(target_os = "linux")]
mod hang_up {
    use super::*;

    /// Whoever runs the tests may have been told to outlive its terminal.
    const LISTENS: &str = "exec env --default-signal=HUP";

    /// An apply in its own process, begun by `shell`, and hung up on while the instance is under way: that is ready after it.
    fn hung_up(shell: &str) -> (Option<i32>, String) {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Desk::by(Clock::manual_from(Timestamp::from_unix_millis(1_780_000_000_000)));
        let slow = FaultKind::SlowReadiness(Duration::from_hours(1));
        cloud.emulator.inject(Fault::new(slow).operation("rdb.CreateInstance"));
        let mut apply = Command::new("sh")
            .args(["-c", &format!("{shell} \"$0\" \"$@\"")])
            .arg(program())
            .args(["--speed", "200", "--emulator-url", cloud.url(), "--data"])
            .arg(folder.path())
            .arg("apply")
            .envs(VARIABLES)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = apply.id().to_string();
        let hang_up = || {
            assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
        };
        let mut lines = BufReader::new(apply.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut said = String::new();
        let mut until = |said: &mut String, word: &str| {
            for line in lines.by_ref() {
                said.push_str(&line);
                said.push('\n');
                if line.contains(word) {
                    return;
                }
            }
        };
        until(&mut said, "database_instance.main: create");
        // The request may still be on its way.
        while !cloud.emulator.inventory().iter().any(|thing| thing.kind == "rdb.instances") {
            assert_eq!(apply.try_wait().unwrap(), None, "{said}");
            std::thread::yield_now();
        }
        hang_up();
        if shell == LISTENS {
            until(&mut said, "Stopping");
        }
        // The shell has said so; now the kernel does.
        hang_up();
        cloud.emulator.clock().advance(Duration::from_hours(2));
        until(&mut said, "no such line");
        apply.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (apply.wait().unwrap().code(), said)
    }

    #[test]
    fn a_closed_terminal_lets_what_is_under_way_be_finished() {
        let (code, said) = hung_up(LISTENS);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("✓ database_instance.main: created"), "{said}");
        assert!(said.contains("Stopped, as asked: what was under way is finished."), "{said}");
        assert!(!said.contains("container.runners: create"), "{said}");
    }

    #[test]
    fn whoever_is_to_outlive_the_terminal_does() {
        let (code, said) = hung_up("trap '' HUP; exec");
        assert_eq!(code, Some(0), "{said}");
        assert!(!said.contains("Stopping"), "{said}");
    }
}
