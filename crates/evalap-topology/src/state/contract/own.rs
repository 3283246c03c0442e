//! What is asked of no store in particular.

use std::path::Path;

use scaleway_core::Secret;

use super::*;

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
 direct.apply(event.clone()).unwrap();
}
                }
                assert_eq!(session.state(), &direct);
            }
            assert_eq!(bench.open().await.state(), &direct);
        });
    }
}

/// A store that lets everything be written over.
#[test]
fn a_store_that_overwrites_is_refused_before_anything_is_written() {
    let bench = Bench::memory();
    bench.run(async {
        let store = bench.store.through(|inner| std::sync::Arc::new(faults::Overwriting(inner)));
        let mut session = Session::<Names>::open(store.clone(), bench.key.clone()).await.unwrap();
        let error = session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap_err();
        assert!(matches!(error, StateError::Overwrites { .. }), "{error}");
        assert!(error.to_string().contains("If-None-Match"), "{error}");
        assert_eq!(bench.open().await.head().seq, 0);
    });
}
