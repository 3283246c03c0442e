//! The simulation itself: what a few seeds and some crash points show in a debug build. The program shows all of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use simulation::{Environment, Operation, Scenario, Stages, crash_points};

#[test]
fn some_crash_points_of_every_operation_hold() {
    let stages = Stages::new();
    let calm = Operation::ALL.map(|operation| Scenario::calm(Environment::Staging, operation));
    for scenario in calm.iter().chain([&calm[0].clone().in_bucket()]) {
        let points = crash_points(&stages, scenario, 13);
        assert!(points.crashed > 2, "{scenario:?}: {points:?}");
        assert!(points.failures.is_empty(), "{scenario:?}: {:#?}", points.failures);
    }
}

#[test]
fn some_seeds_hold() {
    let stages = Stages::new();
    for seed in 1..=12 {
        let report = Scenario::drawn(seed).run(&stages, false);
        assert_eq!(report.failure, None);
    }
}

#[test]
fn a_seed_does_the_same_every_time() {
    let stages = Stages::new();
    let (mut lines, mut merged) = (0, 0);
    // Among them some whose state is in a bucket, whose store goes away, and whose key changes.
    for seed in [1, 27, 59, 107, 201] {
        let scenario = Scenario::drawn(seed);
        let (first, again) = (scenario.run(&stages, true), scenario.run(&Stages::new(), true));
        lines += first.trace.len();
        merged += first.merged;
        assert_eq!(first, again, "seed {seed}");
    }
    assert!(lines > 300 && merged > 0, "{lines} lines, {merged} events merged");
}
