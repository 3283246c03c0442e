//! Those who wait for the lock: in turn, and never for the dead.

use std::cell::RefCell;

use futures_util::future::join_all;

use super::faults::Fault;
use super::*;

contract! {
    who_waits_has_a_place_and_gets_the_lock_in_turn,
    who_has_given_up_or_is_gone_is_not_waited_for,
    who_was_passed_over_queues_up_again,
    a_dead_holder_is_followed_by_who_waited_longest,
    who_cannot_see_that_the_holder_is_gone_keeps_the_place,
    who_stops_waiting_in_the_moment_the_lock_is_given_back_has_it,
    fifty_deployers_work_one_at_a_time,
    deployers_whose_clocks_are_wrong_work_one_at_a_time,
    a_holder_that_was_suspended_is_fenced,
}

const HOUR: Duration = Duration::from_hours(1);

async fn who_waits_has_a_place_and_gets_the_lock_in_turn(bench: &Bench) {
    let mut holder = bench.locked("alice").await;
    let order = RefCell::new(Vec::new());
    let waiters = (0..4_u64).map(|number| {
        let order = &order;
        async move {
            bench.clock.sleep(Duration::from_secs(number + 1)).await;
            let mut session = bench.open().await;
            let mut places = Vec::new();
            let user = format!("user{number}");
            session
                .lock(Holder::elsewhere(&user), HOUR, |wait| places.push((wait.place, wait.of)))
                .await
                .unwrap();
            assert_eq!(
                places[0],
                (usize::try_from(number).unwrap() + 1, usize::try_from(number).unwrap() + 1)
            );
            assert!(places.is_sorted_by(|one, next| one.0 >= next.0), "{places:?}");
            order.borrow_mut().push(number);
            bench.clock.sleep(Duration::from_secs(10)).await;
            session.release(None).await.unwrap();
        }
    });
    let release = async {
        bench.clock.sleep(Duration::from_secs(20)).await;
        holder.renew().await.unwrap();
        let error =
            bench.open().await.lock(Holder::elsewhere("zoe"), Duration::ZERO, |_| {}).await.unwrap_err();
        assert!(error.to_string().contains("(4 waiting)"), "{error}");
        holder.release(None).await.unwrap();
    };
    futures_util::future::join(join_all(waiters), release).await;
    assert_eq!(*order.borrow(), [0, 1, 2, 3]);
    assert!(bench.open().await.queue().is_empty());
}

async fn who_has_given_up_or_is_gone_is_not_waited_for(bench: &Bench) {
    let mut holder = bench.locked("alice").await;
    let mut impatient = bench.open().await;
    let error = impatient.lock(Holder::elsewhere("bob"), Duration::from_secs(3), |_| {}).await.unwrap_err();
    assert!(error.is_held());
    assert!(bench.open().await.queue().is_empty(), "who gives up leaves the queue");
    // One whose program was killed while it waited: its place stays, and is passed over in time.
    let mut killed = bench.open().await;
    let wait = LeaseEvent::Wait { ticket: "killed".into(), holder: Holder::elsewhere("carol") };
    killed.try_write(vec![Entry::Lease(wait)]).await.unwrap().unwrap();
    let started = bench.clock.now();
    let mut next = bench.open().await;
    let work = async {
        bench.clock.sleep(Duration::from_secs(5)).await;
        holder.release(None).await.unwrap();
    };
    let holder = Holder::elsewhere("dora");
    let (taken, ()) = futures_util::future::join(next.lock(holder, HOUR, |_| {}), work).await;
    taken.unwrap();
    let waited = bench.clock.now().since(started);
    // Until the second in the queue looks, and then for the first one's turn.
    let LeaseTimes { turn, poll, .. } = LeaseTimes::default();
    assert!(waited >= Duration::from_secs(5) + turn, "{waited:?}");
    assert!(waited <= Duration::from_secs(5) + poll * 2 + turn, "{waited:?}");
    assert!(next.queue().is_empty(), "who did not come has no place any more");
}

async fn who_was_passed_over_queues_up_again(bench: &Bench) {
    let mut holder = bench.locked("alice").await;
    let mut slow = bench.open().await;
    let mut seen = 0;
    let work = async {
        bench.clock.sleep(Duration::from_secs(3)).await;
        let mut other = bench.open().await;
        let ticket = other.queue()[0].ticket.clone();
        let leave = LeaseEvent::Leave { ticket };
        other.try_write(vec![Entry::Lease(leave)]).await.unwrap().unwrap();
        bench.clock.sleep(Duration::from_secs(3)).await;
        assert_eq!(bench.open().await.queue().len(), 1);
        holder.release(None).await.unwrap();
    };
    let (taken, ()) =
        futures_util::future::join(slow.lock(Holder::elsewhere("bob"), HOUR, |_| seen += 1), work).await;
    taken.unwrap();
    assert!(seen > 3);
}

/// Somebody who has died with the lock, and carol, who waits.
async fn died_while_carol_waited(bench: &Bench, carol: Holder) {
    let mut gone = serde_json::to_value(Holder::current("killed")).unwrap();
    gone["started"] = "before".into();
    let gone: Holder = serde_json::from_value(gone).unwrap();
    let mut session = bench.open().await;
    session.lock(gone, Duration::ZERO, |_| {}).await.unwrap();
    let wait = LeaseEvent::Wait { ticket: "before".into(), holder: carol };
    session.try_write(vec![Entry::Lease(wait)]).await.unwrap().unwrap();
}

async fn a_dead_holder_is_followed_by_who_waited_longest(bench: &Bench) {
    died_while_carol_waited(bench, Holder::current("carol")).await;
    let started = bench.clock.now();
    let mut next = bench.open().await;
    next.lock(Holder::current("dora"), HOUR, |_| {}).await.unwrap();
    let waited = bench.clock.now().since(started);
    assert!(waited >= LeaseTimes::default().turn, "carol had no time to come: {waited:?}");
    assert!(next.queue().is_empty(), "who did not come has no place any more");
}

async fn who_cannot_see_that_the_holder_is_gone_keeps_the_place(bench: &Bench) {
    died_while_carol_waited(bench, Holder::elsewhere("carol")).await;
    let mut next = bench.open().await;
    next.lock(Holder::current("dora"), HOUR, |_| {}).await.unwrap();
    let queue: Vec<_> = next.queue().iter().map(|waiter| waiter.holder.user.as_str()).collect();
    assert_eq!(queue, ["carol"]);
    // Her turn is when the lock is given back, where all can see that.
    next.release(None).await.unwrap();
    let started = bench.clock.now();
    next.lock(Holder::current("dora"), HOUR, |_| {}).await.unwrap();
    let waited = bench.clock.now().since(started);
    assert!(waited >= LeaseTimes::default().turn, "{waited:?}");
}

async fn who_stops_waiting_in_the_moment_the_lock_is_given_back_has_it(bench: &Bench) {
    let mut holder = bench.locked("alice").await;
    // A place in the queue, and then the record that gives it up: just before that the lock is given back.
    let (store, bad) = bench.bad_store(&[Fault::None, Fault::Beside], Fault::None);
    bad.beside(async move { holder.release(None).await.unwrap() });
    let mut session = Session::<Names>::open(store, bench.key.clone()).await.unwrap();
    session.lock(Holder::elsewhere("bob"), Duration::from_secs(3), |_| {}).await.unwrap();
    let seen = bench.open().await;
    assert_eq!(seen.lease().map(|lease| lease.holder.user.as_str()), Some("bob"));
    assert!(seen.queue().is_empty());
}

/// Each writes its part under the lock while nobody else does.
async fn at_work(bench: &Bench, number: usize, store: Store, working: &std::cell::Cell<u32>) {
    let mut session = Session::<Names>::open(store, bench.key.clone()).await.unwrap();
    session.lock(Holder::elsewhere(&format!("user{number}")), HOUR, |_| {}).await.unwrap();
    assert_eq!(working.replace(1), 0, "two at once");
    for part in 0..2 {
        session.append(added(format!("{number}.{part}"))).await.unwrap();
        bench.clock.sleep(Duration::from_secs(2)).await;
    }
    working.set(0);
    session.release(None).await.unwrap();
}

async fn fifty_deployers_work_one_at_a_time(bench: &Bench) {
    let working = std::cell::Cell::new(0);
    join_all((0..50).map(|number| at_work(bench, number, bench.store.clone(), &working))).await;
    let verified = Session::<Names>::verify(bench.store.clone(), bench.key.clone()).await.unwrap();
    let session = bench.open().await;
    assert_eq!(session.state().0.len(), 100, "nothing is lost");
    let history = session.history().await.unwrap();
    assert!(history.iter().map(|record| record.seq).eq(1..=verified.head.seq), "no gaps");
    assert_eq!((session.lease(), session.queue().len()), (None, 0));
}

async fn deployers_whose_clocks_are_wrong_work_one_at_a_time(bench: &Bench) {
    let working = std::cell::Cell::new(0);
    let skewed = [0, 3, 600, 86_400].map(|seconds| {
        let mut store = bench.store.clone();
        store.clock = bench.clock.ahead(Duration::from_secs(seconds));
        store
    });
    join_all(skewed.into_iter().enumerate().map(|(number, store)| at_work(bench, number, store, &working)))
        .await;
    assert_eq!(bench.open().await.state().0.len(), 8);
}

async fn a_holder_that_was_suspended_is_fenced(bench: &Bench) {
    let mut suspended = bench.locked("alice").await;
    suspended.append(added("a")).await.unwrap();
    assert!(suspended.is_covered());
    // Its machine sleeps: only the wall's time passes. Somebody else waits it out meanwhile.
    let mut taker = bench.open().await;
    taker.lock(Holder::elsewhere("bob"), HOUR, |_| {}).await.unwrap();
    assert!(!suspended.is_covered(), "by the wall's time its last sign of life is long ago");
    assert!(suspended.cover().await.unwrap_err().is_fenced());
    taker.append(added("b")).await.unwrap();
    assert!(suspended.append(added("c")).await.unwrap_err().is_fenced());
    assert_eq!(bench.open().await.state(), &names(["a", "b"]));
}
