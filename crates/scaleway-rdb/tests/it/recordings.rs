//! What Scaleway was recorded to send and to be sent is read and written again without loss.

use std::collections::BTreeMap;
use std::path::PathBuf;

use scaleway_core::{Empty, ErrorBody, Page, Timestamp};
use scaleway_rdb::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a body as a type and writes it again.
type Trip = fn(&Value) -> Result<Value, String>;

fn trip<T: DeserializeOwned + Serialize>(body: &Value) -> Result<Value, String> {
    // The API spells nothing as `null` or as an absent field, as it likes.
    let read: T = T::deserialize(body)
        .or_else(|_| serde_json::from_value(normal(body)))
        .map_err(|error| error.to_string())?;
    serde_json::to_value(read).map_err(|error| error.to_string())
}

/// What answers the call, by verb and path below the region.
fn answer(verb: &str, path: &[&str]) -> Option<Trip> {
    Some(match (verb, path) {
        ("GET", ["database-engines"]) => trip::<Page<DatabaseEngine>>,
        ("GET", ["node-types"]) => trip::<Page<NodeType>>,
        ("GET", ["backups"]) => trip::<Page<DatabaseBackup>>,
        (_, ["backups", ..]) => trip::<DatabaseBackup>,
        ("GET", ["instances"]) => trip::<Page<Instance>>,
        (_, ["instances"] | ["instances", _] | ["instances", _, "upgrade" | "clone" | "restart"]) => {
            trip::<Instance>
        }
        ("GET", ["instances", _, "certificate"]) => trip::<Certificate>,
        ("GET", ["instances", _, "metrics"]) => trip::<InstanceMetrics>,
        (_, ["instances", _, "prepare-logs" | "logs"]) => trip::<InstanceLogs>,
        ("GET", ["instances", _, "logs-details"]) => trip::<InstanceLogDetails>,
        (_, ["instances", _, "settings"]) => trip::<InstanceSettings>,
        ("GET", ["instances", _, "acls"]) => trip::<Page<AclRule>>,
        (_, ["instances", _, "acls"]) => trip::<AclRules>,
        ("GET", ["instances", _, "users"]) => trip::<Page<User>>,
        ("GET", ["instances", _, "databases"]) => trip::<Page<Database>>,
        ("GET", ["instances", _, "privileges"]) => trip::<Page<Privilege>>,
        ("PUT", ["instances", _, "privileges"]) => trip::<Privilege>,
        ("DELETE", ["instances", _, "users" | "databases", _] | ["endpoints", _])
        | ("POST", ["instances", _, "renew-certificate" | "purge-logs"]) => trip::<Option<Empty>>,
        (_, ["instances", _, "users", ..]) => trip::<User>,
        (_, ["instances", _, "databases", ..]) => trip::<Database>,
        (_, ["instances", _, "endpoints"] | ["endpoints", ..]) => trip::<Endpoint>,
        (_, ["instances", _, "apply-maintenance"]) => trip::<Maintenance>,
        ("GET", ["snapshots"]) => trip::<Page<Snapshot>>,
        (_, ["instances", _, "snapshots"] | ["snapshots", _]) => trip::<Snapshot>,
        (_, ["snapshots", _, "create-instance"] | ["read-replicas", _, "promote"]) => trip::<Instance>,
        (_, ["read-replicas", ..]) => trip::<ReadReplica>,
        (_, ["logs", _]) => trip::<InstanceLog>,
        _ => return None,
    })
}

/// What the call is asked with.
fn request(verb: &str, path: &[&str]) -> Option<Trip> {
    Some(match (verb, path) {
        ("POST", ["instances"]) => trip::<CreateInstance>,
        ("PATCH", ["instances", _]) => trip::<UpdateInstance>,
        ("POST", ["instances", _, "upgrade"]) => trip::<UpgradeInstance>,
        ("POST", ["instances", _, "clone"]) => trip::<CloneInstance>,
        ("POST" | "PUT", ["instances", _, "acls"]) => trip::<WriteAclRules>,
        ("DELETE", ["instances", _, "acls"]) => trip::<DeleteAclRules>,
        ("POST" | "PUT", ["instances", _, "settings"]) => trip::<InstanceSettings>,
        ("DELETE", ["instances", _, "settings"]) => trip::<DeleteInstanceSettings>,
        ("POST", ["instances", _, "users"]) => trip::<CreateUser>,
        ("PATCH", ["instances", _, "users", _]) => trip::<UpdateUser>,
        ("POST", ["instances", _, "databases"]) => trip::<CreateDatabase>,
        ("PUT", ["instances", _, "privileges"]) => trip::<SetPrivilege>,
        ("POST", ["instances", _, "endpoints"]) => trip::<CreateEndpoint>,
        ("POST", ["endpoints", _, "migrate"]) => trip::<MigrateEndpoint>,
        ("POST", ["instances", _, "snapshots"]) => trip::<CreateSnapshot>,
        ("PATCH", ["snapshots", _]) => trip::<UpdateSnapshot>,
        ("POST", ["snapshots", _, "create-instance"]) => trip::<CreateInstanceFromSnapshot>,
        ("POST", ["backups"]) => trip::<CreateDatabaseBackup>,
        ("PATCH", ["backups", _]) => trip::<UpdateDatabaseBackup>,
        ("POST", ["backups", _, "restore"]) => trip::<RestoreDatabaseBackup>,
        ("POST", ["read-replicas"]) => trip::<CreateReadReplica>,
        ("POST", ["read-replicas", _, "endpoints"]) => trip::<CreateReadReplicaEndpoint>,
        ("POST", ["instances", _, "prepare-logs"]) => trip::<PrepareInstanceLogs>,
        ("POST", ["instances", _, "purge-logs"]) => trip::<PurgeInstanceLogs>,
        ("POST", ["instances" | "backups" | "read-replicas", _, _]) => trip::<Empty>,
        _ => return None,
    })
}

/// The same value in one spelling: without nulls, instants in UTC, numbers as numbers.
fn normal(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), normal(value)))
            .collect(),
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::String(text) => {
            text.parse::<Timestamp>().map_or_else(|_| value.clone(), |at| at.to_string().into())
        }
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => {
                format!("{float}").parse::<i64>().map_or_else(|_| value.clone(), Value::from)
            }
            _ => value.clone(),
        },
        other => other.clone(),
    }
}

#[test]
fn recordings() {
    let folder = std::env::var_os("SCALEWAY_WIRE")
        .map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/wire")),
            PathBuf::from,
        )
        .join("rdb");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no recordings at {}", folder.display());
        return;
    };
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    for file in
        files.map(|file| file.unwrap().path()).filter(|file| file.extension().is_some_and(|e| e == "jsonl"))
    {
        for (line, text) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let exchange: Value = serde_json::from_str(text).unwrap();
            let (verb, path) = (exchange["verb"].as_str().unwrap(), exchange["path"].as_str().unwrap());
            let Some(path) = path.strip_prefix("/rdb/v1/regions/") else { continue };
            let path: Vec<_> = path.split('/').skip(1).collect();
            let mut compare = |what, trip: Option<Trip>, body: &Value| {
                let place = format!("{}:{}: {what} of {verb} {path:?}", file.display(), line + 1);
                let trip = trip.unwrap_or_else(|| panic!("{place}: no type"));
                let written = trip(body).unwrap_or_else(|error| panic!("{place}: {error}"));
                assert_eq!(normal(&written), normal(body), "{place}");
                *compared.entry(what).or_default() += 1;
            };
            if exchange["code"].as_u64() >= Some(400) {
                compare("error", Some(trip::<ErrorBody>), &exchange["response"]);
            } else {
                compare("answer", answer(verb, &path), &exchange["response"]);
            }
            if !exchange["request"].is_null() {
                compare("request", request(verb, &path), &exchange["request"]);
            }
        }
    }
    println!("compared {compared:?}");
    assert!(compared.get("answer").is_some_and(|count| *count > 0), "{} holds no answers", folder.display());
}
