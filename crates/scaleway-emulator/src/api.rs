//! The API's operations, whether they are answered here or not, and what the parameters of their queries may be.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::refusal::{Problem, Refusal};

/// What a parameter of a query may be, where it is not any text.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Parameter {
    Flag,
    OneOf(Vec<String>),
}

/// The parameters of one operation's query, by name.
pub(crate) type Parameters = BTreeMap<String, Parameter>;

type Operations = BTreeMap<String, BTreeMap<String, Parameters>>;

static OPERATIONS: LazyLock<Operations> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/operations.json")).unwrap_or_default());

static NONE: Parameters = Parameters::new();

/// All operations: by product, by name.
pub(crate) fn operations() -> &'static Operations {
    &OPERATIONS
}

/// What is said about the query of an operation.
pub(crate) fn parameters(product: &str, operation: &str) -> &'static Parameters {
    OPERATIONS.get(product).and_then(|operations| operations.get(operation)).unwrap_or(&NONE)
}

/// Refuses values that a parameter cannot have, and gives flags their one spelling: clients of several languages write
/// them in their own.
pub(crate) fn check(parameters: &Parameters, query: &mut [(String, String)]) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    for (name, value) in query.iter_mut().filter(|(_, value)| !value.is_empty()) {
        match parameters.get(name.as_str()) {
            Some(Parameter::Flag) => {
                if let Some(flag) = flag(value) {
                    *value = flag.to_string();
                } else {
                    let help = format!("must be true or false, is {value:?}");
                    problems.push(Problem::format(&*name, help));
                }
            }
            Some(Parameter::OneOf(values)) if !values.contains(value) => {
                let help = format!("must be one of {}, is {value:?}", values.join(", "));
                problems.push(Problem::constraint(&*name, help));
            }
            _ => {}
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid_arguments(&problems)) }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "1" => Some(true),
        "false" | "False" | "FALSE" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::path::PathBuf;

    #[test]
    fn the_list_of_the_api_s_operations_is_whole() {
        let wire = std::env::var("SCALEWAY_WIRE").unwrap_or_else(|_| "../../../shared/wire".into());
        let api = PathBuf::from(wire).join("../api");
        assert_eq!(operations().len(), 10);
        if !api.is_dir() {
            eprintln!("skipped: no facts about the API in {}", api.display());
            return;
        }
        for (product, listed) in operations() {
            let text = std::fs::read_to_string(api.join(format!("{product}.json"))).unwrap();
            let facts: Value = serde_json::from_str(&text).unwrap();
            let mut known = BTreeMap::<&str, Parameters>::new();
            for operation in facts["operations"].as_array().unwrap() {
                let query = operation["query"].as_object().into_iter().flatten();
                let parameters = query.filter_map(|(name, kind)| {
                    let kind = kind.as_str().unwrap().trim_matches(['[', ']']);
                    let values = facts["enums"][kind].as_array();
                    let values = values.map(|values| {
                        values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
                    });
                    let parameter = values.map(Parameter::OneOf);
                    Some((name.clone(), parameter.or((kind == "bool").then_some(Parameter::Flag))?))
                });
                known.entry(operation["name"].as_str().unwrap()).or_default().extend(parameters);
            }
            assert!(
                listed.iter().map(|(name, of)| (name.as_str(), of)).eq(known.iter().map(|(n, of)| (*n, of)))
            );
        }
    }

    #[test]
    fn what_a_query_cannot_say_is_refused() {
        let of = parameters("rdb", "ListInstances");
        let query = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let mut flag = query("has_maintenances", "True");
        check(of, &mut flag).unwrap();
        assert_eq!(flag, query("has_maintenances", "true"));
        for (name, value) in [("order_by", "region"), ("order_by", ""), ("name", "any"), ("other", "x")] {
            check(of, &mut query(name, value)).unwrap();
        }
        for (name, value) in [("order_by", "age_asc"), ("has_maintenances", "yes")] {
            assert!(check(of, &mut query(name, value)).is_err(), "{name}={value}");
        }
    }
}
