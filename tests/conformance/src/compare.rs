//! What counts as the same, and where two values differ.

use std::collections::BTreeMap;
use std::fmt;

use scaleway_core::{Timestamp, wire};
use serde_json::Value;

/// A difference that loses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Leniency {
    /// A field is `null` on one side and absent on the other.
    Null,
    /// A number: `1.0` and `1`.
    Number,
    /// A duration: `15s` and `15.000000000s`.
    Duration,
    /// An instant: `…:17Z` and `…:17.000000Z`.
    Instant,
    /// A boolean of a query: `True`, as Python spells it, and `true`.
    Boolean,
    /// No body and `{}`.
    EmptyBody,
    /// `page` and `page_size`, which belong to the list's pager and not to its request.
    Page,
    /// An error that is no JSON object, as gateways answer: the client shows its text.
    ErrorText,
}

impl fmt::Display for Leniency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null against absent",
            Self::Number => "number spelled otherwise",
            Self::Duration => "duration spelled otherwise",
            Self::Instant => "instant spelled otherwise",
            Self::Boolean => "boolean spelled otherwise",
            Self::EmptyBody => "no body against {}",
            Self::Page => "page of a list, which its pager adds",
            Self::ErrorText => "error in plain text",
        })
    }
}

/// How often each leniency was made use of.
pub(crate) type Leniencies = BTreeMap<Leniency, u64>;

/// A difference that loses something: where, what was recorded, what we made of it. `None`: nothing.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) pointer: String,
    pub(crate) recorded: Option<Value>,
    pub(crate) written: Option<Value>,
}

/// Two values, side by side.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) differences: Vec<Difference>,
    pub(crate) leniencies: Leniencies,
}

/// Appends an object's key to a JSON pointer.
pub(crate) fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

impl Comparison {
    /// Compares what was recorded with what was written.
    pub(crate) fn of(recorded: &Value, written: &Value) -> Self {
        let mut comparison = Self::default();
        comparison.values("", recorded, written);
        comparison
    }

    pub(crate) fn allow(&mut self, leniency: Leniency) {
        *self.leniencies.entry(leniency).or_default() += 1;
    }

    fn values(&mut self, pointer: &str, recorded: &Value, written: &Value) {
        match (recorded, written) {
            (Value::Object(recorded), Value::Object(written)) => {
                for key in recorded.keys().chain(written.keys().filter(|key| !recorded.contains_key(*key))) {
                    let mut pointer = pointer.to_owned();
                    push(&mut pointer, key);
                    match (recorded.get(key), written.get(key)) {
                        (Some(recorded), Some(written)) => self.values(&pointer, recorded, written),
                        (Some(Value::Null), None) | (None, Some(Value::Null)) => self.allow(Leniency::Null),
                        (recorded, written) => self.differ(&pointer, recorded, written),
                    }
                }
            }
            (Value::Array(recorded), Value::Array(written)) => {
                for index in 0..recorded.len().max(written.len()) {
                    let pointer = format!("{pointer}/{index}");
                    match (recorded.get(index), written.get(index)) {
                        (Some(recorded), Some(written)) => self.values(&pointer, recorded, written),
                        (recorded, written) => self.differ(&pointer, recorded, written),
                    }
                }
            }
            _ if recorded == written => {}
            _ => match spelling(recorded, written) {
                Some(leniency) => self.allow(leniency),
                None => self.differ(pointer, Some(recorded), Some(written)),
            },
        }
    }

    fn differ(&mut self, pointer: &str, recorded: Option<&Value>, written: Option<&Value>) {
        self.differences.push(Difference {
            pointer: pointer.to_owned(),
            recorded: recorded.cloned(),
            written: written.cloned(),
        });
    }
}

/// The leniency that makes two different values the same.
pub(crate) fn spelling(recorded: &Value, written: &Value) -> Option<Leniency> {
    match (recorded, written) {
        (Value::Number(a), Value::Number(b)) => {
            // Whole numbers are compared whole: two of them that differ are never the same float.
            let whole = a.is_f64() || b.is_f64();
            (whole && a.as_f64() == b.as_f64()).then_some(Leniency::Number)
        }
        (Value::String(a), Value::String(b)) => {
            if let (Ok(a), Ok(b)) = (a.parse::<Timestamp>(), b.parse::<Timestamp>()) {
                return (a == b).then_some(Leniency::Instant);
            }
            match (wire::duration::deserialize(recorded), wire::duration::deserialize(written)) {
                (Ok(a), Ok(b)) => (a == b).then_some(Leniency::Duration),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lenient(recorded: Value, written: Value) -> Vec<Leniency> {
        let comparison = Comparison::of(&recorded, &written);
        assert!(comparison.differences.is_empty(), "{:?}", comparison.differences);
        comparison.leniencies.into_keys().collect()
    }

    #[test]
    fn what_loses_nothing_is_counted() {
        assert_eq!(lenient(json!({"a": null, "b": 1}), json!({"b": 1})), [Leniency::Null]);
        assert_eq!(lenient(json!({}), json!({"a": null})), [Leniency::Null]);
        assert_eq!(lenient(json!([1.0]), json!([1])), [Leniency::Number]);
        assert_eq!(lenient(json!("15.000000000s"), json!("15s")), [Leniency::Duration]);
        let instants = ("2026-07-03T15:28:04.100Z", "2026-07-03T17:28:04.1+02:00");
        assert_eq!(lenient(json!(instants.0), json!(instants.1)), [Leniency::Instant]);
    }

    #[test]
    fn what_loses_something_is_found_where_it_is() {
        let differing = [
            (json!({"a/b": [1, 2]}), json!({"a/b": [1]}), "/a~1b/1"),
            (json!({"a": {"x": 1}}), json!({"a": {}}), "/a/x"),
            (json!({"a": {}}), json!({"a": {"x": 0}}), "/a/x"),
            (json!({"a": null}), json!({"a": []}), "/a"),
            (json!([null]), json!([]), "/0"),
            (json!("15.000000001s"), json!("15s"), ""),
            (json!("2026-07-03T15:28:04.123456789Z"), json!("2026-07-03T15:28:04.123456Z"), ""),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64), ""),
            (json!("1"), json!(1), ""),
            (json!(false), json!(0), ""),
        ];
        for (recorded, written, pointer) in differing {
            let comparison = Comparison::of(&recorded, &written);
            let found: Vec<_> = comparison.differences.iter().map(|found| found.pointer.as_str()).collect();
            assert_eq!(found, [pointer], "{recorded} {written}");
            assert!(comparison.leniencies.is_empty());
        }
    }
}
