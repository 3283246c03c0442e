//! Records and snapshots that are not what was written.

use super::*;
use bytes::Bytes;

contract! {
    an_edited_record_is_found_and_what_lies_before_it_can_be_read,
    a_truncated_record_is_found,
    swapped_records_are_found,
    a_record_of_another_state_with_the_same_key_is_found,
    a_missing_record_is_found,
    a_log_that_lost_its_end_is_not_written_on,
    a_damaged_snapshot_costs_time_only,
}

async fn written(bench: &Bench, count: u64) {
    let mut session = bench.locked("alice").await;
    for number in 2..=count {
        session.append(added(number)).await.unwrap();
    }
}

async fn object(bench: &Bench, object: &str) -> Bytes {
    bench.store.get(object).await.unwrap().unwrap()
}

async fn expect_corrupt(bench: &Bench, bad: u64) {
    let opened = bench.try_open().await.unwrap_err();
    let verified = Session::<Names>::verify(bench.store.clone(), bench.key.clone()).await.unwrap_err();
    for error in [opened, verified] {
        assert!(error.is_corrupt() && !error.is_wrong_key());
        let StateError::Corrupt { seq, last_good, .. } = &error else { unreachable!() };
        assert_eq!((*seq, *last_good), (bad, bad - 1));
        let text = error.to_string();
        assert!(text.contains(&log::object(bad)) && text.contains(bench.store.place()), "{text}");
    }
    let before = Session::<Names>::state_at(bench.store.clone(), bench.key.clone(), bad - 1).await.unwrap();
    assert_eq!(before, names(2..bad));
}

async fn an_edited_record_is_found_and_what_lies_before_it_can_be_read(bench: &Bench) {
    written(bench, 9).await;
    let mut bytes = object(bench, &log::object(5)).await.to_vec();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    bench.store.tamper(&log::object(5), Some(bytes.into())).await;
    expect_corrupt(bench, 5).await;
}

async fn a_truncated_record_is_found(bench: &Bench) {
    written(bench, 9).await;
    let whole = object(bench, &log::object(9)).await;
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        bench.store.tamper(&log::object(9), Some(whole.slice(..length))).await;
        expect_corrupt(bench, 9).await;
    }
    bench.store.tamper(&log::object(9), Some(whole)).await;
    bench.open().await;
}

async fn swapped_records_are_found(bench: &Bench) {
    written(bench, 9).await;
    let (a, b) = (object(bench, &log::object(4)).await, object(bench, &log::object(6)).await);
    bench.store.tamper(&log::object(4), Some(b)).await;
    bench.store.tamper(&log::object(6), Some(a)).await;
    expect_corrupt(bench, 4).await;
}

async fn a_record_of_another_state_with_the_same_key_is_found(bench: &Bench) {
    written(bench, 9).await;
    let other = Bench { store: Store::memory(bench.clock.clone(), Random::seeded(8)), ..Bench::memory() };
    written(&other, 9).await;
    let foreign = object(&other, &log::object(5)).await;
    bench.store.tamper(&log::object(5), Some(foreign)).await;
    expect_corrupt(bench, 5).await;
}

async fn a_missing_record_is_found(bench: &Bench) {
    written(bench, 9).await;
    bench.store.tamper(&log::object(5), None).await;
    expect_corrupt(bench, 5).await;
}

async fn a_log_that_lost_its_end_is_not_written_on(bench: &Bench) {
    written(bench, 64).await;
    bench.store.tamper(&log::object(64), None).await;
    expect_corrupt(bench, 64).await;
}

async fn a_damaged_snapshot_costs_time_only(bench: &Bench) {
    written(bench, 70).await;
    let snapshot = session::snapshot_object(64);
    let mut bytes = object(bench, &snapshot).await.to_vec();
    bytes.truncate(200);
    bench.store.tamper(&snapshot, Some(bytes.into())).await;
    assert_eq!(bench.open().await.state(), &names(2..=70));
    let verified = Session::<Names>::verify(bench.store.clone(), bench.key.clone()).await.unwrap();
    assert_eq!((verified.head.seq, verified.snapshots, verified.unsound), (70, vec![32], vec![64]));
}
