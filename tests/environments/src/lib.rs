//! What the tests of whole environments share: a world with a cloud, a state and a definition in it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod mortal;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use evalap_topology::apply::{ApplyOptions, Outcome, Progress};
use evalap_topology::definition::Definition;
use evalap_topology::plan::{Change, Plan};
use evalap_topology::state::{StateKey, Store};
use evalap_topology::{Engine, Error, Lock, Missing, Sources};
use futures_util::future::{Either, select};
use scaleway_core::{Client, Clock, Config, Random, RetryPolicy, Timestamp, Transport};
use scaleway_emulator::{Builder, Emulator, ImageBook, Latency};

pub use mortal::{Moment, Mortal};

/// The staging environment, as it is in the project.
pub const STAGING: &str = include_str!("../../../environments/staging.toml");

/// The production environment, as it is in the project.
pub const PRODUCTION: &str = include_str!("../../../environments/production.toml");

/// The values that the staging environment takes from variables.
pub const VARIABLES: [(&str, &str); 4] = [
    ("OPENAI_API_KEY", "sk-openai-7h3V4lu3"),
    ("MISTRAL_API_KEY", "mistral/s3cr3t+v4lu3"),
    ("ALBERT_API_KEY", "alb \"quoted\" v4lu3"),
    ("HF_TOKEN", "hf_t0k3nv4lu3"),
];

/// A cloud of its own, on a virtual clock, with a state and a definition.
#[derive(Debug)]
pub struct World {
    /// The cloud.
    pub emulator: Emulator,
    /// The clock of everything in it.
    pub clock: Clock,
    /// Where the state lies.
    pub store: Store,
    /// The state's key.
    pub key: StateKey,
    /// What shall be.
    pub definition: String,
    /// The variables that secrets come from.
    pub variables: BTreeMap<String, String>,
    /// The secret key of whoever deploys.
    pub secret_key: String,
    /// What the state is bound to.
    pub endpoint: String,
    /// What was reported in all runs.
    pub progress: Mutex<Vec<Progress>>,
}

impl World {
    /// A world with the staging environment defined and nothing made.
    pub fn staging() -> Self {
        Self::with(STAGING, Latency::None, ImageBook::new())
    }

    /// A world with `definition`, and a cloud of these latencies where images behave like this.
    pub fn with(definition: &str, latency: Latency, images: ImageBook) -> Self {
        Self::built(definition, |cloud| cloud.latency(latency).images(images))
    }

    /// A world with `definition`, and a cloud that `how` says more of.
    pub fn built(definition: &str, how: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_700_000_000_000));
        let cloud = Emulator::builder().clock(clock.clone()).random(Random::seeded(7));
        let emulator = how(cloud).build().expect("an emulator in memory");
        let variables = VARIABLES.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self {
            emulator,
            store: Store::memory(clock.clone(), Random::seeded(11)),
            key: StateKey::new(&[7; 32]).expect("a key of 32 bytes"),
            clock,
            definition: definition.to_owned(),
            variables,
            secret_key: "11111111-1111-4111-8111-111111111111".to_owned(),
            endpoint: "emulator".to_owned(),
            progress: Mutex::default(),
        }
    }

    /// With the state in a folder.
    #[must_use]
    pub fn state_in(mut self, folder: &Path) -> Self {
        self.store = Store::folder(folder, self.clock.clone(), Random::seeded(11)).expect("a folder");
        self
    }

    /// Runs a future in the world's time.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        self.clock.block_on(future).expect("a runtime")
    }

    /// Replaces `from`, which must be there, in the definition.
    #[must_use]
    pub fn edit(mut self, from: &str, to: &str) -> Self {
        assert!(self.definition.contains(from), "{from:?} is not in the definition");
        self.definition = self.definition.replace(from, to);
        self
    }

    /// A client of the world's cloud.
    pub fn client(&self) -> Client {
        self.client_over(self.emulator.clone())
    }

    /// A client of what answers on this transport.
    pub fn client_over(&self, transport: impl Transport + 'static) -> Client {
        let config = Config::new(self.secret_key.as_str());
        let client = Client::builder(config, transport).clock(self.clock.clone()).random(Random::seeded(3));
        client.retry(RetryPolicy::default()).build().expect("a client")
    }

    /// The environment, opened anew as a new process would.
    pub async fn open(&self) -> Result<Engine, Error> {
        self.open_with(&self.client()).await
    }

    /// The same by a client of one's own.
    pub async fn open_with(&self, client: &Client) -> Result<Engine, Error> {
        let decoded = Definition::from_toml("staging.toml", &self.definition).expect("a valid definition");
        let variable = |name: &str| self.variables.get(name).cloned();
        let sources = Sources::read(&decoded.definition, &variable, Path::new("."), Missing::Refuse)?;
        let (store, key) = (self.store.clone(), self.key.clone());
        Engine::open(client, &decoded.definition, sources, store, key, &self.endpoint).await
    }

    /// What must change.
    pub async fn plan(&self) -> Result<Plan, Error> {
        self.open().await?.plan().await
    }

    /// Plans and applies.
    pub async fn apply(&self) -> Result<Outcome, Error> {
        let mut engine = self.open().await?;
        let plan = engine.plan().await?;
        self.carry_out(&mut engine, &plan).await
    }

    /// Plans and applies that nothing shall be left.
    pub async fn destroy(&self) -> Result<Outcome, Error> {
        let mut engine = self.open().await?;
        let plan = engine.plan_destroy().await?;
        self.carry_out(&mut engine, &plan).await
    }

    /// Applies (or destroys), until the program dies at a chosen request. Whether it died before it was done.
    pub fn dies(&self, destroy: bool, last: u64, moment: Moment) -> bool {
        self.dies_as(&Mortal::new(self.emulator.clone(), last, moment), destroy)
    }

    /// As [`World::dies`], over a transport that can be asked afterwards.
    pub fn dies_as(&self, mortal: &Mortal, destroy: bool) -> bool {
        let client = self.client_over(mortal.clone());
        self.run(async {
            let work = std::pin::pin!(async {
                let mut engine = self.open_with(&client).await.expect("a state");
                let plan =
                    if destroy { engine.plan_destroy().await } else { engine.plan().await }.expect("a plan");
                self.carry_out(&mut engine, &plan).await
            });
            matches!(select(std::pin::pin!(mortal.death()), work).await, Either::Left(_))
        })
    }

    /// Applies a plan.
    pub async fn carry_out(&self, engine: &mut Engine, plan: &Plan) -> Result<Outcome, Error> {
        let report = |progress| self.progress.lock().expect("no test panics here").push(progress);
        let mut options = ApplyOptions::default();
        options.confirm = Some(engine.binding().environment.clone());
        // Whoever was killed holds the lock until its lease is over.
        let mut lock = Lock::now("test");
        lock.wait = Duration::from_mins(5);
        engine.apply(plan, lock, &options, |_| {}, &report).await
    }

    /// Applies, and fails the test where anything of it fails.
    pub fn must_apply(&self) {
        let outcome = self.run(self.apply()).unwrap_or_else(|error| panic!("{}", told(&error)));
        assert!(outcome.is_complete(), "failed: {:#?}\nskipped: {:?}", outcome.failed, outcome.skipped);
    }

    /// What a plan would change, one line each; none where there is nothing to do.
    pub fn changes(&self) -> Vec<String> {
        let plan = self.run(self.plan()).unwrap_or_else(|error| panic!("{}", told(&error)));
        assert!(plan.problems.is_empty(), "{:#?}", plan.problems);
        lines(&plan)
    }
}

/// What a plan changes, one line each.
pub fn lines(plan: &Plan) -> Vec<String> {
    let line = |planned: &evalap_topology::plan::PlannedChange| {
        let fields: Vec<_> = planned.change.fields().iter().map(|field| field.name.as_str()).collect();
        let fields = if matches!(planned.change, Change::Create { .. }) || fields.is_empty() {
            String::new()
        } else {
            format!(" ({})", fields.join(", "))
        };
        format!("{} {}{fields}", planned.change.verb(), planned.address)
    };
    plan.effective().map(line).collect()
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
