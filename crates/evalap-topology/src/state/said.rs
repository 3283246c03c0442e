//! What an object store says when something does not go well: what it means, and in few words.

use std::io::{self, ErrorKind};

use object_store::Error;

/// After "already exists": the other's object is not visible yet, or its write was abandoned.
pub(super) fn not_yet(error: Error) -> Error {
    match error {
        Error::NotFound { source, .. } => Error::Generic { store: "state", source },
        other => other,
    }
}

/// What S3 says in the XML of an answer, without the request and the lines around it.
pub(super) fn in_short(text: &str) -> String {
    let said = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(said, _)| said)
    };
    match (said("Code"), said("Message")) {
        (Some(code), Some(message)) => {
            let request = said("RequestId").map(|id| format!(" [request {id}]")).unwrap_or_default();
            format!("{code}: {message}{request}")
        }
        _ => text.to_owned(),
    }
}

pub(super) fn io_cause(error: &Error) -> Option<&io::Error> {
    std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |error| error.source())
        .find_map(|error| error.downcast_ref())
}

/// A listing says it by S3's code alone, in the text of an error of no kind.
pub(super) fn is_without_bucket(error: &Error) -> bool {
    matches!(error, Error::Generic { source, .. } if format!("{source:?}").contains("NoSuchBucket"))
}

/// Whether the same call may well succeed in a moment. A disk that refuses will refuse again.
pub(super) fn is_transient(error: &Error) -> bool {
    match error {
        _ if is_without_bucket(error) => false,
        Error::Generic { .. } | Error::JoinError { .. } => io_cause(error).is_none_or(|cause| {
            matches!(
                cause.kind(),
                ErrorKind::Interrupted
                    | ErrorKind::WouldBlock
                    | ErrorKind::TimedOut
                    | ErrorKind::ConnectionRefused
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::NotConnected
                    | ErrorKind::BrokenPipe
                    | ErrorKind::UnexpectedEof
                    | ErrorKind::HostUnreachable
                    | ErrorKind::NetworkUnreachable
                    | ErrorKind::NetworkDown
            )
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_s3_is_told_without_the_xml_around_it() {
        let text = "Generic S3 error: Error performing GET http://s3/state/log/1 in 6ms - Server returned non-2xx status \
                    code: 503 Service Unavailable: <?xml version='1.0'?>\n<Error><Code>SlowDown</Code><Message>Please \
                    reduce your rate.</Message><RequestId>tx1</RequestId><Resource>/</Resource></Error>";
        assert_eq!(in_short(text), "SlowDown: Please reduce your rate. [request tx1]");
        assert_eq!(in_short("no answer within 5s"), "no answer within 5s");
    }
}
