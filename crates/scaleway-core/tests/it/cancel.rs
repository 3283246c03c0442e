//! A call can be dropped at every await, and the next one does not notice.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::join_all;
use scaleway_core::Clock;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{
    SECOND, Scripted, THING, answer, elapsed, get_thing, in_process, over_sockets, things, virtual_clock,
};

/// Polls `future` so many times and drops it; whether it came to its end before.
async fn poll_times(times: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| {
        if polls == times {
            return Poll::Ready(false);
        }
        polls += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            // The next poll may come without need: a future must bear that, too.
            Poll::Pending if polls == times => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[test]
fn dropped_between_attempts_or_within_it_leaves_the_clock_free() {
    let mut times = 1;
    loop {
        let clock = virtual_clock();
        let ticking = clock.clone();
        // Two 503s, then success; each answer takes three seconds, in three parts.
        let client = in_process(
            Scripted::new(move |number, _| {
                let clock: Clock = ticking.clone();
                Box::pin(async move {
                    for _ in 0..3 {
                        let busy = clock.busy();
                        tokio::task::yield_now().await;
                        drop(busy);
                        clock.sleep(SECOND).await;
                    }
                    Ok(if number % 3 == 2 { answer(200, THING) } else { answer(503, "") })
                })
            }),
            &clock,
        );
        let api = things(&client);
        let done = clock
            .block_on(async {
                let done = poll_times(times, client.send(get_thing(&api))).await;
                // A forgotten guard would hold the clock for ever, a forgotten sleeper would wake nobody.
                let before = elapsed(&clock);
                clock.sleep(Duration::from_millis(1)).await;
                assert_eq!(elapsed(&clock), before + Duration::from_millis(1), "after {times} polls");
                client.send(get_thing(&api)).await.unwrap();
                done
            })
            .unwrap();
        if done {
            break;
        }
        times += 1;
    }
    assert!(times > 10, "{times}");
}

#[test]
fn dropped_on_a_socket_leaves_the_pool_usable() {
    let clock = Clock::real();
    clock
        .block_on(async {
            let server = MockServer::start().await;
            // Large enough to come in several pieces.
            let body = format!(r#"{{"id":"1","more":"{}"}}"#, "x".repeat(300_000));
            let fine = ResponseTemplate::new(200).set_body_raw(body, "application/json");
            Mock::given(any()).respond_with(fine).mount(&server).await;
            let client = over_sockets(&server.uri(), &clock);
            let api = things(&client);
            let mut times = 1;
            while !poll_times(times, client.send(get_thing(&api))).await {
                client.send(get_thing(&api)).await.unwrap();
                times += 1;
            }
            assert!(times > 2, "{times}");
            // Many at once, half of them dropped on the way.
            let half = |number: usize| poll_times(1 + number % 3, client.send(get_thing(&api)));
            let whole = |_| client.send(get_thing(&api));
            let (_, results) =
                futures_util::future::join(join_all((0..20).map(half)), join_all((0..20).map(whole))).await;
            assert!(results.iter().all(Result::is_ok));
        })
        .unwrap();
}
