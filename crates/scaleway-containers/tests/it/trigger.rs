use scaleway_containers::{
    ContainerId, CreateCronConfig, CreateNatsConfig, CreateSqsConfig, CreateTrigger, HttpMethod,
    ListTriggers, TriggerDestination, TriggerSource, UpdateCronConfig, UpdateSqsConfig, UpdateTrigger,
    UpdateTriggerDestination,
};
use scaleway_core::Region;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::{expect, mocked, ok};

const TRIGGERS: &str = "/containers/v1/regions/fr-par/triggers";

fn trigger(id: &str, status: &str, source: &str, config: Value) -> Value {
    let mut trigger = json!({
        "id": id, "name": "nightly", "description": "", "tags": [], "status": status, "container_id": "container-1",
        "destination_config": {"http_path": "/nightly", "http_method": "head"}, "source_type": source,
        "created_at": "2026-05-05T14:42:31.337471Z", "updated_at": "2026-05-05T14:42:31.337471Z",
    });
    trigger[format!("{source}_config")] = config;
    trigger
}

fn cron(id: &str, status: &str) -> Value {
    let config = json!({"schedule": "0 3 * * *", "timezone": "Europe/Paris", "body": "{}", "headers": {"x-from": "cron"}});
    trigger(id, status, "cron", config)
}

fn container() -> ContainerId {
    "container-1".parse().unwrap()
}

#[tokio::test]
async fn a_trigger_at_times_sends_only_what_is_set_and_loses_nothing() {
    let (server, containers) = mocked().await;
    let body = json!({
        "container_id": "container-1", "name": "nightly", "destination_config": {"http_path": "/nightly", "http_method": "get"},
        "cron_config": {"schedule": "0 3 * * *", "timezone": "Europe/Paris", "body": "{}"},
    });
    expect(&server, "POST", TRIGGERS, Some(body), ok(cron("trigger-1", "creating"))).await;
    let cron_config = CreateCronConfig::new("0 3 * * *", "Europe/Paris").body("{}");
    let create = CreateTrigger::cron(container(), "nightly", cron_config)
        .destination_config(TriggerDestination::new(HttpMethod::Get, "/nightly"));
    let made = containers.create_trigger(create).await.unwrap();
    assert_eq!(made.source_type, TriggerSource::Cron);
    assert_eq!(serde_json::to_value(&made).unwrap(), cron("trigger-1", "creating"));
}

#[tokio::test]
async fn keys_of_queues_and_subjects_are_sent_but_never_shown() {
    let (server, containers) = mocked().await;
    let sqs = json!({
        "region": "fr-par", "endpoint": "https://sqs.example", "access_key_id": "key", "secret_access_key": "s3cr3t",
        "queue_url": "https://sqs.example/q",
    });
    let nats =
        json!({"server_urls": ["nats://n.example"], "subject": "s", "credentials_file_content": "s3cr3t"});
    let body = |source: &str, config| json!({"container_id": "container-1", "name": "q", source: config});
    let answered = |config: &Value, secret: &str| {
        let mut config = config.clone();
        config.as_object_mut().unwrap().remove(secret);
        config
    };
    let (sqs_answer, nats_answer) = (
        trigger("t", "ready", "sqs", answered(&sqs, "secret_access_key")),
        trigger("t", "ready", "nats", answered(&nats, "credentials_file_content")),
    );
    expect(&server, "POST", TRIGGERS, Some(body("sqs_config", sqs)), ok(sqs_answer.clone())).await;
    expect(&server, "POST", TRIGGERS, Some(body("nats_config", nats)), ok(nats_answer.clone())).await;

    let region: Region = "fr-par".parse().unwrap();
    let sqs = CreateSqsConfig::new(region, "https://sqs.example", "https://sqs.example/q", "key", "s3cr3t");
    let nats = CreateNatsConfig::new(vec!["nats://n.example".to_owned()], "s", "s3cr3t");
    for (create, answer) in [
        (CreateTrigger::sqs(container(), "q", sqs), sqs_answer),
        (CreateTrigger::nats(container(), "q", nats), nats_answer),
    ] {
        assert!(!format!("{create:?}").contains("s3cr3t"));
        let made = containers.create_trigger(create).await.unwrap();
        assert_eq!(serde_json::to_value(&made).unwrap(), answer);
    }
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, containers) = mocked().await;
    let at = format!("{TRIGGERS}/trigger-1");
    let body = json!({"description": "", "destination_config": {"http_method": "put"}, "cron_config": {"body": "", "headers": {}}});
    expect(&server, "PATCH", &at, Some(body), ok(cron("trigger-1", "updating"))).await;
    let body = json!({"sqs_config": {"secret_access_key": "s3cr3t"}});
    expect(&server, "PATCH", &at, Some(body), ok(cron("trigger-1", "updating"))).await;
    let id = "trigger-1".parse().unwrap();
    let update = UpdateTrigger::default()
        .description("")
        .destination_config(UpdateTriggerDestination::default().http_method(HttpMethod::Put))
        .cron_config(UpdateCronConfig::default().body("").headers(std::collections::BTreeMap::new()));
    containers.update_trigger(&id, update).await.unwrap();
    let update = UpdateTrigger::default().sqs_config(UpdateSqsConfig::default().secret_access_key("s3cr3t"));
    assert!(!format!("{update:?}").contains("s3cr3t"));
    containers.update_trigger(&id, update).await.unwrap();
}

#[tokio::test]
async fn waiting_ends_when_it_is_ready_and_when_it_never_will_be() {
    let (server, containers) = mocked().await;
    let id = "trigger-1".parse().unwrap();
    for status in ["creating", "ready", "locked"] {
        Mock::given(method("GET"))
            .and(path(format!("{TRIGGERS}/trigger-1")))
            .respond_with(ok(cron("trigger-1", status)))
            .up_to_n_times(1)
            .expect(1)
            .mount(&server)
            .await;
    }
    let wait = || containers.wait_for_trigger(&id).interval(std::time::Duration::ZERO);
    wait().await.unwrap();
    assert_eq!(wait().await.unwrap_err().to_string(), "trigger trigger-1 is locked");
}

#[tokio::test]
async fn waiting_for_the_end_ends_with_not_found() {
    let (server, containers) = mocked().await;
    let at = format!("{TRIGGERS}/trigger-1");
    expect(&server, "DELETE", &at, None, ok(cron("trigger-1", "deleting"))).await;
    let gone = json!({"type": "not_found", "message": "resource is not found"});
    expect(&server, "GET", &at, None, ResponseTemplate::new(404).set_body_json(gone)).await;
    let id = "trigger-1".parse().unwrap();
    containers.delete_trigger(&id).await.unwrap();
    containers.wait_until_trigger_gone(&id).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_and_filters() {
    let (server, containers) = mocked().await;
    for (page, id) in [("1", "a"), ("2", "b")] {
        Mock::given(method("GET"))
            .and(path(TRIGGERS))
            .and(query_param("page", page))
            .and(query_param("trigger_type", "cron"))
            .respond_with(ok(json!({"triggers": [cron(id, "ready")], "total_count": 2})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let list = ListTriggers::default().trigger_type(TriggerSource::Cron);
    let all = containers.list_triggers(list).all().await.unwrap();
    assert_eq!(all.iter().map(|trigger| trigger.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}
