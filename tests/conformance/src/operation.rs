//! An operation of an API, and how its types read and write.

use scaleway_core::wire;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The operations that a client crate speaks below one root.
#[derive(Debug)]
pub struct Api {
    /// The name of its facts: `rdb` of `rdb.json`.
    pub facts: &'static str,
    /// The crate that is its client: `scaleway-rdb`.
    pub client: &'static str,
    /// What all its paths begin with: `/rdb/v1/regions/{region}`.
    pub root: &'static str,
    /// Its operations.
    pub operations: &'static [Operation],
}

/// One operation, and the client's types of its query, its request and its answer.
#[derive(Debug)]
pub struct Operation {
    /// The API's own name.
    pub name: &'static str,
    /// The HTTP verb.
    pub verb: &'static str,
    /// The path below the API's root, its parameters in braces.
    pub path: &'static str,
    pub(crate) query: fn(&str) -> Result<String, Unreadable>,
    pub(crate) request: Codec,
    pub(crate) answer: Codec,
}

/// Reads a JSON body as one of our types, and writes it again.
pub(crate) type Codec = fn(&str) -> Result<Value, Unreadable>;

/// Where reading stopped, and what was expected there.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) pointer: String,
    pub(crate) expected: String,
}

impl Unreadable {
    /// From the sentence of an error: `invalid type: string "1", expected u32 at line 1 column 9`.
    fn new(mut pointer: String, error: &impl ToString) -> Self {
        let sentence = error.to_string();
        let sentence = sentence.rsplit_once(" at line ").map_or(&*sentence, |(sentence, _)| sentence);
        let field = sentence.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        if let Some(field) = field {
            crate::compare::push(&mut pointer, field);
        }
        let expected = match sentence.rsplit_once(", expected ") {
            Some((_, expected)) => expected,
            None if field.is_some() => "a value",
            None => sentence.strip_prefix("expected ").unwrap_or(sentence),
        };
        Self { pointer, expected: expected.to_owned() }
    }
}

const fn operation<Q, B, A>(verb: &'static str, name: &'static str, path: &'static str) -> Operation
where
    Q: DeserializeOwned + Serialize,
    B: DeserializeOwned + Serialize,
    A: DeserializeOwned + Serialize,
{
    Operation { name, verb, path, query: query::<Q>, request: body::<B>, answer: body::<A> }
}

macro_rules! verbs {
    ($($function:ident $verb:literal)*) => {$(
        /// An operation of this verb, with its query, its request and its answer.
        pub(crate) const fn $function<Q, B, A>(name: &'static str, path: &'static str) -> Operation
        where
            Q: DeserializeOwned + Serialize,
            B: DeserializeOwned + Serialize,
            A: DeserializeOwned + Serialize,
        {
            operation::<Q, B, A>($verb, name, path)
        }
    )*};
}

verbs! { get "GET" post "POST" put "PUT" patch "PATCH" delete "DELETE" }

/// Reads as the client reads an answer, and writes as it writes a request: through text, for some numbers are spelled
/// otherwise in a tree of values.
pub(crate) fn body<T: DeserializeOwned + Serialize>(text: &str) -> Result<Value, Unreadable> {
    let written = wire::decode::<T>(text.as_bytes()).and_then(|read| serde_json::to_vec(&read));
    written.and_then(|bytes| serde_json::from_slice(&bytes)).map_err(|error| place::<T>(text, &error))
}

/// The place of a failure that is known to be there.
fn place<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Unreadable {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => Unreadable::new(pointer(error.path()), error.inner()),
        Ok(_) => Unreadable::new(String::new(), error),
    }
}

/// The JSON pointer of a path.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => crate::compare::push(&mut pointer, &index.to_string()),
            Segment::Map { key } => crate::compare::push(&mut pointer, key),
            // A variant stands nowhere in the text; below what could not be followed, nothing is known.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn query<T: DeserializeOwned + Serialize>(text: &str) -> Result<String, Unreadable> {
    let read: T = serde_html_form::from_str(text).map_err(|error| Unreadable::new(String::new(), &error))?;
    serde_html_form::to_string(&read).map_err(|error| Unreadable::new(String::new(), &error))
}

impl Operation {
    /// Reads JSON as the answer's type, as a client does, and writes it again; `None` where it cannot be read.
    pub fn answer_again(&self, text: &str) -> Option<Value> {
        (self.answer)(text).ok()
    }

    /// The same with the request's type.
    pub fn request_again(&self, text: &str) -> Option<Value> {
        (self.request)(text).ok()
    }
}

impl Api {
    /// The operation that `verb` and `path` call; the one that says most of the path itself, where several could.
    pub fn route(&self, verb: &str, path: &str) -> Option<&'static Operation> {
        let candidates = self.operations.iter().filter(|operation| operation.verb == verb);
        let fitting = candidates.filter_map(|operation| {
            let template = self.root.split('/').chain(operation.path.split('/').skip(1));
            fits(template, path).map(|parameters| (parameters, operation))
        });
        fitting.min_by_key(|(parameters, _)| *parameters).map(|(_, operation)| operation)
    }
}

/// How many parameters a path fills in a template; `None` where it does not fit.
fn fits<'a>(mut template: impl Iterator<Item = &'a str>, path: &str) -> Option<usize> {
    let mut parameters = 0;
    for segment in path.split('/') {
        let expected = template.next()?;
        if expected.starts_with('{') && !segment.is_empty() {
            parameters += 1;
        } else if expected != segment {
            return None;
        }
    }
    template.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::APIS;

    #[test]
    fn every_operation_is_routed_to_itself() {
        for api in APIS {
            for operation in api.operations {
                let path = format!("{}{}", api.root, operation.path).replace(['{', '}'], "");
                let routed = api.route(operation.verb, &path).unwrap();
                assert_eq!(routed.name, operation.name, "{} {path}", operation.verb);
            }
        }
    }

    #[test]
    fn a_path_fits_whole_or_not_at_all() {
        let fits = |path| fits("/a/{b}/c".split('/'), path);
        assert_eq!(fits("/a/1/c"), Some(1));
        for other in ["/a/1", "/a/1/c/", "/a/1/c/2", "/a//c", "/b/1/c", ""] {
            assert_eq!(fits(other), None, "{other}");
        }
    }
}
