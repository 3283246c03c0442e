//! Every recorded exchange must be read and written again with nothing lost.

use std::path::PathBuf;

use scaleway_cockpit::{
    Alert, AlertManager, AlertRules, ContactPoint, ContactPoints, CreateContactPoint, CreateDataSource,
    CreateExporter, CreateGrafanaUser, CreateToken, DataSource, DeleteContactPoint, DisabledAlertRules,
    EnabledAlertRules, Exporter, Grafana, GrafanaUser, InProject, Plan, Product, RetentionLimits, SelectPlan,
    Token, UpdateContactPoint, UpdateDataSource, UpdateExporter,
};
use scaleway_core::{Page, Timestamp};
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

/// How the body of a request and its answer are read, by verb and path below `/cockpit/v1`.
fn types(verb: &str, path: &[&str]) -> Option<(Option<Again>, Option<Again>)> {
    let path = if let ["regions", _, rest @ ..] = path { rest } else { path };
    Some(match (verb, path) {
        ("GET", ["grafana"]) => (None, Some(again::<Grafana>)),
        ("GET", ["grafana", "users"]) => (None, Some(again::<Page<GrafanaUser>>)),
        ("POST", ["grafana", "users"]) => (Some(again::<CreateGrafanaUser>), Some(again::<GrafanaUser>)),
        ("GET", ["plans"]) => (None, Some(again::<Page<Plan>>)),
        ("PATCH", ["plans"]) => (Some(again::<SelectPlan>), Some(again::<Plan>)),
        ("GET", ["current-plan"]) => (None, Some(again::<Plan>)),
        ("GET", ["config"]) => (None, Some(again::<RetentionLimits>)),
        ("GET", ["products"]) => (None, Some(again::<Page<Product>>)),
        ("POST", ["exporters"]) => (Some(again::<CreateExporter>), Some(again::<Exporter>)),
        ("PATCH", ["exporters", _]) => (Some(again::<UpdateExporter>), Some(again::<Exporter>)),
        ("GET", ["exporters", _]) => (None, Some(again::<Exporter>)),
        ("GET", ["exporters"]) => (None, Some(again::<Page<Exporter>>)),
        ("POST", ["data-sources"]) => (Some(again::<CreateDataSource>), Some(again::<DataSource>)),
        ("PATCH", ["data-sources", _]) => (Some(again::<UpdateDataSource>), Some(again::<DataSource>)),
        ("GET", ["data-sources", _]) => (None, Some(again::<DataSource>)),
        ("GET", ["data-sources"]) => (None, Some(again::<Page<DataSource>>)),
        ("POST", ["tokens"]) => (Some(again::<CreateToken>), Some(again::<Token>)),
        ("GET", ["tokens", _]) => (None, Some(again::<Token>)),
        ("GET", ["alerts"]) => (None, Some(again::<Page<Alert>>)),
        ("GET", ["alert-manager"]) => (None, Some(again::<AlertManager>)),
        ("GET", ["alert-manager", "contact-points"]) => (None, Some(again::<ContactPoints>)),
        ("POST", ["alert-manager", "contact-points"]) => {
            (Some(again::<CreateContactPoint>), Some(again::<ContactPoint>))
        }
        ("PATCH", ["alert-manager", "contact-points"]) => {
            (Some(again::<UpdateContactPoint>), Some(again::<ContactPoint>))
        }
        ("POST", ["alert-manager", "contact-points", "delete"]) => (Some(again::<DeleteContactPoint>), None),
        ("POST", ["alert-manager", "trigger-test-alert"]) => (Some(again::<InProject>), None),
        ("POST", ["alert-manager", "enable-alert-rules"]) => {
            (Some(again::<AlertRules>), Some(again::<EnabledAlertRules>))
        }
        ("POST", ["alert-manager", "disable-alert-rules"]) => {
            (Some(again::<AlertRules>), Some(again::<DisabledAlertRules>))
        }
        ("POST", ["alert-manager", "enable" | "disable"] | ["alert-manager", "managed-alerts", _]) => {
            (Some(again::<InProject>), Some(again::<AlertManager>))
        }
        ("DELETE", ["grafana", "users", _] | ["data-sources" | "tokens" | "exporters", _]) => (None, None),
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
    let folder = folder.join("cockpit");
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
            let Some(below) = path.strip_prefix("/cockpit/v1/") else { continue };
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
