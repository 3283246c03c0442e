//! The key is changed, and what was written before can still be read.

use std::io::ErrorKind;

use bytes::Bytes;
use scaleway_core::Secret;

use super::faults::Fault;
use super::*;

contract! {
    a_new_key_reads_what_the_old_ones_wrote_and_the_old_ones_nothing_after,
    digests_are_made_anew_with_the_key,
    a_rotation_that_was_interrupted_can_be_repeated,
    a_record_of_a_key_that_is_not_used_any_more_is_refused,
    the_keys_before_are_missed_where_they_are_gone,
    a_change_of_the_key_that_is_given_up_leaves_the_key_that_the_log_has,
    a_change_of_the_key_whose_answer_is_lost_is_met_like_any_record,
    behind_a_change_of_the_key_that_was_read_halfway_nothing_is_written_with_the_old_one,
    a_key_can_be_changed_after_a_change_whose_answer_was_lost,
    a_write_after_a_refresh_that_was_given_up_is_of_the_new_key,
    a_change_of_the_key_that_arrives_late_is_met,
}

fn key(byte: u8) -> StateKey {
    StateKey::new(&[byte; 32]).unwrap()
}

async fn open_with(bench: &Bench, key: StateKey) -> Result<Session<Names>, StateError> {
    Session::open(bench.store.clone(), key).await
}

async fn a_new_key_reads_what_the_old_ones_wrote_and_the_old_ones_nothing_after(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    let mut stale = bench.open().await;
    for number in 2..=40 {
        session.append(added(number)).await.unwrap();
    }
    session.rekey(&key(8)).await.unwrap();
    session.append(added("eight")).await.unwrap();
    session.rekey(&key(9)).await.unwrap();
    session.append(added("nine")).await.unwrap();
    session.release(None).await.unwrap();

    let again = open_with(bench, key(9)).await.unwrap();
    assert_eq!((again.state(), again.head()), (session.state(), session.head()));
    assert_eq!(again.history().await.unwrap().len() as u64, again.head().seq);
    let at = Session::<Names>::state_at(bench.store.clone(), key(9), 20).await.unwrap();
    assert_eq!(at, names(2..=20));
    let verified = Session::<Names>::verify(bench.store.clone(), key(9)).await.unwrap();
    assert_eq!(verified.head, *again.head());
    assert!(verified.unsound.is_empty(), "{verified:?}");
    for old in [bench.key.clone(), key(8)] {
        let error = open_with(bench, old).await.unwrap_err();
        assert!(error.is_wrong_key() && error.to_string().contains(key(9).id()), "{error}");
    }
    let error = stale.note(Note::new(&Holder::elsewhere("bob"), "late")).await.unwrap_err();
    assert!(error.is_wrong_key(), "{error}");
    assert_eq!(bench.store.key_in_use().await.unwrap().as_deref(), Some(key(9).id()));
}

async fn digests_are_made_anew_with_the_key(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    let secret = Secret::new("hunter2");
    let old = session.key().digest(&secret);
    session.append(added(&old)).await.unwrap();
    let before = session.head().seq;
    session.rekey(&key(8)).await.unwrap();
    let new = session.key().digest(&secret);
    assert!(old != new && new.is_of(&key(8)));
    assert_eq!(session.state(), &names([&new]), "what is remembered is what would be digested today");
    let again = open_with(bench, key(8)).await.unwrap();
    assert_eq!((again.key().digest(&secret), again.state()), (new.clone(), session.state()));
    session.restore(before).await.unwrap();
    assert_eq!(session.state(), &names([&new]), "an old version comes back with the digests of today");
}

async fn a_rotation_that_was_interrupted_can_be_repeated(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    session.append(added("a")).await.unwrap();
    // The new key was prepared, and the record of it never written.
    let prepared = key(8).after(session.key());
    let object = format!("key/{}", key(8).id());
    let random = Random::seeded(3);
    let sealed = envelope::seal(&prepared, &random, &object, prepared.older_texts().as_bytes()).unwrap();
    assert!(bench.store.create(&object, &sealed).await.unwrap());
    assert_eq!(bench.open().await.state(), &names(["a"]), "the old key is the key until the record is there");
    session.rekey(&key(8)).await.unwrap();
    assert_eq!(open_with(bench, key(8)).await.unwrap().state(), &names(["a"]));
    for used in [bench.key.clone(), key(8)] {
        let error = session.rekey(&used).await.unwrap_err();
        assert!(matches!(error, StateError::KeyUsed { .. }), "{error}");
    }
    let fits = bench.store.fitting(vec![bench.key.clone(), key(8)]).await.unwrap();
    assert_eq!(fits.id(), key(8).id(), "of two keys the state says which is its own");
}

async fn a_record_of_a_key_that_is_not_used_any_more_is_refused(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    let mut forger = bench.open().await;
    session.rekey(&key(8)).await.unwrap();
    // Who has kept the old key knows from the readable header's bytes what the next record must name.
    forger.folded.head = session.head().clone();
    forger.folded.lease = None;
    forger.note(Note::new(&Holder::elsewhere("mallory"), "forged")).await.unwrap();
    let error = open_with(bench, key(8)).await.unwrap_err();
    assert!(error.is_corrupt() && error.to_string().contains("not in use"), "{error}");
}

async fn the_keys_before_are_missed_where_they_are_gone(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    session.rekey(&key(8)).await.unwrap();
    bench.store.tamper(&format!("key/{}", key(8).id()), Some(Bytes::from_static(b"x"))).await;
    let error = open_with(bench, key(8)).await.unwrap_err();
    assert!(matches!(error, StateError::KeysLost { .. }), "{error}");
}

async fn a_change_of_the_key_that_is_given_up_leaves_the_key_that_the_log_has(bench: &Bench) {
    let mut made = bench.locked("alice").await;
    made.append(added("a")).await.unwrap();
    made.release(None).await.unwrap();
    // The keys before the new one are written, and the record that begins to use it is not.
    let (store, _) =
        bench.bad_store(&[Fault::None, Fault::None], Fault::Before(ErrorKind::ConnectionRefused));
    let mut session = Session::<Names>::open(store, bench.key.clone()).await.unwrap();
    session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap();
    let changed = bench.clock.timeout(Duration::from_millis(1), session.rekey(&key(8))).await;
    assert!(changed.is_none(), "given up while it is tried again: {changed:?}");
    session.log.store = bench.store.clone();
    session.append(added("b")).await.unwrap();
    session.release(None).await.unwrap();
    assert_eq!(bench.open().await.state(), &names(["a", "b"]), "the old key is still the key");
}

async fn a_change_of_the_key_whose_answer_is_lost_is_met_like_any_record(bench: &Bench) {
    let mut used = bench.key.clone();
    for (new, is_given_up) in [(key(8), true), (key(9), false)] {
        // The claim, the keys before the new one, and then the record that begins to use it: it is there.
        let faults = [Fault::None, Fault::None, Fault::AnswerLost];
        let (store, _) = bench.bad_store(&faults, Fault::Before(ErrorKind::ConnectionRefused));
        let mut session = Session::<Names>::open(store, used.clone()).await.unwrap();
        session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap();
        let patience = if is_given_up { Duration::from_millis(1) } else { Duration::from_hours(1) };
        let changed = bench.clock.timeout(patience, session.rekey(&new)).await;
        assert_eq!(changed.map(|changed| changed.is_ok()), (!is_given_up).then_some(true));
        session.log.store = bench.store.clone();
        session.append(added(new.id())).await.unwrap();
        assert_eq!(session.key().id(), new.id());
        session.release(None).await.unwrap();
        let again = open_with(bench, new.clone()).await.unwrap();
        assert_eq!((again.state(), again.head()), (session.state(), session.head()));
        assert!(open_with(bench, used).await.unwrap_err().is_wrong_key());
        used = new;
    }
}

/// A session whose change to the key 8 is in the log, and which does not know.
async fn changed_unawares(bench: &Bench) -> Session<Names> {
    let faults = [Fault::None, Fault::None, Fault::AnswerLost];
    let (store, _) = bench.bad_store(&faults, Fault::Before(ErrorKind::ConnectionRefused));
    let mut session = Session::<Names>::open(store, bench.key.clone()).await.unwrap();
    session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap();
    let changed = bench.clock.timeout(Duration::from_millis(1), session.rekey(&key(8))).await;
    assert!(changed.is_none(), "given up before it can find out: {changed:?}");
    assert_eq!(session.key().id(), bench.key.id());
    session
}

async fn behind_a_change_of_the_key_that_was_read_halfway_nothing_is_written_with_the_old_one(bench: &Bench) {
    let mut session = changed_unawares(bench).await;
    // The record of the change is read, and whether another follows it is not said.
    let (store, bad) = bench.bad_store(&[], Fault::None);
    bad.hide_what_is_missing();
    session.log.store = store;
    let read = bench.clock.timeout(Duration::from_millis(1), session.refresh()).await;
    assert!(read.is_none(), "given up while it is tried again: {read:?}");
    assert!(session.refresh().await.unwrap_err().is_unavailable());
    assert_eq!((session.head().key.as_str(), session.key().id()), (key(8).id(), key(8).id()));
    session.log.store = bench.store.clone();
    session.release(Some(Note::new(&Holder::elsewhere("alice"), "failed"))).await.unwrap();
    let again = open_with(bench, key(8)).await.unwrap();
    assert_eq!(again.head(), session.head());
}

async fn a_key_can_be_changed_after_a_change_whose_answer_was_lost(bench: &Bench) {
    let mut session = changed_unawares(bench).await;
    session.log.store = bench.store.clone();
    session.rekey(&key(9)).await.unwrap();
    session.release(None).await.unwrap();
    let again = open_with(bench, key(9)).await.unwrap();
    assert_eq!((again.head(), again.key().knows(key(8).id())), (session.head(), true));
}

async fn a_write_after_a_refresh_that_was_given_up_is_of_the_new_key(bench: &Bench) {
    let mut session = changed_unawares(bench).await;
    let (store, bad) = bench.bad_store(&[], Fault::None);
    bad.hide_what_is_missing();
    session.log.store = store;
    assert!(bench.clock.timeout(Duration::from_millis(1), session.refresh()).await.is_none());
    session.log.store = bench.store.clone();
    session.release(None).await.unwrap();
    let again = open_with(bench, key(8)).await.unwrap();
    assert_eq!(again.head(), session.head());
}

/// The first change's write is still on its way when the second is begun.
async fn a_change_of_the_key_that_arrives_late_is_met(bench: &Bench) {
    let mut session = changed_unawares(bench).await;
    let object = super::super::log::object(session.head().seq + 1);
    let late = bench.store.get(&object).await.unwrap().unwrap();
    bench.store.tamper(&object, None).await;
    let (store, bad) = bench.bad_store(&[Fault::None, Fault::Beside], Fault::None);
    let beside = bench.store.clone();
    bad.beside(async move { assert!(beside.create(&object, &late).await.unwrap()) });
    session.log.store = store;
    let changed = session.rekey(&key(9)).await.unwrap_err();
    assert!(matches!(&changed, StateError::KeyChanged { key: used } if used == key(8).id()), "{changed}");
    session.append(added("a")).await.unwrap();
    session.release(None).await.unwrap();
    let again = open_with(bench, key(8)).await.unwrap();
    assert_eq!((again.head(), again.state()), (session.head(), &names(["a"])));
}
