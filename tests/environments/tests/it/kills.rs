//! The real program, killed by SIGKILL in the middle of an apply.

use std::path::Path;
use std::process::Child;

use scaleway_emulator::{Fault, FaultKind};

use crate::desk::Desk;

/// Kills the program once the cloud has met its `nth` request, which is never answered.
fn kill_at(desk: &Desk, data: &Path, nth: u64, kind: FaultKind) {
    desk.emulator.inject(Fault::new(kind).nth(nth));
    let mut child: Child = desk.program(data, &["apply"]).spawn().unwrap();
    while desk.emulator.requests().total() < nth {
        assert!(child.try_wait().unwrap().is_none(), "it ended before its request {nth}");
        std::thread::yield_now();
    }
    // SIGKILL: nothing of the program runs after it.
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_at_ten_moments_it_goes_on_each_time_and_leaves_nothing_behind() {
    let expected = {
        let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        desk.run(folder.path(), &["apply"]);
        desk.left()
    };
    assert!(expected.iter().all(|(_, count)| *count > 0), "{expected:?}");
    let moments = [
        (3, FaultKind::Hang),
        (14, FaultKind::HangAfter),
        (17, FaultKind::Hang),
        (21, FaultKind::HangAfter),
        (26, FaultKind::HangAfter),
        (30, FaultKind::HangAfter),
        (34, FaultKind::Hang),
        (38, FaultKind::HangAfter),
        (43, FaultKind::HangAfter),
        (47, FaultKind::HangAfter),
    ];
    for (nth, kind) in moments {
        let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        kill_at(&desk, folder.path(), nth, kind);
        desk.run(folder.path(), &["apply"]);
        assert_eq!(desk.left(), expected, "killed at request {nth}, {kind:?}");
        desk.run(folder.path(), &["plan", "--detailed-exitcode"]);
        desk.run(folder.path(), &["destroy", "--yes", "--confirm", "staging"]);
        let left = desk.left();
        assert!(left.iter().all(|(_, count)| *count == 0), "killed at request {nth}, {kind:?}: {left:?}");
    }
}
