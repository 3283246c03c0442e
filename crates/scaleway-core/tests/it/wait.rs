//! The laws of waiting.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use scaleway_core::{Client, Clock, Error, Pace, Progress, Result, Waiter};

use crate::{SECOND, Thing, answer, answering, count, elapsed, get_thing, in_process, things, virtual_clock};

fn nobody(clock: &Clock) -> Client {
    in_process(answering(|_, _| answer(200, "")), clock)
}

fn pace(interval: Duration, deadline: Duration) -> Pace {
    Pace::new(interval, deadline)
}

/// Waits with `look(n)`; the outcome, the time it took, and all reports.
fn wait(
    pace: Pace,
    look: impl Fn(usize) -> (Duration, Progress<u32>) + Send + Sync + 'static,
) -> (Result<u32>, Duration, Vec<(String, Duration)>) {
    let (clock, looks, reports) = (virtual_clock(), AtomicUsize::new(0), Arc::new(Mutex::new(Vec::new())));
    let (kept, ticking) = (reports.clone(), clock.clone());
    let waiter = Waiter::new(&nobody(&clock), "thing 1".into(), pace, move || {
        let (takes, outcome) = look(looks.fetch_add(1, Ordering::Relaxed));
        let clock = ticking.clone();
        async move {
            clock.sleep(takes).await;
            Ok(outcome)
        }
    })
    .on_progress(move |state, waited| kept.lock().unwrap().push((state.to_owned(), waited)));
    let outcome = clock.block_on(async { waiter.await }).unwrap();
    let reports = reports.lock().unwrap().clone();
    (outcome, elapsed(&clock), reports)
}

fn changing() -> Progress<u32> {
    Progress::Changing("starting".into())
}

proptest! {
    #[test]
    fn it_ends_at_the_deadline_and_reports_each_look(interval in 1u64..20_000, deadline in 0u64..100_000) {
        let interval = Duration::from_millis(interval.max(deadline / 1000));
        let deadline = Duration::from_millis(deadline);
        let looks = Arc::new(AtomicUsize::new(0));
        let looked = looks.clone();
        let (outcome, took, reports) = wait(pace(interval, deadline), move |_| {
            looked.fetch_add(1, Ordering::Relaxed);
            (Duration::ZERO, changing())
        });
        let ended = matches!(outcome, Err(Error::StillChanging { waited, .. }) if waited == deadline);
        prop_assert!(ended, "{outcome:?}");
        prop_assert_eq!((took, reports.len()), (deadline, count(&looks)));
        prop_assert!(reports.iter().map(|(_, waited)| *waited).is_sorted());
        prop_assert_eq!(reports.last().map(|(_, waited)| *waited), Some(deadline), "the last look is at the deadline");
    }

    #[test]
    fn looks_that_take_long_do_not_carry_it_far_past_the_deadline(takes in 0u64..200_000, deadline in 0u64..100_000) {
        let (takes, deadline) = (Duration::from_millis(takes), Duration::from_millis(deadline));
        let (outcome, took, _) = wait(pace(SECOND, deadline), move |_| (takes, changing()));
        prop_assert!(matches!(outcome, Err(Error::StillChanging { .. })), "{outcome:?}");
        prop_assert!(took >= deadline && took <= deadline + 5 * SECOND, "{took:?}");
    }

    #[test]
    fn a_growing_pace_is_late_by_a_small_part_and_looks_less_and_less(at in 0u64..2_000_000) {
        let (first, interval) = (Duration::from_millis(200), 5 * SECOND);
        let pace = pace(interval, 3_600 * SECOND).growing_from(first);
        let at = Duration::from_millis(at);
        let clock = virtual_clock();
        let (ticking, began) = (clock.clone(), clock.now());
        let looks = Arc::new(AtomicUsize::new(0));
        let looked = looks.clone();
        let waiter = Waiter::new(&nobody(&clock), "thing 1".into(), pace, move || {
            looked.fetch_add(1, Ordering::Relaxed);
            let there = ticking.now().since(began) >= at;
            async move { Ok(if there { Progress::Reached(7) } else { changing() }) }
        });
        prop_assert_eq!(clock.block_on(async { waiter.await }).unwrap().unwrap(), 7);
        let late = elapsed(&clock).saturating_sub(at);
        prop_assert!(late <= (at / 50).max(first), "{late:?}");
        // Five a second for ten seconds, a fiftieth more of the time with each, one in five seconds at last.
        let most = at.as_secs_f64() / 0.2;
        prop_assert!(f64::from(u32::try_from(count(&looks)).unwrap()) <= 2.0 + most.min(52.0 + 162.0 + at.as_secs_f64() / 5.0));
    }

    #[test]
    fn what_happens_in_time_is_seen(at in 0usize..50, interval in 1u64..10_000) {
        let interval = Duration::from_millis(interval);
        let reached = move |n| if n == at { Progress::Reached(7) } else { changing() };
        let (outcome, took, reports) = wait(pace(interval, interval * 50), move |n| (Duration::ZERO, reached(n)));
        prop_assert_eq!(outcome.unwrap(), 7);
        prop_assert_eq!((took, reports.len()), (interval * u32::try_from(at).unwrap(), at));
    }
}

#[test]
fn what_will_never_happen_ends_it_at_once_with_the_reason() {
    let (outcome, took, _) = wait(pace(SECOND, 600 * SECOND), |number| {
        (
            Duration::ZERO,
            if number == 3 { Progress::never("error", Some("no such image")) } else { changing() },
        )
    });
    assert_eq!(outcome.unwrap_err().to_string(), "thing 1 is error: no such image");
    assert_eq!(took, 3 * SECOND);
}

/// Waits by calls: the API answers `status(n)` and, with 200, a thing that is ready from the `ready`th call on.
fn wait_by_calls(
    ready: usize,
    status: impl Fn(usize) -> u16 + Send + Sync + 'static,
) -> (Result<Thing>, Duration) {
    let clock = virtual_clock();
    let client = in_process(answering(move |n, _| answer(status(n), r#"{"id":"1"}"#)), &clock);
    let calls = Arc::new(AtomicUsize::new(0));
    let mut once = scaleway_core::RetryPolicy::never();
    once.deadline = SECOND;
    let api = things(&client.with_retry(once));
    let waiter = Waiter::new(&client, "thing 1".into(), pace(SECOND, 600 * SECOND), move || {
        let (api, calls) = (api.clone(), calls.clone());
        async move {
            let number = calls.fetch_add(1, Ordering::Relaxed);
            let thing = api.send(get_thing(&api)).await?;
            Ok(if number < ready { Progress::Changing("starting".into()) } else { Progress::Reached(thing) })
        }
    });
    (clock.block_on(async { waiter.await }).unwrap(), elapsed(&clock))
}

#[test]
fn what_was_just_made_may_not_be_visible_yet() {
    assert!(wait_by_calls(12, |number| if number < 9 { 404 } else { 200 }).0.is_ok());
    let (outcome, took) = wait_by_calls(12, |_| 404);
    assert!(outcome.unwrap_err().is_not_found());
    assert_eq!(took, Waiter::<Thing>::GRACE);
    // What was seen and is there no more is gone.
    let (outcome, took) = wait_by_calls(12, |number| if number == 3 { 404 } else { 200 });
    assert!(outcome.unwrap_err().is_not_found());
    assert_eq!(took, 3 * SECOND);
}

#[test]
fn a_bad_moment_of_the_api_does_not_end_it_but_an_outage_does() {
    let (outcome, _) = wait_by_calls(100, |number| if (20..60).contains(&number) { 503 } else { 200 });
    assert!(outcome.is_ok());
    let (outcome, took) = wait_by_calls(100, |number| if number < 20 { 200 } else { 503 });
    assert_eq!(outcome.unwrap_err().status(), Some(503));
    assert_eq!(took, 19 * SECOND + Waiter::<Thing>::OUTAGE);
    // What never worked is not waited for.
    let (outcome, took) = wait_by_calls(100, |_| 503);
    assert_eq!((outcome.unwrap_err().status(), took), (Some(503), Duration::ZERO));
}

#[test]
fn until_gone_tells_gone_from_stuck() {
    for (last, reason, expected) in [
        ("deleting", None, None),
        ("error", Some("locked by a backup"), Some("thing 1 is error: locked by a backup")),
    ] {
        let clock = virtual_clock();
        let client =
            in_process(answering(|n, _| answer(if n < 5 { 200 } else { 404 }, r#"{"id":"1"}"#)), &clock);
        let api = things(&client);
        let number = Arc::new(AtomicUsize::new(0));
        let waiter = Waiter::until_gone(&client, "thing 1".into(), pace(SECOND, 60 * SECOND), move || {
            let (api, number) = (api.clone(), number.fetch_add(1, Ordering::Relaxed));
            async move {
                api.send(get_thing(&api)).await?;
                let state = if number == 4 { last } else { "deleting" };
                Ok((state.to_owned(), reason.map(str::to_owned)))
            }
        });
        let outcome = clock.block_on(async { waiter.await }).unwrap();
        assert_eq!(outcome.err().map(|error| error.to_string()).as_deref(), expected);
    }
}
