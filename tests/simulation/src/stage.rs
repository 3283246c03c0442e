//! The worlds that scenarios begin in, made once and forked for each.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use evalap_topology::definition::{Definition, Size};
use evalap_topology::state::StateKey;
use object_store::memory::InMemory;
use scaleway_core::{Clock, Random, Timestamp};
use scaleway_emulator::{Emulator, Latency};

use crate::disk::Disk;
use crate::executor::block_on;
use crate::extent::Extent;
use crate::invariants::Known;
use crate::scenario::{Operation, Scenario};
use crate::{deployer, others};

/// Which environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Environment {
    /// `environments/staging.toml`.
    Staging,
    /// `environments/production.toml`.
    Production,
}

impl Environment {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// An environment, and how much of it.
type What = (Environment, Extent);

/// What a scenario begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    /// What others have.
    Empty,
    /// And the environment.
    Applied,
    /// And something that took the place of a part of it.
    Usurped,
}

/// What else tells two worlds apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// Whether things take their time there.
    latency: bool,
    /// Whether the state lies in a bucket.
    bucket: bool,
}

/// What every request is signed with.
pub(crate) const SECRET_KEY: &str = "11111111-1111-4111-8111-111111111111";

/// The values that the environments take from variables.
pub(crate) const VARIABLES: [(&str, &str); 4] = [
    ("OPENAI_API_KEY", "sk-openai-7h3V4lu3"),
    ("MISTRAL_API_KEY", "mistral/s3cr3t+v4lu3"),
    ("ALBERT_API_KEY", "alb \"quoted\" v4lu3"),
    ("HF_TOKEN", "hf_t0k3nv4lu3"),
];

/// What shall be.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// This, and nothing else of ours.
    Definition(Arc<Definition>),
    /// Nothing; the definition says of what.
    Nothing(Arc<Definition>),
}

impl Target {
    pub(crate) fn definition(&self) -> &Definition {
        let (Self::Definition(definition) | Self::Nothing(definition)) = self;
        definition
    }
}

/// What must exist, a line each.
pub(crate) type Reference = Arc<Vec<String>>;

/// A world as it was when it was made ready.
#[derive(Debug)]
struct Stage {
    cloud: Emulator,
    disk: Disk,
    known: Arc<Known>,
    now: Timestamp,
}

/// A world to let a scenario happen in.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) cloud: Emulator,
    pub(crate) disk: Disk,
    /// What lay on it at the beginning.
    pub(crate) known: Arc<Known>,
    pub(crate) clock: Clock,
    pub(crate) key: StateKey,
    /// What each deployer has on a machine of its own for when the store is away.
    pub(crate) refuges: Vec<Arc<InMemory>>,
    /// How many events were kept in one of these, and brought into the state by a later run.
    pub(crate) merged: AtomicUsize,
}

/// The worlds that scenarios begin in, and what they must end in.
#[derive(Debug)]
pub struct Stages {
    key: StateKey,
    definitions: BTreeMap<What, Arc<Definition>>,
    made: Mutex<BTreeMap<(What, Start, Kind), Arc<Stage>>>,
    references: Mutex<BTreeMap<(What, Operation, bool), Reference>>,
}

impl Stages {
    /// Reads the definitions; worlds are made when they are asked for.
    pub fn new() -> Self {
        let decode = |name: &str, text: &str| {
            Definition::from_toml(name, text).expect("the project's own definition").definition
        };
        let staging = decode("staging.toml", include_str!("../../../environments/staging.toml"));
        let mut production = decode("production.toml", include_str!("../../../environments/production.toml"));
        // What is protected is not destroyed: that is a refusal, and no simulation.
        production.secrets.values_mut().for_each(|secret| secret.protected = false);
        let whole = [(Environment::Staging, staging), (Environment::Production, production)];
        let definitions = whole.iter().flat_map(|(environment, definition)| {
            Extent::ALL.map(|extent| ((*environment, extent), Arc::new(extent.of(definition))))
        });
        Self {
            key: StateKey::new(&[7; 32]).expect("a key of 32 bytes"),
            definitions: definitions.collect(),
            made: Mutex::default(),
            references: Mutex::default(),
        }
    }

    /// What an operation is to make true.
    pub(crate) fn target(&self, what: What, operation: Operation) -> Target {
        let definition = &self.definitions[&what];
        let changed = |change: fn(&mut Definition)| {
            let mut changed = Definition::clone(definition);
            change(&mut changed);
            Target::Definition(Arc::new(changed))
        };
        match operation {
            Operation::Apply => Target::Definition(definition.clone()),
            Operation::Destroy | Operation::Abandon => Target::Nothing(definition.clone()),
            Operation::Update => changed(update),
            Operation::Replace => changed(|definition| {
                let subnets = &mut definition.network.as_mut().expect("a network").subnets;
                *subnets = ["10.77.0.0/22".parse().expect("a subnet")].into();
            }),
        }
    }

    /// Makes ready what the scenario begins in and is held against, so that it need not be made while it runs.
    pub fn prepare(&self, scenario: &Scenario) {
        self.world(scenario);
        self.reference(scenario);
    }

    /// A world for the scenario.
    pub(crate) fn world(&self, scenario: &Scenario) -> World {
        let start = match scenario.operation {
            Operation::Apply | Operation::Abandon => Start::Empty,
            _ if scenario.usurped => Start::Usurped,
            _ => Start::Applied,
        };
        let stage =
            self.stage(scenario.what(), start, Kind { latency: scenario.latency, bucket: scenario.bucket });
        let mut world = self.enter(&stage, scenario.seed);
        let refuges = if scenario.away.is_some() { scenario.deployers } else { 0 };
        world.refuges = (0..refuges).map(|_| Arc::default()).collect();
        world
    }

    fn enter(&self, stage: &Stage, seed: u64) -> World {
        let clock = Clock::virtual_from(stage.now);
        World {
            cloud: stage.cloud.fork(clock.clone(), Random::seeded(seed ^ 0x00C1_0D00)),
            disk: stage.disk.fork(),
            known: stage.known.clone(),
            clock,
            key: self.key.clone(),
            refuges: Vec::new(),
            merged: AtomicUsize::default(),
        }
    }

    fn stage(&self, what: What, start: Start, kind: Kind) -> Arc<Stage> {
        let key = (what, start, kind);
        if let Some(stage) = self.made.lock().expect("no panic while it is held").get(&key) {
            return stage.clone();
        }
        let project = &self.definitions[&what].environment.project_id;
        let world = match start {
            Start::Empty => {
                let now = Timestamp::from_unix_millis(1_700_000_000_000);
                let clock = Clock::virtual_from(now);
                let latency = if kind.latency { Latency::Recorded } else { Latency::None };
                let cloud = Emulator::builder().clock(clock.clone()).random(Random::seeded(7));
                let cloud = cloud.latency(latency).build().expect("an emulator in memory");
                block_on(&clock, others::bystanders(&cloud, project));
                let (disk, known) = (Disk::empty(&cloud, kind.bucket), Arc::default());
                self.enter(&Stage { cloud, disk, known, now: clock.now() }, 0)
            }
            Start::Applied => {
                let world = self.enter(&self.stage(what, Start::Empty, kind), 1);
                deployer::calm(&world, &self.target(what, Operation::Apply)).expect("a calm apply");
                world
            }
            Start::Usurped => {
                let world = self.enter(&self.stage(what, Start::Applied, kind), 2);
                let usurped = others::usurper(&world.cloud, project, what.0);
                block_on(&world.clock, usurped);
                world
            }
        };
        // Whatever still settles has settled.
        let now = world.clock.now() + Duration::from_hours(1);
        let known = block_on(&world.clock, Known::all(&*world.disk.itself(&world.cloud), &world.cloud));
        let known = Arc::new(known);
        let stage = Arc::new(Stage { cloud: world.cloud, disk: world.disk.fork(), known, now });
        self.made.lock().expect("no panic while it is held").insert(key, stage.clone());
        stage
    }

    /// What must exist after an operation, as a calm run leaves it.
    pub(crate) fn reference(&self, scenario: &Scenario) -> Reference {
        let (what, operation) = (scenario.what(), scenario.operation);
        let key = (what, operation, scenario.usurped);
        if let Some(reference) = self.references.lock().expect("no panic while it is held").get(&key) {
            return reference.clone();
        }
        let mut calm = Scenario::calm(scenario.environment, operation);
        (calm.extent, calm.usurped) = (scenario.extent, scenario.usurped);
        let world = self.world(&calm);
        let existing = deployer::calm(&world, &self.target(what, operation)).expect("a calm run");
        let reference = Arc::new(existing);
        self.references.lock().expect("no panic while it is held").insert(key, reference.clone());
        reference
    }
}

impl Default for Stages {
    fn default() -> Self {
        Self::new()
    }
}

/// A bit of everything that changes in place: a service's size and image, a variable, a value from outside stays.
fn update(definition: &mut Definition) {
    let runners = definition.services.get_mut("runners").expect("a service");
    runners.memory = Size::megabytes(3000);
    runners.image = runners.image.replace(":0.9.0", ":0.9.1").replace("@sha256:c6", "@sha256:d7");
    let documentation = definition.services.get_mut("documentation").expect("a service");
    documentation.max_scale += 1;
    if let Some(metrics) = &mut definition.monitoring.metrics {
        metrics.retention_days += 10;
    }
    definition.monitoring.contacts.insert("somebody-else@example.org".into());
    if let Some(database) = &mut definition.database {
        database.databases.insert("evalap_archive".into());
        database.settings.insert("work_mem".into(), "8".into());
    }
    if let Some(secret) = definition.secrets.get_mut("hugging-face-token") {
        secret.description = Some("Datasets, and models".into());
    }
}
