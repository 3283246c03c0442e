//! Worlds in folders.

use std::fs::OpenOptions;
use std::io::Write;

use scaleway_core::{Clock, Random, Timestamp};
use scaleway_emulator::{Emulator, EmulatorError, Latency};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::desk::{CONTAINERS, Desk, PROJECT, start};

fn open(folder: &TempDir) -> Desk {
    Desk::with(|builder| builder.data_dir(folder.path()).latency(Latency::Recorded))
}

#[test]
fn a_world_is_found_again_and_goes_on_from_its_time() {
    let folder = TempDir::new().unwrap();
    let desk = open(&folder);
    let kept = desk.namespace("kept");
    let gone = desk.namespace("gone");
    desk.ok("DELETE", &format!("{CONTAINERS}/namespaces/{gone}"), Value::Null);
    desk.wait(60);
    let body = json!({"project_id": PROJECT, "name": "half-way"});
    let fresh = desk.ok("POST", &format!("{CONTAINERS}/namespaces"), body);
    let before = desk.get(&format!("{CONTAINERS}/namespaces")).1;
    let closed_at = desk.clock.now();
    drop(desk);
    assert_eq!(Emulator::last_seen(folder.path()).unwrap(), Some(closed_at));

    // The new clock is behind: the world's time stands until the clock has caught up.
    let desk = open(&folder);
    assert!(desk.clock.now() < closed_at);
    assert_eq!(desk.get(&format!("{CONTAINERS}/namespaces")).1, before);
    assert_eq!(desk.get(&format!("{CONTAINERS}/namespaces/{kept}")).1["status"], "ready");
    assert_eq!(desk.get(&format!("{CONTAINERS}/namespaces/{gone}")).0, 404);
    let half_way = format!("{CONTAINERS}/namespaces/{}", fresh["id"].as_str().unwrap());
    assert_eq!(desk.get(&half_way).1["status"], "creating");
    desk.wait(600);
    assert_eq!(desk.get(&half_way).1["status"], "ready");
    assert_ne!(desk.namespace("new"), kept, "the same seed does not give the same id again");
}

#[test]
fn an_answered_write_survives_a_kill_and_half_a_line_is_dropped() {
    let folder = TempDir::new().unwrap();
    let desk = open(&folder);
    let id = desk.namespace("evalap");
    // A killed process closes nothing: its log is what it is now.
    let log = std::fs::read(folder.path().join("world.jsonl")).unwrap();
    drop(desk);
    let elsewhere = TempDir::new().unwrap();
    let path = elsewhere.path().join("world.jsonl");
    std::fs::write(&path, log).unwrap();
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"at\":\"2026-").unwrap();

    let desk = open(&elsewhere);
    assert_eq!(desk.get(&format!("{CONTAINERS}/namespaces/{id}")).0, 200);
    let second = desk.namespace("second");
    drop(desk);
    let desk = open(&elsewhere);
    assert_eq!(desk.get(&format!("{CONTAINERS}/namespaces/{second}")).0, 200);
}

#[test]
fn secret_values_are_not_in_the_folder() {
    let folder = TempDir::new().unwrap();
    let desk = open(&folder);
    let body = json!({"project_id": PROJECT, "name": "evalap", "secret_environment_variables": {"KEY": "do-not-keep"}});
    desk.ok("POST", &format!("{CONTAINERS}/namespaces"), body);
    let log = std::fs::read_to_string(folder.path().join("world.jsonl")).unwrap();
    assert!(log.contains("argon2id") && !log.contains("do-not-keep"), "{log}");
}

#[test]
fn a_damaged_line_is_named() {
    let folder = TempDir::new().unwrap();
    let desk = open(&folder);
    desk.namespace("evalap");
    drop(desk);
    let path = folder.path().join("world.jsonl");
    let log = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, log.replacen("\"at\"", "\"at", 1)).unwrap();
    let error = Emulator::builder().data_dir(folder.path()).build().unwrap_err();
    assert!(matches!(error, EmulatorError::Damaged { line: 1, .. }), "{error}");
}

#[test]
fn a_second_opener_is_told_who_has_the_folder() {
    let folder = TempDir::new().unwrap();
    let desk = open(&folder);
    desk.emulator.announce("http://127.0.0.1:8080").unwrap();
    let second = || Emulator::builder().data_dir(folder.path()).build();
    match second().unwrap_err() {
        EmulatorError::InUse { pid, url, .. } => {
            assert_eq!(pid, std::process::id());
            assert_eq!(url.as_deref(), Some("http://127.0.0.1:8080"));
        }
        other => panic!("{other}"),
    }
    drop(desk);
    second().unwrap();
}

#[test]
fn the_log_is_rewritten_before_it_grows_without_bound() {
    let folder = TempDir::new().unwrap();
    let desk = open(&folder);
    let id = desk.namespace("evalap");
    let one = format!("{CONTAINERS}/namespaces/{id}");
    let size = || std::fs::metadata(folder.path().join("world.jsonl")).unwrap().len();
    let sizes = (0..200).map(|n| {
        desk.ok("PATCH", &one, json!({"description": format!("{n}").repeat(10_000)}));
        size()
    });
    let largest = sizes.max().unwrap();
    assert!((1_000_000..1_200_000).contains(&largest), "{largest}");
    desk.ok("PATCH", &one, json!({"description": "short"}));
    drop(desk);
    let desk = open(&folder);
    assert_eq!(desk.get(&one).1["description"], "short");
    let clock = Clock::manual_from(start());
    drop(desk);
    let builder = Emulator::builder().clock(clock).random(Random::seeded(1)).data_dir(folder.path());
    drop(builder.build().unwrap());
    assert!(Emulator::last_seen(folder.path()).unwrap() > Some(Timestamp::UNIX_EPOCH));
}
