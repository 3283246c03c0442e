//! The JSON Schema of the format, derived from its types.

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema as _, Schema};
use serde_json::Value;

use super::grammar::{self, Schema as Expanded};
use super::{Definition, format};

/// The version of the format that this crate reads and writes.
pub const VERSION: u32 = 1;

/// The JSON Schema (2020-12) of a definition. Its `$id` carries the format's version.
///
/// The decoder reads definitions against this very schema, so the two cannot differ. Beside the standard keywords it
/// has `format` with the names of our own text forms (each with a standard `pattern`), and `formatMinimum`,
/// `formatMaximum` and `formatStep` for sizes and durations.
#[must_use]
pub fn json_schema() -> Value {
    schema().clone()
}

/// The schema, made once.
pub(super) fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut generator = SchemaSettings::draft2020_12().with_transform(add_patterns).into_generator();
        let mut schema = generator.root_schema_for::<Definition>();
        schema.insert("$id".to_owned(), format!("urn:evalap:definition:v{VERSION}").into());
        schema.insert("title".to_owned(), format!("{}, version {VERSION}", Definition::schema_name()).into());
        schema.to_value()
    })
}

/// The schema as definitions are read against it, made once.
pub(super) fn expanded() -> &'static Expanded {
    static EXPANDED: OnceLock<Expanded> = OnceLock::new();
    EXPANDED.get_or_init(|| grammar::expanded(schema(), schema()))
}

/// What an editor needs to know of our own formats.
fn add_patterns(schema: &mut Schema) {
    let known = schema.get("format").and_then(Value::as_str).and_then(format::find);
    if let Some(format) = known {
        schema.insert("pattern".to_owned(), format.pattern.into());
        if !format.known.is_empty() {
            schema.insert("examples".to_owned(), format.known.into());
        }
    }
    if let Some(Value::Object(names)) = schema.get_mut("propertyNames") {
        let known = names.get("format").and_then(Value::as_str).and_then(format::find);
        if let Some(format) = known {
            names.insert("pattern".to_owned(), format.pattern.into());
        }
    }
    transform_subschemas(&mut add_patterns, schema);
}
