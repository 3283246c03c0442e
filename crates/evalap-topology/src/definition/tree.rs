//! A definition as a tree of plain values: from TOML with positions, or from Rust values without.

use std::ops::Range;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

/// A value with its position.
pub(super) struct Node {
    pub(super) value: Data,
    /// The bytes of the value.
    pub(super) span: Option<Range<usize>>,
}

/// What the value is.
pub(super) enum Data {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Node>),
    Table(Vec<(Key, Node)>),
    /// What no definition holds: a float, a date, an integer beyond 64 bits. Its name in words.
    Other(&'static str),
}

/// A key with its position.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) span: Option<Range<usize>>,
}

impl Node {
    pub(super) fn from_toml(table: &DeTable<'_>, span: Range<usize>) -> Self {
        Self { value: Data::table(table), span: Some(span) }
    }

    /// In words, with its article.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Data::Text(_) => "text",
            Data::Integer(_) => "an integer",
            Data::Boolean(_) => "true or false",
            Data::List(_) => "a list",
            Data::Table(_) => "a table",
            Data::Other(name) => name,
        }
    }

    /// The JSON Schema type of it.
    pub(super) fn schema_type(&self) -> &'static str {
        match self.value {
            Data::Text(_) => "string",
            Data::Integer(_) => "integer",
            Data::Boolean(_) => "boolean",
            Data::List(_) => "array",
            Data::Table(_) => "object",
            Data::Other(_) => "",
        }
    }

    pub(super) fn has_key(&self, key: &str) -> bool {
        matches!(&self.value, Data::Table(entries) if entries.iter().any(|(found, _)| found.name == key))
    }
}

impl Data {
    fn table(table: &DeTable<'_>) -> Self {
        let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
            let key: &toml::Spanned<std::borrow::Cow<'_, str>> = key;
            (Key { name: key.get_ref().to_string(), span: Some(key.span()) }, Node::from(value))
        };
        Self::Table(table.iter().map(entry).collect())
    }
}

impl From<&toml::Spanned<DeValue<'_>>> for Node {
    fn from(value: &toml::Spanned<DeValue<'_>>) -> Self {
        let data = match value.get_ref() {
            DeValue::String(text) => Data::Text(text.to_string()),
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .map_or(Data::Other("an integer beyond 64 bits"), Data::Integer),
            DeValue::Float(_) => Data::Other("a number with a fraction"),
            DeValue::Boolean(boolean) => Data::Boolean(*boolean),
            DeValue::Datetime(_) => Data::Other("a date"),
            DeValue::Array(items) => Data::List(items.iter().map(Self::from).collect()),
            DeValue::Table(table) => Data::table(table),
        };
        Self { value: data, span: Some(value.span()) }
    }
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        let data = match value {
            Value::String(text) => Data::Text(text.clone()),
            Value::Number(number) => {
                number.as_i64().map_or(Data::Other("a number beyond 64 bits"), Data::Integer)
            }
            Value::Bool(boolean) => Data::Boolean(*boolean),
            Value::Array(items) => Data::List(items.iter().map(Self::from).collect()),
            Value::Object(entries) => Data::Table(
                entries
                    .iter()
                    .map(|(name, value)| (Key { name: name.clone(), span: None }, Self::from(value)))
                    .collect(),
            ),
            Value::Null => Data::Other("nothing"),
        };
        Self { value: data, span: None }
    }
}
