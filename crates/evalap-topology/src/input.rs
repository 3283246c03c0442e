//! References from one resource to what another one turns out to be.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::address::Address;

/// A value that is known, or the output of another resource. What refers is made after what it refers to: the graph's
/// edges are these and no others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Input<T> {
    /// What another resource will have become.
    Output(OutputRef<T>),
    /// The value.
    Known(T),
}

/// One output of a resource.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub struct OutputRef<T> {
    #[serde(rename = "$of")]
    of: Address,
    output: String,
    #[serde(skip)]
    kind: PhantomData<fn() -> T>,
}

impl<T> Input<T> {
    /// The output `output` of the resource `of`. Only the kinds' handles call this: they know which outputs there are, and
    /// of which type.
    pub(crate) fn output(of: &Address, output: &str) -> Self {
        Self::Output(OutputRef { of: of.clone(), output: output.to_owned(), kind: PhantomData })
    }

    /// The value, where it is known.
    ///
    /// # Errors
    /// [`Unresolved`] where it still is a reference: nothing unknown reaches the wire.
    pub fn known(&self) -> Result<&T, Unresolved> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Output(reference) => {
                Err(Unresolved { of: reference.of.clone(), output: reference.output.clone() })
            }
        }
    }
}

impl<T> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> Clone for OutputRef<T> {
    fn clone(&self) -> Self {
        Self { of: self.of.clone(), output: self.output.clone(), kind: PhantomData }
    }
}

impl<T> PartialEq for OutputRef<T> {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of && self.output == other.output
    }
}

impl<T> fmt::Debug for OutputRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.of, self.output)
    }
}

/// An output that is needed and not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{of} has no output {output:?} yet")]
pub struct Unresolved {
    /// The resource.
    pub of: Address,
    /// Its output.
    pub output: String,
}

/// Where a written value is a reference: what it refers to.
pub(crate) fn reference(value: &Value) -> Option<(Address, &str)> {
    let map = value.as_object().filter(|map| map.len() == 2)?;
    Some((map.get("$of")?.as_str()?.parse().ok()?, map.get("output")?.as_str()?))
}

/// All resources that the references in `value` name.
pub(crate) fn references(value: &Value, into: &mut Vec<Address>) {
    if let Some((of, _)) = reference(value) {
        into.push(of);
        return;
    }
    match value {
        Value::Object(map) => map.values().for_each(|value| references(value, into)),
        Value::Array(items) => items.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

/// Replaces every reference in `value` that `outputs` knows by its value; the others stay.
pub(crate) fn resolve(value: &mut Value, outputs: &impl Fn(&Address, &str) -> Option<Value>) {
    if let Some((of, output)) = reference(value) {
        if let Some(known) = outputs(&of, output) {
            *value = known;
        }
        return;
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| resolve(value, outputs)),
        Value::Array(items) => items.iter_mut().for_each(|value| resolve(value, outputs)),
        _ => {}
    }
}

/// Whether `value` could be what `wanted` says, whatever its references turn out to be.
pub(crate) fn fits(wanted: &Value, value: &Value) -> bool {
    if reference(wanted).is_some() {
        return true;
    }
    match (wanted, value) {
        (Value::Object(wanted), Value::Object(map)) => {
            let alike =
                |(name, wanted): (&String, &Value)| map.get(name).is_some_and(|value| fits(wanted, value));
            wanted.len() == map.len() && wanted.iter().all(alike)
        }
        (Value::Array(wanted), Value::Array(items)) => {
            wanted.len() == items.len() && wanted.iter().zip(items).all(|(wanted, item)| fits(wanted, item))
        }
        _ => wanted == value,
    }
}

/// Whether a reference is left in `value`.
pub(crate) fn is_unresolved(value: &Value) -> bool {
    let mut left = Vec::new();
    references(value, &mut left);
    !left.is_empty()
}

/// A kind's specification as it is written in plans and state.
pub(crate) fn written<S: Serialize>(spec: &S) -> Map<String, Value> {
    match serde_json::to_value(spec) {
        Ok(Value::Object(map)) => map,
        // A specification is a struct of plain values: nothing in it can fail to be written.
        _ => Map::new(),
    }
}

/// The specification that was written.
pub(crate) fn read<S: DeserializeOwned>(spec: &Map<String, Value>) -> Result<S, serde_json::Error> {
    S::deserialize(spec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::KindName;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Spec {
        vpc_id: Input<String>,
        ports: Vec<Input<u32>>,
    }

    #[test]
    fn references_are_found_resolved_and_typed() {
        let vpc = Address::new(KindName::Vpc, "main");
        let spec = Spec {
            vpc_id: Input::output(&vpc, "id"),
            ports: vec![Input::Known(1), Input::output(&vpc, "port")],
        };
        let mut value = Value::Object(written(&spec));
        let mut found = Vec::new();
        references(&value, &mut found);
        assert_eq!(found, [vpc.clone(), vpc.clone()]);
        assert_eq!(serde_json::from_value::<Spec>(value.clone()).unwrap(), spec);
        let fits = |ports: Value| fits(&value, &serde_json::json!({"vpc_id": "vpc-1", "ports": ports}));
        assert_eq!([[1, 443].into(), [2, 443].into(), [1].into()].map(fits), [true, false, false]);
        assert!(spec.vpc_id.known().unwrap_err().to_string().contains("vpc.main"));

        resolve(&mut value, &|_, output| (output == "id").then(|| "vpc-1".into()));
        assert!(is_unresolved(&value));
        resolve(&mut value, &|_, _| Some(443.into()));
        assert!(!is_unresolved(&value));
        let read: Spec = serde_json::from_value(value).unwrap();
        assert_eq!((read.vpc_id.known().unwrap().as_str(), *read.ports[1].known().unwrap()), ("vpc-1", 443));
    }
}
