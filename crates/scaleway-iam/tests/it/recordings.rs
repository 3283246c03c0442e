//! Every recorded exchange must be read and written again with nothing lost.

use std::path::PathBuf;

use scaleway_core::{Page, Timestamp};
use scaleway_iam::{
    ApiKey, Application, CreateApiKey, CreateApplication, CreateGroup, CreatePolicy, Group, GroupMember,
    GroupMembers, PermissionSet, Policy, Rule, Rules, SetRules, UpdateApiKey, UpdateApplication, UpdateGroup,
    UpdatePolicy, User,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads and writes a value again.
type Again = fn(&Value) -> serde_json::Result<Value>;

fn again<T: DeserializeOwned + Serialize>(value: &Value) -> serde_json::Result<Value> {
    let read: T =
        serde_json::from_value(value.clone()).or_else(|_| serde_json::from_value(canonical(value)))?;
    serde_json::to_value(read)
}

/// How the body of a request and its answer are read, by verb and path below `/iam/v1alpha1`.
fn types(verb: &str, path: &[&str]) -> Option<(Option<Again>, Option<Again>)> {
    Some(match (verb, path) {
        ("GET", ["applications"]) => (None, Some(again::<Page<Application>>)),
        ("POST", ["applications"]) => (Some(again::<CreateApplication>), Some(again::<Application>)),
        ("GET", ["applications", _]) => (None, Some(again::<Application>)),
        ("PATCH", ["applications", _]) => (Some(again::<UpdateApplication>), Some(again::<Application>)),
        ("GET", ["api-keys"]) => (None, Some(again::<Page<ApiKey>>)),
        ("POST", ["api-keys"]) => (Some(again::<CreateApiKey>), Some(again::<ApiKey>)),
        ("GET", ["api-keys", _]) => (None, Some(again::<ApiKey>)),
        ("PATCH", ["api-keys", _]) => (Some(again::<UpdateApiKey>), Some(again::<ApiKey>)),
        ("GET", ["groups"]) => (None, Some(again::<Page<Group>>)),
        ("POST", ["groups"]) => (Some(again::<CreateGroup>), Some(again::<Group>)),
        ("GET", ["groups", _]) => (None, Some(again::<Group>)),
        ("PATCH", ["groups", _]) => (Some(again::<UpdateGroup>), Some(again::<Group>)),
        ("PUT", ["groups", _, "members"]) | ("POST", ["groups", _, "add-members"]) => {
            (Some(again::<GroupMembers>), Some(again::<Group>))
        }
        ("POST", ["groups", _, "add-member" | "remove-member"]) => {
            (Some(again::<GroupMember>), Some(again::<Group>))
        }
        ("GET", ["policies"]) => (None, Some(again::<Page<Policy>>)),
        ("POST", ["policies"]) => (Some(again::<CreatePolicy>), Some(again::<Policy>)),
        ("GET", ["policies", _]) => (None, Some(again::<Policy>)),
        ("PATCH", ["policies", _]) => (Some(again::<UpdatePolicy>), Some(again::<Policy>)),
        ("GET", ["rules"]) => (None, Some(again::<Page<Rule>>)),
        ("PUT", ["rules"]) => (Some(again::<SetRules>), Some(again::<Rules>)),
        ("GET", ["permission-sets"]) => (None, Some(again::<Page<PermissionSet>>)),
        ("GET", ["users"]) => (None, Some(again::<Page<User>>)),
        ("GET", ["users", _]) => (None, Some(again::<User>)),
        ("DELETE", ["applications" | "api-keys" | "groups" | "policies", _]) => (None, None),
        _ => return None,
    })
}

/// The value without nulls, with each instant, duration and number in one spelling.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), canonical(value)))
            .collect(),
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Number(number) => number.as_f64().into(),
        Value::String(text) => {
            if let Ok(instant) = text.parse::<Timestamp>() {
                return instant.to_string().into();
            }
            match text.strip_suffix('s').and_then(|seconds| seconds.parse::<f64>().ok()) {
                Some(seconds) => format!("{seconds}s").into(),
                None => value.clone(),
            }
        }
        _ => value.clone(),
    }
}

#[test]
fn recordings_are_read_and_written_without_loss() {
    let folder = std::env::var_os("SCALEWAY_WIRE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/wire"),
        PathBuf::from,
    );
    let folder = folder.join("iam");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no recordings at {}", folder.display());
        return;
    };
    let mut compared = 0;
    for file in files {
        let file = file.unwrap().path();
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let (verb, path) = (exchange["verb"].as_str().unwrap(), exchange["path"].as_str().unwrap());
            let Some(below) = path.strip_prefix(crate::ROOT).and_then(|below| below.strip_prefix('/')) else {
                continue;
            };
            let segments: Vec<_> = below.split('/').collect();
            let Some((request, answer)) = types(verb, &segments) else {
                panic!("{verb} {path} is not known");
            };
            let answer = if exchange["code"].as_u64().unwrap() < 300 { answer } else { None };
            for (body, again) in [("request", request), ("response", answer)] {
                let Some(again) = again else { continue };
                let value = &exchange[body];
                let back =
                    again(value).unwrap_or_else(|error| panic!("{verb} {path}: {body}: {error}\n{value}"));
                assert_eq!(canonical(&back), canonical(value), "{verb} {path}: {body}");
                compared += 1;
            }
        }
    }
    println!("{compared} bodies compared");
    assert!(compared > 0, "{} holds no exchange of this product", folder.display());
}
