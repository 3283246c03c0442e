//! A request as a value, built without I/O.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};

use crate::Error;

/// What may stand in a path segment as it is: the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one segment of a path.
pub(crate) fn segment(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, SEGMENT)
}

/// One call of one API operation, answered by a `T`.
#[must_use = "a request does nothing until it is sent"]
pub struct Request<T> {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Option<Bytes>,
    pub(crate) repeatable: bool,
    pub(crate) problem: Option<(String, String)>,
    answer: PhantomData<fn() -> T>,
}

impl<T> Request<T> {
    /// A request for `operation`, at `root` and the percent-encoded `segments` below it. Everything but a POST may be
    /// [repeated](Self::repeatable).
    pub fn new(operation: &'static str, method: Method, root: &str, segments: &[&str]) -> Self {
        // A segment is longer than its text only where something in it is encoded.
        let length = segments.iter().map(|text| text.len() + 1).sum::<usize>();
        let mut path = String::with_capacity(root.len() + length);
        path.push_str(root);
        let cannot_stand = |segment: &&str| segment.trim().is_empty() || matches!(*segment, "." | "..");
        let problem =
            root.split('/').skip(1).chain(segments.iter().copied()).find(cannot_stand).map(|segment| {
                ("path".to_owned(), format!("{segment:?} cannot stand in an address: is an id empty?"))
            });
        for text in segments {
            path.push('/');
            path.extend(segment(text));
        }
        let repeatable = method != Method::POST;
        Self {
            operation,
            method,
            path,
            query: String::new(),
            body: None,
            repeatable,
            problem,
            answer: PhantomData,
        }
    }

    /// Adds the fields of `query`; absent ones are left out, lists repeat their key.
    pub fn query(mut self, query: &impl Serialize) -> Self {
        match serde_html_form::to_string(query) {
            Ok(text) => {
                if !self.query.is_empty() && !text.is_empty() {
                    self.query.push('&');
                }
                self.query.push_str(&text);
            }
            Err(error) => self.problem = Some(("query".to_owned(), error.to_string())),
        }
        self
    }

    /// Sends `body` as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(bytes.into()),
            Err(error) => self.problem = Some(("body".to_owned(), error.to_string())),
        }
        self
    }

    /// Says that sending the request twice has the effect of sending it once, although it is a POST.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// The same request for one page.
    pub(crate) fn page(&self, number: u32, size: u32) -> Self {
        self.clone().query(&[("page", number), ("page_size", size)])
    }

    /// Path and query as they will be sent.
    pub fn path_and_query(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The body as it will be sent.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// What keeps the request from being sent.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.problem {
            None => Ok(()),
            Some((field, problem)) => Err(Error::InvalidRequest {
                operation: self.operation,
                field: field.clone(),
                problem: problem.clone(),
            }),
        }
    }
}

// Derived, it would want a `T` that can be cloned.
impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self {
            operation: self.operation,
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            repeatable: self.repeatable,
            problem: self.problem.clone(),
            answer: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Request<T> {
    /// Without the body: it may carry a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .field("repeatable", &self.repeatable)
            .finish_non_exhaustive()
    }
}

/// Nothing to say: the body of a request without fields (`{}`), and the answer of an operation that answers nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Empty {}

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self {})
    }
}

/// Reads an answer as a client does; no body reads as `null`. The API spells nothing as an absent field or as `null`, as it likes: where `null` stands in the way
/// of reading, it is read as absent.
///
/// # Errors
/// Where the body is no JSON, or not a `T`.
pub fn decode<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, serde_json::Error> {
    let body = if body.is_empty() { b"null" } else { body };
    read(body).or_else(|first| {
        let mut value: serde_json::Value = serde_json::from_slice(body)?;
        drop_nulls(&mut value);
        serde_json::from_value(value).map_err(|_| first)
    })
}

/// That it is UTF-8 is looked at once for the whole, not for each text in it.
fn read<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    }
}

fn drop_nulls(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn get(segments: &[&str]) -> Request<Empty> {
        Request::new("GetThing", Method::GET, "/things/v1/regions/fr-par", segments)
    }

    #[test]
    fn absent_fields_stay_out_of_the_query_and_lists_repeat() {
        #[derive(Serialize)]
        struct Filter {
            name: Option<&'static str>,
            tags: Vec<&'static str>,
            project_id: Option<&'static str>,
        }
        let request =
            get(&["things"]).query(&Filter { name: Some("a b&c"), tags: vec!["x", "y"], project_id: None });
        assert_eq!(request.path_and_query(), "/things/v1/regions/fr-par/things?name=a+b%26c&tags=x&tags=y");
        assert!(request.page(2, 100).path_and_query().ends_with("&tags=y&page=2&page_size=100"));
    }

    #[test]
    fn an_empty_id_does_not_become_a_list() {
        for bad in ["", " ", ".", ".."] {
            let error = get(&["things", bad]).check().unwrap_err();
            assert!(
                error.is_invalid_arguments() && error.to_string().starts_with("GetThing: path"),
                "{error}"
            );
        }
    }

    #[test]
    fn null_reads_as_absent() {
        #[derive(Deserialize)]
        struct Thing {
            #[serde(default)]
            tags: Vec<String>,
        }
        assert!(decode::<Thing>(br#"{"tags":null}"#).unwrap().tags.is_empty());
        assert!(decode::<Thing>(br#"{"tags":7}"#).is_err());
        assert_eq!(decode::<Empty>(b"").unwrap(), Empty {});
    }

    proptest! {
        #[test]
        fn any_id_stays_one_segment(id in "\\PC+") {
            let request = get(&["things", &id]);
            let path = request.path_and_query();
            let encoded = path.strip_prefix("/things/v1/regions/fr-par/things/").unwrap();
            prop_assert!(!encoded.contains(['/', '?', '#', ' ']));
            prop_assert_eq!(percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap(), id);
        }
    }
}
