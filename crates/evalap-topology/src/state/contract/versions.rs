//! Snapshots, history and restoration.

use super::*;

contract! {
    snapshots_say_what_the_log_says,
    any_version_can_be_read_and_restored,
    a_thousand_records,
}

async fn verified(bench: &Bench) -> Verified {
    Session::<Names>::verify(bench.store.clone(), bench.key.clone()).await.unwrap()
}

async fn snapshots_say_what_the_log_says(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    for number in 2..=200 {
        session.append(added(number)).await.unwrap();
    }
    let found = verified(bench).await;
    assert_eq!(found.head, *session.head());
    assert_eq!((found.snapshots, found.unsound), (vec![32, 64, 96, 128, 160, 192], vec![]));
    let with = bench.open().await;
    for seq in [32, 64, 96, 128, 160, 192] {
        bench.store.tamper(&session::snapshot_object(seq), None).await;
    }
    let without = bench.open().await;
    assert_eq!((with.state(), with.head(), with.lease()), (without.state(), without.head(), without.lease()));
    assert_eq!(with.state(), &names(2..=200));
}

async fn any_version_can_be_read_and_restored(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    for number in 2..=80 {
        session.append(added(number)).await.unwrap();
    }
    for seq in [0, 1, 2, 40, 63, 64, 65, 80] {
        let at = Session::<Names>::state_at(bench.store.clone(), bench.key.clone(), seq).await.unwrap();
        assert_eq!(at, names(2..=seq), "version {seq}");
    }
    let beyond = Session::<Names>::state_at(bench.store.clone(), bench.key.clone(), 81).await;
    assert!(matches!(beyond, Err(StateError::NoSuchVersion { seq: 81, newest: 80 })));

    assert_eq!(session.restore(40).await.unwrap(), 81);
    assert_eq!(session.state(), &names(2..=40));
    session.append(added("after")).await.unwrap();
    assert_eq!(session.restore(80).await.unwrap(), 83);
    let again = bench.open().await;
    assert_eq!(again.state(), &names(2..=80), "a restoration can be undone");

    let history = again.history().await.unwrap();
    assert_eq!(history.iter().map(|record| record.seq).collect::<Vec<_>>(), (1..=83).collect::<Vec<_>>());
    assert!(
        matches!(&history[0].entries[..], [Entry::Lease(LeaseEvent::Claim { holder, .. })] if holder.user == "alice")
    );
    assert!(matches!(&history[80].entries[..], [Entry::Restored { from: 40, .. }]));
}

async fn a_thousand_records(bench: &Bench) {
    let mut session = bench.locked("alice").await;
    for number in 2..=1000 {
        session.append(added(number)).await.unwrap();
    }
    assert_eq!(bench.open().await.state(), &names(2..=1000));
    assert_eq!(verified(bench).await.snapshots.len(), 31);
}
