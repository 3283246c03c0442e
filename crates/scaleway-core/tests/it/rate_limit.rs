//! The edge's 429: no type, no `Retry-After`, often no JSON, and one limit for all that a key does at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use scaleway_core::{Client, Clock, Exchange, Random, Timestamp, Transport};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{KEY, THING, answer, config, count, elapsed, get_thing, over_sockets, things, virtual_clock};

/// An edge that lets `RATE` requests a second pass, and as many at once.
#[derive(Debug)]
struct Edge {
    clock: Clock,
    tokens: Mutex<(Timestamp, f64)>,
    seen: AtomicUsize,
}

const RATE: f64 = 50.0;

impl Edge {
    fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), tokens: Mutex::new((clock.now(), RATE)), seen: AtomicUsize::new(0) }
    }

    fn take(&self) -> bool {
        self.seen.fetch_add(1, Ordering::Relaxed);
        let (now, mut tokens) = (self.clock.now(), self.tokens.lock().unwrap());
        *tokens = (now, RATE.min(tokens.1 + now.since(tokens.0).as_secs_f64() * RATE));
        let pass = tokens.1 >= 1.0;
        tokens.1 -= if pass { 1.0 } else { 0.0 };
        pass
    }
}

impl Transport for Edge {
    fn send(&self, _: http::Request<bytes::Bytes>) -> Exchange<'_> {
        Box::pin(async {
            self.clock.sleep(Duration::from_millis(10)).await;
            let answer = if self.take() { answer(200, THING) } else { answer(429, "local_rate_limited") };
            self.clock.sleep(Duration::from_millis(10)).await;
            Ok(answer)
        })
    }
}

/// How many attempts so many calls at once take, how many of them fail, and how long it takes.
fn storm(calls: usize, seed: u64) -> (usize, usize, Duration) {
    let clock = virtual_clock();
    let edge = std::sync::Arc::new(Edge::new(&clock));
    let client = Client::builder(config("https://api.test"), edge.clone())
        .clock(clock.clone())
        .random(Random::seeded(seed))
        .build()
        .unwrap();
    let api = things(&client);
    let results = clock.block_on(join_all((0..calls).map(|_| client.send(get_thing(&api))))).unwrap();
    let failed = results.into_iter().filter(Result::is_err).count();
    (count(&edge.seen), failed, elapsed(&clock))
}

#[test]
fn a_hundred_calls_at_once_all_pass_without_a_storm() {
    for seed in 0..50 {
        let (attempts, failed, took) = storm(100, seed);
        assert_eq!(failed, 0, "seed {seed}: {attempts} attempts");
        assert!(attempts <= 250, "seed {seed}: {attempts} attempts in {took:?}");
    }
}

#[test]
fn a_thousand_calls_at_once_all_pass_in_about_the_time_that_the_limit_takes() {
    let (attempts, failed, took) = storm(1000, 1);
    assert_eq!(failed, 0, "{attempts} attempts");
    assert!(took < Duration::from_secs(40), "{took:?}: 19 s are the least");
}

#[test]
fn the_edges_own_form_is_understood() {
    let clock = virtual_clock();
    clock
        .block_on(async {
            let server = MockServer::start().await;
            let limited = ResponseTemplate::new(429)
                .insert_header("x-envoy-ratelimited", "true")
                .set_body_raw("local_rate_limited", "text/plain");
            let asked = || {
                Mock::given(method("POST")).and(path("/things/v1/things")).and(header("x-auth-token", KEY))
            };
            asked().respond_with(limited.clone()).up_to_n_times(4).expect(4).mount(&server).await;
            let created = ResponseTemplate::new(200).set_body_raw(THING, "application/json");
            asked().respond_with(created).expect(1).mount(&server).await;
            Mock::given(method("GET")).respond_with(limited).expect(10).mount(&server).await;

            let client = over_sockets(&server.uri(), &clock);
            let api = things(&client);
            // A create, too: what the edge refuses has not happened.
            let create = api.post("CreateThing", &["things"]).json(&serde_json::json!({}));
            let created: crate::Thing = client.send(create).await.unwrap();
            assert_eq!(created.id, "1");

            let error = client.send(get_thing(&api)).await.unwrap_err();
            assert!(error.is_rate_limited() && error.is_transient() && !error.may_have_happened(), "{error}");
            assert!(error.to_string().contains("local_rate_limited"), "{error}");
        })
        .unwrap();
}
