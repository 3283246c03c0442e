//! What errors say, and that each layer says it once.

use std::error::Error as StdError;

use scaleway_core::{Client, Config, ConfigError, Error, ErrorBody, Request, TransportError};
use serde_json::json;

use crate::{Scripted, Thing, answer, answering, get_thing, in_process, over_sockets, things, virtual_clock};

/// The error of a call that is answered so.
fn error_of(status: u16, body: &str) -> Error {
    let (clock, body) = (virtual_clock(), body.to_owned());
    let client = in_process(answering(move |_, _| answer(status, body.clone())), &clock);
    let request: Request<Thing> = things(&client).post("CreateThing", &["things"]);
    clock.block_on(client.send(request)).unwrap().unwrap_err()
}

/// No error of our own repeats its source: who prints the chain would read it twice.
fn said_once(error: &dyn StdError) {
    if let Some(source) = error.source() {
        let (said, below) = (error.to_string(), source.to_string());
        assert!(!said.contains(&below), "{said:?} repeats {below:?}");
    }
}

#[test]
fn no_error_repeats_its_source() {
    let clock = virtual_clock();
    let refused = clock
        .block_on(async {
            let deaf = tokio::net::TcpSocket::new_v4().unwrap();
            deaf.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let client = over_sockets(&format!("http://{}", deaf.local_addr().unwrap()), &clock);
            client.send(get_thing(&things(&client))).await.unwrap_err()
        })
        .unwrap();
    let transport = refused.source().unwrap();
    assert!(transport.source().is_some(), "the cause is kept");
    said_once(&refused);
    said_once(transport);

    let lost = in_process(
        Scripted::new(|_, _| Box::pin(async { Err(TransportError::answer_lost("reset")) })),
        &clock,
    );
    said_once(&clock.block_on(lost.send(get_thing(&things(&lost)))).unwrap().unwrap_err());
    said_once(&error_of(200, "<html>"));
    said_once(&error_of(400, "{}"));

    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let unreadable =
        Config::from_variables(&|name| (name == "SCW_CONFIG_PATH").then(|| place.clone())).unwrap_err();
    assert!(matches!(unreadable, ConfigError::Unreadable { .. }));
    said_once(&unreadable);
    said_once(&Error::from(unreadable));
    said_once(&ConfigError::Tls { source: TransportError::never_sent("no root certificates") });
}

#[test]
fn errors_are_classified_by_type() {
    let denied = json!({"type": "permissions_denied", "details": [{"resource": "thing", "action": "write"}]});
    assert!(error_of(403, &denied.to_string()).is_permission_denied());
    // A detail of an unexpected form does not hide the type.
    let odd = json!({"type": "permissions_denied", "message": 7, "details": {"resource": ["thing"]}});
    assert!(error_of(403, &odd.to_string()).is_permission_denied());
    for other in [
        r#"{"message":"one or more job runs are still running"}"#,
        "",
        "<html>Forbidden</html>",
        "{}",
        "[]",
        "null",
        r#"["permissions_denied"]"#,
        r#""permissions_denied""#,
    ] {
        let error = error_of(403, other);
        assert!(!error.is_permission_denied() && error.status() == Some(403), "{other}: {error}");
        assert_eq!(error.kind(), None, "{other}");
    }
    let quota =
        json!({"type": "quotas_exceeded", "details": [{"resource": "things", "quota": 5, "current": 5}]});
    let error = error_of(403, &quota.to_string());
    assert!(error.is_quota_exceeded() && !error.is_permission_denied());
    assert!(error.to_string().contains("5 of 5 used"), "{error}");
    assert!(error_of(409, r#"{"type":"transient_state"}"#).is_transient_state());
    assert!(!error_of(501, "").is_transient() && error_of(500, "").is_transient());
}

#[test]
fn an_error_says_what_came_whatever_it_is() {
    for (body, said) in [
        ("<html>Bad Gateway</html>", "<html>Bad Gateway</html>"),
        ("", "Bad Gateway"),
        ("  \n", "Bad Gateway"),
        (r#"{"error":"boom"}"#, "boom"),
        (r#"["boom"]"#, "boom"),
        (r#"{"type":null,"message":"boom"}"#, "boom"),
    ] {
        let error = error_of(502, body);
        assert!(error.to_string().contains(said), "{body}: {error}");
        assert!(
            error.to_string().contains("CreateThing (POST https://api.test/things/v1/things)"),
            "{error}"
        );
        assert!(error.may_have_happened() && error.to_string().contains("may have happened"), "{error}");
    }
    assert!(error_of(502, &"x".repeat(100_000)).to_string().len() < 1000);
}

#[test]
fn an_error_keeps_all_that_the_contract_names() {
    let body = json!({
        "type": "invalid_arguments", "message": "m", "resource": "r", "resource_id": "i", "current_state": "c",
        "precondition": "p", "help_message": "h", "method": "api_key", "reason": "expired", "expired_since": "e",
        "details": [{"argument_name": "a", "reason": "constraint", "help_message": "b", "resource": "d", "quota": 1,
            "current": 2, "scope": "s", "action": "x"}],
        "fields": {"f": ["is not a valid UUID"]},
    });
    let error = error_of(400, &body.to_string());
    for said in ["; since e", "; f: is not a valid UUID"] {
        assert!(error.to_string().contains(said), "{error}");
    }
    assert!(error.is_invalid_arguments() && !error.may_have_happened());
    assert_eq!(serde_json::to_value(&error.api().unwrap().body).unwrap(), body);
    let read: ErrorBody = serde_json::from_value(body).unwrap();
    assert_eq!(read, error.api().unwrap().body);
}

#[test]
fn an_id_that_names_nothing_is_refused_before_it_is_sent() {
    let clock = virtual_clock();
    let transport = answering(|_, _| answer(200, "{}"));
    let seen = transport.seen.clone();
    let client: Client = in_process(transport, &clock);
    for region in ["", ".", ".."] {
        let region = scaleway_core::Region::Other(region.into());
        let api = scaleway_core::Api::regional(&client, "things/v1", &region);
        let error = clock.block_on(client.send(get_thing(&api))).unwrap().unwrap_err();
        assert!(error.is_invalid_arguments() && error.to_string().contains("path"), "{error}");
    }
    assert_eq!(crate::count(&seen), 0);
}
