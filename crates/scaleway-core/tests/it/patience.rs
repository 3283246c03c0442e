//! How long a call goes on: deadlines, and the grace after a change in IAM.

use std::time::Duration;

use http::Method;
use scaleway_core::{Clock, Error, Request, RetryPolicy};

use crate::{
    SECOND, Scripted, THING, Thing, answer, answering, count, elapsed, get_thing, in_process, things,
    virtual_clock,
};

const DENIED: &str =
    r#"{"type":"permissions_denied","message":"no","details":[{"resource":"thing","action":"read"}]}"#;

fn policy(change: impl FnOnce(&mut RetryPolicy)) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    change(&mut policy);
    policy
}

#[test]
fn no_call_outlasts_its_deadline_however_it_fails() {
    for status in [429, 503] {
        let clock = virtual_clock();
        let client =
            in_process(answering(move |_, _| answer(status, "")), &clock).with_retry(policy(|policy| {
                (policy.rate_limit_attempts, policy.server_error_attempts) = (u32::MAX, u32::MAX);
                (policy.deadline, policy.longest_wait) = (30 * SECOND, 2 * SECOND);
            }));
        let error = clock.block_on(client.send(get_thing(&things(&client)))).unwrap().unwrap_err();
        assert_eq!(error.status(), Some(status));
        let took = elapsed(&clock);
        assert!(took < 30 * SECOND && took > 27 * SECOND, "{took:?}");
    }
}

#[test]
fn the_last_attempt_is_cut_where_the_deadline_is() {
    let clock = virtual_clock();
    let transport = Scripted::new(|_, _| Box::pin(std::future::pending()));
    let seen = transport.seen.clone();
    let client = in_process(transport, &clock).with_retry(policy(|policy| policy.deadline = 90 * SECOND));
    let error = clock.block_on(client.send(get_thing(&things(&client)))).unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport { attempts: 2, .. }), "{error:?}");
    assert_eq!((count(&seen), elapsed(&clock)), (2, 90 * SECOND));
}

/// What a call comes to, by a policy's grace, where the API denies until `granted` has passed.
fn ask(
    method: Method,
    denial: &'static str,
    granted: Duration,
    grace: Duration,
) -> (Result<Thing, Error>, Duration, usize) {
    let clock = virtual_clock();
    let transport = {
        let clock: Clock = clock.clone();
        answering(
            move |_, _| if elapsed(&clock) < granted { answer(403, denial) } else { answer(200, THING) },
        )
    };
    let seen = transport.seen.clone();
    let patient = in_process(transport, &clock).with_retry(policy(|policy| policy.permission_grace = grace));
    let request: Request<Thing> = Request::new("DoThing", method, "/things/v1", &["things", "1"]);
    let result = clock.block_on(patient.send(request)).unwrap();
    (result, elapsed(&clock), count(&seen))
}

#[test]
fn a_new_permission_is_waited_for_where_that_is_asked_for() {
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let (result, took, seen) = ask(method, DENIED, 70 * SECOND, 120 * SECOND);
        assert_eq!(result.unwrap().id, "1");
        assert!(took >= 70 * SECOND && took <= 90 * SECOND && seen < 30, "{took:?} {seen}");
    }
}

#[test]
fn the_grace_ends_and_the_last_look_is_at_its_end() {
    let (result, took, seen) = ask(Method::POST, DENIED, Duration::MAX, 120 * SECOND);
    let error = result.unwrap_err();
    assert!(error.is_permission_denied() && !error.may_have_happened(), "{error}");
    assert_eq!(took, 120 * SECOND);
    assert!((5..40).contains(&seen), "{seen}");
}

#[test]
fn without_grace_or_without_that_type_a_403_is_final() {
    let (result, _, seen) = ask(Method::GET, DENIED, Duration::MAX, Duration::ZERO);
    assert!(result.unwrap_err().is_permission_denied());
    assert_eq!(seen, 1);
    // As jobs answer while one of their runs is running.
    let running = r#"{"message":"one or more job runs are still running"}"#;
    let (result, _, seen) = ask(Method::DELETE, running, Duration::MAX, 120 * SECOND);
    let error = result.unwrap_err();
    assert!(!error.is_permission_denied() && error.to_string().contains("still running"), "{error}");
    assert_eq!((error.status(), seen), (Some(403), 1));
}
