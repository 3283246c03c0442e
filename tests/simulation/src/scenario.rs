//! What happens: drawn from a seed, or written down.

use std::time::Duration;

use scaleway_core::Random;
use scaleway_emulator::{Fault, FaultKind};

use crate::chore::Chore;
use crate::extent::Extent;
use crate::stage::Environment;

/// What is done to the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// It is made from nothing.
    Apply,
    /// It exists, and attributes of what is in it change in place.
    Update,
    /// It exists, and a change of the network takes everything in it along.
    Replace,
    /// It exists, and is taken away.
    Destroy,
    /// It is being made, and is taken away by who comes next.
    Abandon,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Apply, Self::Update, Self::Replace, Self::Destroy, Self::Abandon];
}

/// A process that dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    /// Which of the deployers.
    pub deployer: usize,
    /// At which effect boundary that it meets after its last crash, counted from 1.
    pub boundary: u64,
}

/// One environment, one operation, and what befalls those who carry it out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Scenario {
    /// What all choices along the way are drawn from.
    pub seed: u64,
    /// The environment.
    pub environment: Environment,
    /// How much of it there is.
    pub extent: Extent,
    /// What is done to it.
    pub operation: Operation,
    /// How many do it at once.
    pub deployers: usize,
    /// Who dies where.
    pub crashes: Vec<Crash>,
    /// Of a thousand requests, how many meet trouble; of those of the log too.
    pub trouble_per_mille: u64,
    /// Whether requests and resources take their time.
    pub latency: bool,
    /// Whether the state lies in a bucket of the same cloud, and not in memory.
    pub bucket: bool,
    /// Whether a dead process can be told to be dead, for it ran on the same machine.
    pub same_machine: bool,
    /// How far each deployer's clock is ahead.
    pub ahead: Vec<Duration>,
    /// Whether somebody else has taken the place of something of ours before.
    pub usurped: bool,
    /// Which deployer is suspended, at the answer to which of its writes of the log, and for how long.
    pub suspended: Option<(usize, u64, Duration)>,
    /// What the platform itself does badly, once each, until the calm run.
    pub ills: Vec<Fault>,
    /// From which write on the state's store is away, and for how long; then each deployer has a refuge.
    pub away: Option<(u64, Duration)>,
    /// What is done to the state itself before the calm run, by somebody who meets the same trouble and may die of it.
    pub chore: Option<Chore>,
}

/// What is made or changed slowly, and what may end in `error` without a person being needed.
const SLOW: [&str; 4] =
    ["rdb.CreateInstance", "CreateContainer", "UpdateContainer", "containers.CreateNamespace"];
const FAILING: [&str; 3] = ["CreateContainer", "UpdateContainer", "containers.CreateNamespace"];

impl Scenario {
    /// One deployer, to whom nothing happens.
    pub fn calm(environment: Environment, operation: Operation) -> Self {
        Self {
            seed: 0,
            environment,
            extent: Extent::Whole,
            operation,
            deployers: 1,
            crashes: Vec::new(),
            trouble_per_mille: 0,
            latency: false,
            bucket: false,
            same_machine: true,
            ahead: vec![Duration::ZERO],
            usurped: false,
            suspended: None,
            ills: Vec::new(),
            away: None,
            chore: None,
        }
    }

    /// The same, with the state in a bucket.
    #[must_use]
    pub fn in_bucket(mut self) -> Self {
        self.bucket = true;
        self
    }

    /// Which environment, and how much of it.
    pub(crate) fn what(&self) -> (Environment, Extent) {
        (self.environment, self.extent)
    }

    /// Whatever the seed says. What is small is drawn more often than what is large, for most of what can go wrong between
    /// a few things goes wrong between no more of them, and costs less to be looked for: half of the scenarios are about
    /// the services alone, an eighth about whole environments; of those with several deployers, half have two.
    pub fn drawn(seed: u64) -> Self {
        let random = Random::seeded(seed);
        let index = |n: usize| usize::try_from(random.below(n as u64)).unwrap_or(0);
        let environment = if random.below(2) == 0 { Environment::Staging } else { Environment::Production };
        let extent = Extent::ALL[halving(&random, Extent::ALL.len())];
        let operation = Operation::ALL[index(Operation::ALL.len())];
        let deployers = if random.below(4) == 0 { 2 + halving(&random, 4) } else { 1 };
        let crashes = (0..=random.below(3))
            .map(|_| Crash { deployer: index(deployers), boundary: 1 + random.below(160) })
            .collect();
        let trouble_per_mille = if random.below(3) == 0 { 0 } else { random.below(201) };
        let ahead = |_| if random.below(2) == 0 { 0 } else { random.below(3600) };
        // Alone, a machine that sleeps is only late.
        let suspended = (random.below(if deployers > 1 { 2 } else { 8 }) == 0).then(|| {
            let (write, length) = (1 + random.below(16), 1_000 + random.below(900_000));
            (index(deployers), write, Duration::from_millis(length))
        });
        Self {
            seed,
            environment,
            extent,
            operation,
            deployers,
            crashes,
            trouble_per_mille,
            latency: random.below(4) == 0,
            same_machine: deployers == 1 && suspended.is_none() && random.below(2) == 0,
            usurped: operation == Operation::Destroy && random.below(3) == 0,
            ahead: (0..deployers).map(ahead).map(Duration::from_secs).collect(),
            suspended,
            ills: (0..random.below(8).saturating_sub(4)).map(|_| ill(&random)).collect(),
            bucket: random.below(12) == 0,
            away: (random.below(4) == 0)
                .then(|| (1 + random.below(24), Duration::from_secs(10 + random.below(110)))),
            chore: (random.below(20) == 0)
                .then(|| if random.below(2) == 0 { Chore::Rekey } else { Chore::Move }),
        }
    }
}

/// Of so many, the first half of the times, the second half of the others, and so on.
fn halving(random: &Random, of: usize) -> usize {
    let last = of - 1;
    last.min(random.below(1 << last).trailing_zeros() as usize)
}

/// Slow or failed readiness, or nothing in stock for a while.
fn ill(random: &Random) -> Fault {
    let one_of = |operations: &[&'static str]| {
        operations[usize::try_from(random.below(operations.len() as u64)).unwrap_or(0)]
    };
    let (kind, operation) = match random.below(3) {
        0 => (FaultKind::SlowReadiness(Duration::from_secs(60 + random.below(3_600))), one_of(&SLOW)),
        1 => (FaultKind::FailedReadiness, one_of(&FAILING)),
        _ => (FaultKind::OutOfStock, "rdb.CreateInstance"),
    };
    Fault::new(kind).operation(operation).nth(1 + random.below(3))
}
