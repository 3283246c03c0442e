//! Every recorded request and answer, decoded and encoded again, loses nothing.

use std::path::{Path, PathBuf};

use scaleway_account::{CreateProject, Project, UpdateProject};
use scaleway_core::{ErrorBody, Page, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

#[test]
fn recordings() {
    let wire = std::env::var_os("SCALEWAY_WIRE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/wire"), PathBuf::from);
    let Ok(products) = std::fs::read_dir(&wire) else {
        println!("skipped: no recordings at {}", wire.display());
        return;
    };
    // Every product's tests make projects to work in.
    let folders = products.map(|product| product.unwrap().path()).filter(|path| path.is_dir());
    let mut compared = 0;
    for file in folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()) {
        let file = file.unwrap().path();
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let place = format!("{}:{}", file.display(), number + 1);
            let (verb, path) = (exchange["verb"].as_str().unwrap(), exchange["path"].as_str().unwrap());
            let Some(path) = path.strip_prefix("/account/v3/projects") else { continue };
            let request = match (verb, path) {
                ("POST", "") => again::<CreateProject>,
                ("PATCH", _) => again::<UpdateProject>,
                _ => again::<()>,
            };
            let answer = match (verb, path) {
                _ if exchange["code"].as_u64().unwrap() >= 300 => again::<ErrorBody>,
                ("DELETE", _) => again::<()>,
                ("GET", "") => again::<Page<Project>>,
                _ => again::<Project>,
            };
            request(&exchange["request"]).unwrap_or_else(|problem| panic!("{place}: request: {problem}"));
            answer(&exchange["response"]).unwrap_or_else(|problem| panic!("{place}: answer: {problem}"));
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

/// What may be spelled in several ways, spelled in one: nothing, and instants.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.iter().filter(|(_, value)| !value.is_null());
            fields.map(|(name, value)| (name.clone(), plain(value))).collect()
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::String(text) => {
            text.parse::<Timestamp>().map_or_else(|_| value.clone(), |instant| instant.to_string().into())
        }
        _ => value.clone(),
    }
}
