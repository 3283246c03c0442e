//! Merged segments: faster, and nothing else.

use super::segment::SEGMENT;
use super::*;

contract! {
    merged_records_say_what_the_log_says,
    a_damaged_segment_costs_time_only,
    what_only_readers_write_is_merged_too,
}

async fn long(bench: &Bench, count: u64) -> Session<Names> {
    let mut session = bench.locked("alice").await;
    for number in 2..=count {
        session
            .append(if number % 2 == 0 { added("a") } else { vec![Event::Removed("a".into())] })
            .await
            .unwrap();
    }
    session
}

async fn listed(bench: &Bench) -> Vec<String> {
    let mut names = bench.store.names("seg").await.unwrap();
    names.sort();
    names
}

async fn merged_records_say_what_the_log_says(bench: &Bench) {
    let mut session = long(bench, 2 * SEGMENT + 7).await;
    let before = session.history().await.unwrap();
    assert!(listed(bench).await.is_empty());
    session.release(None).await.unwrap();
    assert_eq!(listed(bench).await.len(), 2, "whole ones only, once the lock is given back");
    assert_eq!(session.merge(10).await.unwrap(), 0, "nothing is left to do");

    let told = |records: &[Record<Names>]| format!("{records:?}");
    let after = bench.open().await.history().await.unwrap();
    assert_eq!(told(&after[..before.len()]), told(&before));
    for seq in [SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT + 1] {
        let at = Session::<Names>::state_at(bench.store.clone(), bench.key.clone(), seq).await.unwrap();
        assert_eq!(at, if seq % 2 == 0 { names(["a"]) } else { names([""; 0]) }, "version {seq}");
    }
    // Where no snapshot is near, and the second segment goes beyond.
    let (middle, mut told) = (SEGMENT + 7, 0);
    let each = |_, _: &log::Head| {
        told += 1;
        Ok(())
    };
    let end = session.log.read(log::Head::default(), middle, middle, each).await.unwrap();
    assert_eq!((end.seq, told), (middle, middle));
    let verified = Session::<Names>::verify(bench.store.clone(), bench.key.clone()).await.unwrap();
    assert_eq!((verified.segments, verified.unsound_segments), (2, vec![]));
    // The records themselves are still there, each.
    for seq in [1, SEGMENT, 2 * SEGMENT] {
        assert!(bench.store.get(&log::object(seq)).await.unwrap().is_some());
    }
}

async fn a_damaged_segment_costs_time_only(bench: &Bench) {
    let mut session = long(bench, SEGMENT + 7).await;
    session.release(None).await.unwrap();
    let first = format!("seg/{}", listed(bench).await[0]);
    let mut bytes = bench.store.get(&first).await.unwrap().unwrap().to_vec();
    bytes.truncate(5000);
    bench.store.tamper(&first, Some(bytes.into())).await;
    assert_eq!(session.history().await.unwrap().len() as u64, session.head().seq);
    let verified = Session::<Names>::verify(bench.store.clone(), bench.key.clone()).await.unwrap();
    assert_eq!((verified.segments, verified.unsound_segments), (0, vec![1]));
}

async fn what_only_readers_write_is_merged_too(bench: &Bench) {
    bench.locked("alice").await.release(None).await.unwrap();
    let mut reader = bench.open().await;
    let note = || Note::new(&Holder::elsewhere("cron"), "done");
    while reader.note(note()).await.unwrap() < SEGMENT {}
    assert_eq!(listed(bench).await.len(), 1);
}
