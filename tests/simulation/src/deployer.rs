//! Somebody who applies a definition, dies, comes back and goes on.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use evalap_topology::apply::{ApplyOptions, Outcome, Progress};
use evalap_topology::plan::Plan;
use evalap_topology::state::{Holder, Store};
use evalap_topology::{Engine, Error, Lock, Missing, Sources};
use futures_util::future::{Either, select};
use object_store::ObjectStore;
use scaleway_core::{Client, Clock, Config, Random, RetryPolicy};
use serde_json::json;

use crate::cloud_link::CloudLink;
use crate::disk::{self, Disk};
use crate::executor::block_on;
use crate::fate::Fate;
use crate::invariants;
use crate::net::{Net, net};
use crate::stage::{SECRET_KEY, Target, VARIABLES, World};
use crate::store_link::StoreLink;
use crate::trace::Trace;
use crate::weather::Weather;

/// How long for the lock is waited: longer than several leases.
pub(crate) const PATIENCE: Duration = Duration::from_mins(20);

/// One process: all that it needs to reach the world.
pub(crate) struct Process<'a> {
    pub(crate) who: usize,
    pub(crate) world: &'a World,
    pub(crate) net: &'a Net,
    /// Its own, which may be wrong.
    pub(crate) clock: Clock,
    pub(crate) seed: u64,
    pub(crate) fate: Fate,
    pub(crate) weather: Weather,
    pub(crate) trace: Trace,
    pub(crate) holder: Holder,
}

impl Process<'_> {
    /// Opens the environment as a new process would.
    async fn open(&self, target: &Target) -> Result<Engine, Error> {
        let variable = |name: &str| {
            VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let definition = target.definition();
        let sources = Sources::read(definition, &variable, Path::new("."), Missing::Refuse)?;
        let config = Config::new(SECRET_KEY);
        let random = Random::seeded(self.seed);
        let client =
            Client::builder(config, self.cloud_link(false)).clock(self.clock.clone()).random(random.clone());
        let client = client.retry(RetryPolicy::default()).build().expect("a client");
        Engine::open(&client, definition, sources, self.store(random), self.world.key.clone(), "emulator")
            .await
    }

    /// The state's store, with the refuge of the machine that this runs on, if there is one.
    pub(crate) fn store(&self, random: Random) -> Store {
        let store = Store::new(self.objects(), self.world.disk.place(), self.clock.clone(), random.clone());
        let Some(refuge) = self.world.refuges.get(self.who) else { return store };
        let refuge = Arc::new(self.store_link(refuge.clone(), Weather::calm()));
        store.with_refuge(Store::new(refuge, "refuge", self.clock.clone(), random))
    }

    /// The way to the cloud, or to the state in it.
    fn cloud_link(&self, to_state: bool) -> CloudLink {
        CloudLink {
            who: self.who,
            fate: self.fate.clone(),
            net: self.net.clone(),
            cloud: self.world.cloud.clone(),
            to_state,
            weather: self.weather.clone(),
            trace: self.trace.clone(),
        }
    }

    /// The state's objects, over the net: what goes wrong there goes wrong below the client of a bucket.
    fn objects(&self) -> Arc<dyn ObjectStore> {
        let disk = match &self.world.disk {
            Disk::Memory(memory) | Disk::Elsewhere(memory) => memory.clone(),
            Disk::Bucket => {
                let client = disk::client(self.cloud_link(true), &self.world.cloud);
                return Arc::new(disk::objects(&client));
            }
        };
        Arc::new(self.store_link(disk, self.weather.clone()))
    }

    pub(crate) fn store_link(&self, disk: Arc<dyn ObjectStore>, weather: Weather) -> StoreLink {
        StoreLink {
            who: self.who,
            fate: self.fate.clone(),
            net: self.net.clone(),
            disk,
            clock: self.world.clock.clone(),
            weather,
            trace: self.trace.clone(),
        }
    }

    /// Plans.
    async fn plan(&self, engine: &mut Engine, target: &Target) -> Result<Plan, Error> {
        match target {
            Target::Definition(_) => engine.plan().await,
            Target::Nothing(_) => engine.plan_destroy().await,
        }
    }

    /// Opens the environment and plans.
    pub(crate) async fn look(&self, target: &Target) -> Result<(Engine, Plan), Error> {
        let mut engine = self.open(target).await?;
        let plan = self.plan(&mut engine, target).await?;
        Ok((engine, plan))
    }

    async fn work(&self, target: &Target) -> Result<Outcome, Error> {
        let (mut engine, plan) = self.look(target).await?;
        self.carry_out(&mut engine, &plan).await
    }

    /// Applies a plan.
    pub(crate) async fn carry_out(&self, engine: &mut Engine, plan: &Plan) -> Result<Outcome, Error> {
        let mut options = ApplyOptions::default();
        options.confirm = Some(engine.binding().environment.clone());
        let mut lock = Lock::of(self.holder.clone());
        lock.wait = PATIENCE;
        let report = |progress| {
            if let Progress::Merged(merged) = &progress {
                self.world.merged.fetch_add(merged.taken + merged.known, Ordering::Relaxed);
            }
            self.trace.note(&self.world.clock, self.who, || format!("{progress:?}"));
        };
        engine.apply(plan, lock, &options, |_| {}, &report).await
    }

    /// Plans and applies; `None` where the process has died.
    pub(crate) async fn live(&self, target: &Target) -> Option<Result<Outcome, Error>> {
        let work = std::pin::pin!(self.work(target));
        let death = std::pin::pin!(self.fate.death());
        // The work first: who has an answer may still think about it in the moment of its death.
        let ended = match select(work, death).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(_) => None,
        };
        self.trace.note(&self.world.clock, self.who, || match &ended {
            None => "dies".to_owned(),
            Some(Ok(outcome)) if outcome.is_complete() => "is done".to_owned(),
            Some(Ok(outcome)) => format!("failed: {:?}", outcome.failed),
            Some(Err(error)) => format!("failed: {}", told(error)),
        });
        ended
    }
}

/// One run to which nothing happens, in a world where nothing else does, and what exists then.
pub(crate) fn calm(world: &World, target: &Target) -> Result<Vec<String>, String> {
    let (net, mut carrier) = net();
    let process = Process {
        who: 0,
        world,
        net: &net,
        clock: world.clock.clone(),
        seed: 3,
        fate: Fate::new(None),
        weather: Weather::calm(),
        trace: Trace::new(false),
        holder: elsewhere(),
    };
    let run = async {
        complete(process.live(target).await.expect("nobody dies here"))?;
        let (engine, plan) = process.look(target).await.map_err(|error| told(&error))?;
        let existing = invariants::inventory(&world.cloud);
        let broken = invariants::hold(&process, engine, &plan, &existing).await;
        if broken.is_empty() { Ok(existing) } else { Err(broken.join("; ")) }
    };
    block_on(&world.clock, carrier.during(run))
}

/// Somebody of whom nobody can tell whether they are gone. The same in every run, for it is part of the records, and what is
/// in them decides when they are folded.
pub(crate) fn elsewhere() -> Holder {
    static ELSEWHERE: LazyLock<Holder> = LazyLock::new(|| {
        let text = json!({"user": "deployer", "host": "elsewhere", "pid": 1, "command": "simulated"});
        serde_json::from_value(text).expect("a holder")
    });
    ELSEWHERE.clone()
}

/// A process on this machine that can be told to be gone, once somebody looks: it is not the one that bears its number.
pub(crate) fn gone() -> Holder {
    static GONE: LazyLock<Holder> = LazyLock::new(|| {
        let mut text = serde_json::to_value(Holder::current("simulated")).expect("a holder");
        (text["pid"], text["started"]) = (1.into(), "before".into());
        serde_json::from_value(text).expect("a holder")
    });
    GONE.clone()
}

/// Whether all was done, or what was not.
pub(crate) fn complete(outcome: Result<Outcome, Error>) -> Result<(), String> {
    match outcome {
        Ok(outcome) if outcome.is_complete() => Ok(()),
        Ok(outcome) => Err(format!("failed: {:?}; skipped: {:?}", outcome.failed, outcome.skipped)),
        Err(error) => Err(told(&error)),
    }
}

/// An error with its causes.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
