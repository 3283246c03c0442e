//! Serverless Jobs: definitions, runs over time, secrets, schedules.

use scaleway_emulator::{Image, ImageBook, Latency};
use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const JOBS: &str = "/serverless-jobs/v1alpha2/regions/fr-par";

fn definition(desk: &Desk, more: Value) -> String {
    let mut body = json!({"project_id": PROJECT, "name": "migrate", "image_uri": "docker.io/alpine:latest",
        "cpu_limit": 120, "memory_limit": 256, "local_storage_capacity": 5120, "command": "",
        "startup_command": [], "args": [], "environment_variables": {}, "description": ""});
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    let made = desk.ok("POST", &format!("{JOBS}/job-definitions"), body);
    made["id"].as_str().unwrap().to_owned()
}

fn start(desk: &Desk, definition: &str, overrides: Value) -> Value {
    let started = desk.ok("POST", &format!("{JOBS}/job-definitions/{definition}/start"), overrides);
    started["job_runs"][0].clone()
}

fn run(desk: &Desk, id: &Value) -> Value {
    desk.ok("GET", &format!("{JOBS}/job-runs/{}", id.as_str().unwrap()), Value::Null)
}

fn with_images(book: &str) -> Desk {
    let images = ImageBook::from_toml(book).unwrap();
    Desk::with(|builder| builder.latency(Latency::Recorded).images(images))
}

/// The state after so many seconds in all.
fn at(desk: &Desk, id: &Value, seconds: u64, before: &mut u64) -> String {
    desk.wait(seconds - *before);
    *before = seconds;
    run(desk, id)["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_definition_answers_what_was_said_and_the_defaults() {
    let desk = Desk::instant();
    let id = definition(&desk, json!({}));
    let path = format!("{JOBS}/job-definitions/{id}");
    let made = desk.ok("GET", &path, Value::Null);
    assert_eq!((&made["job_timeout"], &made["cron_schedule"]), (&json!("86400s"), &Value::Null));
    assert_eq!((&made["command"], &made["region"]), (&json!(""), &json!("fr-par")));
    assert!(made.get("cron_schedule").is_some() && made.get("retry_policy").is_none());
    let renaming = json!({"name": "other", "job_timeout": "1200.000000000s", "args": ["a"]});
    let changed = desk.ok("PATCH", &path, renaming);
    assert_eq!((&changed["name"], &changed["job_timeout"]), (&json!("other"), &json!("1200s")));
    assert_eq!((&changed["cpu_limit"], &changed["cron_schedule"]), (&json!(120), &Value::Null));
    assert_eq!(desk.ask("DELETE", &path, Value::Null), (204, Value::Null));
    assert_eq!(
        desk.ask("DELETE", &path, Value::Null),
        (404, json!({"message": "job definition is not found"}))
    );
}

#[test]
fn sizes_that_are_not_said_are_the_documented_ones_and_others_are_bounded() {
    let desk = Desk::instant();
    let body = json!({"project_id": PROJECT, "name": "a", "image_uri": "alpine", "cpu_limit": 0});
    let made = desk.ok("POST", &format!("{JOBS}/job-definitions"), body);
    assert_eq!((&made["cpu_limit"], &made["memory_limit"]), (&json!(1120), &json!(2048)));
    let body = json!({"project_id": PROJECT, "name": "a", "image_uri": "alpine", "cpu_limit": 7000,
        "job_timeout": "90000s", "cron_schedule": {"schedule": "never"}});
    let (status, refused) = desk.ask("POST", &format!("{JOBS}/job-definitions"), body);
    assert_eq!(status, 400);
    assert_eq!(refused["details"].as_array().unwrap().len(), 2, "{refused}");
}

#[test]
fn a_run_goes_through_its_states_to_success() {
    let desk = with_images("[[image]]\nimage = \"docker.io/alpine\"\nruns_for_seconds = 30\n");
    let id = definition(&desk, json!({"environment_variables": {"A": "1", "B": "2"}}));
    let made = start(&desk, &id, json!({"args": ["x"], "environment_variables": {"B": "3"}}));
    assert_eq!(made["state"], "validated");
    assert_eq!(
        (&made["args"], &made["environment_variables"]),
        (&json!(["x"]), &json!({"A": "1", "B": "3"}))
    );
    assert_eq!((&made["started_at"], &made["run_duration"]), (&Value::Null, &Value::Null));
    let mut clock = 0;
    assert_eq!(at(&desk, &made["id"], 1, &mut clock), "queued");
    let (status, refused) = desk.ask("DELETE", &format!("{JOBS}/job-definitions/{id}"), Value::Null);
    assert_eq!((status, &refused["message"]), (403, &json!("one or more job runs are still running")));
    assert_eq!(at(&desk, &made["id"], 12, &mut clock), "running");
    assert_eq!(at(&desk, &made["id"], 45, &mut clock), "succeeded");
    let ended = run(&desk, &made["id"]);
    assert_eq!((&ended["exit_code"], &ended["run_duration"]), (&json!(0), &json!("30s")));
    assert!(ended["terminated_at"].is_string() && ended.get("reason").is_none());
    desk.wait(61 * 24 * 3600);
    let (status, gone) = desk.get(&format!("{JOBS}/job-runs/{}", made["id"].as_str().unwrap()));
    assert_eq!((status, gone), (404, json!({"message": "job run is not found"})));
}

#[test]
fn images_say_how_their_jobs_end() {
    let desk = with_images(
        "[[image]]\nimage = \"missing\"\nmissing = true\n[[image]]\nimage = \"fails\"\nexit_code = 3\n\
         [[image]]\nimage = \"slow\"\nruns_for_seconds = 100\n",
    );
    let ended = |image: &str| {
        let id = definition(&desk, json!({"image_uri": image, "job_timeout": "60s"}));
        let made = start(&desk, &id, Value::Null);
        desk.wait(100);
        run(&desk, &made["id"])
    };
    let missing = ended("missing");
    assert_eq!((&missing["state"], &missing["reason"]), (&json!("failed"), &json!("image_not_found")));
    assert_eq!((&missing["started_at"], missing.get("exit_code")), (&Value::Null, None));
    let failed = ended("fails:2");
    assert_eq!((&failed["reason"], &failed["exit_code"]), (&json!("exited_with_error"), &json!(3)));
    let slow = ended("slow");
    assert_eq!((&slow["reason"], &slow["run_duration"]), (&json!("timeout"), &json!("60s")));
    let list =
        desk.ok("GET", &format!("{JOBS}/job-runs?reasons=timeout&reasons=image_not_found"), Value::Null);
    assert_eq!(list["total_count"], 2);
    let list = desk.ok("GET", &format!("{JOBS}/job-runs?state=succeeded"), Value::Null);
    assert_eq!(list["total_count"], 0);
}

#[test]
fn sizes_that_nobody_said_are_the_default_ones_and_a_run_is_repeated_five_times_at_most() {
    let desk = with_images("");
    let zeros = json!({"cpu_limit": 0, "memory_limit": 0, "local_storage_capacity": 0, "retry_policy": {"max_retries": 5}});
    let id = definition(&desk, zeros);
    let one = format!("{JOBS}/job-definitions/{id}");
    let made = desk.get(&one).1;
    assert_eq!((&made["cpu_limit"], &made["memory_limit"]), (&json!(1_120), &json!(2_048)));
    let (status, refused) = desk.ask("PATCH", &one, json!({"retry_policy": {"max_retries": 6}}));
    let argument = &refused["details"][0]["argument_name"];
    assert_eq!((status, argument), (400, &json!("retry_policy.max_retries")));
}

#[test]
fn a_failed_run_is_tried_again_as_often_as_its_policy_says() {
    let desk = with_images("[[image]]\nimage = \"fails\"\ncrashes = true\n");
    let id = definition(&desk, json!({"image_uri": "fails", "retry_policy": {"max_retries": 2}}));
    let made = start(&desk, &id, Value::Null);
    desk.wait(15);
    assert_eq!(run(&desk, &made["id"])["state"], "retrying");
    desk.wait(120);
    let ended = run(&desk, &made["id"]);
    assert_eq!(
        (&ended["state"], &ended["attempts"], &ended["exit_code"]),
        (&json!("failed"), &json!(3), &json!(1))
    );
}

#[test]
fn a_run_is_stopped_before_or_while_it_runs() {
    let desk = Desk::recorded();
    let id = definition(&desk, json!({}));
    let early = start(&desk, &id, Value::Null);
    let stop =
        |id: &Value| desk.ask("POST", &format!("{JOBS}/job-runs/{}/stop", id.as_str().unwrap()), json!({}));
    let (status, stopping) = stop(&early["id"]);
    assert_eq!(
        (status, &stopping["state"], &stopping["reason"]),
        (200, &json!("interrupting"), &json!("cancellation"))
    );
    desk.wait(15);
    let stopped = run(&desk, &early["id"]);
    assert_eq!((&stopped["state"], &stopped["terminated_at"]), (&json!("interrupted"), &Value::Null));
    let late = start(&desk, &id, Value::Null);
    desk.wait(10);
    assert_eq!(run(&desk, &late["id"])["state"], "running");
    stop(&late["id"]);
    desk.wait(2);
    let stopped = run(&desk, &late["id"]);
    assert!(stopped["state"] == "interrupted" && stopped["terminated_at"].is_string(), "{stopped}");
    assert_eq!(stop(&late["id"]).0, 403);
    let path = format!("{JOBS}/job-definitions/{id}");
    assert_eq!(desk.ask("DELETE", &path, Value::Null).0, 204);
    let list = desk.ok("GET", &format!("{JOBS}/job-runs?job_definition_id={id}"), Value::Null);
    assert_eq!(list, json!({"job_runs": [], "total_count": 0}));
}

#[test]
fn secrets_are_references_that_are_looked_up_at_the_start() {
    let desk = Desk::recorded();
    let secrets = "/secret-manager/v1beta1/regions/fr-par/secrets";
    let secret = desk.ok("POST", secrets, json!({"project_id": PROJECT, "name": "dsn", "type": "opaque"}));
    let secret = secret["id"].as_str().unwrap();
    let id = definition(&desk, json!({}));
    let wanted = json!([{"secret_manager_id": secret, "secret_manager_version": "latest", "env_var_name": "DSN"},
        {"secret_manager_id": secret, "secret_manager_version": "1", "path": "/run/dsn"}]);
    let made =
        desk.ok("POST", &format!("{JOBS}/secrets"), json!({"job_definition_id": id, "secrets": wanted}));
    let [variable, file] = made["secrets"].as_array().unwrap().as_slice() else { panic!("{made}") };
    assert_eq!((&variable["env_var"], variable.get("file")), (&json!({"name": "DSN"}), None));
    assert_eq!((&file["file"], file.get("env_var")), (&json!({"path": "/run/dsn"}), None));
    let both = json!([{"secret_manager_id": secret, "path": "/a", "env_var_name": "A"}]);
    let refused =
        desk.ask("POST", &format!("{JOBS}/secrets"), json!({"job_definition_id": id, "secrets": both}));
    assert_eq!(refused.0, 400);

    let reason = || {
        let made = start(&desk, &id, Value::Null);
        desk.wait(60);
        run(&desk, &made["id"])
    };
    assert_eq!(reason()["reason"], "secret_not_found");
    desk.ok("POST", &format!("{secrets}/{secret}/versions"), json!({"data": "cG9zdGdyZXM="}));
    assert_eq!(reason()["state"], "succeeded");
    desk.ok("POST", &format!("{secrets}/{secret}/versions/1/disable"), Value::Null);
    assert_eq!(reason()["reason"], "secret_disabled");

    let path = format!("{JOBS}/secrets/{}", file["secret_id"].as_str().unwrap());
    let moved = desk.ok("PATCH", &path, json!({"env_var_name": "OTHER"}));
    assert_eq!((&moved["env_var"], moved.get("file")), (&json!({"name": "OTHER"}), None));
    assert_eq!(desk.ask("DELETE", &path, Value::Null).0, 204);
    assert_eq!(desk.get(&path), (404, json!({"message": "secret is not found"})));
    let list = desk.ok("GET", &format!("{JOBS}/secrets?job_definition_id={id}"), Value::Null);
    assert_eq!(list["total_count"], 1);
}

#[test]
fn schedules_fire_by_the_clock_until_they_are_taken_away() {
    let desk = Desk::recorded();
    let hourly = json!({"schedule": "0 * * * *", "timezone": "Europe/Paris"});
    let id = definition(&desk, json!({ "cron_schedule": hourly }));
    let runs = || desk.ok("GET", &format!("{JOBS}/job-runs?job_definition_id={id}"), Value::Null);
    desk.wait(3590);
    assert_eq!(runs()["total_count"], 0);
    desk.wait(2 * 3600);
    let list = runs();
    assert_eq!(list["total_count"], 2);
    assert_eq!(
        list["job_runs"][0]["created_at"], "2026-09-01T09:00:00.000000Z",
        "at its time, not when seen"
    );
    assert_eq!(list["job_runs"][1]["state"], "succeeded");

    let trigger = json!({"job_definition_id": id, "name": "often",
        "cron_config": {"schedule": "*/30 * * * *", "timezone": "UTC", "args": ["--fast"]}});
    let trigger = desk.ok("POST", &format!("{JOBS}/triggers"), trigger);
    let path = format!("{JOBS}/job-definitions/{id}");
    let empty = json!({"cron_schedule": {"schedule": null, "timezone": null}});
    assert_eq!(desk.ok("PATCH", &path, empty)["cron_schedule"], Value::Null);
    desk.wait(3600);
    let list = runs();
    assert_eq!((&list["total_count"], &list["job_runs"][2]["args"]), (&json!(4), &json!(["--fast"])));
    let path = format!("{JOBS}/triggers/{}", trigger["id"].as_str().unwrap());
    assert_eq!(desk.ask("DELETE", &path, Value::Null).0, 204);
    desk.wait(3600);
    assert_eq!(runs()["total_count"], 4);
}

#[test]
fn an_unpushed_image_of_the_registry_does_not_start_where_that_is_strict() {
    let book = ImageBook::new().with(Image::new("rg.fr-par.scw.cloud/evalap/other").missing());
    for strict in [false, true] {
        let desk = Desk::with(|b| b.latency(Latency::Recorded).images(book.clone()).strict_registry(strict));
        let ended = |image: &str| {
            let id = definition(&desk, json!({ "image_uri": image }));
            let made = start(&desk, &id, Value::Null);
            desk.wait(60);
            run(&desk, &made["id"])["state"].clone()
        };
        assert_eq!(ended("rg.fr-par.scw.cloud/evalap/api:1"), if strict { "failed" } else { "succeeded" });
        assert_eq!(ended("docker.io/alpine"), "succeeded");
        assert_eq!(ended("rg.fr-par.scw.cloud/evalap/other:1"), "failed");
    }
}
