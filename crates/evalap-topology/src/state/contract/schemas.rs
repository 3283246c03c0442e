//! What older programs wrote, in files that they wrote: each is read as if it were of today.

use super::*;
use crate::model::{Event, State};
use data_encoding::BASE64;

/// Schema 1: applies, one of them failed, a restoration and a destroy, with two snapshots; key 32 times 7.
const SCHEMA_1: &str = include_str!("../fixtures/schema-1.txt");

async fn load(store: &Store, fixture: &str) {
    for line in fixture.lines() {
        let (object, bytes) = line.split_once(' ').unwrap();
        assert!(store.create(object, &BASE64.decode(bytes.as_bytes()).unwrap().into()).await.unwrap());
    }
}

#[test]
fn what_schema_1_wrote_is_read_verified_and_written_on() {
    let bench = Bench::memory();
    bench.run(async {
        load(&bench.store, SCHEMA_1).await;
        let header = bench.store.get(&log::object(1)).await.unwrap().unwrap();
        assert!(header.starts_with(b"evalap-state schema=1 "));
        let mut session = Session::<State>::open(bench.store.clone(), bench.key.clone()).await.unwrap();
        assert_eq!((session.head().seq, session.state().resources.len()), (64, 33));
        let history = session.history().await.unwrap();
        let notes = history.iter().flat_map(|record| &record.entries).filter_map(|entry| match entry {
            Entry::Note(note) => {
                Some((note.by.user.as_str(), note.by.command.as_str(), note.outcome.as_str()))
            }
            _ => None,
        });
        let notes: Vec<_> = notes.collect();
        assert!(notes.contains(&("alice", "deploy_staging destroy", "done")), "{notes:?}");
        assert!(notes.contains(&("alice", "manage_state restore", "done")), "{notes:?}");

        // From the log alone it is the same as from the snapshots.
        let verify = || Session::<State>::verify(bench.store.clone(), bench.key.clone());
        let verified = verify().await.unwrap();
        assert_eq!((verified.head.seq, verified.snapshots, verified.unsound), (64, vec![32, 64], vec![]));

        session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap();
        let address = session.state().resources.keys().next().unwrap().clone();
        session.append(vec![Event::Forgotten { address }]).await.unwrap();
        session.release(None).await.unwrap();
        let again = Session::<State>::open(bench.store.clone(), bench.key.clone()).await.unwrap();
        assert_eq!(again.state().resources.len(), 32);
        assert_eq!(verify().await.unwrap().head.seq, 67);
    });
}

#[test]
fn each_older_schema_has_a_fixture() {
    let known: Vec<u32> = [SCHEMA_1]
        .iter()
        .map(|fixture| {
            let line = fixture.lines().next().unwrap();
            let bytes = BASE64.decode(line.split_once(' ').unwrap().1.as_bytes()).unwrap();
            let header = String::from_utf8_lossy(&bytes).into_owned();
            header.split_once("schema=").unwrap().1.split_once(' ').unwrap().0.parse().unwrap()
        })
        .collect();
    assert_eq!(known, (1..SCHEMA).collect::<Vec<_>>());
}
