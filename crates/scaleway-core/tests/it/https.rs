//! What the transport over sockets refuses: answers without measure, listeners in between, other addresses.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use scaleway_core::{
    Client, Clock, Config, Empty, Error, Https, HttpsOptions, Request, RetryPolicy, Timestamp, TransportError,
};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::raw::{Act, Raw};
use crate::{KEY, Thing, config, get_thing, over_sockets, things, virtual_clock};

#[test]
fn an_answer_without_measure_is_refused_once() {
    for announced in [true, false] {
        for (post, repeat) in [(false, false), (true, false), (true, true)] {
            let clock = virtual_clock();
            let (error, seen) = clock
                .block_on(async {
                    let raw = Raw::listen().await;
                    let client = over_sockets(&raw.url(), &clock);
                    let api = things(&client);
                    let create = api.post("CreateThing", &["things"]);
                    let request: Request<Thing> = match (post, repeat) {
                        (false, _) => get_thing(&api),
                        (true, false) => create,
                        (true, true) => create.repeatable(),
                    };
                    let error =
                        raw.during(|_| Act::Flood { announced }, client.send(request)).await.unwrap_err();
                    (error, raw.seen())
                })
                .unwrap();
            let too_large = matches!(&error, Error::Transport { source: TransportError::TooLarge { limit }, .. } if *limit == 16 << 20);
            assert!(too_large, "{error:?}");
            assert_eq!((seen, error.may_have_happened(), error.is_transient()), (1, post, false));
        }
    }
}

#[test]
fn an_answer_of_sixteen_mebibytes_is_read() {
    let clock = virtual_clock();
    clock
        .block_on(async {
            let server = MockServer::start().await;
            let body = format!("\"{}\"", "x".repeat((16 << 20) - 2));
            Mock::given(any())
                .respond_with(ResponseTemplate::new(200).set_body_string(body))
                .mount(&server)
                .await;
            let client = over_sockets(&server.uri(), &clock);
            let request: Request<Empty> = things(&client).get("GetThing", &["things", "1"]);
            client.send(request).await.unwrap();
        })
        .unwrap();
}

#[test]
fn the_key_goes_to_no_other_host() {
    let clock = virtual_clock();
    clock
        .block_on(async {
            let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
            let moved = ResponseTemplate::new(307).insert_header("location", elsewhere.uri().as_str());
            Mock::given(any()).respond_with(moved).expect(1).mount(&server).await;
            Mock::given(any()).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
            let client = over_sockets(&server.uri(), &clock);
            assert_eq!(client.send(get_thing(&things(&client))).await.unwrap_err().status(), Some(307));
        })
        .unwrap();
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let build = |url: &str| {
        let https = Https::new(&HttpsOptions::default(), Clock::real()).unwrap();
        Client::builder(config(url), https).build()
    };
    for fine in [
        "https://api.scaleway.com",
        "http://127.0.0.1:1",
        "http://127.9.9.9",
        "http://localhost:1/base",
        "http://[::1]",
    ] {
        assert!(build(fine).is_ok(), "{fine}");
    }
    for open in [
        "http://api.scaleway.com",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "http://0.0.0.0",
        "http://192.168.0.1",
        "http://[::ffff:10.0.0.1]",
        "ws://127.0.0.1",
        "https://user:hunter2@api.scaleway.com",
    ] {
        let error = build(open).unwrap_err();
        assert!(
            matches!(&error, Error::Config(_)) && error.to_string().contains("api_url"),
            "{open}: {error}"
        );
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

/// A proxy of the environment would read the secret key of a request in plain http. The variables are set for a child,
/// which is this test again.
#[test]
fn plain_http_goes_through_no_proxy() {
    const TARGET: &str = "SCALEWAY_CORE_TEST_TARGET";
    let clock = Clock::real();
    if let Ok(target) = std::env::var(TARGET) {
        let mut retry = RetryPolicy::never();
        retry.attempt_timeout = Duration::from_secs(10);
        let client = over_sockets(&target, &clock).with_retry(retry);
        clock.block_on(client.send(get_thing(&things(&client)))).unwrap().unwrap();
        return;
    }
    clock
        .block_on(async {
            let server = MockServer::start().await;
            let fine = ResponseTemplate::new(200).set_body_string(crate::THING);
            Mock::given(any()).respond_with(fine).expect(2).mount(&server).await;
            let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            proxy.set_nonblocking(true).unwrap();
            let address = format!("http://{}", proxy.local_addr().unwrap());
            let variables =
                ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
            // The one for plain http alone, and all of them.
            for set in [&variables[..2], &variables[..]] {
                let mut child = Command::new(std::env::current_exe().unwrap());
                child.args(["--exact", "https::plain_http_goes_through_no_proxy"]);
                for variable in variables.iter().chain(&["NO_PROXY", "no_proxy"]) {
                    child.env_remove(variable);
                }
                child.env(TARGET, server.uri()).envs(set.iter().map(|variable| (variable, &address)));
                let output = child.output().unwrap();
                assert!(proxy.accept().is_err(), "the proxy was spoken to");
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            }
        })
        .unwrap();
}

/// Where the time goes while the server thinks: a virtual clock must not jump over a socket.
#[test]
fn a_virtual_clock_stands_still_while_a_socket_is_awaited() {
    let clock = virtual_clock();
    clock
        .block_on(async {
            let server = MockServer::start().await;
            Mock::given(any())
                .respond_with(ResponseTemplate::new(200).set_body_string(crate::THING))
                .mount(&server)
                .await;
            let client = over_sockets(&server.uri(), &clock);
            client.send(get_thing(&things(&client))).await.unwrap();
            assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        })
        .unwrap();
}

#[test]
fn what_a_client_shows_of_itself_holds_no_key() {
    let config = Config::new(KEY);
    let https = Https::new(&HttpsOptions::default(), Clock::real()).unwrap();
    let client = Client::builder(config, Arc::new(https)).build().unwrap();
    let shown = format!("{client:?} {client:#?} {:?}", things(&client));
    assert!(shown.contains("scaleway") && !shown.contains(KEY), "{shown}");
}
