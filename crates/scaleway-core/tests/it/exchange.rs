//! Requests of APIs with ways of their own: made anew for each attempt, read by their own reader, retried as all others.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Method, StatusCode};
use scaleway_core::{Call, Client, Error, ErrorBody};

use crate::{answer, answering, count, in_process, virtual_clock};

/// Reads a code before a colon.
fn read(body: &[u8], _: StatusCode) -> ErrorBody {
    let mut read = ErrorBody::default();
    read.kind = std::str::from_utf8(body).ok().and_then(|text| Some(text.split_once(':')?.0.to_owned()));
    read
}

/// The answer to a call whose requests say which attempt they are, and how often it was made.
fn exchange(
    client: &Client,
    method: &Method,
    repeatable: bool,
) -> (Result<http::Response<Bytes>, Error>, usize) {
    let made = AtomicUsize::new(0);
    let request = || {
        let attempt = made.fetch_add(1, Ordering::Relaxed);
        let request = http::Request::builder().method(method.clone()).uri("https://elsewhere.test/");
        Ok(request.header("attempt", attempt).body(Bytes::new()).unwrap())
    };
    let call = || Call::new("PutThing", method.clone(), "https://elsewhere.test/");
    let answer = client.clock().block_on(client.exchange(&call, repeatable, &request, read)).unwrap();
    (answer, count(&made))
}

#[test]
fn each_attempt_is_made_anew_and_carries_no_token() {
    let client = in_process(
        answering(|number, request| {
            assert_eq!(request.headers()["attempt"], number.to_string().as_str());
            assert_eq!(request.headers().len(), 1);
            assert_eq!(request.uri(), "https://elsewhere.test/");
            if number < 2 { answer(503, "SlowDown: later") } else { answer(204, "") }
        }),
        &virtual_clock(),
    );
    let (answer, made) = exchange(&client, &Method::PUT, true);
    assert_eq!((answer.unwrap().status().as_u16(), made), (204, 3));
}

#[test]
fn a_refusal_is_read_by_its_own_reader() {
    let refusing = |status, body: &'static str| {
        let script = answering(move |_, _| {
            let mut answer = answer(status, body);
            answer.headers_mut().insert("x-amz-request-id", "tx1".parse().unwrap());
            answer
        });
        in_process(script, &virtual_clock())
    };
    let (answer, made) = exchange(&refusing(403, "AccessDenied: no"), &Method::PUT, true);
    let error = answer.unwrap_err();
    assert_eq!((error.kind(), error.request_id(), made), (Some("AccessDenied"), Some("tx1"), 1));
    assert!(error.is_permission_denied() && !error.is_unauthenticated());
    assert!(error.to_string().starts_with("PutThing (PUT https://elsewhere.test/): 403 AccessDenied"));

    let error = exchange(&refusing(403, "SignatureDoesNotMatch: no"), &Method::PUT, true).0.unwrap_err();
    assert!(error.is_unauthenticated() && !error.is_permission_denied());

    let (answer, made) = exchange(&refusing(500, "InternalError: no"), &Method::POST, false);
    assert!(answer.unwrap_err().may_have_happened() && made == 1);
    let (answer, made) = exchange(&refusing(500, "InternalError: no"), &Method::HEAD, true);
    assert!(!answer.unwrap_err().may_have_happened() && made == 5);
}
