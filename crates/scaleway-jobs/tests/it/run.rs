use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{IntoFuture, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use scaleway_core::{Clock, Error, Timestamp, Waiter};
use scaleway_jobs::{JobOutcome, JobRunReason, JobRunState, ListJobRuns, StartJobDefinition};
use serde_json::json;

use crate::{assert_whole, expect, expect_pages, mocked, mocked_at, ok, run, with};

/// What the waiter gives, on a clock that moves by a second each time the waiter falls asleep.
async fn wait(clock: &Clock, waiter: Waiter<JobOutcome>) -> JobOutcome {
    let asleep = Arc::new(AtomicBool::new(false));
    let falls_asleep = asleep.clone();
    let waiter = waiter.on_progress(move |_, _| falls_asleep.store(true, Ordering::Relaxed));
    let ticks = poll_fn(|_| {
        if asleep.swap(false, Ordering::Relaxed) {
            clock.advance(Duration::from_secs(1));
        }
        Poll::<Infallible>::Pending
    });
    tokio::select! {
        biased;
        outcome = waiter.into_future() => outcome.unwrap(),
        never = ticks => match never {},
    }
}

#[tokio::test]
async fn a_run_is_followed_to_its_end() {
    let (server, jobs) = mocked().await;
    let body = json!({"args": ["head"], "environment_variables": {"A": "b"}});
    let started = json!({"job_runs": [run("succeeded")]});
    expect(&server, "POST", "job-definitions/job-1/start", Some(body), ok(started)).await;
    let succeeded = with(run("succeeded"), "run_duration", "12.5s");
    expect(&server, "GET", "job-runs/run-1", None, ok(with(succeeded.clone(), "exit_code", 0))).await;
    let start = StartJobDefinition::default()
        .args(["head".to_owned()])
        .environment_variables(BTreeMap::from([("A".to_owned(), "b".to_owned())]));
    let outcome = jobs.run_job(&"job-1".parse().unwrap(), start).await.unwrap();
    assert!(outcome.is_success());
    assert_eq!(outcome.to_string(), "succeeded: exit code 0");
    assert_eq!(outcome.success().unwrap().run_duration, Some(Duration::from_millis(12_500)));
}

#[tokio::test]
async fn a_failure_tells_reason_exit_code_and_message() {
    let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
    let (server, jobs) = mocked_at(&clock).await;
    expect(&server, "GET", "job-runs/run-1", None, ok(run("running"))).await;
    let failed = with(with(run("failed"), "reason", "exited_with_error"), "exit_code", 3);
    let failed = with(failed, "error_message", "no such table");
    expect(&server, "GET", "job-runs/run-1", None, ok(failed.clone())).await;
    let outcome = wait(&clock, jobs.wait_for_job_run(&"run-1".parse().unwrap())).await;
    assert_eq!(clock.now().since(Timestamp::UNIX_EPOCH), Duration::from_secs(1), "it looked twice");
    assert!(matches!(outcome, JobOutcome::Failed(_)) && !outcome.is_success());
    assert_eq!((outcome.reason(), outcome.exit_code()), (Some(&JobRunReason::ExitedWithError), Some(3)));
    assert_eq!(outcome.to_string(), "failed: exited_with_error, exit code 3, no such table");
    assert_whole(outcome.run(), &failed);
    let error = outcome.success().unwrap_err();
    assert!(matches!(error, Error::Never { .. }));
    assert_eq!(error.to_string(), "job run run-1 is failed: exited_with_error, exit code 3, no such table");
}

#[tokio::test]
async fn a_run_that_was_stopped_has_ended_too() {
    let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
    let (server, jobs) = mocked_at(&clock).await;
    let id = "run-1".parse().unwrap();
    let interrupted = |state: &str| with(run(state), "reason", "cancellation");
    expect(&server, "POST", "job-runs/run-1/stop", Some(json!({})), ok(interrupted("interrupting"))).await;
    assert_eq!(jobs.stop_job_run(&id).await.unwrap().state, JobRunState::Interrupting);
    for state in ["interrupting", "interrupted"] {
        expect(&server, "GET", "job-runs/run-1", None, ok(interrupted(state))).await;
    }
    let outcome = wait(&clock, jobs.wait_for_job_run(&id)).await;
    assert_eq!(outcome.to_string(), "interrupted: cancellation");
    assert!(outcome.success().is_err());
}

#[tokio::test]
async fn a_state_that_came_later_is_waited_out_until_the_deadline() {
    let (server, jobs) = mocked().await;
    expect(&server, "GET", "job-runs/run-1", None, ok(run("pondering"))).await;
    let error = jobs.wait_for_job_run(&"run-1".parse().unwrap()).deadline(Duration::ZERO).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("still pondering"), "{error}");
}

#[tokio::test]
async fn several_runs_or_none_are_not_followed_as_one() {
    let (server, jobs) = mocked().await;
    let id = "job-1".parse().unwrap();
    let error = jobs.run_job(&id, StartJobDefinition::default().replicas(2u32)).await.unwrap_err();
    assert!(error.to_string().contains("replicas: 2 runs"), "{error}");
    assert!(server.received_requests().await.unwrap().is_empty(), "nothing was started");
    expect(&server, "POST", "job-definitions/job-1/start", Some(json!({})), ok(json!({"job_runs": []})))
        .await;
    let error = jobs.run_job(&id, StartJobDefinition::default()).await.unwrap_err();
    assert!(error.to_string().starts_with("a run of job job-1 is not started"), "{error}");
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, jobs) = mocked().await;
    let items = ["a", "b", "c"].map(|id| with(run("queued"), "id", id));
    expect_pages(&server, "job-runs", ("states", "queued"), items).await;
    let all = jobs.list_job_runs(ListJobRuns::default().states([JobRunState::Queued])).all().await.unwrap();
    assert_eq!(all.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
