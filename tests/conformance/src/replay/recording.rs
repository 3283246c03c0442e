//! A recording, read whole.

use scaleway_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::APIS;
use crate::operation::{Api, Operation};
use crate::outcome::{Outcome, lost};

/// One recorded exchange.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    pub(super) verb: String,
    /// Without query.
    pub(super) path: String,
    /// Encoded; empty where there is none.
    pub(super) query: String,
    pub(super) request: Value,
    pub(super) code: u16,
    /// A body that is no JSON is a text.
    pub(super) response: Value,
    /// The answer's date; of an answer without, that of the one before.
    pub(super) date: Timestamp,
    pub(super) called: Called,
}

/// What an exchange is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Called {
    Operation(&'static Api, &'static Operation),
    /// A product of the clients, but no operation that is known.
    Unknown,
    /// Containers v1beta1.
    Older,
    /// Another product.
    Elsewhere,
}

#[derive(Deserialize)]
struct Written {
    verb: String,
    path: String,
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    request: Value,
    code: u16,
    #[serde(default)]
    response: Value,
    #[serde(default)]
    headers: Value,
}

/// The lines of a file, and for those that are no exchange their number and what is wrong.
pub(super) fn read(text: &str) -> (Vec<Line>, Vec<(usize, String)>) {
    let (mut lines, mut broken) = (Vec::<Line>::new(), Vec::new());
    for (n, text) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let written: Written = match serde_json::from_str(text) {
            Ok(written) => written,
            Err(error) => {
                broken.push((n + 1, error.to_string()));
                continue;
            }
        };
        let (path, query) = match written.path.split_once('?') {
            Some((path, query)) => (path.to_owned(), query.to_owned()),
            None => (written.path, written.query.unwrap_or_default()),
        };
        let date = written.headers["date"].as_str().and_then(instant);
        let date = date.or_else(|| lines.last().map(|line| line.date)).unwrap_or(Timestamp::UNIX_EPOCH);
        lines.push(Line {
            number: n + 1,
            called: called(&written.verb, &path),
            verb: written.verb,
            path,
            query,
            request: written.request,
            code: written.code,
            response: written.response,
            date,
        });
    }
    (lines, broken)
}

fn called(verb: &str, path: &str) -> Called {
    let found = APIS.iter().find_map(|api| Some((api, api.route(verb, path)?)));
    match (found, lost(path)) {
        (Some((api, operation)), _) => Called::Operation(api, operation),
        (None, Outcome::Older) => Called::Older,
        (None, Outcome::Elsewhere) => Called::Elsewhere,
        (None, _) => Called::Unknown,
    }
}

/// `Tue, 05 May 2026 14:42:21 GMT`.
fn instant(date: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = date.split_once(", ")?.1.split(' ');
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    format!("{year}-{month:02}-{day}T{time}Z").parse().ok()
}

impl Line {
    /// Whether the answer says that it was done.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Whether it changes nothing.
    pub(super) fn is_read(&self) -> bool {
        matches!(&*self.verb, "GET" | "HEAD")
    }

    /// The value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http() {
        let date = instant("Tue, 05 May 2026 14:42:21 GMT").unwrap();
        assert_eq!(date.to_string(), "2026-05-05T14:42:21Z");
        assert_eq!(instant("yesterday"), None);
    }
}
