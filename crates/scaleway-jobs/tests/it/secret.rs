use scaleway_jobs::{CreateSecrets, JobSecretId, ListSecrets, SecretReference, UpdateSecret};
use serde_json::{Value, json};

use crate::{assert_whole, expect, expect_pages, mocked, no_content, ok, with};

fn file(id: &str) -> Value {
    json!({
        "secret_id": id, "secret_manager_id": "managed-1", "secret_manager_version": "latest_enabled",
        "job_definition_id": "job-1", "file": {"path": "/run/key"},
    })
}

fn variable(id: &str) -> Value {
    let mut variable = with(file(id), "env_var", json!({"name": "KEY"}));
    variable.as_object_mut().unwrap().remove("file");
    variable
}

#[tokio::test]
async fn secrets_are_seen_as_files_and_variables() {
    let (server, jobs) = mocked().await;
    let body = json!({"job_definition_id": "job-1", "secrets": [
        {"secret_manager_id": "managed-1", "secret_manager_version": "latest_enabled", "path": "/run/key"},
        {"secret_manager_id": "managed-1", "secret_manager_version": "3", "env_var_name": "KEY"},
    ]});
    let answer = json!({"secrets": [file("a"), variable("b")]});
    expect(&server, "POST", "secrets", Some(body), ok(answer.clone())).await;
    let managed = || "managed-1".parse().unwrap();
    let secrets = [
        SecretReference::file(managed(), "latest_enabled", "/run/key"),
        SecretReference::env_var(managed(), "3", "KEY"),
    ];
    let made = jobs.create_secrets(CreateSecrets::new("job-1".parse().unwrap(), secrets)).await.unwrap();
    assert_whole(&made, &answer);
}

#[tokio::test]
async fn a_secret_is_got_changed_and_deleted() {
    let (server, jobs) = mocked().await;
    let id: JobSecretId = "a".parse().unwrap();
    expect(&server, "GET", "secrets/a", None, ok(file("a"))).await;
    expect(&server, "PATCH", "secrets/a", Some(json!({"env_var_name": "KEY"})), ok(variable("a"))).await;
    expect(&server, "DELETE", "secrets/a", None, no_content()).await;
    assert_whole(&jobs.get_secret(&id).await.unwrap(), &file("a"));
    let changed = jobs.update_secret(&id, UpdateSecret::default().env_var_name("KEY")).await.unwrap();
    assert_whole(&changed, &variable("a"));
    jobs.delete_secret(&id).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, jobs) = mocked().await;
    expect_pages(&server, "secrets", ("job_definition_id", "job-1"), ["a", "b", "c"].map(file)).await;
    let all = jobs.list_secrets(ListSecrets::new("job-1".parse().unwrap())).all().await.unwrap();
    assert_eq!(all.iter().map(|secret| secret.secret_id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
