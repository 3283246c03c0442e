//! A log of 100,000 records, folded from its records and from merged segments.

use std::time::Instant;

use environments::{STAGING, World};
use evalap_topology::audit::audit;
use evalap_topology::model::{Event, State};
use evalap_topology::state::{Holder, Session, StateKey, Store};
use scaleway_core::{Clock, Random, Timestamp};
use scaleway_emulator::{ImageBook, Latency};

use crate::spread;

const RECORDS: u64 = 100_000;

pub(crate) fn run() {
    let events = events();
    let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_700_000_000_000));
    let store = Store::memory(clock.clone(), Random::seeded(1));
    let key = StateKey::new(&[7; 32]).expect("a key of 32 bytes");
    clock
        .block_on(async {
            let mut session = Session::<State>::open(store.clone(), key.clone()).await.expect("a state");
            session
                .lock(Holder::current("bench fold"), std::time::Duration::ZERO, |_| {})
                .await
                .expect("a free lock");
            for event in events.iter().cycle() {
                session.append(vec![event.clone()]).await.expect("a write");
                if session.head().seq == RECORDS {
                    break;
                }
            }
            let size = session.head().size;
            println!(
                "a log of {RECORDS} records, {:.1} MB: the events of deployments and destroys of staging",
                megabytes(size)
            );
            let took = measured(&session, 3).await;
            println!("folded from its records: {:.3} s ({:.3}–{:.3}), median of 3", took.0, took.1, took.2);
            let started = Instant::now();
            let made = session.merge(usize::MAX).await.expect("segments");
            println!("merged into {made} segments in {:.2} s", started.elapsed().as_secs_f64());
            let took = measured(&session, 9).await;
            println!(
                "folded from merged segments: {:.3} s ({:.3}–{:.3}), median of 9",
                took.0, took.1, took.2
            );
            let started = Instant::now();
            let again = Session::<State>::open(store.clone(), key.clone()).await.expect("a state");
            assert_eq!(again.head(), session.head());
            println!("opened from its newest snapshot: {:.1} ms", started.elapsed().as_secs_f64() * 1000.0);
            commands(&again, &store, &key).await;
        })
        .expect("a runtime");
}

/// What `manage_state` does with so long a log.
async fn commands(session: &Session<State>, store: &Store, key: &StateKey) {
    let started = Instant::now();
    let verified = Session::<State>::verify(store.clone(), key.clone()).await.expect("a whole log");
    println!(
        "verified, with {} snapshots and {} segments: {:.2} s",
        verified.snapshots.len(),
        verified.segments,
        started.elapsed().as_secs_f64()
    );
    let started = Instant::now();
    let history = session.history().await.expect("a whole log");
    let runs = audit(&history);
    println!(
        "told for the audit, {} changes: {:.2} s",
        runs[0].changes.len(),
        started.elapsed().as_secs_f64()
    );
    let started = Instant::now();
    for seq in [RECORDS / 3, RECORDS / 2] {
        Session::<State>::state_at(store.clone(), key.clone(), seq).await.expect("a version");
    }
    println!(
        "two versions in the middle, for a comparison: {:.1} ms",
        started.elapsed().as_secs_f64() * 1000.0
    );
}

async fn measured(session: &Session<State>, times: usize) -> (f64, f64, f64) {
    let mut figures = Vec::new();
    for _ in 0..times {
        let started = Instant::now();
        let folded = session.replayed().await.expect("a whole log");
        figures.push(started.elapsed().as_secs_f64());
        assert_eq!(&folded, session.state());
    }
    spread(figures)
}

#[allow(clippy::cast_precision_loss, reason = "for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The events of a deployment and a destroy of staging, in their order: they can be told again and again.
fn events() -> Vec<Event> {
    let world = World::with(STAGING, Latency::None, ImageBook::new());
    world.run(async {
        assert!(world.apply().await.expect("an outcome").is_complete());
        assert!(world.destroy().await.expect("an outcome").is_complete());
        let session = Session::<State>::open(world.store.clone(), world.key.clone()).await.expect("a state");
        let history = session.history().await.expect("a whole log");
        history.iter().flat_map(|record| &record.entries).filter_map(|entry| entry.event().cloned()).collect()
    })
}
