//! Every verb against everything that can go wrong, with the requests counted at the server.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use http::Method;
use scaleway_core::{
    Api, Client, Clock, Error, Https, HttpsOptions, Request, RetryPolicy, Timestamp, TransportError,
};
use serde_json::json;
use tokio::net::TcpSocket;

use crate::raw::{Act, Raw};
use crate::{
    Counted, SECOND, Scripted, THING, Thing, answer, config, count, get_thing, in_process, things,
    virtual_clock,
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    Refused,
    ResetBefore,
    ResetAfter,
    TimeOut,
    Status(u16),
    NotJson,
    Truncated,
    Redirect,
}

const FAULTS: [Fault; 15] = [
    Fault::Refused,
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::TimeOut,
    Fault::Status(408),
    Fault::Status(429),
    Fault::Status(500),
    Fault::Status(501),
    Fault::Status(502),
    Fault::Status(503),
    Fault::Status(504),
    Fault::Status(409),
    Fault::NotJson,
    Fault::Truncated,
    Fault::Redirect,
];

/// A request of each verb, and a POST that says it may be repeated.
fn requests(api: &Api) -> [Request<Thing>; 6] {
    let body = json!({"name": "x"});
    [
        get_thing(api),
        api.put("SetThing", &["things", "1"]).json(&body),
        api.patch("UpdateThing", &["things", "1"]).json(&body),
        api.delete("DeleteThing", &["things", "1"]),
        api.post("CreateThing", &["things"]).json(&body),
        api.post("StartThing", &["things", "1", "start"]).json(&body).repeatable(),
    ]
}

/// How many attempts there are, and whether the call may have happened, by the table of the crate's README.
fn expected(fault: Fault, method: &Method, repeatable: bool) -> (usize, bool) {
    let changes = method != Method::GET;
    match fault {
        Fault::Refused => (3, false),
        Fault::ResetBefore | Fault::ResetAfter | Fault::TimeOut | Fault::Truncated => {
            (if repeatable { 3 } else { 1 }, changes)
        }
        Fault::Status(429) => (10, false),
        Fault::Status(409 | 501) | Fault::Redirect => (1, false),
        Fault::Status(_) => (if repeatable { 5 } else { 1 }, changes),
        Fault::NotJson => (1, changes),
    }
}

fn act(fault: Fault, clock: &Clock) -> Act {
    match fault {
        Fault::Refused | Fault::ResetBefore => Act::ResetBefore,
        Fault::ResetAfter => Act::ResetAfter,
        Fault::TimeOut => Act::NeverAnswer(clock.clone()),
        Fault::Status(status) => Act::answer(status, "", r#"{"type":"some_error","message":"no"}"#),
        Fault::NotJson => Act::answer(200, "", "<html>Welcome</html>"),
        Fault::Truncated => Act::Write(format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{THING}")),
        Fault::Redirect => Act::answer(302, "location: https://elsewhere.test/\r\n", ""),
    }
}

/// A client of `url` that does not wait between attempts, for a clock that moves by hand only, and its attempts.
fn counted(https: &Https, url: &str, clock: &Clock) -> (Client, Arc<AtomicUsize>) {
    let attempts = Arc::new(AtomicUsize::new(0));
    let mut retry = RetryPolicy::default();
    retry.first_wait = Duration::ZERO;
    let transport = Counted(https.clone(), attempts.clone());
    (Client::builder(config(url), transport).clock(clock.clone()).retry(retry).build().unwrap(), attempts)
}

/// One transport for all cases, for each would read the system's certificates again. A manual clock does not jump, so
/// that it need not know of what is in flight.
fn sockets() -> Https {
    Https::new(&HttpsOptions::default(), Clock::real()).unwrap()
}

fn check(https: &Https, fault: Fault, request: Request<Thing>, method: &Method, repeatable: bool) {
    let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
    let (error, attempts, seen) = clock
        .block_on(async {
            let raw = Raw::listen().await;
            // Bound, but nobody listens.
            let deaf = TcpSocket::new_v4().unwrap();
            deaf.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let deaf_url = format!("http://{}", deaf.local_addr().unwrap());
            let url = if fault == Fault::Refused { deaf_url } else { raw.url() };
            let (client, attempts) = counted(https, &url, &clock);
            let error = raw.during(|_| act(fault, &clock), client.send(request)).await.unwrap_err();
            (error, count(&attempts), raw.seen())
        })
        .unwrap();
    let (expected_attempts, may_have_happened) = expected(fault, method, repeatable);
    assert_eq!(attempts, expected_attempts, "{fault:?} {method}: {error}");
    assert_eq!(seen, if fault == Fault::Refused { 0 } else { attempts }, "{fault:?} {method}");
    assert_eq!(error.may_have_happened(), may_have_happened, "{fault:?} {method}: {error}");
    match (fault, &error) {
        (Fault::Status(status), Error::Api(api)) => {
            assert_eq!((api.status, api.attempts as usize), (status, attempts));
        }
        (Fault::Redirect, Error::Api(api)) => {
            assert_eq!(api.status, 302);
            assert!(
                error.to_string().contains("elsewhere.test") && error.to_string().contains("SCW_API_URL")
            );
        }
        (Fault::NotJson, Error::Decode { .. }) => {}
        (Fault::Refused, Error::Transport { source: TransportError::NeverSent { .. }, .. })
        | (
            Fault::ResetBefore | Fault::ResetAfter | Fault::TimeOut | Fault::Truncated,
            Error::Transport { source: TransportError::AnswerLost { .. }, .. },
        ) => assert!(error.is_transient()),
        _ => panic!("{fault:?} {method}: {error:?}"),
    }
}

#[test]
fn every_verb_against_every_fault() {
    let nowhere = in_process(Scripted::new(|_, _| Box::pin(std::future::pending())), &virtual_clock());
    let verbs = [Method::GET, Method::PUT, Method::PATCH, Method::DELETE, Method::POST, Method::POST];
    let https = sockets();
    for fault in FAULTS {
        for (number, request) in requests(&things(&nowhere)).into_iter().enumerate() {
            check(&https, fault, request, &verbs[number], number != 4);
        }
    }
}

#[test]
fn one_fault_is_survived_by_what_can_be_repeated() {
    let https = sockets();
    for fault in FAULTS {
        let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
        clock
            .block_on(async {
                let raw = Raw::listen().await;
                let (client, _) = counted(&https, &raw.url(), &clock);
                let fine = Act::answer(200, "", THING);
                let first_bad = |number| if number == 0 { act(fault, &clock) } else { fine.clone() };
                let result = raw.during(first_bad, client.send(get_thing(&things(&client)))).await;
                // A refusal has no place here: the act for it is a reset.
                let again = expected(fault, &Method::GET, true).0 > 1;
                assert_eq!((result.is_ok(), raw.seen()), (again, 1 + usize::from(again)), "{fault:?}");
            })
            .unwrap();
    }
}

#[test]
fn each_trouble_has_attempts_of_its_own() {
    let clock = virtual_clock();
    // Five 429s, four 500s, two lost answers: none of them too often.
    let transport = Scripted::new(|number, _| {
        Box::pin(async move {
            match number {
                0..5 => Ok(answer(429, "slow down")),
                5..9 => Ok(answer(500, "")),
                9..11 => Err(TransportError::answer_lost("reset")),
                _ => Ok(answer(200, THING)),
            }
        })
    });
    let seen = transport.seen.clone();
    let client = in_process(transport, &clock);
    clock.block_on(client.send(get_thing(&things(&client)))).unwrap().unwrap();
    assert_eq!(count(&seen), 12);
}

#[test]
fn what_an_earlier_attempt_may_have_done_is_not_forgotten() {
    // A DELETE whose answer is lost, and that finds nothing the second time; a PUT that is redirected the second time.
    for status in [404, 302] {
        let clock = virtual_clock();
        let client = in_process(
            Scripted::new(move |number, _| {
                Box::pin(async move {
                    if number == 0 {
                        Err(TransportError::answer_lost("reset"))
                    } else {
                        Ok(answer(status, "{}"))
                    }
                })
            }),
            &clock,
        );
        let delete: Request<Thing> = things(&client).delete("DeleteThing", &["things", "1"]);
        let error = clock.block_on(client.send(delete)).unwrap().unwrap_err();
        assert_eq!((error.status(), error.may_have_happened()), (Some(status), true), "{error}");
    }
}

#[test]
fn an_api_that_is_down_is_not_asked_without_end() {
    let clock = virtual_clock();
    let transport = crate::answering(|_, _| answer(503, ""));
    let seen = transport.seen.clone();
    let client = in_process(transport, &clock);
    let api = things(&client);
    let calls = 1000;
    clock
        .block_on(async {
            for _ in 0..calls {
                assert!(client.send(get_thing(&api)).await.unwrap_err().is_transient());
            }
        })
        .unwrap();
    assert_eq!(count(&seen), calls + RetryPolicy::default().budget as usize);
    assert!(crate::elapsed(&clock) > 10 * SECOND);
}
