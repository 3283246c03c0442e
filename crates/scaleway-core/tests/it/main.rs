//! The shared base under fire: what servers, networks and callers do to it, counted at the server.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod cancel;
mod decode;
mod errors;
mod exchange;
mod https;
mod pages;
mod patience;
mod rate_limit;
mod raw;
mod retry;
mod secrecy;
mod wait;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use scaleway_core::{
    Api, Client, Clock, Config, Exchange, Https, HttpsOptions, Random, Request, Timestamp, Transport,
};
use serde::{Deserialize, Serialize};

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const SECOND: Duration = Duration::from_secs(1);

/// What the tests ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Thing {
    id: String,
}

const THING: &str = r#"{"id":"1"}"#;

fn virtual_clock() -> Clock {
    Clock::virtual_from(Timestamp::UNIX_EPOCH)
}

fn elapsed(clock: &Clock) -> Duration {
    clock.now().since(Timestamp::UNIX_EPOCH)
}

fn config(url: &str) -> Config {
    Config::new(KEY).with_api_url(url.parse().unwrap())
}

/// A client of what listens at `url`.
fn over_sockets(url: &str, clock: &Clock) -> Client {
    let https = Https::new(&HttpsOptions::default(), clock.clone()).unwrap();
    Client::builder(config(url), https).clock(clock.clone()).random(Random::seeded(1)).build().unwrap()
}

/// A client of `transport`, in this thread.
fn in_process(transport: impl Transport + 'static, clock: &Clock) -> Client {
    Client::builder(config("https://api.test"), transport)
        .clock(clock.clone())
        .random(Random::seeded(1))
        .build()
        .unwrap()
}

fn things(client: &Client) -> Api {
    Api::global(client, "things/v1")
}

fn get_thing(api: &Api) -> Request<Thing> {
    api.get("GetThing", &["things", "1"])
}

fn answer(status: u16, body: impl Into<Bytes>) -> http::Response<Bytes> {
    http::Response::builder().status(status).body(body.into()).unwrap()
}

/// A transport that is a function of the request and of how many there were before it.
#[derive(Clone)]
struct Scripted<F> {
    script: F,
    seen: Arc<AtomicUsize>,
}

impl<F> Scripted<F>
where
    F: Fn(usize, http::Request<Bytes>) -> Exchange<'static> + Send + Sync,
{
    fn new(script: F) -> Self {
        Self { script, seen: Arc::default() }
    }
}

/// A transport that answers at once.
fn answering(
    script: impl Fn(usize, http::Request<Bytes>) -> http::Response<Bytes> + Send + Sync,
) -> Scripted<impl Fn(usize, http::Request<Bytes>) -> Exchange<'static> + Send + Sync> {
    Scripted::new(move |number, request| {
        let answer = script(number, request);
        Box::pin(async move { Ok(answer) })
    })
}

impl<F> fmt::Debug for Scripted<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scripted")
    }
}

impl<F> Transport for Scripted<F>
where
    F: Fn(usize, http::Request<Bytes>) -> Exchange<'static> + Send + Sync,
{
    fn send(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        (self.script)(self.seen.fetch_add(1, Ordering::Relaxed), request)
    }
}

/// A transport that counts what goes through it.
#[derive(Debug, Clone)]
struct Counted<T>(T, Arc<AtomicUsize>);

impl<T: Transport> Transport for Counted<T> {
    fn send(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.send(request)
    }
}

fn count(counter: &AtomicUsize) -> usize {
    counter.load(Ordering::Relaxed)
}
