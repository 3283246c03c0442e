//! Managed Database: what is in instances, and what is said about them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use scaleway_core::Transport;
use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};
use crate::rdb::{make, refused};

const RDB: &str = "/rdb/v1/regions/fr-par";

#[test]
fn users_have_one_name_each_and_strong_passwords() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    let users = format!("{one}/users");
    let user = |name: &str, password: &str| json!({"name": name, "password": password, "is_admin": false});
    assert_eq!(
        desk.ok("POST", &users, user("api", "R34lP4sSw#Rd")),
        json!({"name": "api", "is_admin": false})
    );
    let (status, taken) = desk.ask("POST", &users, user("api", "R34lP4sSw#Rd"));
    assert_eq!((status, &taken["type"], &taken["resource"]), (409, &json!("already_exists"), &json!("user")));
    let long = format!("aA1#{}", "x".repeat(125));
    for weak in ["", "aA1#", "aaaa1111#", "AAAA1111#", "aaaaAAAA#", "aaaaAAAA1", &long] {
        refused(&desk.ask("POST", &users, user("other", weak)), 400, "password");
    }
    for name in ["_rdb_x", "pg_x", "1st", "with space", "é", &"x".repeat(64)] {
        refused(&desk.ask("POST", &users, user(name, "R34lP4sSw#Rd")), 400, "name");
    }
    let (mysql, _) = make(&desk, &json!({"engine": "MySQL-8"}));
    let of_mysql = format!("{mysql}/users");
    refused(&desk.ask("POST", &of_mysql, user(&"x".repeat(33), "R34lP4sSw#Rd")), 400, "name");
    desk.ok("POST", &of_mysql, user("pg_x", "R34lP4sSw#Rd"));
    let answer = desk.ok("PATCH", &format!("{users}/api"), json!({"is_admin": true, "password": null}));
    assert_eq!(answer["is_admin"], true);
    refused(&desk.ask("PATCH", &format!("{users}/api"), json!({"password": "weak"})), 400, "password");
    let listed = desk.get(&format!("{users}?order_by=name_asc&name=api")).1;
    assert_eq!(listed, json!({"users": [{"name": "api", "is_admin": true}], "total_count": 1}));
    assert_eq!(desk.ask("DELETE", &format!("{users}/api"), Value::Null), (204, Value::Null));
    assert_eq!(desk.ask("DELETE", &format!("{users}/api"), Value::Null).0, 404);
}

#[test]
fn databases_show_owner_and_size_once_they_are_listed() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    let all = format!("{one}/databases");
    let made = desk.ok("POST", &all, json!({"name": "evalap"}));
    assert_eq!(made, json!({"name": "evalap", "owner": "", "managed": true, "size": 0}));
    let (status, taken) = desk.ask("POST", &all, json!({"name": "evalap"}));
    assert_eq!((status, &taken["resource"]), (409, &json!("database")));
    refused(&desk.ask("POST", &all, json!({"name": "a/b"})), 400, "name");
    let listed = desk.get(&format!("{all}?name=evalap")).1;
    let shown = json!({"name": "evalap", "owner": "_rdb_superadmin", "managed": true, "size": 7_739_059});
    assert_eq!(listed, json!({"databases": [shown], "total_count": 1}));
    assert_eq!(desk.get(&format!("{all}?name=evalap&skip_size_retrieval=true")).1["databases"][0]["size"], 0);
    assert_eq!(desk.get(&format!("{all}?order_by=name_desc")).1["databases"][0]["name"], "rdb");
    assert_eq!(desk.ask("DELETE", &format!("{all}/evalap"), Value::Null), (204, Value::Null));
    assert_eq!(desk.ask("DELETE", &format!("{all}/evalap"), Value::Null).0, 404);
}

#[test]
fn privileges_are_of_users_and_databases_that_exist() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    desk.ok("POST", &format!("{one}/databases"), json!({"name": "evalap"}));
    desk.ok("POST", &format!("{one}/users"), json!({"name": "api", "password": "R34lP4sSw#Rd"}));
    let all = format!("{one}/privileges");
    let grant = |database: &str, user: &str, permission: &str| {
        desk.ask("PUT", &all, json!({"database_name": database, "user_name": user, "permission": permission}))
    };
    assert_eq!(grant("none", "api", "all").1["resource"], "database");
    assert_eq!(grant("evalap", "none", "all").1["resource"], "user");
    refused(&grant("evalap", "api", "custom"), 400, "permission");
    let granted = json!({"database_name": "evalap", "user_name": "api", "permission": "readwrite"});
    assert_eq!(grant("evalap", "api", "readwrite"), (200, granted.clone()));
    let listed = desk.get(&format!("{all}?database_name=evalap&user_name=api")).1;
    assert_eq!(listed, json!({"privileges": [granted], "total_count": 1}));
    assert_eq!(desk.get(&format!("{all}?order_by=database_name_desc")).1["total_count"], 4);
    desk.ask("DELETE", &format!("{one}/users/api"), Value::Null);
    desk.ok("POST", &format!("{one}/users"), json!({"name": "api", "password": "R34lP4sSw#Rd"}));
    let again = desk.get(&format!("{all}?database_name=evalap&user_name=api")).1;
    assert_eq!(again["privileges"][0]["permission"], "none", "a new user of the old name has nothing");
}

#[test]
fn of_two_writes_at_once_one_is_refused() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    let request = |name: &str| {
        http::Request::post(format!("https://api.scaleway.com{one}/users"))
            .header("X-Auth-Token", "11111111-1111-4111-8111-111111111111")
            .body(Bytes::from(json!({"name": name, "password": "R34lP4sSw#Rd"}).to_string()))
            .unwrap()
    };
    let both = join_all(["a", "b"].map(|name| desk.emulator.send(request(name))));
    let answers = desk.clock.block_on(both).unwrap();
    let statuses: Vec<_> = answers.iter().map(|answer| answer.as_ref().unwrap().status().as_u16()).collect();
    assert_eq!(statuses, [200, 409]);
    desk.clock.advance(Duration::from_millis(1));
    assert_eq!(desk.send(request("b")).unwrap().status(), 200, "one after the other");
}

#[test]
fn rules_are_replaced_added_and_taken_away() {
    let desk = Desk::recorded();
    let (one, instance) = make(&desk, &json!({}));
    let all = format!("{one}/acls");
    let port = instance["endpoint"]["port"].clone();
    let rule = |ip: &str, description: &str| {
        json!({"ip": ip, "description": description, "port": port, "protocol": "tcp", "direction": "inbound",
            "action": "allow"})
    };
    let set = desk.ok(
        "PUT",
        &all,
        json!({"rules": [{"ip": "9.0.0.0/16", "description": ""}, {"ip": "1.2.3.4", "description": "me"}]}),
    );
    assert_eq!(set, json!({"rules": [rule("9.0.0.0/16", "IP allowed"), rule("1.2.3.4/32", "me")]}));
    assert_eq!(desk.get(&one).1["status"], "configuring");
    assert_eq!(desk.ask("PUT", &all, json!({"rules": []})).0, 409);
    desk.wait(16);
    let added = desk.ok("POST", &all, json!({"rules": [{"ip": "4.5.6.7/32", "description": "b"}]}));
    assert_eq!(added, json!({"rules": [rule("4.5.6.7/32", "b")]}));
    desk.wait(16);
    assert_eq!(desk.get(&all).1["total_count"], 3);
    let gone = desk.ok("DELETE", &all, json!({"acl_rule_ips": ["9.0.0.0/16", "8.8.8.8/32"]}));
    assert_eq!(gone, json!({"rules": [rule("9.0.0.0/16", "IP allowed")]}));
    desk.wait(16);
    assert_eq!(desk.get(&all).1["rules"], json!([rule("1.2.3.4/32", "me"), rule("4.5.6.7/32", "b")]));
    refused(&desk.ask("PUT", &all, json!({"rules": [{"ip": "somewhere"}]})), 400, "rules.0.ip");
}

#[test]
fn settings_are_checked_and_replaced_as_a_whole() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    let all = format!("{one}/settings");
    let sent = json!({"settings": [{"name": "work_mem", "value": "8"}, {"name": "max_connections", "value": "200"}]});
    assert_eq!(desk.ok("PUT", &all, sent.clone()), sent);
    let during = desk.get(&one).1;
    assert_eq!(during["status"], "configuring");
    assert_eq!(
        during["settings"],
        json!([{"name": "max_connections", "value": "200"}, {"name": "work_mem", "value": "8"}])
    );
    desk.wait(31);
    desk.ok("POST", &all, json!({"settings": [{"name": "max_parallel_workers", "value": "2"}]}));
    desk.wait(31);
    let left = desk.ok("DELETE", &all, json!({"setting_names": ["max_connections", "max_parallel_workers"]}));
    let initial = json!([{"name": "max_connections", "value": "100"}, {"name": "max_parallel_workers", "value": "0"},
        {"name": "work_mem", "value": "8"}]);
    assert_eq!(left["settings"], initial, "what the platform sets goes back to that");
    desk.wait(31);
    for (name, value, field) in [
        ("nothing", "1", "settings.0.name"),
        ("max_connections", "many", "settings.0.value"),
        ("max_connections", "1000000", "settings.0.value"),
        ("autovacuum_vacuum_scale_factor", "1000", "settings.0.value"),
    ] {
        refused(&desk.ask("PUT", &all, json!({"settings": [{"name": name, "value": value}]})), 400, field);
    }
    let init =
        json!({"engine": "MySQL-8", "init_settings": [{"name": "lower_case_table_names", "value": "1"}]});
    let (_, mysql) = make(&desk, &init);
    assert_eq!(mysql["settings"], json!([{"name": "max_connections", "value": "100"}]));
    assert_eq!(mysql["init_settings"], init["init_settings"]);
}

#[test]
fn engines_and_node_types_are_the_platforms() {
    let desk = Desk::instant();
    let engines = desk.get(&format!("{RDB}/database-engines")).1;
    assert_eq!(engines["total_count"], 2);
    let postgres = &engines["engines"][1];
    let offered =
        postgres["versions"].as_array().unwrap().iter().filter(|version| version["disabled"] == false);
    let offered: Vec<_> = offered.map(|version| version["name"].as_str().unwrap()).collect();
    assert_eq!(offered, ["PostgreSQL-17", "PostgreSQL-16", "PostgreSQL-15", "PostgreSQL-14"]);
    assert_eq!(postgres["versions"][0]["available_settings"].as_array().unwrap().len(), 58);
    let one = desk.get(&format!("{RDB}/database-engines?name=PostgreSQL&version=15")).1;
    assert_eq!(one["engines"][0]["versions"].as_array().unwrap().len(), 1);
    let nodes = desk.get(&format!("{RDB}/node-types?page_size=100")).1;
    let small =
        nodes["node_types"].as_array().unwrap().iter().find(|node| node["name"] == "db-dev-s").unwrap();
    assert_eq!((&small["stock_status"], &small["memory"]), (&json!("available"), &json!(2_000_000_000_u64)));
    assert_eq!(small["available_volume_types"][0]["max_size"], 5_000_000_000_u64);
}

#[test]
fn a_certificate_names_the_address_and_changes_when_it_is_renewed() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    let path = format!("{one}/certificate");
    let first = desk.get(&path).1;
    assert_eq!(
        (&first["name"], &first["content_type"]),
        (&json!("ssl_certificate"), &json!("application/x-pem-file"))
    );
    // "-----BEGIN CERTIFICATE-----" in base64.
    assert!(first["content"].as_str().unwrap().starts_with("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"));
    assert_eq!(desk.get(&path).1, first);
    assert_eq!(desk.ask("POST", &format!("{one}/renew-certificate"), json!({})), (204, Value::Null));
    assert_ne!(desk.get(&path).1["content"], first["content"]);
}

#[test]
fn logs_are_prepared_one_a_node_and_expire() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({"is_ha_cluster": true}));
    let logs = desk.ok("POST", &format!("{one}/prepare-logs"), json!({}))["instance_logs"].clone();
    assert_eq!(logs.as_array().unwrap().len(), 2);
    assert_eq!((&logs[0]["status"], logs[0].get("download_url")), (&json!("creating"), Some(&Value::Null)));
    let log = format!("{RDB}/logs/{}", logs[0]["id"].as_str().unwrap());
    desk.wait(10);
    assert_eq!(desk.get(&log).1["status"], "ready");
    assert!(desk.get(&log).1["download_url"].is_string());
    let listed = desk.get(&format!("{one}/logs?order_by=created_at_desc")).1;
    assert_eq!(listed["instance_logs"][1]["id"], logs[0]["id"]);
    assert_eq!(desk.get(&format!("{one}/logs-details")).1["details"][0]["log_name"], "postgresql.log");
    assert_eq!(desk.ask("POST", &format!("{one}/purge-logs"), json!({})).0, 204);
    desk.wait(86_400);
    assert_eq!(desk.get(&log).0, 404);
}

#[test]
fn restarts_metrics_and_maintenances_answer() {
    let desk = Desk::recorded();
    let (one, _) = make(&desk, &json!({}));
    assert_eq!(desk.ok("POST", &format!("{one}/restart"), json!({}))["status"], "restarting");
    desk.wait(31);
    let metrics = desk.get(&format!("{one}/metrics?metric_name=cpu_usage_percent")).1;
    assert_eq!(metrics["timeseries"].as_array().unwrap().len(), 1);
    assert_eq!(
        metrics["timeseries"][0]["points"].as_array().unwrap().len(),
        6,
        "a point a minute of its life"
    );
    let (status, none) = desk.ask("POST", &format!("{one}/apply-maintenance"), json!({}));
    assert_eq!((status, &none["resource"]), (404, &json!("maintenance")));
    let (status, elsewhere) = desk.get(&one.replace("fr-par", "nl-ams"));
    assert_eq!((status, &elsewhere["resource"]), (404, &json!("instance")));
    assert_eq!(desk.get(&format!("{RDB}/instances?project_id={PROJECT}")).1["total_count"], 1);
}
