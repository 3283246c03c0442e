use std::time::Duration;

use scaleway_containers::{CreateContainer, Privacy, Probe, Sandbox, UpdateContainer};
use scaleway_core::Size;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{container, expect, mocked, ok};

const CONTAINERS: &str = "/containers/v1/regions/fr-par/containers";

#[tokio::test]
async fn only_what_is_set_is_sent_and_nothing_of_the_answer_is_lost() {
    let (server, containers) = mocked().await;
    let body = json!({
        "namespace_id": "namespace-1", "name": "streamlit", "image": "streamlit:1", "min_scale": 1, "memory_limit_bytes": 512_000_000,
        "timeout": "60s", "privacy": "private",
        "startup_probe": {"failure_threshold": 30, "interval": "10s", "timeout": "1s", "http": {"path": "/healthz"}},
    });
    expect(&server, "POST", CONTAINERS, Some(body), ok(container("creating", ""))).await;
    let create = CreateContainer::new("namespace-1".parse().unwrap(), "streamlit", "streamlit:1")
        .min_scale(1u32)
        .memory_limit_bytes(Size::megabytes(512))
        .timeout(Duration::from_mins(1))
        .privacy(Privacy::Private)
        .startup_probe(Probe::http("/healthz"));
    let made = containers.create_container(create).await.unwrap();
    assert_eq!(made.sandbox, Sandbox::Other("v3".into()), "values that came later survive");
    assert_eq!(serde_json::to_value(&made).unwrap(), container("creating", ""));
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, containers) = mocked().await;
    let probe = json!({"interval": "5s"});
    let body = json!({"command": [], "https_connection_only": true, "sandbox": "v2", "startup_probe": probe});
    expect(&server, "PATCH", &format!("{CONTAINERS}/container-1"), Some(body), ok(container("updating", "")))
        .await;
    let update = UpdateContainer::default()
        .command(Vec::new())
        .https_connections_only(true)
        .sandbox(Sandbox::V2)
        .startup_probe(Probe::default().interval(Duration::from_secs(5)));
    containers.update_container(&"container-1".parse().unwrap(), update).await.unwrap();
}

#[tokio::test]
async fn an_error_ends_waiting_with_the_platforms_reason() {
    let (server, containers) = mocked().await;
    expect(
        &server,
        "GET",
        &format!("{CONTAINERS}/container-1"),
        None,
        ok(container("error", "image not found")),
    )
    .await;
    let error = containers.wait_for_container(&"container-1".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.to_string(), "container container-1 is error: image not found");
    assert!(!error.is_transient());
}

#[tokio::test]
async fn the_apis_error_is_told_whole() {
    let (server, containers) = mocked().await;
    let body = json!({"type": "invalid_arguments", "message": "invalid argument(s)", "details": [
        {"argument_name": "memory_limit_bytes", "reason": "constraint", "help_message": "must be at least 128 MB"}]});
    let answer = ResponseTemplate::new(400).set_body_json(body).insert_header("x-request-id", "r-1");
    expect(&server, "POST", CONTAINERS, None, answer).await;
    let create = CreateContainer::new("namespace-1".parse().unwrap(), "streamlit", "streamlit:1");
    let error = containers.create_container(create).await.unwrap_err();
    assert!(error.is_invalid_arguments() && !error.may_have_happened());
    assert_eq!(error.request_id(), Some("r-1"));
    let text = error.to_string();
    for part in [
        "CreateContainer",
        "POST",
        "400 invalid_arguments",
        "memory_limit_bytes constraint: must be at least 128 MB",
        "[request r-1]",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
