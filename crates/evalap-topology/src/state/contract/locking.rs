//! The lock: one at a time, taken over only from the dead, and nothing written after it was lost.

use super::*;

contract! {
    of_those_who_want_the_lock_one_gets_it,
    who_waits_gets_it_when_it_is_free,
    a_silent_holder_is_taken_over_and_fenced,
    a_living_holder_is_not_taken_over,
    a_process_that_is_gone_is_taken_over_at_once,
    a_broken_lock_fences_and_names_the_robbed,
    a_call_is_covered_by_a_fresh_append_only,
    a_note_of_another_neither_stops_a_holder_nor_keeps_it_alive,
}

const HOUR: Duration = Duration::from_hours(1);

async fn of_those_who_want_the_lock_one_gets_it(bench: &Bench) {
    let attempts = (0..6).map(|number| async move {
        let mut session = bench.open().await;
        session
            .lock(Holder::elsewhere(&format!("user{number}")), Duration::ZERO, |_| {})
            .await
            .map(|()| number)
    });
    let results = futures_util::future::join_all(attempts).await;
    let winners: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    let since = bench.open().await.lease().unwrap().since.to_string();
    for error in results.iter().filter_map(|result| result.as_ref().err()) {
        assert!(error.is_held());
        let text = error.to_string();
        assert!(text.contains(&format!("user{}@elsewhere", winners[0])) && text.contains(&since), "{text}");
        assert!(text.contains("unlock --force") && text.contains("--lock-timeout"), "{text}");
    }
}

async fn who_waits_gets_it_when_it_is_free(bench: &Bench) {
    let mut holder = bench.locked("alice").await;
    let work = async {
        bench.clock.sleep(Duration::from_secs(30)).await;
        holder.append(added("a")).await.unwrap();
        holder.release(None).await.unwrap();
    };
    let wait = async {
        let mut session = bench.open().await;
        let mut seen = Vec::new();
        session
            .lock(Holder::elsewhere("bob"), HOUR, |wait| {
                seen.extend(wait.lease.map(|lease| lease.holder.user.clone()));
            })
            .await
            .unwrap();
        assert!(seen.len() > 1 && seen.iter().all(|user| user == "alice"));
        session
    };
    let started = bench.clock.now();
    let ((), mut session) = futures_util::future::join(work, wait).await;
    assert!(bench.clock.now().since(started) < Duration::from_secs(35));
    assert_eq!(session.state(), &names(["a"]), "who gets the lock knows what was done under it");
    session.append(added("b")).await.unwrap();
    assert!(matches!(holder.append(added("c")).await, Err(StateError::NotHeld)));
}

async fn a_silent_holder_is_taken_over_and_fenced(bench: &Bench) {
    let mut silent = bench.locked("alice").await;
    silent.append(added("a")).await.unwrap();
    let started = bench.clock.now();
    let mut taker = bench.open().await;
    let early = taker.lock(Holder::elsewhere("bob"), LeaseTimes::default().lease / 2, |_| {}).await;
    assert!(early.unwrap_err().is_held());
    taker.lock(Holder::elsewhere("bob"), HOUR, |_| {}).await.unwrap();
    let waited = bench.clock.now().since(started);
    let lease = LeaseTimes::default().lease;
    assert!(
        waited >= lease * 3 / 2 && waited < lease * 2,
        "watched a whole lease, anew with each wait: {waited:?}"
    );

    assert!(!silent.is_covered());
    let error = silent.append(added("late")).await.unwrap_err();
    assert!(error.is_fenced() && error.to_string().contains("bob@elsewhere"), "{error}");
    assert!(silent.cover().await.unwrap_err().is_fenced());
    assert!(silent.release(None).await.unwrap_err().is_fenced());
    taker.append(added("b")).await.unwrap();
    assert_eq!(bench.open().await.state(), &names(["a", "b"]));
}

async fn a_living_holder_is_not_taken_over(bench: &Bench) {
    let mut holder = bench.locked("alice").await;
    let live = async {
        for _ in 0..20 {
            bench.clock.sleep(holder.renew_in()).await;
            holder.renew().await.unwrap();
        }
    };
    let wait = async {
        let mut session = bench.open().await;
        session.lock(Holder::elsewhere("bob"), LeaseTimes::default().renew * 20, |_| {}).await
    };
    let ((), waited) = futures_util::future::join(live, wait).await;
    assert!(waited.unwrap_err().is_held());
    holder.append(added("a")).await.unwrap();
}

async fn a_process_that_is_gone_is_taken_over_at_once(bench: &Bench) {
    let Some(gone) = Holder::gone() else { return };
    let mut killed = bench.open().await;
    killed.lock(gone, Duration::ZERO, |_| {}).await.unwrap();
    killed.append(added("a")).await.unwrap();
    let started = bench.clock.now();
    let mut session = bench.locked("bob").await;
    assert_eq!(bench.clock.now(), started);
    session.append(added("b")).await.unwrap();
    assert!(killed.append(added("c")).await.unwrap_err().is_fenced());
}

async fn a_broken_lock_fences_and_names_the_robbed(bench: &Bench) {
    let mut holder = bench.locked("alice").await;
    let mut breaker = bench.open().await;
    let lost = breaker.unlock(Holder::elsewhere("bob")).await.unwrap().unwrap();
    assert_eq!(lost.holder.user, "alice");
    assert_eq!(breaker.unlock(Holder::elsewhere("bob")).await.unwrap(), None);
    let error = holder.append(added("a")).await.unwrap_err();
    assert!(error.is_fenced(), "{error:?}");
    bench.locked("carol").await.append(added("a")).await.unwrap();
}

async fn a_call_is_covered_by_a_fresh_append_only(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    assert!(session.is_covered());
    let before = session.head().seq;
    session.cover().await.unwrap();
    assert_eq!(session.head().seq, before, "fresh: nothing to write");
    bench.clock.sleep(LeaseTimes::default().cover + Duration::from_millis(1)).await;
    assert!(!session.is_covered());
    session.cover().await.unwrap();
    assert_eq!((session.head().seq, session.is_covered()), (before + 1, true));
}

async fn a_note_of_another_neither_stops_a_holder_nor_keeps_it_alive(bench: &Bench) {
    let (mut holder, mut reader) = (bench.locked("alice").await, bench.open().await);
    let note = || Note::new(&Holder::elsewhere("reader"), "done");
    let first = reader.note(note()).await.unwrap();
    assert_eq!(holder.append(added("a")).await.unwrap(), first + 1, "written after what came between");
    assert_eq!(reader.note(note()).await.unwrap(), first + 2);
    let read = async {
        // Longer than a lease, and never as long without a record.
        for _ in 0..20 {
            bench.clock.sleep(LeaseTimes::default().lease / 10).await;
            reader.note(note()).await.unwrap();
        }
    };
    let started = bench.clock.now();
    let take = async {
        let mut taker = bench.open().await;
        taker.lock(Holder::elsewhere("bob"), HOUR, |_| {}).await.unwrap();
        bench.clock.now().since(started)
    };
    let ((), waited) = futures_util::future::join(read, take).await;
    assert!(waited < LeaseTimes::default().lease * 2, "{waited:?}");
    assert!(holder.append(added("late")).await.unwrap_err().is_fenced());
    assert_eq!(bench.open().await.state(), &names(["a"]));
}
