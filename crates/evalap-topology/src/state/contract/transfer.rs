//! A state that goes elsewhere is the same there, and nothing more is written where it was.

use std::sync::Arc;

use super::*;

contract! {
    a_state_goes_on_elsewhere_and_no_more_where_it_was,
    a_state_comes_back_with_what_was_added,
    one_whose_move_ended_before_its_last_record_is_used_where_it_went,
    one_whose_move_ended_before_its_last_record_is_ended_and_can_come_back,
    a_move_that_is_ended_takes_the_keys_along,
    another_state_where_it_went_is_not_taken_for_it,
    another_state_is_not_written_over,
    what_others_note_during_a_move_goes_along,
}

fn elsewhere(bench: &Bench) -> Store {
    let objects = Arc::new(object_store::memory::InMemory::new());
    Store::new(objects, "elsewhere", bench.clock.clone(), Random::seeded(9))
}

fn done() -> Note {
    Note::new(&Holder::elsewhere("alice"), "moved")
}

async fn a_state_goes_on_elsewhere_and_no_more_where_it_was(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    for number in 2..=40 {
        session.append(added(number)).await.unwrap();
    }
    session.rekey(&StateKey::new(&[8; 32]).unwrap()).await.unwrap();
    let (state, there) = (session.state().clone(), elsewhere(bench));
    // Interrupted halfway, and repeated.
    let first = bench.store.get(&log::object(1)).await.unwrap().unwrap();
    assert!(there.create(&log::object(1), &first).await.unwrap());
    let moved = session.move_to(there.clone(), done()).await.unwrap();
    assert_eq!((moved.state(), moved.lease()), (&state, None));

    let key = StateKey::new(&[8; 32]).unwrap();
    let verified = Session::<Names>::verify(there.clone(), key.clone()).await.unwrap();
    assert_eq!(verified.head, *moved.head());
    let mut here = Session::<Names>::open(bench.store.clone(), key.clone()).await.unwrap();
    assert_eq!(here.moved_to(), Some(there.place()));
    let error = here.lock(Holder::elsewhere("bob"), Duration::ZERO, |_| {}).await.unwrap_err();
    // Held by the lease that went along, or gone: nothing is written either way.
    assert!(matches!(error, StateError::MovedTo { .. } | StateError::Held { .. }), "{error}");
    let error = here.note(done()).await.unwrap_err();
    assert!(
        matches!(error, StateError::MovedTo { .. }) && error.to_string().contains(there.place()),
        "{error}"
    );
    let mut there = Session::<Names>::open(there, key).await.unwrap();
    there.lock(Holder::elsewhere("bob"), Duration::ZERO, |_| {}).await.unwrap();
    there.append(added("there")).await.unwrap();
}

async fn a_state_comes_back_with_what_was_added(bench: &Bench) {
    let there = elsewhere(bench);
    let mut session = bench.locked("alice").await;
    for (number, to) in [&there, &bench.store, &there, &bench.store].into_iter().enumerate() {
        session.append(added(number)).await.unwrap();
        let mut moved = session.move_to(to.clone(), done()).await.unwrap();
        moved.lock(Holder::elsewhere("bob"), Duration::ZERO, |_| {}).await.unwrap();
        session = moved;
    }
    session.release(None).await.unwrap();
    let back = bench.open().await;
    assert_eq!((back.state(), back.moved_to()), (&names(["0", "1", "2", "3"]), None));
    let verified = Session::<Names>::verify(bench.store.clone(), bench.key.clone()).await.unwrap();
    assert_eq!((&verified.head, verified.unsound), (back.head(), vec![]));
    let gone = Session::<Names>::open(there, bench.key.clone()).await.unwrap();
    assert_eq!(gone.moved_to(), Some(bench.store.place()));
}

async fn one_whose_move_ended_before_its_last_record_is_used_where_it_went(bench: &Bench) {
    let (whole, there) = (elsewhere(bench), elsewhere(bench));
    let mut session = bench.locked("alice").await;
    let moved = session.move_to(whole.clone(), done()).await.unwrap();
    for seq in 1..moved.head().seq {
        let record = whole.get(&log::object(seq)).await.unwrap().unwrap();
        assert!(there.create(&log::object(seq), &record).await.unwrap());
    }
    let mut there = Session::<Names>::open(there, bench.key.clone()).await.unwrap();
    assert_eq!(there.moved_to(), None);
    there.unlock(Holder::elsewhere("bob")).await.unwrap().unwrap();
    there.lock(Holder::elsewhere("bob"), Duration::ZERO, |_| {}).await.unwrap();
    assert!(!bench.open().await.end_move(there.store()).await.unwrap(), "it goes on there already");
}

async fn one_whose_move_ended_before_its_last_record_is_ended_and_can_come_back(bench: &Bench) {
    let (whole, there) = (elsewhere(bench), elsewhere(bench));
    let mut session = bench.locked("alice").await;
    assert!(!session.end_move(&there).await.unwrap(), "it is not moved");
    session.append(added("a")).await.unwrap();
    session.move_to(whole.clone(), done()).await.unwrap();
    let here = bench.open().await;
    for seq in 1..here.head().seq {
        let record = whole.get(&log::object(seq)).await.unwrap().unwrap();
        assert!(there.create(&log::object(seq), &record).await.unwrap());
    }
    assert!(here.end_move(&there).await.unwrap());
    assert!(!here.end_move(&there).await.unwrap(), "once");
    let mut there = Session::<Names>::open(there, bench.key.clone()).await.unwrap();
    assert_eq!(there.head(), here.head());
    there.unlock(Holder::elsewhere("bob")).await.unwrap().unwrap();
    there.lock(Holder::elsewhere("bob"), Duration::ZERO, |_| {}).await.unwrap();
    there.append(added("b")).await.unwrap();
    let back = there.move_to(bench.store.clone(), done()).await.unwrap();
    assert_eq!((back.state(), back.moved_to()), (&names(["a", "b"]), None));
}

async fn another_state_is_not_written_over(bench: &Bench) {
    let there = elsewhere(bench);
    let mut other = Session::<Names>::open(there.clone(), bench.key.clone()).await.unwrap();
    other.note(done()).await.unwrap();
    let mut session = bench.locked("alice").await;
    // Longer than the other: none of it may end up behind the other's.
    for number in 0..40 {
        session.append(added(number)).await.unwrap();
    }
    let error = session.move_to(there.clone(), done()).await.unwrap_err();
    assert!(matches!(error, StateError::OtherLog { seq: 1, .. }), "{error}");
    let verified = Session::<Names>::verify(there, bench.key.clone()).await.unwrap();
    assert_eq!(verified.head, *other.head());
    // The lock is still there to be given back.
    session.release(None).await.unwrap();
    assert_eq!(bench.open().await.moved_to(), None);
}

async fn what_others_note_during_a_move_goes_along(bench: &Bench) {
    let there = elsewhere(bench);
    let mut session = bench.locked("alice").await;
    session.append(added("a")).await.unwrap();
    // Whoever moves the state does not know of these.
    let mut reader = bench.open().await;
    for _ in 0..3 {
        reader.note(done()).await.unwrap();
    }
    let moved = session.move_to(there.clone(), done()).await.unwrap();
    let verified = Session::<Names>::verify(there.clone(), bench.key.clone()).await.unwrap();
    assert_eq!(verified.head, *moved.head());
    let mut there = Session::<Names>::open(there, bench.key.clone()).await.unwrap();
    there.lock(Holder::elsewhere("bob"), Duration::ZERO, |_| {}).await.unwrap();
    assert_eq!(there.append(added("b")).await.unwrap(), moved.head().seq + 2);
}

async fn a_move_that_is_ended_takes_the_keys_along(bench: &Bench) {
    let (whole, there) = (elsewhere(bench), elsewhere(bench));
    let mut session = bench.locked("alice").await;
    let new = StateKey::new(&[8; 32]).unwrap();
    session.rekey(&new).await.unwrap();
    session.move_to(whole.clone(), done()).await.unwrap();
    let here = Session::<Names>::open(bench.store.clone(), new.clone()).await.unwrap();
    for seq in 1..here.head().seq {
        let record = whole.get(&log::object(seq)).await.unwrap().unwrap();
        assert!(there.create(&log::object(seq), &record).await.unwrap());
    }
    assert!(here.end_move(&there).await.unwrap());
    let there = Session::<Names>::open(there, new).await.unwrap();
    assert_eq!(there.head(), here.head());
}

async fn another_state_where_it_went_is_not_taken_for_it(bench: &Bench) {
    let (whole, there) = (elsewhere(bench), elsewhere(bench));
    let mut session = bench.locked("alice").await;
    session.append(added("a")).await.unwrap();
    session.move_to(whole, done()).await.unwrap();
    let mut other = Session::<Names>::open(there.clone(), bench.key.clone()).await.unwrap();
    other.lock(Holder::elsewhere("bob"), Duration::ZERO, |_| {}).await.unwrap();
    let ended = bench.open().await.end_move(&there).await;
    assert!(matches!(ended, Err(StateError::OtherLog { seq: 1, .. })), "{ended:?}");
}
