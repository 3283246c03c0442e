//! Every effect boundary of an operation, crashed at once each.

use crate::run::Failure;
use crate::scenario::{Crash, Scenario};
use crate::stage::Stages;

/// What came of all crash points of an operation.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Points {
    /// How many there are.
    pub crashed: u64,
    /// Where something did not hold.
    pub failures: Vec<Failure>,
}

/// Dies at each boundary of a calm scenario in turn, every `step`-th of them (1: all), until it passes without dying.
pub fn crash_points(stages: &Stages, calm: &Scenario, step: u64) -> Points {
    let mut points = Points::default();
    for boundary in (1..).step_by(usize::try_from(step.max(1)).unwrap_or(1)) {
        let mut scenario = calm.clone();
        scenario.crashes = vec![Crash { deployer: 0, boundary }];
        let report = scenario.run(stages, false);
        if report.crashes == 0 {
            break;
        }
        points.crashed += 1;
        points.failures.extend(report.failure);
    }
    points
}
