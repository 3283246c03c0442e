//! What is told of each request while it runs.

use std::io::Write;

use crate::requests::RequestEntry;

/// What is told of each request, a line each on standard error: neither headers, bodies nor queries, so no secret either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Log {
    /// Nothing.
    #[default]
    None,
    /// Status, verb, path and operation.
    Requests,
    /// A [`RequestEntry`] as JSON.
    Json,
}

impl Log {
    pub(crate) fn tell(self, entry: &RequestEntry) {
        let line = match self {
            Self::None => return,
            Self::Requests => plain(entry),
            Self::Json => serde_json::to_string(entry).unwrap_or_default(),
        };
        // Whoever closed standard error does not want to know.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }

    /// A line that is no request's.
    pub(crate) fn note(self, line: &str) {
        if self == Self::Requests {
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }
}

fn plain(entry: &RequestEntry) -> String {
    let status = entry.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let operation = match (entry.product, entry.operation) {
        (Some(product), Some(operation)) => format!(" {product}.{operation}"),
        _ => String::new(),
    };
    let host = if crate::kernel::is_api(&entry.host) { "" } else { entry.host.as_str() };
    format!("{} {status} {} {host}{}{operation}", entry.at, entry.verb, entry.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scaleway_core::Timestamp;

    #[test]
    fn a_line_tells_what_was_asked_and_answered() {
        let entry = RequestEntry {
            number: 7,
            at: Timestamp::UNIX_EPOCH,
            host: "localhost".into(),
            verb: "GET".into(),
            path: "/vpc/v2/regions/fr-par/vpcs".into(),
            product: Some("vpc"),
            operation: Some("ListVPCs"),
            status: Some(200),
        };
        assert_eq!(plain(&entry), "1970-01-01T00:00:00Z 200 GET /vpc/v2/regions/fr-par/vpcs vpc.ListVPCs");
        let lost = RequestEntry { host: "a.example.org".into(), operation: None, status: None, ..entry };
        assert_eq!(plain(&lost), "1970-01-01T00:00:00Z --- GET a.example.org/vpc/v2/regions/fr-par/vpcs");
    }
}
