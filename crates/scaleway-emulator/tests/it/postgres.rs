//! Databases that are real: what the emulator does with PostgreSQL's programs. What clients see is tested with the clients.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use scaleway_emulator::{EmulatorError, Postgres};
use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const RDB: &str = "/rdb/v1/regions/fr-par";

/// An emulator whose databases are real; none where PostgreSQL is not installed, which it says.
fn desk(choose: impl FnOnce(scaleway_emulator::Builder) -> scaleway_emulator::Builder) -> Option<Desk> {
    let desk = Desk::with(|builder| choose(builder.postgres(Postgres::Auto)));
    let is_installed = !desk.emulator.postgres().is_empty();
    if !is_installed {
        eprintln!("skipped: PostgreSQL's server programs are not installed");
    }
    is_installed.then_some(desk)
}

fn create(desk: &Desk, more: Value) -> String {
    let mut body = json!({"project_id": PROJECT, "name": "evalap", "engine": "PostgreSQL-16", "node_type": "db-dev-s",
        "user_name": "admin", "password": "P4ssw0rd-of-admin"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    desk.ok("POST", &format!("{RDB}/instances"), body)["id"].as_str().unwrap().to_owned()
}

/// The instance once it is ready or in error: PostgreSQL takes its own time.
fn settled(desk: &Desk, id: &str) -> Value {
    let mut looks = (0..5_000_000).map(|_| {
        std::thread::yield_now();
        desk.get(&format!("{RDB}/instances/{id}")).1
    });
    looks.find(|it| it["status"] == "ready" || it["status"] == "error").unwrap()
}

/// What the cluster of an instance has written.
fn log(desk: &Desk, id: &str) -> String {
    let page = desk.get("/_emulator/postgres").1;
    let instance = page["instances"].as_array().unwrap().iter().find(|it| it["id"] == id).unwrap();
    fs::read_to_string(instance["log"].as_str().unwrap()).unwrap()
}

#[test]
fn what_serves_an_engine_is_told_where_it_is_real() {
    let Some(desk) = desk(|builder| builder) else { return };
    let by = &desk.get("/_emulator/coverage").1["rdb.PostgreSQL-16"];
    assert!(by.as_str().unwrap().starts_with("PostgreSQL "), "{by}");
    let without = Desk::instant();
    assert_eq!(without.get("/_emulator/coverage").1["rdb.PostgreSQL-16"], Value::Null);
    let id = create(&without, json!({}));
    let instance = settled(&without, &id);
    assert_ne!(instance["endpoints"][0]["ip"], "127.0.0.1");
}

#[test]
fn an_instance_in_a_private_network_alone_listens_nowhere() {
    let Some(desk) = desk(|builder| builder) else { return };
    let network = json!({"project_id": PROJECT, "name": "private"});
    let network = desk.ok("POST", "/vpc/v2/regions/fr-par/private-networks", network);
    let endpoint = json!([{"private_network": {"private_network_id": network["id"], "ipam_config": {}}}]);
    let id = create(&desk, json!({"init_endpoints": endpoint}));
    assert_eq!(settled(&desk, &id)["status"], "ready");
    let said = log(&desk, &id);
    assert!(said.contains("listening on Unix socket") && !said.contains("listening on IP"), "{said}");
}

#[test]
fn a_kept_world_goes_on_with_its_clusters_and_ends_them() {
    let folder = tempfile::tempdir().unwrap();
    // Root's clusters are another user's.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let Some(first) = desk(|builder| builder.data_dir(folder.path())) else { return };
    let id = create(&first, json!({}));
    let port = settled(&first, &id)["endpoints"][0]["port"].clone();
    let pid = folder.path().join(format!("postgres/instances/{id}/data/postmaster.pid"));
    assert!(pid.exists());
    drop(first);
    assert!(!pid.exists(), "its server has ended in order");
    let Some(again) = desk(|builder| builder.data_dir(folder.path())) else { return };
    let settings = json!({"settings": [{"name": "max_connections", "value": "60"}]});
    assert_eq!(settled(&again, &id)["endpoints"][0]["port"], port);
    again.ok("PUT", &format!("{RDB}/instances/{id}/settings"), settings);
    assert_eq!(settled(&again, &id)["status"], "ready", "it has been started anew");
    let restarts = log(&again, &id).matches("ready to accept connections").count();
    assert_eq!(restarts, 3, "made, opened again, and for a setting that cannot be changed while it runs");
    again.ok("DELETE", &format!("{RDB}/instances/{id}"), Value::Null);
    assert_eq!(again.get(&format!("{RDB}/instances/{id}")).0, 404);
    assert!(!pid.exists());
    assert!(!folder.path().join(format!("postgres/instances/{id}")).exists());
}

#[test]
fn a_backup_that_was_being_made_when_the_world_was_closed_is_none() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let Some(first) = desk(|builder| builder.data_dir(folder.path())) else { return };
    let id = create(&first, json!({}));
    assert_eq!(settled(&first, &id)["status"], "ready");
    let body = json!({"instance_id": id, "database_name": "rdb", "name": "evalap"});
    let backup = first.ok("POST", &format!("{RDB}/backups"), body);
    drop(first);
    let Some(again) = desk(|builder| builder.data_dir(folder.path())) else { return };
    let backup = again.get(&format!("{RDB}/backups/{}", backup["id"].as_str().unwrap())).1;
    assert_eq!(backup["status"], "error", "{backup}");
    assert_eq!(settled(&again, &id)["status"], "ready");
}

#[test]
fn a_world_that_is_taken_back_has_its_clusters() {
    let Some(desk) = desk(|builder| builder) else { return };
    let (kept, gone) = (create(&desk, json!({})), create(&desk, json!({})));
    assert_eq!(
        (&settled(&desk, &kept)["status"], &settled(&desk, &gone)["status"]),
        (&json!("ready"), &json!("ready"))
    );
    let before = desk.emulator.snapshot();
    let rules = json!({"rules": [{"ip": "10.0.0.0/8"}]});
    desk.ok("PUT", &format!("{RDB}/instances/{kept}/acls"), rules);
    settled(&desk, &kept);
    desk.ok("DELETE", &format!("{RDB}/instances/{gone}"), Value::Null);
    assert_eq!(desk.get(&format!("{RDB}/instances/{gone}")).0, 404);
    desk.emulator.restore(&before).unwrap();
    assert_eq!(
        (&settled(&desk, &kept)["status"], &settled(&desk, &gone)["status"]),
        (&json!("ready"), &json!("ready"))
    );
    for (id, starts) in [(&kept, 2), (&gone, 1)] {
        let page = desk.get("/_emulator/postgres").1;
        let instance = page["instances"].as_array().unwrap().iter().find(|it| it["id"] == **id).unwrap();
        assert_eq!((&instance["started"], &page["problems"]), (&json!(true), &json!({})));
        assert_eq!(log(&desk, id).matches("ready to accept connections").count(), starts);
        let log = std::path::PathBuf::from(instance["log"].as_str().unwrap());
        let rules = fs::read_to_string(log.with_file_name("pg_hba.conf")).unwrap();
        assert!(rules.contains("hostssl all all 0.0.0.0/0"), "{rules}");
    }
}

/// What `psql` answers to the administrator's statement, by the instance's public endpoint.
fn sql(desk: &Desk, id: &str, statement: &str) -> String {
    sql_as("admin", desk, id, statement).unwrap()
}

/// The same of any user, all of whom have one password.
fn sql_as(user: &str, desk: &Desk, id: &str, statement: &str) -> Result<String, String> {
    let instance = desk.get(&format!("{RDB}/instances/{id}")).1;
    let port = instance["endpoints"][0]["port"].to_string();
    let programs = desk.get("/_emulator/postgres").1["programs"][0]["folder"].take();
    let output = std::process::Command::new(format!("{}/psql", programs.as_str().unwrap()))
        .args(["-X", "-A", "-t", "-h", "127.0.0.1", "-p", &port, "-U", user, "-d", "rdb", "-c", statement])
        .env("PGPASSWORD", "P4ssw0rd-of-admin")
        .env("PGSSLMODE", "require")
        .output()
        .unwrap();
    let [said, failed] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap().trim().to_owned());
    if output.status.success() { Ok(said) } else { Err(format!("{statement}: {failed}")) }
}

#[test]
fn a_permission_is_on_what_there_is_when_it_is_set() {
    let Some(desk) = desk(|builder| builder) else { return };
    let id = create(&desk, json!({}));
    assert_eq!(settled(&desk, &id)["status"], "ready");
    let one = format!("{RDB}/instances/{id}");
    desk.ok("POST", &format!("{one}/users"), json!({"name": "reader", "password": "P4ssw0rd-of-admin"}));
    let grant = || {
        let body = json!({"database_name": "rdb", "user_name": "reader", "permission": "readonly"});
        desk.ok("PUT", &format!("{one}/privileges"), body)
    };
    sql(&desk, &id, "create table early (n int)");
    grant();
    sql(&desk, &id, "create table late (n int)");
    let count = |table: &str| sql_as("reader", &desk, &id, &format!("select count(*) from {table}"));
    assert_eq!(count("early").unwrap(), "0");
    assert!(count("late").unwrap_err().contains("permission denied"));
    grant();
    assert_eq!(count("late").unwrap(), "0");
}

#[test]
fn an_instance_made_of_a_snapshot_has_the_rows_that_there_were() {
    let Some(desk) = desk(|builder| builder) else { return };
    let id = create(&desk, json!({"volume_type": "sbs_5k", "volume_size": 10_000_000_000_u64}));
    assert_eq!(settled(&desk, &id)["status"], "ready");
    sql(&desk, &id, "create table said (word text); insert into said values ('before')");
    let snapshot = desk.ok("POST", &format!("{RDB}/instances/{id}/snapshots"), json!({"name": "evalap"}));
    let snapshot = format!("{RDB}/snapshots/{}", snapshot["id"].as_str().unwrap());
    let mut looks = (0..5_000_000).map(|_| {
        std::thread::yield_now();
        desk.get(&snapshot).1
    });
    assert!(looks.any(|it| it["status"] == "ready"), "{}", desk.get("/_emulator/postgres").1);
    sql(&desk, &id, "insert into said values ('after')");
    let body = json!({"instance_name": "again"});
    let made = desk.ok("POST", &format!("{snapshot}/create-instance"), body);
    let made = made["id"].as_str().unwrap();
    assert_eq!(settled(&desk, made)["status"], "ready", "{}", desk.get("/_emulator/postgres").1);
    assert_eq!(sql(&desk, made, "select string_agg(word, ' ') from said"), "before");
    assert_eq!(sql(&desk, &id, "select count(*) from said"), "2");
}

#[test]
fn a_folder_without_the_programs_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let refused = scaleway_emulator::Emulator::builder().postgres(Postgres::In(folder.path().into())).build();
    let refused = refused.map(drop).unwrap_err();
    assert!(matches!(refused, EmulatorError::NoPostgres { .. }), "{refused}");
    assert!(refused.to_string().contains(folder.path().to_str().unwrap()), "{refused}");
}
