//! Where `manage_state` finds a state, opens it and puts it: a folder, a bucket, damaged, under another key.

use std::time::Duration;

use evalap_topology::state::Holder;
use scaleway_core::Clock;
use scaleway_emulator::{Fault, FaultKind};
use serde_json::Value;

use crate::desk::Desk;
use crate::office::{Office, session};

#[test]
fn a_state_goes_into_its_bucket_and_back_with_all_that_it_said() {
    let office = Office::open();
    let bucket = |arguments: &[&str]| office.says("manage_state", 1, arguments);
    let moved = ["was moved to bucket evalap-staging-state", "[state]"];
    bucket(&["bootstrap"]);
    for _ in 0..2 {
        let records = office.json(&["list", "--json"])[0]["records"].as_u64().unwrap();
        office.refuses(1, &["migrate", "--to", "bucket"], &["names no bucket", "[state] bucket"]);
        assert!(bucket(&["migrate", "--to", "bucket"]).contains("is not used any more"));
        assert!(bucket(&["migrate", "--to", "bucket"]).contains("is in bucket evalap-staging-state already"));
        office.refuses(1, &["forget", "vpc.main"], &moved);
        let listed = office.does(&["list"]);
        assert!(
            listed.contains("moved to bucket evalap-staging-state") && !listed.contains("locked"),
            "{listed}"
        );
        assert_eq!(office.json(&["list", "--json"])[0]["lock"], Value::Null);
        let old = office.program("manage_state", 0, &["show"]).output().unwrap();
        assert!(String::from_utf8_lossy(&old.stderr).contains(moved[0]), "what is shown is old");
        assert!(office.plan(1).contains("No changes."));
        bucket(&["forget", "data_source.logs"]);
        bucket(&["restore", &records.to_string()]);
        assert!(bucket(&["migrate", "--to", "folder"]).contains("Take bucket out of [state]"));
        assert!(office.does(&["verify"]).contains("all whole and in a chain"));
        assert!(office.does(&["history"]).contains("`manage_state forget`"), "done in the bucket");
        assert!(!office.does(&["list"]).contains("moved"), "it is here again");
        assert!(office.plan(0).contains("No changes."));
    }
    office.does(&["rekey", "--new-key-from", "NEXT_KEY"]);
    office.refuses(1, &["show"], &["was written with key"]);
}

/// The way out where there is no backup.
#[test]
fn what_lies_before_a_damaged_record_is_exported_and_goes_on_elsewhere() {
    let office = Office::open();
    let newest = office.json(&["list", "--json"])[0]["records"].as_u64().unwrap();
    let record = |seq: u64| office.state().join(format!("log/{seq:020}"));
    std::fs::write(record(newest), "cut off").unwrap();
    let before = (newest - 1).to_string();
    let way_out = format!("manage_state export --version {before}");
    office.refuses(1, &["show"], &["the last good one is", &way_out]);
    let exported = office.folder.path().join("exported.json").display().to_string();
    office.does(&["export", "--version", &before, &exported]);

    // A log that is gone is not taken for one that never was.
    std::fs::rename(office.state().join("log"), office.folder.path().join("log")).unwrap();
    office.refuses(1, &["show"], &["is missing"]);

    std::fs::rename(office.state(), office.folder.path().join("damaged")).unwrap();
    office.does(&["import", &exported]);
    assert!(office.plan(0).contains("No changes."));
}

/// A snapshot has the state as it is now, whatever is wrong with the log before it.
#[test]
fn a_state_with_a_damaged_record_is_read_by_its_snapshot_and_by_what_lies_before() {
    let office = Office::open();
    let good = office.does(&["show", "--version", "3"]);
    std::fs::write(office.state().join(format!("log/{:020}", 5)), "cut off").unwrap();
    let found =
        ["record 5 of the state", "the last good one is 4", "export --version 4", "has all 33 resources"];
    for command in
        [&["verify"][..], &["history"], &["audit"], &["audit", "--verify"], &["show", "--version", "6"]]
    {
        office.refuses(1, command, &found);
    }
    assert_eq!(office.does(&["show", "--version", "3"]), good);
    assert!(office.does(&["show"]).contains("container.runners"));
    assert!(office.does(&["export"]).contains("container.runners"));
    assert!(office.does(&["export", "--version", "4"]).contains("evalap-state-export"));
}

/// What has no snapshot behind it cannot be opened; what lies before it is read all the same.
#[test]
fn a_state_that_cannot_be_opened_is_verified_and_read_up_to_its_last_good_record() {
    let office = Office::open();
    let newest = office.json(&["list", "--json"])[0]["records"].as_u64().unwrap();
    let before = (newest - 1).to_string();
    std::fs::write(office.state().join(format!("log/{newest:020}")), "cut off").unwrap();
    let found = format!("the last good one is {before}");
    for command in ["verify", "history", "audit", "show", "export", "unlock"] {
        office.refuses(1, &[command], &[&found]);
    }
    office.refuses(1, &["restore", "3"], &[&found]);
    office.refuses(1, &["diff", "3"], &[&found]);
    assert!(office.does(&["show", "--version", &before]).contains("container.runners"));
    assert!(office.does(&["diff", "3", &before]).contains("+ container.runners"));
}

#[test]
fn a_command_opens_the_state_once() {
    let office = Office::open();
    let bucket = |arguments: &[&str]| office.says("manage_state", 1, arguments);
    bucket(&["bootstrap"]);
    bucket(&["migrate", "--to", "bucket"]);
    let exported = office.file("exported.json", &bucket(&["export"]));
    // Whoever opens it looks for the keys that its key took the place of.
    let opened =
        || office.desk.emulator.requests().recent().filter(|asked| asked.path.contains("/key/")).count();
    for arguments in [
        &["show"][..],
        &["history"],
        &["audit"],
        &["export"],
        &["unlock"],
        &["forget", "vpc.main"],
        &["move", "container.runners", "container.other"],
        &["import", &exported, "--confirm", "staging"],
    ] {
        let before = opened();
        bucket(arguments);
        assert_eq!(opened() - before, 1, "{arguments:?}");
    }
}

#[test]
fn what_could_not_be_done_is_in_the_audit_with_all_its_causes() {
    let office = Office::open();
    office.says("manage_state", 1, &["bootstrap"]);
    office.refuses(1, &["import", "/nowhere.json"], &["because: No such file"]);
    let clock = Clock::real();
    let mut holder = session(&office.state(), &clock);
    let lock = holder.lock(Holder::current("deploy_staging apply"), Duration::ZERO, |_| {});
    clock.block_on(lock).unwrap().unwrap();
    let output = office.program("manage_state", 1, &["migrate", "--to", "bucket"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let audited = office.audited(1);
    let why = "manage_state import: failed; because /nowhere.json: cannot be read: No such file or directory";
    assert!(audited[0].starts_with(why), "{audited:?}");
    let why = "manage_state migrate: failed; because the state is locked by ";
    assert!(audited.last().unwrap().starts_with(why), "{audited:?}");
}

/// As if the program had been killed between its last record and the renaming of the key file.
#[test]
fn a_rotation_that_ended_before_its_key_file_took_over_is_ended_by_the_next() {
    let office = Office::open();
    office.does(&["rekey", "--new-key-from", "NEXT_KEY"]);
    let keys = office.folder.path().join("data/keys");
    let (file, next) = (keys.join("staging.key"), keys.join("staging.key.next"));
    std::fs::create_dir_all(&keys).unwrap();
    for (file, byte) in [(&file, "07"), (&next, "08")] {
        std::fs::write(file, byte.repeat(32)).unwrap();
        std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    let does = |arguments: &[&str]| {
        let output =
            office.program("manage_state", 0, arguments).env_remove("EVALAP_STATE_KEY").output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    does(&["show"]);
    for _ in 0..2 {
        does(&["rekey"]);
        assert!(!next.exists());
        does(&["verify"]);
    }
}

#[test]
fn another_environments_state_is_not_even_told_that_it_was_looked_at() {
    let office = Office::open();
    std::fs::rename(office.state(), office.state().with_file_name("other")).unwrap();
    let records = || std::fs::read_dir(office.state().with_file_name("other/log")).unwrap().count();
    let before = records();
    for (program, command) in [
        ("manage_state", "show"),
        ("manage_state", "history"),
        ("manage_state", "unlock"),
        ("deploy_staging", "show"),
    ] {
        let output = office.program(program, 2, &[command]).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(said.contains("staging"), "{command}: {said}");
        assert_eq!(records(), before, "{command}");
    }
}

#[test]
fn who_may_only_read_is_answered_and_told_that_it_is_not_in_the_audit() {
    let office = Office::open();
    office.says("manage_state", 1, &["bootstrap"]);
    office.says("manage_state", 1, &["migrate", "--to", "bucket"]);
    office.desk.emulator.inject(Fault::new(FaultKind::Forbidden).operation("PutObject").times(100));
    for (program, arguments) in
        [("manage_state", &["show"][..]), ("deploy_staging", &["--speed", "max", "plan"])]
    {
        let output = office.program(program, 1, arguments).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let wrong = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.success() && (said.contains("container.runners") || said.contains("No changes."))
        );
        assert!(wrong.contains(&format!("Not in the audit, that `{program} ")), "{wrong}");
    }
}

#[test]
fn who_may_only_read_and_would_write_is_told_why_not_once() {
    let office = Office::open();
    office.says("manage_state", 1, &["bootstrap"]);
    office.says("manage_state", 1, &["migrate", "--to", "bucket"]);
    office.desk.emulator.inject(Fault::new(FaultKind::Forbidden).operation("PutObject").times(100));
    let output = office.program("manage_state", 1, &["forget", "data_source.logs"]).output().unwrap();
    let wrong = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), wrong.matches("error: ").count()), (Some(1), 1), "{wrong}");
    assert!(
        wrong.contains("Not in the audit, that `manage_state forget` was run, for the same reason:"),
        "{wrong}"
    );
}

/// It would be spoiled: a record behind another state's last one belongs to neither.
#[test]
fn another_states_bucket_is_left_as_it_is() {
    let office = Office::open();
    let there = |arguments: &[&str]| office.says("manage_state", 1, arguments);
    there(&["bootstrap"]);
    there(&["import", &office.file("exported.json", &office.does(&["export"]))]);
    let records = || serde_json::from_str::<Vec<Value>>(&there(&["history", "--json"])).unwrap();
    let before = records();
    let output = office.program("manage_state", 1, &["migrate", "--to", "bucket"]).output().unwrap();
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && wrong.contains("holds another state already"), "{wrong}");
    let after = records();
    assert_eq!(after[..before.len()], before);
    assert_eq!(after.len(), before.len() + 1, "and that one says that it was looked at");
    assert!(office.does(&["unlock"]).contains("Nobody holds the lock."), "it was given back");
}

/// The state in a folder has its key in a file, the bucket's is in Secret Manager: nobody has to carry it there.
#[test]
fn a_state_goes_into_a_bucket_whose_key_is_another() {
    let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
    let file = |name: &str, state: &str| {
        let file = folder.path().join(name);
        let text = environments::STAGING.replacen("[network]", &format!("{state}\n[network]"), 1);
        std::fs::write(&file, text).unwrap();
        file
    };
    let state = "[state]\nbucket = \"evalap-staging-state\"\nkey = { secret = \"/evalap/state-key\" }\n";
    let without = "[state]\nkey = { secret = \"/evalap/state-key\" }\n";
    let definitions = [file("folder.toml", ""), file("bucket.toml", state), file("back.toml", without)];
    let run = |name: &str, definition: usize, arguments: &[&str]| {
        let mut command = desk.command(name, folder.path(), &definitions[definition]);
        let output = command.env_remove("EVALAP_STATE_KEY").args(arguments).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), said)
    };
    let says = |name: &str, definition: usize, arguments: &[&str]| {
        let (well, said) = run(name, definition, arguments);
        assert!(well, "{name} {arguments:?}: {said}");
        said
    };
    let plan = |definition: usize| says("deploy_staging", definition, &["--speed", "max", "plan"]);
    says("deploy_staging", 0, &["--speed", "max", "apply"]);
    says("manage_state", 1, &["bootstrap"]);
    // The bucket is empty, and the state not: nothing is planned as if there were none.
    let (well, said) = run("deploy_staging", 1, &["--speed", "max", "plan"]);
    assert!(!well && said.contains("manage_state migrate --to bucket"), "{said}");
    assert!(says("manage_state", 1, &["migrate", "--to", "bucket"]).contains("is not used any more"));
    assert!(plan(1).contains("No changes."));
    let audited = says("manage_state", 1, &["audit"]);
    assert!(audited.contains("changed the key from"), "{audited}");
    says("manage_state", 1, &["rekey"]);
    assert!(says("manage_state", 1, &["migrate", "--to", "folder"]).contains("leave its key as it is"));
    assert!(plan(2).contains("No changes."));
    let listed = says("manage_state", 2, &["list"]);
    assert!(listed.contains("if its definition keeps the key elsewhere"), "{listed}");
}

/// What is done is said, whatever becomes of the lock after it.
#[test]
fn what_was_done_is_said_where_the_lock_cannot_be_given_back() {
    let office = Office::open();
    let bucket = |arguments: &[&str]| office.says("manage_state", 1, arguments);
    bucket(&["bootstrap"]);
    // A key that nobody needs is in nobody's way.
    std::fs::create_dir_all(office.folder.path().join("data/keys")).unwrap();
    std::fs::write(office.folder.path().join("data/keys/staging.key"), "no key").unwrap();
    bucket(&["migrate", "--to", "bucket"]);
    // The third record of a command: after the one that takes the lock, and the one that says what is done.
    office.desk.emulator.inject(Fault::new(FaultKind::Forbidden).operation("PutObject").nth(3));
    let output = office.program("manage_state", 1, &["forget", "data_source.logs"]).output().unwrap();
    let [said, wrong] = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
    assert_eq!(output.status.code(), Some(1), "{said}{wrong}");
    assert!(said.contains("data_source.logs (") && said.contains("is tracked no longer (record "), "{said}");
    for words in
        ["that is done, and the lock of the state in bucket evalap-staging-state", "do not run this again"]
    {
        assert!(wrong.contains(words), "{words:?} is not in: {wrong}");
    }
    assert!(bucket(&["unlock"]).contains("Unlocked."));
    // What was kept is told with the next line.
    bucket(&["show"]);
    let audit = bucket(&["audit"]);
    assert!(audit.contains("`manage_state forget`): done"), "{audit}");
}
