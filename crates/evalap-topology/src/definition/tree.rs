//! A definition as a tree of plain values: from TOML with positions, or from Rust values without.

use std::ops::Range;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

/// A value with its position.
pub(super) struct Node<'a> {
    pub(super) value: Data<'a>,
    /// The bytes of the value.
    pub(super) span: Option<Range<usize>>,
}

/// What the value is.
pub(super) enum Data<'a> {
    Text(&'a str),
    Integer(i64),
    Boolean(bool),
    List(Vec<Node<'a>>),
    Table(Vec<(Key<'a>, Node<'a>)>),
    /// What no definition holds: a float, a date, an integer beyond 64 bits. Its name in words.
    Other(&'static str),
}

/// A key with its position.
pub(super) struct Key<'a> {
    pub(super) name: &'a str,
    pub(super) span: Option<Range<usize>>,
}

impl<'a> Node<'a> {
    pub(super) fn from_toml(table: &'a DeTable<'_>, span: Range<usize>) -> Self {
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

impl<'a> Data<'a> {
    fn table(table: &'a DeTable<'_>) -> Self {
        let entries = table.iter().map(|(key, value)| {
            let name: &str = key.get_ref();
            (Key { name, span: Some(key.span()) }, Node::from(value))
        });
        Self::Table(entries.collect())
    }
}

impl<'a> From<&'a toml::Spanned<DeValue<'_>>> for Node<'a> {
    fn from(value: &'a toml::Spanned<DeValue<'_>>) -> Self {
        let data = match value.get_ref() {
            DeValue::String(text) => Data::Text(text),
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

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        let data = match value {
            Value::String(text) => Data::Text(text),
            Value::Number(number) => {
                number.as_i64().map_or(Data::Other("a number beyond 64 bits"), Data::Integer)
            }
            Value::Bool(boolean) => Data::Boolean(*boolean),
            Value::Array(items) => Data::List(items.iter().map(Self::from).collect()),
            Value::Object(entries) => Data::Table(
                entries.iter().map(|(name, value)| (Key { name, span: None }, Self::from(value))).collect(),
            ),
            Value::Null => Data::Other("nothing"),
        };
        Self { value: data, span: None }
    }
}
