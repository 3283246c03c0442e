//! A store that goes away: what happened is kept on this machine, and what was read is remembered.

use std::io::ErrorKind;
use std::path::Path;

use super::faults::Fault;
use super::*;

contract! {
    what_could_not_be_written_is_written_by_the_next_run,
    what_the_state_has_moved_beyond_is_not_written_any_more,
    what_is_of_another_state_stays_where_it_is,
    what_was_merged_and_not_removed_is_not_told_twice,
    calls_of_a_record_whose_answer_was_lost_are_not_told_twice,
    what_is_damaged_there_is_told_by_its_file,
    a_state_that_is_away_is_shown_as_it_was_last_read,
    what_is_to_be_noted_while_it_is_away_is_noted_later,
    what_was_kept_before_the_key_was_changed_is_written_with_the_digests_of_today,
    what_was_kept_in_several_files_is_written_as_it_happened,
    files_that_outlive_their_merge_are_merged_once,
    what_came_after_a_record_whose_answer_was_lost_is_not_dropped,
    a_refresh_that_was_given_up_behind_a_new_key_does_not_spoil_what_is_remembered,
    calls_in_two_files_are_told_once,
}

const AWAY: Fault = Fault::Before(ErrorKind::ConnectionRefused);

fn alice() -> Holder {
    Holder::elsewhere("alice")
}

/// The store, with a refuge in `folder`.
fn with_refuge(bench: &Bench, store: Store, folder: &Path) -> Store {
    store.with_refuge(Store::folder(folder, bench.clock.clone(), Random::seeded(8)).unwrap())
}

/// The same, failing every write after the first `good` ones.
fn failing(bench: &Bench, folder: &Path, good: usize) -> Store {
    let (store, _) = bench.bad_store(&vec![Fault::None; good], AWAY);
    with_refuge(bench, store, folder)
}

async fn open(bench: &Bench, store: Store) -> Session<Names> {
    Session::open(store, bench.key.clone()).await.unwrap()
}

/// A run whose store goes away after its claim: what it did is kept.
async fn cut_off(bench: &Bench, folder: &Path, name: &str) {
    let mut session = open(bench, failing(bench, folder, 1)).await;
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let error = session.append(added(name)).await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    let place = session.keep(added(name), vec![Call::new(None, "POST", "/x")]).await.unwrap();
    assert!(Path::new(&place).is_file(), "{place}");
    let text = std::fs::read(place).unwrap();
    assert!(!String::from_utf8_lossy(&text).contains(&format!("{name:?}")), "it is encrypted");
    bench.open().await.unlock(Holder::elsewhere("bob")).await.unwrap();
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder.join("kept")).is_ok_and(|mut kept| kept.next().is_none())
}

async fn what_could_not_be_written_is_written_by_the_next_run(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    cut_off(bench, folder.path(), "very-telling").await;
    let mut next = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    assert!(matches!(next.merge_kept().await, Err(StateError::NotHeld)));
    next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let merged = next.merge_kept().await.unwrap().unwrap();
    assert_eq!((merged.taken, merged.known), (1, 0));
    assert_eq!(bench.open().await.state(), &names(["very-telling"]));
    assert!(is_empty(folder.path()));
    assert_eq!(next.merge_kept().await.unwrap(), None);
}

async fn what_the_state_has_moved_beyond_is_not_written_any_more(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    cut_off(bench, folder.path(), "a").await;
    // Another has found out by itself, and gone on from there.
    let mut other = bench.locked("bob").await;
    other.append(added("a")).await.unwrap();
    other.append(vec![Event::Removed("a".into())]).await.unwrap();
    other.release(None).await.unwrap();
    let mut next = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let merged = next.merge_kept().await.unwrap().unwrap();
    assert_eq!((merged.taken, merged.known), (0, 1));
    assert_eq!(next.state(), &Names::default());
    assert!(is_empty(folder.path()));
}

async fn what_is_of_another_state_stays_where_it_is(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let other = Bench::of(Store::memory(bench.clock.clone(), Random::seeded(9)));
    cut_off(&other, folder.path(), "a").await;
    let mut session = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    assert_eq!(session.merge_kept().await.unwrap(), None);
    assert!(!is_empty(folder.path()));
}

async fn what_was_merged_and_not_removed_is_not_told_twice(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    cut_off(bench, folder.path(), "a").await;
    let kept = std::fs::read_dir(folder.path().join("kept")).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read(&kept).unwrap();
    for expected in [(1, 0), (0, 1)] {
        std::fs::write(&kept, &text).unwrap();
        let mut next = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
        next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
        let merged = next.merge_kept().await.unwrap().unwrap();
        assert_eq!((merged.taken, merged.known), expected);
        assert!(is_empty(folder.path()));
        next.release(None).await.unwrap();
    }
    let history = bench.open().await.history().await.unwrap();
    let entries: Vec<_> = history.iter().flat_map(|record| &record.entries).collect();
    assert_eq!(entries.iter().filter(|entry| matches!(entry, Entry::Calls(_))).count(), 1);
    assert_eq!(entries.iter().filter(|entry| matches!(entry, Entry::Merged { .. })).count(), 1);
}

async fn calls_of_a_record_whose_answer_was_lost_are_not_told_twice(bench: &Bench) {
    let call = |id: Option<&str>| {
        let mut call = Call::new(None, "POST", "/x");
        call.request_id = id.map(str::to_owned);
        call
    };
    let calls = vec![call(Some("one")), call(None)];
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = bench.bad_store(&[Fault::None, Fault::AnswerLost], AWAY);
    let mut session = open(bench, with_refuge(bench, store, folder.path())).await;
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let error = session.append_with(added("a"), calls.clone()).await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    session.keep(added("a"), [calls, vec![call(Some("two"))]].concat()).await.unwrap();

    let mut next = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    next.unlock(alice()).await.unwrap();
    next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let merged = next.merge_kept().await.unwrap().unwrap();
    assert_eq!((merged.taken, merged.known), (0, 1), "the record was written");
    let history = bench.open().await.history().await.unwrap();
    let told = history.iter().flat_map(|record| &record.entries).filter_map(|entry| match entry {
        Entry::Calls(calls) => Some(calls.iter().map(|call| call.request_id.as_deref()).collect()),
        _ => None,
    });
    let told: Vec<Vec<_>> = told.collect();
    // One that was not answered has no name: it is told rather twice than never.
    assert_eq!(told, [vec![Some("one"), None], vec![None, Some("two")]]);
}

async fn what_is_damaged_there_is_told_by_its_file(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    cut_off(bench, folder.path(), "a").await;
    let kept = std::fs::read_dir(folder.path().join("kept")).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read(&kept).unwrap();
    std::fs::write(&kept, &text[..text.len() - 1]).unwrap();
    let mut next = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let error = next.merge_kept().await.unwrap_err();
    assert!(!error.is_corrupt(), "the state is whole: {error}");
    assert!(error.to_string().contains(kept.to_str().unwrap()), "{error}");
    std::fs::remove_file(&kept).unwrap();
    assert_eq!(next.merge_kept().await.unwrap(), None);
}

async fn a_state_that_is_away_is_shown_as_it_was_last_read(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let mut session = bench.locked("alice").await;
    session.append(added("a")).await.unwrap();
    session.release(None).await.unwrap();
    let store = with_refuge(bench, bench.store.clone(), folder.path());
    open(bench, store.clone()).await;
    let read = bench.clock.now();
    bench.clock.sleep(Duration::from_hours(1)).await;

    let away = store.through(|_| std::sync::Arc::new(super::faults::Gone));
    let mut session = open(bench, away).await;
    assert_eq!(session.state(), &names(["a"]));
    let told = session.away().unwrap();
    assert_eq!(told.since, read);
    assert!(told.because.contains("refused"), "{told:?}");
    assert!(session.note(Note::new(&alice(), "x")).await.unwrap_err().is_unavailable());
    assert!(session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap_err().is_unavailable());

    // Without a refuge there is nothing to show.
    let away = bench.store.through(|_| std::sync::Arc::new(super::faults::Gone));
    assert!(Session::<Names>::open(away, bench.key.clone()).await.unwrap_err().is_unavailable());
}

async fn what_is_to_be_noted_while_it_is_away_is_noted_later(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let store = with_refuge(bench, bench.store.clone(), folder.path());
    bench.locked("alice").await.release(None).await.unwrap();
    open(bench, store.clone()).await;
    let away = store.through(|_| std::sync::Arc::new(super::faults::Gone));
    let mut then = Vec::new();
    for what in ["plan", "show"] {
        bench.clock.sleep(Duration::from_hours(1)).await;
        let mut session = open(bench, away.clone()).await;
        then.push((what, Some(bench.clock.now())));
        session.leave(Note::new(&Holder::elsewhere(what), "done")).await.unwrap();
    }
    let noted = async || {
        let history = bench.open().await.history().await.unwrap();
        let notes = history.into_iter().flat_map(|record| record.entries).filter_map(|entry| match entry {
            Entry::Note(note) => Some((note.by.user, note.at)),
            _ => None,
        });
        notes.collect::<Vec<_>>()
    };
    assert_eq!(noted().await, []);
    let mut session = open(bench, store).await;
    session.leave(Note::new(&alice(), "done")).await.unwrap();
    // Whatever may come next, it is told once.
    session.note(Note::new(&alice(), "done")).await.unwrap();
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    assert_eq!(session.merge_kept().await.unwrap(), None);
    let now = [("alice", None), ("alice", None)];
    let expected: Vec<_> = then.into_iter().chain(now).map(|(user, at)| (user.to_owned(), at)).collect();
    assert_eq!(noted().await, expected);
}

async fn what_was_kept_before_the_key_was_changed_is_written_with_the_digests_of_today(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let secret = scaleway_core::Secret::new("hunter2");
    let digest = bench.open().await.key().digest(&secret);
    cut_off(bench, folder.path(), &digest.to_string()).await;
    let new = StateKey::new(&[8; 32]).unwrap();
    let mut other = bench.locked("bob").await;
    other.rekey(&new).await.unwrap();
    other.release(None).await.unwrap();
    let store = with_refuge(bench, bench.store.clone(), folder.path());
    let mut next = Session::<Names>::open(store, new).await.unwrap();
    next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let merged = next.merge_kept().await.unwrap().unwrap();
    assert_eq!((merged.taken, merged.known), (1, 0));
    assert_eq!(next.state(), &names([next.key().digest(&secret)]));
}

async fn what_was_kept_in_several_files_is_written_as_it_happened(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(bench, failing(bench, folder.path(), 2)).await;
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    session.append(added("a")).await.unwrap();
    let mut there = true;
    for _ in 0..8 {
        there = !there;
        let event = if there { Event::Added("a".into()) } else { Event::Removed("a".into()) };
        session.keep(vec![event], Vec::new()).await.unwrap();
        bench.clock.sleep(Duration::from_millis(1)).await;
    }
    bench.open().await.unlock(Holder::elsewhere("bob")).await.unwrap();
    let mut next = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let merged = next.merge_kept().await.unwrap().unwrap();
    assert_eq!((merged.taken, merged.known), (8, 0));
    assert_eq!(next.state(), &names(["a"]));
}

async fn what_came_after_a_record_whose_answer_was_lost_is_not_dropped(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = bench.bad_store(&[Fault::None, Fault::AnswerLost], AWAY);
    let mut session = open(bench, with_refuge(bench, store, folder.path())).await;
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    session.append(added("a")).await.unwrap_err();
    session.keep(added("a"), Vec::new()).await.unwrap();
    bench.clock.sleep(Duration::from_millis(1)).await;
    session.keep(vec![Event::Removed("a".into())], Vec::new()).await.unwrap();
    bench.open().await.unlock(Holder::elsewhere("bob")).await.unwrap();
    let mut next = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let merged = next.merge_kept().await.unwrap().unwrap();
    assert_eq!((merged.taken, merged.known, next.state()), (1, 1, &Names::default()));
}

async fn a_refresh_that_was_given_up_behind_a_new_key_does_not_spoil_what_is_remembered(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let new = StateKey::new(&[8; 32]).unwrap();
    let faults = [Fault::None, Fault::None, Fault::AnswerLost];
    let (store, _) = bench.bad_store(&faults, AWAY);
    let mut session = open(bench, store).await;
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    assert!(bench.clock.timeout(Duration::from_millis(1), session.rekey(&new)).await.is_none());
    let (store, bad) = bench.bad_store(&[], Fault::None);
    bad.hide_what_is_missing();
    session.log.store = with_refuge(bench, store, folder.path());
    assert!(bench.clock.timeout(Duration::from_millis(1), session.refresh()).await.is_none());
    assert_eq!(session.head().key, new.id(), "the fold is beyond the change");
    session.remember().await;
    let away = bench.store.through(|_| std::sync::Arc::new(super::faults::Gone));
    let away = with_refuge(bench, away, folder.path());
    let opened = Session::<Names>::open(away, new.clone()).await;
    assert_eq!((session.key().id(), opened.err().map(|e| e.to_string())), (new.id(), None));
}

async fn calls_in_two_files_are_told_once(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let mut call = Call::new(None, "POST", "/x");
    call.request_id = Some("one".into());
    let mut session = open(bench, failing(bench, folder.path(), 1)).await;
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    session.keep(added("a"), vec![call.clone()]).await.unwrap();
    bench.clock.sleep(Duration::from_millis(1)).await;
    session.keep(Vec::new(), vec![call]).await.unwrap();
    bench.open().await.unlock(Holder::elsewhere("bob")).await.unwrap();
    let mut next = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    next.merge_kept().await.unwrap().unwrap();
    let history = bench.open().await.history().await.unwrap();
    let told = history.iter().flat_map(|record| &record.entries).filter(|e| matches!(e, Entry::Calls(_)));
    assert_eq!(told.count(), 1);
}

/// Two files of one run, merged by a record whose answer is lost: they are found to be in the log.
async fn files_that_outlive_their_merge_are_merged_once(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let mut session = open(bench, failing(bench, folder.path(), 1)).await;
    session.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    session.keep(added("a"), Vec::new()).await.unwrap();
    bench.clock.sleep(Duration::from_millis(1)).await;
    session.keep(vec![Event::Removed("a".into())], Vec::new()).await.unwrap();
    bench.open().await.unlock(Holder::elsewhere("bob")).await.unwrap();
    // The first is not written, the second is.
    for fault in [AWAY, Fault::AnswerLost] {
        let (store, _) = bench.bad_store(&[Fault::None, fault], AWAY);
        let mut next = open(bench, with_refuge(bench, store, folder.path())).await;
        next.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
        assert!(next.merge_kept().await.unwrap_err().is_unavailable());
        bench.open().await.unlock(Holder::elsewhere("bob")).await.unwrap();
    }
    let mut last = open(bench, with_refuge(bench, bench.store.clone(), folder.path())).await;
    last.lock(alice(), Duration::ZERO, |_| {}).await.unwrap();
    let merged = last.merge_kept().await.unwrap().unwrap();
    assert_eq!((merged.taken, merged.known, last.state()), (0, 2, &Names::default()));
    let history = bench.open().await.history().await.unwrap();
    let entries = history.iter().flat_map(|record| &record.entries);
    assert_eq!(entries.filter(|entry| matches!(entry, Entry::Merged { .. })).count(), 2);
}
