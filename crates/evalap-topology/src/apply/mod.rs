//! Carrying out a plan: as much at once as its order and the API allow, each effect journalled before it is caused.

mod fence;
mod journal;
mod look;
mod progress;
mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::Either;
use futures_util::stream::{FuturesUnordered, StreamExt};
use scaleway_core::Timestamp;
use serde_json::Value;

pub use progress::{Done, Failed, Outcome, Progress};

use crate::address::Address;
use crate::cloud::Cloud;
use crate::error::{Error, told};
use crate::graph::{self, Edges};
use crate::input;
use crate::kinds::{KindName, Seen};
use crate::model::{Attributes, Phase, State, Tracked};
use crate::plan::{Change, Order, Part, Plan, PlannedChange, Step, steps, waits};
use crate::state::Session;
pub(crate) use fence::Fence;
use journal::{Journal, Unwritten, journal};

/// How a plan is applied.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ApplyOptions {
    /// How many changes are under way at once at most.
    pub parallelism: usize,
    /// Stops the apply.
    pub stop: Stop,
    /// The environment's name, where a person has confirmed that the data that the plan deletes may be lost.
    pub confirm: Option<String>,
}

impl Default for ApplyOptions {
    fn default() -> Self {
        Self { parallelism: 16, stop: Stop::default(), confirm: None }
    }
}

/// Stops an apply from outside: what is under way is finished, nothing more is begun. Clones are one and the same.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Stops it.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Carries out `plan` under the session's lock.
pub(crate) async fn apply(
    cloud: &Cloud,
    session: &mut Session<State>,
    plan: &Plan,
    options: &ApplyOptions,
    report: &(dyn Fn(Progress) + Sync),
) -> Result<Outcome, Error> {
    let state = session.state().clone();
    let (journal, writer) = journal(cloud.clock());
    let raised = cloud.fence().raise(journal.clone());
    let executor = Executor::new(cloud, plan, &state, options, report, journal);
    let work = async {
        let outcome = executor.run().await;
        // The writer ends when nobody can write any more.
        drop(raised);
        outcome
    };
    let written = writer.run(session, cloud.fence(), report);
    let (mut outcome, kept) = futures_util::future::join(work, written).await;
    // A state that could not be written is in the outcome, once for each change that it kept from being made.
    outcome.kept = kept;
    Ok(outcome)
}

struct Executor<'a> {
    cloud: &'a Cloud,
    plan: &'a Plan,
    state: &'a State,
    options: &'a ApplyOptions,
    report: &'a (dyn Fn(Progress) + Sync),
    journal: Journal,
    began: Timestamp,
    order: Order,
    /// What is not begun, with how many others it still waits for.
    waiting: BTreeMap<Step, usize>,
    /// What of that waits for no other any more.
    free: BTreeSet<Step>,
    /// What waits for each step.
    followers: BTreeMap<Step, Vec<Step>>,
    /// What the API takes only one change of at a time, and is being changed.
    exclusive: BTreeSet<String>,
    /// What waits for that, and for nothing else.
    queued: BTreeMap<String, BTreeSet<Step>>,
    outputs: BTreeMap<Address, Attributes>,
    outcome: Outcome,
}

impl<'a> Executor<'a> {
    fn new(
        cloud: &'a Cloud,
        plan: &'a Plan,
        state: &'a State,
        options: &'a ApplyOptions,
        report: &'a (dyn Fn(Progress) + Sync),
        journal: Journal,
    ) -> Self {
        let order = steps(plan);
        let outputs = state
            .resources
            .iter()
            .map(|(address, tracked)| (address.clone(), tracked.outputs.clone()))
            .collect();
        let waiting: BTreeMap<_, _> =
            order.iter().map(|(step, ordered)| (step.clone(), ordered.after.len())).collect();
        let free = waiting.iter().filter(|(_, after)| **after == 0).map(|(step, _)| step.clone()).collect();
        let mut followers = BTreeMap::<_, Vec<Step>>::new();
        for (step, ordered) in &order {
            for first in &ordered.after {
                followers.entry(first.clone()).or_default().push(step.clone());
            }
        }
        let began = cloud.clock().now();
        let (exclusive, queued, outcome) = (BTreeSet::new(), BTreeMap::new(), Outcome::default());
        Self {
            cloud,
            plan,
            state,
            options,
            report,
            journal,
            began,
            order,
            waiting,
            free,
            followers,
            exclusive,
            queued,
            outputs,
            outcome,
        }
    }

    async fn run(mut self) -> Outcome {
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < self.options.parallelism.max(1) && !self.is_over() {
                let Some((step, planned, lock)) = self.next() else { break };
                self.exclusive.extend(lock.clone());
                let work = self.work(&step, planned);
                let (verb, began) = (work.verb, self.since());
                (self.report)(Progress::Started { address: step.address.clone(), verb });
                let resource = step.address.clone();
                running.push(Either::Left(async move {
                    let result = fence::of(resource, work.run()).await;
                    Ended::Step { step, lock, verb, began, result }
                }));
            }
            match running.next().await {
                None => break,
                Some(Ended::Written { done, result }) => self.written(done, result),
                Some(Ended::Step { step, lock, verb, began, result }) => {
                    if let Some(lock) = lock {
                        self.release(&lock);
                    }
                    let took = self.since().saturating_sub(began);
                    let done = Done { address: step.address.clone(), verb, began, took };
                    match result {
                        Ok(made) => {
                            self.follow(&step, made.outputs);
                            let Some(written) = made.written else {
                                self.written(done, Ok(()));
                                continue;
                            };
                            running.push(Either::Right(async move {
                                Ended::Written { done, result: written.done().await }
                            }));
                        }
                        Err(error) => self.failed(done, &error),
                    }
                }
            }
        }
        self.outcome.stopped = self.options.stop.is_stopped() && !self.waiting.is_empty();
        let skipped: BTreeSet<_> = self.waiting.into_keys().map(|step| step.address).collect();
        self.outcome.skipped = skipped.into_iter().collect();
        self.outcome.took = self.cloud.clock().now().since(self.began);
        self.outcome.critical_path = critical_path(&waits(&self.order), &self.outcome.done);
        self.outcome
    }

    /// Whether nothing more is begun.
    fn is_over(&self) -> bool {
        self.options.stop.is_stopped() || self.journal.is_over()
    }

    fn since(&self) -> Duration {
        self.cloud.clock().now().since(self.began)
    }

    /// The next step that nothing keeps from being begun.
    fn next(&mut self) -> Option<(Step, &'a PlannedChange, Option<String>)> {
        let plan = self.plan;
        while let Some(step) = self.free.pop_first() {
            let Some(ordered) = self.order.get(&step) else { continue };
            let Some(planned) = plan.changes.get(ordered.change) else { continue };
            let lock = if ordered.along { None } else { self.lock(&step, planned) };
            match lock {
                Some(lock) if self.exclusive.contains(&lock) => {
                    self.queued.entry(lock).or_default().insert(step);
                }
                lock => {
                    self.waiting.remove(&step);
                    return Some((step, planned, lock));
                }
            }
        }
        None
    }

    /// What waited for this may be begun: one of it.
    fn release(&mut self, lock: &str) {
        self.exclusive.remove(lock);
        let next = self.queued.get_mut(lock).and_then(BTreeSet::pop_first);
        self.free.extend(next);
    }

    /// What no two changes may touch at once.
    fn lock(&self, step: &Step, planned: &PlannedChange) -> Option<String> {
        let scope = step.address.kind.profile().one_at_a_time?;
        // Its own id is no part of what it is made from.
        if scope == "id" {
            return self.state.resources.get(&step.address)?.id.clone();
        }
        let made = planned.change.spec().filter(|_| step.part == Part::Make);
        let spec = match made {
            Some(spec) => self.resolved(spec),
            None => self.state.resources.get(&step.address)?.spec.clone(),
        };
        spec.get(scope).and_then(Value::as_str).map(str::to_owned)
    }

    fn resolved(&self, spec: &Attributes) -> Attributes {
        let known = |of: &Address, output: &str| self.outputs.get(of)?.get(output).cloned();
        let mut spec = spec.clone();
        spec.values_mut().for_each(|value| input::resolve(value, &known));
        spec
    }

    fn work(&self, step: &Step, planned: &'a PlannedChange) -> step::Work<'a> {
        let spec = planned.change.spec().map(|spec| self.resolved(spec)).unwrap_or_default();
        let verb = match (&planned.change, step.part) {
            (Change::Replace { .. }, Part::Delete) => "delete",
            (Change::Replace { .. }, Part::Make) => "create",
            (change, _) => change.verb(),
        };
        let tracked = self.state.resources.get(&step.address);
        let parents = self.parents(step.address.kind, &planned.depends_on);
        let (cloud, journal, part) = (self.cloud, self.journal.clone(), step.part);
        let along = self.order.get(step).is_some_and(|ordered| ordered.along);
        let former = tracked.and_then(|tracked| self.former(&step.address, tracked, &spec));
        let report = self.report;
        step::Work { cloud, journal, planned, part, along, spec, tracked, former, verb, parents, report }
    }

    /// What a resource was to be called that an earlier run was about to make, if it is called otherwise by now and nothing
    /// else is called so.
    fn former(&self, address: &Address, tracked: &Tracked, spec: &Attributes) -> Option<String> {
        let kind = address.kind;
        let key = (tracked.phase == Phase::Creating).then(|| kind.key(&tracked.spec))??;
        let others = |other: &Address| other.kind == kind && other != address;
        let remembered = self.state.resources.iter().filter(|(other, _)| others(other));
        let planned = self.plan.changes.iter().filter(|planned| others(&planned.address));
        let mut specs = remembered
            .map(|(_, tracked)| &tracked.spec)
            .chain(planned.filter_map(|planned| planned.change.spec()));
        let is_free =
            kind.key(spec).as_ref() != Some(&key) && !specs.any(|spec| kind.key(spec).as_ref() == Some(&key));
        is_free.then_some(key)
    }

    /// What a resource lives in, among what it refers to.
    fn parents(&self, kind: KindName, depends_on: &[Address]) -> Vec<Seen> {
        let inside = depends_on.iter().filter(|address| Some(address.kind) == kind.profile().parent);
        inside
            .filter_map(|address| self.outputs.get(address)?.get("id")?.as_str())
            .map(Seen::parent)
            .collect()
    }

    /// The step has done its work: what waits for it may begin.
    fn follow(&mut self, step: &Step, outputs: Attributes) {
        for follower in self.followers.remove(step).unwrap_or_default() {
            if let Some(after) = self.waiting.get_mut(&follower) {
                *after -= 1;
                if *after == 0 {
                    self.free.insert(follower);
                }
            }
        }
        self.outputs.insert(step.address.clone(), outputs);
    }

    /// What was done is in the state, or could not be written.
    fn written(&mut self, done: Done, result: Result<(), Unwritten>) {
        match result {
            Ok(()) => {
                let Done { address, verb, took, .. } = done.clone();
                (self.report)(Progress::Done { address, verb, took });
                self.outcome.done.push(done);
            }
            Err(error) => self.failed(done, &error),
        }
    }

    fn failed(&mut self, done: Done, error: &dyn std::error::Error) {
        let (error, Done { address, verb, .. }) = (told(error), done);
        (self.report)(Progress::Failed { address: address.clone(), verb, error: error.clone() });
        self.outcome.failed.push(Failed { address, verb, error });
    }
}

/// What has come to its end.
enum Ended {
    /// A step; what it has done is being written.
    Step {
        step: Step,
        lock: Option<String>,
        verb: &'static str,
        began: Duration,
        result: Result<step::Made, step::StepError>,
    },
    /// The last write of one.
    Written { done: Done, result: Result<(), Unwritten> },
}

fn critical_path(edges: &Edges<Step>, done: &[Done]) -> Vec<Address> {
    let part = |done: &Done| if done.verb == "delete" { Part::Delete } else { Part::Make };
    let step = |done: &Done| Step { address: done.address.clone(), part: part(done) };
    let times: BTreeMap<Step, f64> = done.iter().map(|done| (step(done), done.took.as_secs_f64())).collect();
    let took = |step: &Step| times.get(step).copied().unwrap_or_default();
    let Ok(order) = graph::in_order(edges) else { return Vec::new() };
    let (path, _) = graph::critical_path(edges, &order, took);
    path.into_iter().map(|step| step.address).collect()
}
