use scaleway_jobs::{
    CreateCronConfig, CreateTrigger, JobDefinitionId, ListTriggers, TriggerId, UpdateCronConfig,
    UpdateTrigger,
};
use serde_json::{Value, json};

use crate::{assert_whole, expect, expect_pages, mocked, no_content, ok};

fn trigger(id: &str) -> Value {
    json!({
        "id": id, "job_definition_id": "job-1", "name": "nightly", "created_at": "2026-05-05T14:42:12.873213Z",
        "updated_at": "2026-05-05T14:42:12.873213Z",
        "cron_config": {"schedule": "0 3 * * *", "timezone": "Europe/Paris", "startup_command": [], "args": ["--all"]},
    })
}

#[tokio::test]
async fn a_trigger_is_made_got_changed_and_deleted() {
    let (server, jobs) = mocked().await;
    let id: TriggerId = "trigger-1".parse().unwrap();
    let body = json!({
        "job_definition_id": "job-1", "name": "nightly",
        "cron_config": {"schedule": "0 3 * * *", "timezone": "Europe/Paris", "args": ["--all"]},
    });
    expect(&server, "POST", "triggers", Some(body), ok(trigger("trigger-1"))).await;
    let cron = CreateCronConfig::new("0 3 * * *", "Europe/Paris").args(["--all".to_owned()]);
    let create = CreateTrigger::cron("job-1".parse().unwrap(), "nightly", cron);
    assert_whole(&jobs.create_trigger(create).await.unwrap(), &trigger("trigger-1"));

    expect(&server, "GET", "triggers/trigger-1", None, ok(trigger("trigger-1"))).await;
    assert_whole(&jobs.get_trigger(&id).await.unwrap(), &trigger("trigger-1"));

    let body = json!({"cron_config": {"args": []}});
    expect(&server, "PATCH", "triggers/trigger-1", Some(body), ok(trigger("trigger-1"))).await;
    let cron = UpdateCronConfig::default().args(Vec::new());
    jobs.update_trigger(&id, UpdateTrigger::default().cron_config(cron)).await.unwrap();

    expect(&server, "DELETE", "triggers/trigger-1", None, no_content()).await;
    jobs.delete_trigger(&id).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, jobs) = mocked().await;
    let items = ["a", "b", "c"].map(trigger);
    expect_pages(&server, "triggers", ("job_definition_id", "job-1"), items).await;
    let list = ListTriggers::default().job_definition_id("job-1".parse::<JobDefinitionId>().unwrap());
    let all = jobs.list_triggers(list).all().await.unwrap();
    assert_eq!(all.iter().map(|trigger| trigger.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
