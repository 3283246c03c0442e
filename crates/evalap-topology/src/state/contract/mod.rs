//! What every store must do for a state, asked of each: here of memory and a folder, elsewhere (feature `contract`) of
//! stores that this crate may not know.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::wildcard_imports,
    reason = "for tests: one that cannot go on has failed"
)]

mod damage;
mod faults;
mod keys;
mod locking;
mod merged;
#[cfg(test)]
mod own;
mod refuge;
#[cfg(test)]
mod schemas;
mod transfer;
mod versions;
mod waiting;

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use serde::{Deserialize, Serialize};

use super::*;
use scaleway_core::{Clock, Random, Timestamp};

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

    fn subjects(event: &Event) -> Vec<String> {
        let (Event::Added(name) | Event::Removed(name)) = event;
        vec![name.clone()]
    }

    fn apply(&mut self, event: Event) -> Result<(), DoesNotFit> {
        let fits = match &event {
            Event::Added(name) => self.0.insert(name.clone()),
            Event::Removed(name) => self.0.remove(name),
        };
        if fits { Ok(()) } else { Err(DoesNotFit(event)) }
    }
}

fn added(name: impl std::fmt::Display) -> Vec<Event> {
    vec![Event::Added(name.to_string())]
}

fn names(names: impl IntoIterator<Item = impl ToString>) -> Names {
    Names(names.into_iter().map(|name| name.to_string()).collect())
}

/// One state, its key and its virtual clock.
pub struct Bench {
    store: Store,
    key: StateKey,
    clock: Clock,
    folder: Option<tempfile::TempDir>,
}

/// One thing that is asked of a store, and what it is called.
pub type Check = (&'static str, for<'a> fn(&'a Bench) -> LocalBoxFuture<'a, ()>);

impl Bench {
    /// A state in memory.
    pub fn memory() -> Self {
        Self::new(|clock, random| (Store::memory(clock, random), None))
    }

    /// A state in a folder.
    pub fn folder() -> Self {
        Self::new(|clock, random| {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::folder(&folder.path().join("my states/staging"), clock, random).unwrap();
            (store, Some(folder))
        })
    }

    /// A state in an empty store, on the store's own clock, which must be virtual.
    pub fn of(store: Store) -> Self {
        Self { key: StateKey::new(&[7; 32]).unwrap(), clock: store.clock.clone(), store, folder: None }
    }

    fn new(make: impl FnOnce(Clock, Random) -> (Store, Option<tempfile::TempDir>)) -> Self {
        let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_780_000_000_000));
        let (store, folder) = make(clock, Random::seeded(7));
        Self { folder, ..Self::of(store) }
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

    /// Runs a test in the state's time.
    pub fn run<F: Future>(&self, test: F) -> F::Output {
        self.clock.block_on(test).unwrap()
    }
}

/// All that is asked of a store.
pub fn checks() -> Vec<Check> {
    let parts = [damage::CHECKS, faults::CHECKS, keys::CHECKS, locking::CHECKS];
    [
        CHECKS,
        &parts.concat(),
        merged::CHECKS,
        refuge::CHECKS,
        transfer::CHECKS,
        versions::CHECKS,
        waiting::CHECKS,
    ]
    .concat()
}

/// Lists each check, and runs it over memory and a folder.
macro_rules! contract {
    ($($check:ident),+ $(,)?) => {
        pub(super) const CHECKS: &[Check] = &[$((stringify!($check), |bench| Box::pin($check(bench)))),+];

        #[cfg(test)]
        mod memory {
            $(#[test] fn $check() { let bench = super::Bench::memory(); bench.run(super::$check(&bench)); })+
        }
        #[cfg(test)]
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
    the_store_refuses_the_second_create,
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

async fn the_store_refuses_the_second_create(bench: &Bench) {
    for _ in 0..2 {
        bench.store.probe().await.unwrap();
    }
    let first = bytes::Bytes::from_static(b"first");
    assert!(bench.store.create("log/1", &first).await.unwrap());
    assert!(bench.store.create("log/1", &first).await.unwrap(), "our own is recognised");
    assert!(!bench.store.create("log/1", &bytes::Bytes::from_static(b"second")).await.unwrap());
    assert_eq!(bench.store.get("log/1").await.unwrap(), Some(first));
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
        assert!(text.starts_with("evalap-state schema=2 key="));
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
