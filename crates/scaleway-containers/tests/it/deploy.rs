//! Deploying an image: which call starts the revision, and which answers are believed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use scaleway_containers::{Containers, UpdateContainer};
use scaleway_core::{Client, Clock, Config, Exchange, Size, Timestamp, Transport};
use serde_json::{Value, json};

use crate::KEY;

const CONTAINER: &str = "/containers/v1/regions/fr-par/containers/container-1";

/// An API that expects these requests in this order, and has these answers.
#[derive(Debug, Clone, Default)]
struct Script(Arc<Mutex<VecDeque<Step>>>);

#[derive(Debug)]
struct Step {
    verb: &'static str,
    path: String,
    body: Option<Value>,
    status: u16,
    answer: Value,
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        let step = self.0.lock().unwrap().pop_front().unwrap_or_else(|| panic!("not expected: {request:?}"));
        assert_eq!((request.method().as_str(), request.uri().path()), (step.verb, &*step.path));
        assert_eq!(serde_json::from_slice::<Value>(request.body()).ok(), step.body);
        let answer = http::Response::builder().status(step.status).body(step.answer.to_string().into());
        Box::pin(async { Ok(answer.unwrap()) })
    }
}

impl Script {
    fn step(self, verb: &'static str, below: &str, body: Option<Value>, status: u16, answer: Value) -> Self {
        let path = format!("{CONTAINER}{below}");
        self.0.lock().unwrap().push_back(Step { verb, path, body, status, answer });
        self
    }

    fn read(self, answer: Value) -> Self {
        self.step("GET", "", None, 200, answer)
    }

    fn patch(self, image: &str, answer: Value) -> Self {
        self.step("PATCH", "", Some(json!({"image": image})), 200, answer)
    }

    /// Deploys `image`; every step must have been taken.
    fn deploy(self, image: &str) -> Result<String, String> {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let client = Client::builder(Config::new(KEY), self.clone()).clock(clock.clone()).build().unwrap();
        let containers = Containers::new(&client);
        let id = "container-1".parse().unwrap();
        let deployed = clock.block_on(Box::pin(containers.deploy_image(&id, image))).unwrap();
        assert!(self.0.lock().unwrap().is_empty(), "{self:?}");
        deployed.map(|container| container.image).map_err(|error| error.to_string())
    }
}

/// The container as it was in this minute.
fn at(minute: u32, image: &str, status: &str, error: &str) -> Value {
    let mut container = crate::container(status, error);
    container["image"] = image.into();
    container["updated_at"] = format!("2026-05-05T14:{minute:02}:00Z").into();
    container
}

#[test]
fn what_is_told_of_the_former_revision_is_not_believed() {
    let former = || at(1, "app:1", "ready", "");
    let starting = || at(2, "app:2", "updating", "");
    let deployed = Script::default()
        .read(former())
        .patch("app:2", starting())
        .read(former())
        .read(at(1, "app:1", "error", "of the former revision"))
        .read(starting())
        .read(at(2, "app:2", "ready", ""))
        .deploy("app:2");
    assert_eq!(deployed.unwrap(), "app:2");
}

#[test]
fn a_revision_that_is_up_within_the_second_is_believed() {
    let mut starting = at(2, "app:2", "updating", "");
    starting["updated_at"] = "2026-05-05T14:02:00.873213Z".into();
    let deployed = Script::default()
        .read(at(1, "app:1", "ready", ""))
        .patch("app:2", starting)
        .read(at(2, "app:1", "ready", ""))
        .read(at(2, "app:2", "ready", ""))
        .deploy("app:2");
    assert_eq!(deployed.unwrap(), "app:2");
}

#[test]
fn a_revision_that_cannot_start_is_told_in_the_platforms_words() {
    let error = Script::default()
        .read(at(1, "app:1", "ready", ""))
        .patch("app:2", at(2, "app:2", "updating", ""))
        .read(at(2, "app:2", "error", "image not found"))
        .deploy("app:2")
        .unwrap_err();
    assert_eq!(error, "container container-1 with image app:2 is error: image not found");
}

#[test]
fn an_image_that_is_there_is_pulled_again_even_after_an_error() {
    let deployed = Script::default()
        .read(at(1, "app:1", "error", "image not found"))
        .step("POST", "/redeploy", Some(json!({})), 200, at(2, "app:1", "updating", ""))
        .read(at(1, "app:1", "error", "image not found"))
        .read(at(2, "app:1", "ready", ""))
        .deploy("app:1");
    assert_eq!(deployed.unwrap(), "app:1");
}

#[test]
fn a_container_that_is_changing_is_waited_for() {
    let busy = json!({"type": "transient_state", "message": "resource is in a transient state", "resource": "container",
        "resource_id": "container-1", "current_state": "updating"});
    let deployed = Script::default()
        .read(at(1, "app:1", "updating", ""))
        .read(at(1, "app:1", "ready", ""))
        .step("PATCH", "", Some(json!({"image": "app:2"})), 409, busy)
        .read(at(2, "app:1", "updating", ""))
        .read(at(2, "app:1", "ready", ""))
        .patch("app:2", at(3, "app:2", "updating", ""))
        .read(at(3, "app:2", "ready", ""))
        .deploy("app:2");
    assert_eq!(deployed.unwrap(), "app:2");
}

#[test]
fn somebody_elses_deployment_ends_the_wait() {
    let error = Script::default()
        .read(at(1, "app:1", "ready", ""))
        .patch("app:2", at(2, "app:2", "updating", ""))
        .read(at(3, "app:3", "updating", ""))
        .deploy("app:2")
        .unwrap_err();
    assert_eq!(error, "container container-1 with image app:2 is replaced: app:3 was deployed meanwhile");
}

#[tokio::test]
async fn cpu_and_memory_that_do_not_go_together_are_not_sent() {
    let (server, containers) = crate::mocked().await;
    let update = UpdateContainer::default().mvcpu_limit(1000u32).memory_limit_bytes(Size::megabytes(512));
    let error = containers.update_container(&"container-1".parse().unwrap(), update).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "UpdateContainer: memory_limit_bytes: 512 MB is not possible with 1000 mvCPU: choose 1 GB to 4 GB"
    );
    assert!(server.received_requests().await.unwrap().is_empty());
}
