//! The JSON Schema and the types say the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

/// Every key of every table in the schema, as `Type.key`.
fn keys(schema: &Value) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let properties = |schema: &Value| schema["properties"].as_object().cloned().unwrap_or_default();
    keys.extend(properties(schema).keys().map(|key| format!("Definition.{key}")));
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        keys.extend(properties(definition).keys().map(|key| format!("{name}.{key}")));
    }
    keys
}

#[test]
fn the_schema_is_versioned_and_every_table_is_closed() {
    let schema = json_schema();
    assert_eq!(schema["$id"], "urn:evalap:definition:v1");
    assert_eq!(schema["properties"]["version"]["const"], 1);
    assert_eq!(schema["properties"]["secrets"]["propertyNames"]["pattern"], "^[A-Za-z0-9._-]{1,255}$");
    for (name, table) in schema["$defs"].as_object().unwrap() {
        if table["properties"].is_object() {
            assert_eq!(table["additionalProperties"], false, "{name} lets any key through");
        }
    }
}

/// The keys of a value that the schema has, as `Type.key`; fails at one that it has not.
fn collect(value: &Value, schema: &Value, root: &Value, name: &str, written: &mut BTreeSet<String>) {
    let mut schema = schema;
    let mut name = name.to_owned();
    while let Some(reference) = schema["$ref"].as_str().or_else(|| schema["anyOf"][0]["$ref"].as_str()) {
        name = reference.trim_start_matches("#/$defs/").to_owned();
        schema = &root["$defs"][&name];
    }
    if let Value::Object(entries) = value {
        for (key, value) in entries {
            match schema["properties"].get(key) {
                Some(property) => {
                    written.insert(format!("{name}.{key}"));
                    collect(value, property, root, "", written);
                }
                None if schema["additionalProperties"].is_object() => {
                    collect(value, &schema["additionalProperties"], root, "", written);
                }
                None => assert!(
                    schema.get("oneOf").is_some() || schema.get("anyOf").is_some(),
                    "{name}.{key} is not in the schema"
                ),
            }
        }
    }
    if let Value::Array(items) = value {
        for item in items {
            collect(item, &schema["items"], root, "", written);
        }
    }
}

#[test]
fn the_schema_knows_every_key_that_is_written_and_no_other() {
    let mut definition = full();
    let schema = json_schema();
    let mut written = BTreeSet::new();
    let keys_from: [fn(String) -> KeySource; 3] =
        [KeySource::FromEnv, KeySource::FromFile, KeySource::Secret];
    for key in keys_from {
        definition.state = StatePlace::in_bucket("evalap-staging-state").key(key("KEY".into()));
        definition.validate().unwrap();
        collect(&serde_json::to_value(&definition).unwrap(), &schema, &schema, "Definition", &mut written);
    }
    let known: BTreeSet<_> =
        keys(&schema).into_iter().filter(|key| !key.starts_with("DatabaseUrl.")).collect();
    assert_eq!(written, known);
}

/// A definition with every key set: what serde writes of it is every key that serde knows.
fn full() -> Definition {
    let mut definition = decode(STAGING);
    let service = definition.services.get_mut("runners").unwrap();
    service.local_storage = Some(Size::gigabytes(1));
    service.command = vec!["run".into()];
    service.args = vec!["--all".into()];
    service.privacy = Privacy::Private;
    service.startup = Some(Probe::tcp());
    definition
        .secrets
        .insert("file".into(), StoredSecret::new(SecretSource::FromFile("a.pem".into())).name("staging-x"));
    definition.secrets.insert("old".into(), StoredSecret::new(SecretSource::Existing));
    definition.monitoring.alerts = ["alert".to_owned()].into();
    let database = definition.database.as_mut().unwrap();
    database.public_endpoint = true;
    database.acl = [("the office".to_owned(), "192.0.2.0/24".parse().unwrap())].into();
    definition.waivers.push(Waiver::new("image-pinned", "for this test only").place("services"));
    definition
}
