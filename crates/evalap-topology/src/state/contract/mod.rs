//! What every store must do for a state, asked of each.

mod damage;
mod faults;
mod locking;
mod versions;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::*;
use scaleway_core::{Clock, Random, Secret, Timestamp};

/// A set of names: what is in it cannot be added, what is not cannot be removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names(BTreeSet<String>);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Event {
    Added(String),
    Removed(String),
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} does not fit")]
pub(super) struct DoesNotFit(Event);

impl Fold for Names {
    type Event = Event;
    type Illegal = DoesNotFit;

    fn apply(&mut self, event: &Event) -> Result<(), DoesNotFit> {
        let fits = match event {
            Event::Added(name) => self.0.insert(name.clone()),
            Event::Removed(name) => self.0.remove(name),
        };
        if fits { Ok(()) } else { Err(DoesNotFit(event.clone())) }
    }
}

fn added(name: impl std::fmt::Display) -> Vec<Event> {
    vec![Event::Added(name.to_string())]
}

fn names(names: impl IntoIterator<Item = impl ToString>) -> Names {
    Names(names.into_iter().map(|name| name.to_string()).collect())
}

/// One state, its key and its virtual clock.
pub(super) struct Bench {
    store: Store,
    key: StateKey,
    clock: Clock,
    folder: Option<tempfile::TempDir>,
}

impl Bench {
    fn memory() -> Self {
        Self::new(|clock, random| (Store::memory(clock, random), None))
    }

    fn folder() -> Self {
        Self::new(|clock, random| {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::folder(&folder.path().join("my states/staging"), clock, random).unwrap();
            (store, Some(folder))
        })
    }

    fn new(make: impl FnOnce(Clock, Random) -> (Store, Option<tempfile::TempDir>)) -> Self {
        let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_780_000_000_000));
        let (store, folder) = make(clock.clone(), Random::seeded(7));
        Self { store, key: StateKey::new(&[7; 32]).unwrap(), clock, folder }
    }

    async fn open(&self) -> Session<Names> {
        self.try_open().await.unwrap()
    }

    async fn try_open(&self) -> Result<Session<Names>, StateError> {
        Session::open(self.store.clone(), self.key.clone()).await
    }

    async fn locked(&self, user: &str) -> Session<Names> {
        let mut session = self.open().await;
        session.lock(Holder::elsewhere(user), Duration::ZERO, |_| {}).await.unwrap();
        session
    }

    fn run<F: Future>(&self, test: F) -> F::Output {
        self.clock.block_on(test).unwrap()
    }
}

/// Runs each check over each store.
macro_rules! contract {
    ($($check:ident),+ $(,)?) => {
        mod memory {
            $(#[test] fn $check() { let bench = super::Bench::memory(); bench.run(super::$check(&bench)); })+
        }
        mod folder {
            $(#[test] fn $check() { let bench = super::Bench::folder(); bench.run(super::$check(&bench)); })+
        }
    };
}
use contract;

contract! {
    an_absent_state_is_empty_and_reading_makes_nothing,
    what_was_appended_is_there_again,
    what_does_not_fit_is_not_written,
    without_the_lock_nothing_is_appended,
    racing_writers_share_the_numbers_without_gaps,
    nothing_in_the_store_can_be_read_without_the_key,
    another_key_is_told_from_damage,
}

async fn an_absent_state_is_empty_and_reading_makes_nothing(bench: &Bench) {
    let mut session = bench.open().await;
    assert_eq!((session.state(), session.head()), (&Names::default(), &Head::default()));
    assert_eq!(session.refresh().await.unwrap(), 0);
    assert!(session.history().await.unwrap().is_empty());
    assert_eq!(session.lease(), None);
    if let Some(folder) = &bench.folder {
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

async fn what_was_appended_is_there_again(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    let seq = session.append(vec![Event::Added("a".into()), Event::Added("b".into())]).await.unwrap();
    assert_eq!(seq, 2, "the claim was the first, and both events are one record");
    assert_eq!(session.append(vec![Event::Removed("a".into())]).await.unwrap(), 3);
    session.release(Some(Note::new(&Holder::elsewhere("alice"), "done"))).await.unwrap();
    let again = bench.open().await;
    assert_eq!(again.state(), &names(["b"]));
    assert_eq!(again.head(), session.head());
    assert_eq!(again.head().seq, 4, "note and release are one record");
    assert_eq!(again.lease(), None);
}

async fn what_does_not_fit_is_not_written(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    session.append(added("a")).await.unwrap();
    let error = session.append(vec![Event::Added("b".into()), Event::Added("a".into())]).await.unwrap_err();
    assert!(matches!(error, StateError::Illegal { seq: 3, .. }), "{error:?}");
    assert_eq!(session.state(), &names(["a"]));
    assert_eq!(bench.open().await.head().seq, 2);
    session.append(added("b")).await.unwrap();
}

async fn without_the_lock_nothing_is_appended(bench: &Bench) {
    let mut session = bench.open().await;
    assert!(matches!(session.append(added("a")).await, Err(StateError::NotHeld)));
    assert!(matches!(session.restore(0).await, Err(StateError::NotHeld)));
    assert!(matches!(session.release(None).await, Err(StateError::NotHeld)));
    assert!(!session.is_covered());
    assert_eq!(bench.open().await.head().seq, 0);
}

async fn racing_writers_share_the_numbers_without_gaps(bench: &Bench) {
    let holder = Holder::elsewhere("alice");
    let writers = (0..8).map(|writer| {
        let note = Note::new(&holder, "raced").detail("writer", writer.to_string());
        async move {
            let mut session = bench.open().await;
            let mut seqs = Vec::new();
            for _ in 0..5 {
                seqs.push(session.note(note.clone()).await.unwrap());
            }
            seqs
        }
    });
    let mut seqs = futures_util::future::join_all(writers).await.concat();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=40).collect::<Vec<_>>());
    assert_eq!(Session::<Names>::verify(bench.store.clone(), bench.key.clone()).await.unwrap().head.seq, 40);
}

async fn nothing_in_the_store_can_be_read_without_the_key(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    session.append(added("a-very-telling-name")).await.unwrap();
    for seq in 1..=2 {
        let bytes = bench.store.get(&log::object(seq)).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("evalap-state schema=1 key="));
        assert!(!text.contains("telling") && !text.contains("alice") && !text.contains("entries"));
    }
}

async fn another_key_is_told_from_damage(bench: &Bench) {
    bench.locked("alice").await;
    let other = StateKey::new(&[8; 32]).unwrap();
    let error = Session::<Names>::open(bench.store.clone(), other.clone()).await.unwrap_err();
    assert!(error.is_wrong_key() && !error.is_corrupt());
    let text = error.to_string();
    assert!(
        text.contains(other.id()) && text.contains(bench.key.id()) && text.contains(KEY_VARIABLE),
        "{text}"
    );
}

#[test]
fn a_state_shows_neither_its_key_nor_its_content() {
    let bench = Bench::memory();
    bench.run(async {
        let mut session = bench.locked("alice").await;
        let digest = session.key().digest(&Secret::new("hunter2"));
        session.append(added(&digest)).await.unwrap();
        let shown = format!("{session:?} {:?} {:?}", session.store(), bench.key);
        assert_eq!(shown, format!("Session(Store(memory) at 2) Store(memory) StateKey({})", bench.key.id()));
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
    let store =
        Store::folder(Path::new(&file).join("state").as_path(), clock.clone(), Random::seeded(1)).unwrap();
    let error = clock
        .block_on(async {
            let mut session = Session::<Names>::open(store, StateKey::new(&[7; 32]).unwrap()).await?;
            session.note(Note::new(&Holder::elsewhere("alice"), "x")).await
        })
        .unwrap()
        .unwrap_err();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    assert_eq!(clock.now(), Timestamp::UNIX_EPOCH, "a disk that refuses is not asked again");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn the_state_is_the_fold_of_what_was_appended(
        batches in proptest::collection::vec(proptest::collection::vec((proptest::bool::ANY, 0..5u8), 0..4), 0..40),
    ) {
        let bench = Bench::memory();
        bench.run(async {
            let mut direct = Names::default();
            let mut session = bench.locked("alice").await;
            for batch in batches {
                let events: Vec<Event> = batch
                    .into_iter()
                    .map(|(add, name)| if add { Event::Added(name.to_string()) } else { Event::Removed(name.to_string()) })
                    .collect();
                let fits = direct.check(events.iter()).is_ok();
                assert_eq!(session.append(events.clone()).await.is_ok(), fits);
                if fits {
                    for event in &events {
 direct.apply(event).unwrap();
}
                }
                assert_eq!(session.state(), &direct);
            }
            assert_eq!(bench.open().await.state(), &direct);
        });
    }
}
