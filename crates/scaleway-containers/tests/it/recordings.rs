//! Every recorded request and answer, decoded and encoded again, loses nothing.

use std::path::{Path, PathBuf};

use scaleway_containers::{
    Container, CreateContainer, CreateNamespace, CreateTrigger, Namespace, Trigger, UpdateContainer,
    UpdateNamespace, UpdateTrigger,
};
use scaleway_core::{Page, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

#[test]
fn recordings() {
    let wire = std::env::var_os("SCALEWAY_WIRE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/wire"), PathBuf::from);
    let Ok(files) = std::fs::read_dir(wire.join("container")) else {
        println!("skipped: no recordings at {}", wire.display());
        return;
    };
    let mut compared = 0;
    for file in files {
        let file = file.unwrap().path();
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let place = format!("{}:{}", file.display(), number + 1);
            let (verb, path) = (exchange["verb"].as_str().unwrap(), exchange["path"].as_str().unwrap());
            let Some(path) = path.strip_prefix("/containers/v1/regions/fr-par") else { continue };
            let segments: Vec<&str> = path.split('/').skip(1).collect();
            let request = match (verb, &segments[..]) {
                ("POST", ["namespaces"]) => again::<CreateNamespace>,
                ("PATCH", ["namespaces", _]) => again::<UpdateNamespace>,
                ("POST", ["containers"]) => again::<CreateContainer>,
                ("PATCH", ["containers", _]) => again::<UpdateContainer>,
                ("POST", ["triggers"]) => again::<CreateTrigger>,
                ("PATCH", ["triggers", _]) => again::<UpdateTrigger>,
                _ => again::<()>,
            };
            let answer = match (verb, &segments[..]) {
                ("GET", ["namespaces"]) => again::<Page<Namespace>>,
                (_, ["namespaces", ..]) => again::<Namespace>,
                (_, ["containers", ..]) => again::<Container>,
                (_, ["triggers", ..]) => again::<Trigger>,
                _ => panic!("{place}: no type for {verb} {path}"),
            };
            request(&exchange["request"]).unwrap_or_else(|problem| panic!("{place}: request: {problem}"));
            if exchange["code"].as_u64().unwrap() < 300 {
                answer(&exchange["response"]).unwrap_or_else(|problem| panic!("{place}: answer: {problem}"));
            }
            compared += 1;
        }
    }
    println!("{compared} exchanges lose nothing");
    assert!(compared > 0, "no exchange of this product in {}", wire.display());
}

/// Decodes and encodes again, and compares.
fn again<T: DeserializeOwned + Serialize>(recorded: &Value) -> Result<(), String> {
    let recorded = plain(recorded);
    let read: T = serde_json::from_value(recorded.clone()).map_err(|error| error.to_string())?;
    let written = plain(&serde_json::to_value(read).map_err(|error| error.to_string())?);
    if written == recorded { Ok(()) } else { Err(format!("{recorded} became {written}")) }
}

/// What may be spelled in several ways, spelled in one: nothing, instants, durations.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.iter().filter(|(_, value)| !value.is_null());
            fields.map(|(name, value)| (name.clone(), plain(value))).collect()
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::String(text) => match (text.parse::<Timestamp>(), text.strip_suffix('s')) {
            (Ok(instant), _) => instant.to_string().into(),
            (_, Some(seconds)) => match seconds.parse::<f64>() {
                Ok(seconds) => format!("{seconds}s").into(),
                Err(_) => value.clone(),
            },
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}
