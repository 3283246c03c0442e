//! Every recorded exchange must be read and written again with nothing lost.

use std::path::PathBuf;

use scaleway_core::{Page, Timestamp};
use scaleway_jobs::{
    CreateJobDefinition, CreateSecrets, CreateTrigger, CreatedSecrets, JobDefinition, JobLimits,
    JobResources, JobRun, JobSecret, StartJobDefinition, StartedJob, Trigger, UpdateJobDefinition,
    UpdateSecret, UpdateTrigger,
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

/// How the body of a request and its answer are read, by verb and path below `/serverless-jobs/v1alpha2/regions/fr-par`.
fn types(verb: &str, path: &[&str]) -> Option<(Option<Again>, Option<Again>)> {
    Some(match (verb, path) {
        ("GET", ["job-definitions"]) => (None, Some(again::<Page<JobDefinition>>)),
        ("POST", ["job-definitions"]) => (Some(again::<CreateJobDefinition>), Some(again::<JobDefinition>)),
        ("GET", ["job-definitions", _]) => (None, Some(again::<JobDefinition>)),
        ("PATCH", ["job-definitions", _]) => {
            (Some(again::<UpdateJobDefinition>), Some(again::<JobDefinition>))
        }
        ("POST", ["job-definitions", _, "start"]) => {
            (Some(again::<StartJobDefinition>), Some(again::<StartedJob>))
        }
        ("GET", ["job-runs"]) => (None, Some(again::<Page<JobRun>>)),
        ("GET", ["job-runs", _]) | ("POST", ["job-runs", _, "stop"]) => (None, Some(again::<JobRun>)),
        ("GET", ["secrets"]) => (None, Some(again::<Page<JobSecret>>)),
        ("POST", ["secrets"]) => (Some(again::<CreateSecrets>), Some(again::<CreatedSecrets>)),
        ("GET", ["secrets", _]) => (None, Some(again::<JobSecret>)),
        ("PATCH", ["secrets", _]) => (Some(again::<UpdateSecret>), Some(again::<JobSecret>)),
        ("GET", ["triggers"]) => (None, Some(again::<Page<Trigger>>)),
        ("POST", ["triggers"]) => (Some(again::<CreateTrigger>), Some(again::<Trigger>)),
        ("GET", ["triggers", _]) => (None, Some(again::<Trigger>)),
        ("PATCH", ["triggers", _]) => (Some(again::<UpdateTrigger>), Some(again::<Trigger>)),
        ("GET", ["job-resources"]) => (None, Some(again::<JobResources>)),
        ("GET", ["job-limits"]) => (None, Some(again::<JobLimits>)),
        ("DELETE", ["job-definitions" | "secrets" | "triggers", _]) => (None, None),
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
    let folder = folder.join("jobs");
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
