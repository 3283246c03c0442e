//! Lets a scenario happen, then has the work finished, then looks.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use evalap_topology::plan::Plan;
use evalap_topology::state::{StateError, StateKey};
use evalap_topology::{Engine, Error};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use scaleway_core::Random;

use crate::chore::Chore;
use crate::deployer::{self, Process, complete};
use crate::disk::{self, Disk};
use crate::executor::block_on;
use crate::fate::Fate;
use crate::invariants;
use crate::net::{Net, net};
use crate::scenario::{Operation, Scenario};
use crate::stage::{Stages, Target, World};
use crate::trace::Trace;
use crate::weather::Weather;

/// How often a deployer begins anew after it has failed or died.
const ATTEMPTS: u32 = 6;

/// How long somebody needs to notice and to begin anew.
const PAUSE: Duration = Duration::from_secs(3);

/// Longer than anything takes to be ready.
const NIGHT: Duration = Duration::from_hours(8);

/// Longer than any scenario: nothing may hang.
const END: Duration = Duration::from_hours(200);

/// What does not hold after a scenario.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The scenario.
    pub scenario: Scenario,
    /// What does not hold, a sentence each.
    pub broken: Vec<String>,
}

/// How a scenario went.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// What does not hold afterwards.
    pub failure: Option<Failure>,
    /// How many effect boundaries the deployers met.
    pub boundaries: u64,
    /// How many processes died.
    pub crashes: u64,
    /// How many requests met trouble.
    pub troubles: u64,
    /// How many things the platform did badly by itself.
    pub ills: u64,
    /// How many events were kept on a deployer's machine while the store was away, and merged by a later run.
    pub merged: usize,
    /// What happened, if it was asked for.
    pub trace: Vec<String>,
}

impl Scenario {
    /// Lets it happen. The same scenario does the same every time, but for what `object_store` says of how long a request
    /// to a bucket took that has failed.
    pub fn run(&self, stages: &Stages, trace: bool) -> Report {
        let world = stages.world(self);
        let target = stages.target(self.what(), self.operation);
        let first = match self.operation {
            Operation::Abandon => stages.target(self.what(), Operation::Apply),
            _ => target.clone(),
        };
        let reference = stages.reference(self);
        self.ills.iter().for_each(|ill| world.cloud.inject(ill.clone()));
        let ((net, mut carrier), clock) = (net(), world.clock.clone());
        let mut happening = Happening {
            scenario: self,
            world,
            net,
            first,
            target,
            weather: self.weather(),
            trace: Trace::new(trace),
            report: Report::default(),
        };
        // In a box: it is large, and would be copied at each layer.
        let all = carrier.during(clock.timeout(END, Box::pin(happening.all(&reference))));
        let broken = block_on(&clock, all);
        let broken = broken.unwrap_or_else(|| vec![format!("it has not ended after {END:?}")]);
        let mut report = happening.report;
        report.merged = happening.world.merged.into_inner();
        report.troubles = happening.weather.met().values().sum();
        report.trace = happening.trace.lines();
        report.failure = (!broken.is_empty()).then(|| Failure { scenario: self.clone(), broken });
        report
    }

    fn weather(&self) -> Weather {
        let random = Random::seeded(self.seed ^ 0x57EA_74E2);
        Weather::new(random, self.trouble_per_mille, self.trouble_per_mille > 0 || self.deployers > 1)
            .with_store_away(self.away)
    }
}

struct Happening<'a> {
    scenario: &'a Scenario,
    world: World,
    net: Net,
    /// What whoever comes first wants, at first.
    first: Target,
    target: Target,
    weather: Weather,
    trace: Trace,
    report: Report,
}

impl Happening<'_> {
    async fn all(&mut self, reference: &[String]) -> Vec<String> {
        let all = (0..self.scenario.deployers).map(|who| self.deployer(who));
        let lived: Vec<_> = all.collect::<FuturesUnordered<_>>().collect().await;
        for (boundaries, crashes) in lived {
            self.report.boundaries += boundaries;
            self.report.crashes += crashes;
        }
        self.report.ills = (self.scenario.ills.len() - self.world.cloud.faults().len()) as u64;
        // Somebody comes in the morning, and nothing is in the way any more.
        self.world.cloud.clear_faults();
        if !self.scenario.ills.is_empty() {
            self.world.clock.sleep(NIGHT).await;
        }
        if let Some(chore) = self.scenario.chore {
            let (here, there) = (self.world.disk.clone(), Disk::Elsewhere(Arc::default()));
            let comes_back = chore == Chore::Move && self.scenario.seed.is_multiple_of(2);
            for to in [there, here].into_iter().take(1 + usize::from(comes_back)) {
                match Box::pin(self.errand(chore, &to)).await {
                    Ok((disk, key)) => (self.world.disk, self.world.key) = (disk, key),
                    Err(error) => {
                        return vec![format!("{chore:?} cannot be done: {}", deployer::told(&error))];
                    }
                }
            }
        }
        for (who, refuge) in self.world.refuges.iter().enumerate() {
            // Whoever has kept something comes back with it first: what it has planned without it may be out of date then.
            if invariants::has_kept(refuge).await {
                self.process(who, ATTEMPTS, Fate::new(None), Weather::calm()).live(&self.target).await;
            }
        }
        let last = self.process(self.scenario.deployers, u32::MAX, Fate::new(None), Weather::calm());
        match Box::pin(self.rest(&last)).await {
            Ok((engine, plan, failed)) => {
                let broken = Box::pin(invariants::hold(&last, engine, &plan, reference)).await;
                failed.into_iter().chain(broken).collect()
            }
            Err(error) => vec![format!("it cannot be looked at: {}", deployer::told(&error))],
        }
    }

    /// Lets somebody do it who may die of it, and at last somebody whom nothing befalls.
    async fn errand(&mut self, chore: Chore, to: &Disk) -> Result<(Disk, StateKey), StateError> {
        let random = Random::seeded(self.scenario.seed ^ 0x0C_40_4E);
        let who = self.scenario.deployers;
        // A move has most of its boundaries in what it copies, behind its claim and with that. What matters most comes then.
        let objects = disk::listed(&*self.world.disk.itself(&self.world.cloud)).await.len() as u64;
        for attempt in 1..ATTEMPTS {
            let fate = Fate::new(match (random.below(4), chore) {
                (0, _) | (1, Chore::Rekey) => None,
                (2 | 3, Chore::Move) => Some(3 * (objects + 2) + 1 + random.below(6)),
                _ => Some(1 + random.below(32)),
            });
            let ended = {
                let person = self.process(who, ATTEMPTS + attempt, fate.clone(), self.weather.clone());
                match select(pin!(chore.done(&person, to)), pin!(fate.death())).await {
                    Either::Left((ended, _)) => Some(ended),
                    Either::Right(((), _)) => None,
                }
            };
            self.trace.note(&self.world.clock, who, || match &ended {
                None => format!("dies of {chore:?}"),
                Some(Ok(_)) => format!("has done {chore:?}"),
                // Without its causes: those of a bucket say how long a request took.
                Some(Err(error)) => format!("fails at {chore:?}: {error}"),
            });
            self.report.boundaries += fate.passed();
            match ended {
                None => self.report.crashes += 1,
                Some(Ok(done)) => return Ok(done),
                Some(Err(_)) => {}
            }
            self.world.clock.sleep(PAUSE).await;
        }
        let person = self.process(who, ATTEMPTS, Fate::new(None), Weather::calm());
        chore.done(&person, to).await
    }

    /// Does what is left to do, if anything is, and says how it looks then, and what could not be done.
    async fn rest(&self, last: &Process<'_>) -> Result<(Engine, Plan, Option<String>), Error> {
        let (mut engine, plan) = last.look(&self.target).await?;
        if plan.is_empty() && plan.problems.is_empty() && engine.session().lease().is_none() {
            return Ok((engine, plan, None));
        }
        let failed = complete(last.carry_out(&mut engine, &plan).await).err();
        let (engine, plan) = last.look(&self.target).await?;
        Ok((engine, plan, failed))
    }

    /// Tries until it is done or gives up; how many boundaries it met, and how often it died.
    async fn deployer(&self, who: usize) -> (u64, u64) {
        let mut crashes = self.scenario.crashes.iter().filter(|crash| crash.deployer == who);
        let (mut boundaries, mut died) = (0, 0);
        for attempt in 0..ATTEMPTS {
            let suspended = self.scenario.suspended.filter(|(whose, ..)| (*whose, attempt) == (who, 0));
            let crash = crashes.next().map(|crash| crash.boundary);
            let fate = Fate::with_suspension(crash, suspended.map(|(_, write, _)| write));
            let process = self.process(who, attempt, fate.clone(), self.weather.clone());
            let wanted = if (who, attempt) == (0, 0) { &self.first } else { &self.target };
            let life = Box::pin(process.live(wanted));
            let lived = match suspended {
                Some((.., length)) => self.suspended(who, life, &fate, length).await,
                None => life.await,
            };
            boundaries += fate.passed();
            match lived {
                None => died += 1,
                Some(Ok(outcome)) if outcome.is_complete() => break,
                Some(_) => {}
            }
            self.world.clock.sleep(PAUSE).await;
        }
        (boundaries, died)
    }

    /// A life in which the machine is suspended for so long: nothing of it runs, and its time goes by.
    async fn suspended<T>(
        &self,
        who: usize,
        life: impl Future<Output = T>,
        fate: &Fate,
        length: Duration,
    ) -> T {
        let mut life = pin!(life);
        match select(&mut life, pin!(fate.suspension())).await {
            Either::Left((lived, _)) => return lived,
            Either::Right(((), _)) => {}
        }
        self.trace.note(&self.world.clock, who, || "is suspended");
        self.world.clock.sleep(length).await;
        self.trace.note(&self.world.clock, who, || "goes on");
        fate.resume();
        life.await
    }

    fn process(&self, who: usize, attempt: u32, fate: Fate, weather: Weather) -> Process<'_> {
        let ahead = self.scenario.ahead.get(who).copied().unwrap_or_default();
        let mut holder = if self.scenario.same_machine { deployer::gone() } else { deployer::elsewhere() };
        holder.user = format!("deployer-{who}");
        Process {
            who,
            world: &self.world,
            net: &self.net,
            clock: self.world.clock.ahead(ahead),
            seed: self.scenario.seed.wrapping_mul(31).wrapping_add(who as u64 * 1_000 + u64::from(attempt)),
            fate,
            weather,
            trace: self.trace.clone(),
            holder,
        }
    }
}
