//! What the decoder asks of the JSON Schema: what a value may look like, in words and by example.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::format::{self, Format};

/// One schema object, [expanded].
pub(super) type Schema = Map<String, Value>;

/// The schema with what it refers to in `root` put in, all the way down, and `null` taken out: an absent key says the same.
/// It is asked about every value of a definition, so this is done once. The format's types do not contain themselves.
pub(super) fn expanded(schema: &Value, root: &Value) -> Schema {
    let mut schema = schema.as_object().cloned().unwrap_or_default();
    while let Some(Value::String(reference)) = schema.remove("$ref") {
        let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer)?.as_object());
        for (key, value) in target.into_iter().flatten() {
            schema.entry(key.as_str()).or_insert_with(|| value.clone());
        }
    }
    schema.remove("$defs");
    let expand = |value: &mut Value| *value = expanded(value, root).into();
    for (key, value) in &mut schema {
        match (key.as_str(), value) {
            ("type", value @ Value::Array(_)) => {
                let kinds = value.as_array().into_iter().flatten();
                *value = kinds.into_iter().find(|kind| *kind != "null").cloned().unwrap_or_default();
            }
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(expand),
            ("items" | "additionalProperties", value @ Value::Object(_)) => expand(value),
            ("anyOf" | "oneOf", Value::Array(branches)) => {
                branches.iter_mut().for_each(expand);
                branches.retain(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
            }
            _ => {}
        }
    }
    schema
}

/// A harmless value that the schema accepts.
pub(super) fn stand_in(schema: &Schema) -> Value {
    if let Some(value) = schema.get("default").or_else(|| schema.get("examples")?.get(0)) {
        return value.clone();
    }
    if let Some(branch) = branches(schema).first() {
        return stand_in(branch);
    }
    if let Some(value) = allowed(schema).first() {
        return (*value).clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => text_format(schema).map_or("", |format| format.example).into(),
        Some("integer") => schema.get("minimum").cloned().unwrap_or_else(|| 0.into()),
        Some("boolean") => false.into(),
        Some("array") => Value::Array(Vec::new()),
        _ => {
            let property = |name: &str| child(schema.get("properties").and_then(|all| all.get(name)));
            let fields = required(schema)
                .map(|name| (name.to_owned(), stand_in(property(name))))
                .collect::<Map<_, _>>();
            fields.into()
        }
    }
}

/// In words.
pub(super) fn expected(schema: &Schema) -> String {
    let branches = branches(schema);
    if !branches.is_empty() {
        return branches.iter().map(|branch| expected(branch)).collect::<Vec<_>>().join(", or ");
    }
    match &allowed(schema)[..] {
        [] => {}
        [one] => return one.to_string().trim_matches('"').to_owned(),
        several => return format!("one of {}", names(several.iter().filter_map(|value| value.as_str()))),
    }
    let number = |key: &str| schema.get(key).and_then(Value::as_i64);
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => {
            let base = text_format(schema).map_or("text", |format| format.expected);
            let step = text("formatStep").map(|step| format!(", in steps of {step}")).unwrap_or_default();
            match (text("formatMinimum"), text("formatMaximum"), number("minLength"), number("maxLength")) {
                (Some(least), Some(most), ..) => format!("{base}, from {least} to {most}{step}"),
                (_, _, Some(least), Some(most)) => format!("text of {least} to {most} characters"),
                (_, _, Some(least), None) => format!("text of at least {least} characters"),
                (_, _, None, Some(most)) => format!("text of at most {most} characters"),
                _ => base.to_owned(),
            }
        }
        Some("integer") => match (number("minimum"), number("maximum")) {
            (Some(least), Some(most)) => format!("an integer from {least} to {most}"),
            (Some(least), None) => format!("an integer of {least} or more"),
            _ => "an integer".to_owned(),
        },
        Some("boolean") => "true or false".to_owned(),
        Some("array") => "a list".to_owned(),
        _ => match names(required(schema)).as_str() {
            "" => "a table".to_owned(),
            keys => format!("a table with {keys}"),
        },
    }
}

/// The ways a value can look; empty when there is one way. A choice of texts counts as one way.
pub(super) fn branches(schema: &Schema) -> Vec<&Schema> {
    let Some(Value::Array(branches)) = schema.get("anyOf").or_else(|| schema.get("oneOf")) else {
        return Vec::new();
    };
    let only_requires =
        |branch: &Value| branch.as_object().is_some_and(|b| b.len() == 1 && b.contains_key("required"));
    if branches.iter().all(only_requires) || !allowed(schema).is_empty() {
        return Vec::new();
    }
    branches.iter().filter_map(Value::as_object).collect()
}

/// The only values there are, where the schema lists them.
pub(super) fn allowed(schema: &Schema) -> Vec<&Value> {
    let listed = |schema: &'_ Schema| schema.contains_key("const") || schema.contains_key("enum");
    if let Some(Value::Array(branches)) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
        let branches: Vec<_> = branches.iter().filter_map(Value::as_object).collect();
        let all = !branches.is_empty() && branches.iter().all(|branch| listed(branch));
        return if all { branches.into_iter().flat_map(allowed).collect() } else { Vec::new() };
    }
    let one = schema.get("const").into_iter();
    one.chain(schema.get("enum").and_then(Value::as_array).into_iter().flatten()).collect()
}

/// The keys that a table must have.
pub(super) fn required(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Our own form of text that the schema names.
pub(super) fn text_format(schema: &Schema) -> Option<&'static Format> {
    schema.get("format").and_then(Value::as_str).and_then(format::find)
}

/// The schema below this one; anything goes where there is none.
pub(super) fn child(schema: Option<&Value>) -> &Schema {
    static ANYTHING: LazyLock<Schema> = LazyLock::new(Schema::new);
    schema.and_then(Value::as_object).unwrap_or(&ANYTHING)
}

/// Names as they are listed in a message.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}
