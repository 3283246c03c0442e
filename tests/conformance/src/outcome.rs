//! One exchange, decoded, encoded and compared.

use std::fmt;

use scaleway_core::ErrorBody;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::APIS;
use crate::compare::{Comparison, Leniencies, Leniency, spelling};
use crate::exchange::Exchange;
use crate::operation::{Codec, Operation, Unreadable, body};

/// What an exchange comes to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It calls an operation that the clients speak.
    Routed(Verdict),
    /// It is of one of the clients' products, and of no operation that is known.
    Unrouted,
    /// It is of Serverless Containers v1beta1, which no client speaks.
    Older,
    /// It is of another product.
    Elsewhere,
}

/// How a routed exchange fared.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// The operation's name.
    pub operation: &'static str,
    /// Whether its query, its request and its answer could be read.
    pub decoded: bool,
    /// What was lost.
    pub findings: Vec<Finding>,
    pub(crate) leniencies: Leniencies,
}

impl Verdict {
    /// Whether all of it was read, and nothing lost.
    pub fn is_lossless(&self) -> bool {
        self.decoded && self.findings.is_empty()
    }
}

/// The part of an exchange that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The query.
    Query,
    /// The body of the request.
    Request,
    /// The body of the answer.
    Response,
}

/// Something that was not read, or lost, or made up.
#[derive(Debug)]
#[non_exhaustive]
pub struct Finding {
    /// Where it was found.
    pub part: Part,
    /// The JSON pointer of the value; of a query, its key.
    pub pointer: String,
    /// What was recorded, or what our type wants there.
    pub expected: String,
    /// What became of it, or what was there instead.
    pub got: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            Part::Query => "query",
            Part::Request => "request",
            Part::Response => "response",
        };
        let pointer = if self.pointer.is_empty() { "(whole)" } else { &self.pointer };
        write!(f, "{part} {pointer}: expected {}, got {}", self.expected, self.got)
    }
}

/// Routes an exchange, reads its parts as the client's types, writes them again and compares.
pub fn check(exchange: &Exchange<'_>) -> Outcome {
    let (path, query) = match exchange.path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*exchange.path, exchange.query.as_deref()),
    };
    let Some(operation) = APIS.iter().find_map(|api| api.route(&exchange.verb, path)) else {
        return lost(path);
    };
    let mut check = Check { operation, decoded: true, findings: Vec::new(), leniencies: Leniencies::new() };
    check.query(query.unwrap_or_default());
    check.body(Part::Request, operation.request, exchange.request);
    if (200..300).contains(&exchange.code) {
        check.body(Part::Response, operation.answer, exchange.response);
    } else if exchange.response.is_some_and(|text| text.get().starts_with('{')) {
        check.body(Part::Response, body::<ErrorBody>, exchange.response);
    } else {
        check.allow(Leniency::ErrorText);
    }
    let Check { decoded, findings, leniencies, .. } = check;
    Outcome::Routed(Verdict { operation: operation.name, decoded, findings, leniencies })
}

/// What a path without an operation is.
pub(crate) fn lost(path: &str) -> Outcome {
    let product = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    if path.starts_with("/containers/v1beta1/") {
        Outcome::Older
    } else if APIS.iter().any(|api| product(api.root) == product(path)) {
        Outcome::Unrouted
    } else {
        Outcome::Elsewhere
    }
}

/// A verdict in the making.
struct Check {
    operation: &'static Operation,
    decoded: bool,
    findings: Vec<Finding>,
    leniencies: Leniencies,
}

impl Check {
    fn allow(&mut self, leniency: Leniency) {
        *self.leniencies.entry(leniency).or_default() += 1;
    }

    fn unreadable(&mut self, part: Part, Unreadable { pointer, expected }: Unreadable, got: String) {
        self.decoded = false;
        self.findings.push(Finding { part, pointer, expected, got });
    }

    fn body(&mut self, part: Part, codec: Codec, recorded: Option<&RawValue>) {
        // Some recorders write no body as an empty text.
        let text = recorded.map(RawValue::get).filter(|text| *text != "\"\"").unwrap_or("null");
        // What is kept as it was spelled is known to be JSON.
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let says_nothing = value.as_object().is_some_and(serde_json::Map::is_empty);
        if says_nothing && codec("null").is_ok_and(|written| written.is_null()) {
            return self.allow(Leniency::EmptyBody);
        }
        let written = match codec(text) {
            Ok(written) => written,
            Err(unreadable) => {
                let got = shown(value.pointer(&unreadable.pointer));
                return self.unreadable(part, unreadable, got);
            }
        };
        if value.is_null() && written == Value::Object(serde_json::Map::default()) {
            return self.allow(Leniency::EmptyBody);
        }
        let comparison = Comparison::of(&value, &written);
        self.findings.extend(comparison.differences.into_iter().map(|difference| Finding {
            part,
            expected: shown(difference.recorded.as_ref()),
            got: shown(difference.written.as_ref()),
            pointer: difference.pointer,
        }));
        for (leniency, count) in comparison.leniencies {
            *self.leniencies.entry(leniency).or_default() += count;
        }
    }

    fn query(&mut self, recorded: &str) {
        let read = (self.operation.query)(recorded);
        // Only where it cannot be read as it is: a name may be `True`.
        let written = match read
            .or_else(|unreadable| (self.operation.query)(&lowered(recorded)).map_err(|_| unreadable))
        {
            Ok(written) => written,
            Err(unreadable) => return self.unreadable(Part::Query, unreadable, format!("{recorded:?}")),
        };
        let pairs = |text: &str| -> Vec<(String, String)> {
            url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
        };
        let mut written = pairs(&written);
        for (key, value) in pairs(recorded) {
            // A key that repeats is a list: its values stay in order, while the keys may change places.
            if let Some(at) = written.iter().position(|(other, _)| *other == key) {
                let (_, other) = written.remove(at);
                if other != value {
                    if is_boolean(&value) && other == value.to_lowercase() {
                        self.allow(Leniency::Boolean);
                        continue;
                    }
                    match spelling(&value.clone().into(), &other.clone().into()) {
                        Some(leniency) => self.allow(leniency),
                        None => self.differ(key, Some(value), Some(other)),
                    }
                }
            } else if self.operation.verb == "GET" && matches!(&*key, "page" | "page_size") {
                self.allow(Leniency::Page);
            } else {
                self.differ(key, Some(value), None);
            }
        }
        for (key, value) in written {
            self.differ(key, None, Some(value));
        }
    }

    /// Something in the query is not what was recorded.
    fn differ(&mut self, key: String, recorded: Option<String>, written: Option<String>) {
        let [expected, got] = [recorded, written].map(|value| shown(value.map(Value::from).as_ref()));
        self.findings.push(Finding { part: Part::Query, pointer: key, expected, got });
    }
}

fn is_boolean(value: &str) -> bool {
    matches!(value, "True" | "False")
}

/// A query with its booleans as the API spells them.
fn lowered(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let lowered = pairs.map(|(key, value)| {
        let value = if is_boolean(&value) { value.to_lowercase().into() } else { value };
        (key, value)
    });
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(lowered).finish()
}

/// A value in a line, cut where it is long.
fn shown(value: Option<&Value>) -> String {
    const SHOWN: usize = 80;
    let Some(value) = value else { return "nothing".into() };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
