//! The simulation can fail: each rule that the engine is made to break is noticed.
#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

use evalap_topology::sabotage::{Flaw, commit};
use simulation::{Scenario, Stages};

/// The seed by which a broken engine must have been found out.
const LIMIT: u64 = 1000;

#[test]
fn every_rule_that_is_broken_is_found_out() {
    let flaws = [
        Flaw::NoIntent,
        Flaw::NoOwnerCheck,
        Flaw::NoFencing,
        Flaw::LostPostSentAgain,
        Flaw::SnapshotFirst,
        Flaw::DeletedTooSoon,
    ];
    // What scenarios begin in is made by an engine that keeps its rules.
    let stages = Stages::new();
    for flaw in flaws {
        let found = (1..=LIMIT).find_map(|seed| {
            commit(None);
            let scenario = Scenario::drawn(seed);
            stages.prepare(&scenario);
            commit(Some(flaw));
            let failure = scenario.run(&stages, false).failure?;
            Some((seed, failure.broken))
        });
        let Some((seed, broken)) = found else { panic!("{flaw:?} was not noticed in {LIMIT} seeds") };
        println!("{flaw:?}: found out by seed {seed}: {}", broken.join("; "));
    }
}
