//! One line of a recording.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// One request and its answer. Bodies are kept as they were spelled.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The HTTP verb.
    #[serde(borrow)]
    pub verb: Cow<'a, str>,
    /// The path, without its query.
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// The query, encoded.
    #[serde(borrow, default)]
    pub query: Option<Cow<'a, str>>,
    /// The body of the request.
    #[serde(borrow, default)]
    pub request: Option<&'a RawValue>,
    /// The HTTP status.
    pub code: u16,
    /// The body of the answer.
    #[serde(borrow, default)]
    pub response: Option<&'a RawValue>,
}

impl<'a> Exchange<'a> {
    /// Reads a line.
    ///
    /// # Errors
    /// Where the line is no JSON, or not of this form.
    pub fn read(line: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }
}
