use std::collections::BTreeMap;
use std::time::Duration;

use scaleway_jobs::{
    CreateJobDefinition, CronSchedule, ListJobDefinitions, RetryPolicy, UpdateCronSchedule,
    UpdateJobDefinition, UpdateRetryPolicy,
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{PROJECT, assert_whole, expect, expect_pages, mocked, no_content, ok, with};

fn job() -> Value {
    json!({
        "id": "job-1", "name": "migrate", "project_id": PROJECT, "created_at": "2026-05-05T14:42:12.873213Z",
        "updated_at": "2026-05-05T14:42:12.873213Z", "cpu_limit": 560, "memory_limit": 1024, "local_storage_capacity": 5120,
        "image_uri": "api:1", "command": "", "environment_variables": {"A": "b"}, "job_timeout": "600s", "description": "",
        "cron_schedule": {"schedule": "0 3 * * *", "timezone": "Europe/Paris"}, "startup_command": ["alembic"], "args": [],
        "retry_policy": {"max_retries": 2}, "region": "fr-par",
    })
}

#[tokio::test]
async fn only_what_is_set_is_sent_and_nothing_of_the_answer_is_lost() {
    let (server, jobs) = mocked().await;
    let body = json!({
        "project_id": PROJECT, "name": "migrate", "image_uri": "api:1", "cpu_limit": 560, "memory_limit": 1024,
        "startup_command": ["alembic"], "job_timeout": "600s", "retry_policy": {"max_retries": 2},
        "cron_schedule": {"schedule": "0 3 * * *", "timezone": "Europe/Paris"},
    });
    expect(&server, "POST", "job-definitions", Some(body), ok(job())).await;
    let create = CreateJobDefinition::new("migrate", "api:1", 560, 1024)
        .startup_command(["alembic".to_owned()])
        .job_timeout(Duration::from_mins(10))
        .retry_policy(RetryPolicy::new(2))
        .cron_schedule(CronSchedule::new("0 3 * * *", "Europe/Paris"));
    assert_whole(&jobs.create_job_definition(create).await.unwrap(), &job());
    expect(&server, "GET", "job-definitions/job-1", None, ok(job())).await;
    assert_whole(&jobs.get_job_definition(&"job-1".parse().unwrap()).await.unwrap(), &job());
}

#[tokio::test]
async fn an_update_clears_with_empty_and_leaves_what_is_unset() {
    let (server, jobs) = mocked().await;
    let body = json!({
        "description": "", "args": [], "environment_variables": {}, "cron_schedule": {"timezone": "UTC"},
        "retry_policy": {"max_retries": 0},
    });
    expect(&server, "PATCH", "job-definitions/job-1", Some(body), ok(job())).await;
    let update = UpdateJobDefinition::default()
        .description("")
        .args(Vec::new())
        .environment_variables(BTreeMap::new())
        .cron_schedule(UpdateCronSchedule::default().timezone("UTC"))
        .retry_policy(UpdateRetryPolicy::default().max_retries(0u32));
    jobs.update_job_definition(&"job-1".parse().unwrap(), update).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, jobs) = mocked().await;
    let items = ["a", "b", "c"].map(|id| with(job(), "id", id));
    expect_pages(&server, "job-definitions", ("project_id", PROJECT), items).await;
    let list = ListJobDefinitions::default().project_id(PROJECT.parse::<scaleway_core::ProjectId>().unwrap());
    let all = jobs.list_job_definitions(list).all().await.unwrap();
    assert_eq!(all.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_403_while_a_run_is_running_is_not_permission_denied() {
    let (server, jobs) = mocked().await;
    let refusal = json!({"message": "one or more job runs are still running"});
    let id = "job-1".parse().unwrap();
    let refused = ResponseTemplate::new(403).set_body_json(refusal);
    expect(&server, "DELETE", "job-definitions/job-1", None, refused).await;
    let error = jobs.delete_job_definition(&id).await.unwrap_err();
    assert!(!error.is_permission_denied() && error.to_string().contains("still running"), "{error}");
    expect(&server, "DELETE", "job-definitions/job-1", None, no_content()).await;
    jobs.delete_job_definition(&id).await.unwrap();
}

#[tokio::test]
async fn what_a_job_may_have_is_read_whole() {
    let (server, jobs) = mocked().await;
    let pairs = json!({"resources": [{"compute_limit_mvcpu": 560, "memory_limit_bytes": 1_024_000_000_u64}]});
    expect(&server, "GET", "job-resources", None, ok(pairs.clone())).await;
    let limits = json!({"secrets_per_job_definition": 20});
    expect(&server, "GET", "job-limits", None, ok(limits.clone())).await;
    assert_whole(&jobs.list_job_resources().await.unwrap(), &pairs);
    assert_whole(&jobs.get_job_limits().await.unwrap(), &limits);
}
