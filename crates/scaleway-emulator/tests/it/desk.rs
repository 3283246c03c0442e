//! An emulator with a clock in hand, and short words to ask it.

use std::time::Duration;

use bytes::Bytes;
use scaleway_core::{Clock, Random, Timestamp, Transport, TransportError};
use scaleway_emulator::{Builder, Emulator, Latency};
use serde_json::Value;

pub(crate) const PROJECT: &str = "7a3f4c1e-3d8b-4b0e-9a63-0b6a2c9d1e11";
pub(crate) const CONTAINERS: &str = "/containers/v1/regions/fr-par";

pub(crate) struct Desk {
    pub(crate) clock: Clock,
    pub(crate) emulator: Emulator,
}

pub(crate) fn start() -> Timestamp {
    "2026-09-01T08:00:00.5Z".parse().unwrap()
}

impl Desk {
    /// Nothing takes time.
    pub(crate) fn instant() -> Self {
        Self::with(|builder| builder)
    }

    /// Resources take their recorded time, on a clock moved by hand.
    pub(crate) fn recorded() -> Self {
        Self::with(|builder| builder.latency(Latency::Recorded))
    }

    pub(crate) fn with(choose: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = Clock::virtual_from(start());
        let builder = Emulator::builder().clock(clock.clone()).random(Random::seeded(7));
        let emulator = choose(builder).build().unwrap();
        Self { clock, emulator }
    }

    /// A request to the API with a token.
    pub(crate) fn ask(&self, verb: &str, path: &str, body: Value) -> (u16, Value) {
        let request = http::Request::builder()
            .method(verb)
            .uri(format!("https://api.scaleway.com{path}"))
            .header("X-Auth-Token", "11111111-1111-4111-8111-111111111111");
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let answer = self.send(request.body(body).unwrap()).unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body();
        (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
    }

    pub(crate) fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.clock.block_on(self.emulator.send(request)).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, Value::Null)
    }

    /// The body of an answer that must be a 200.
    pub(crate) fn ok(&self, verb: &str, path: &str, body: Value) -> Value {
        let (status, body) = self.ask(verb, path, body);
        assert_eq!(status, 200, "{verb} {path}: {body}");
        body
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// A private network in the project's default VPC.
    pub(crate) fn network(&self, name: &str) -> String {
        let body = serde_json::json!({"project_id": PROJECT, "name": name});
        let network = self.ok("POST", "/vpc/v2/regions/fr-par/private-networks", body);
        network["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn namespace(&self, name: &str) -> String {
        let body = serde_json::json!({"project_id": PROJECT, "name": name});
        let namespace = self.ok("POST", &format!("{CONTAINERS}/namespaces"), body);
        self.wait(60);
        namespace["id"].as_str().unwrap().to_owned()
    }
}
