//! The emulator as a value: built, asked as a transport, looked into.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use scaleway_core::{Clock, Exchange, Random, Secret, Timestamp, Transport, TransportError};

use crate::EmulatorError;
use crate::authority;
use crate::blobs::Blobs;
use crate::data_dir::DataDir;
use crate::fault::Fault;
use crate::image::ImageBook;
use crate::kernel::{Arrived, Beginning, Kernel, Outcome, host};
use crate::log::Log;
use crate::object_storage::Address;
use crate::products;
use crate::quota;
use crate::requests::Requests;
use crate::router::{Found, Router};
use crate::store::Store;
use crate::timings::{Latency, Timings};
use crate::world::{Settings, World};

/// The organisation that projects belong to unless the builder says otherwise.
const ORGANIZATION: &str = "00000000-0000-4000-8000-00000000e0e0";

/// How often processes are looked at where no request comes.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A key for clients that want one, where any will do.
const ANY_ACCESS_KEY: &str = "SCWEMULATOR000000000";
const ANY_SECRET_KEY: &str = "11111111-1111-4111-8111-111111111111";

/// What the hashes of secret variables cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum HashCost {
    /// Argon2id with the least parameters that exist: microseconds. No protection, which a stand-in does not need.
    #[default]
    Cheap,
    /// As the real API: `m=65536,t=3,p=64`.
    Faithful,
}

/// What an update meets whose resource is still on its way to another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WhileChanging {
    /// 409 `transient_state`.
    #[default]
    Refuse,
    /// It is taken, and the way begins anew.
    Accept,
}

/// A Scaleway in memory. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Emulator {
    kernel: Arc<Mutex<Kernel>>,
    clock: Clock,
    latency: Latency,
    owner_key: Option<OwnerKey>,
}

/// A key of the organisation's owner, with which everything may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnerKey {
    /// `SCW` and 17 characters.
    pub access_key: String,
    /// What a client sends as `X-Auth-Token`.
    pub secret_key: Secret,
}

/// How an emulator is to be.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    clock: Clock,
    random: Random,
    data_dir: Option<PathBuf>,
    owner_key: Option<OwnerKey>,
    faults: Vec<Fault>,
    log: Log,
    settings: Settings,
}

impl Builder {
    /// The clock by which states advance and latencies pass; the system's by default.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Where ids come from; the system by default.
    pub fn random(mut self, random: Random) -> Self {
        self.random = random;
        self
    }

    /// Ids and everything that is left to chance (faults and images at a rate, drawn times) are the same for the same seed,
    /// clock and order of requests. Without a seed ids come from the system, and chances from seed 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self.random(Random::seeded(seed))
    }

    /// Whether requests and resources take their time; they do not by default.
    pub fn latency(mut self, latency: Latency) -> Self {
        self.settings.latency = latency;
        self
    }

    /// Keeps the world in this folder, which belongs to one emulator at a time.
    pub fn data_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(folder.into());
        self
    }

    /// What goes wrong from the beginning, beside what is there; more can be let happen by [`Emulator::inject`].
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    /// What is told of each request on standard error; nothing by default.
    pub fn log(mut self, log: Log) -> Self {
        self.log = log;
        self
    }

    /// How images behave; all work by default.
    pub fn images(mut self, images: ImageBook) -> Self {
        self.settings.images = images;
        self
    }

    /// Whether an image under the emulator's own registry (`rg.<region>.scw.cloud/…`) that was never pushed there can
    /// be started; it can unless this is set.
    pub fn strict_registry(mut self, strict: bool) -> Self {
        self.settings.strict_registry = strict;
        self
    }

    /// Whether a job's command is run as a process of this machine, as the user that runs the emulator, with the job's
    /// variables and secrets; it is not unless this is set. The crate's README says what that means.
    pub fn exec_jobs(mut self, exec: bool) -> Self {
        self.settings.exec_jobs = exec;
        self
    }

    /// What the hashes of secret variables cost.
    pub fn hash_cost(mut self, cost: HashCost) -> Self {
        self.settings.hash_cost = cost;
        self
    }

    /// What an update meets whose resource is still changing.
    pub fn while_changing(mut self, rule: WhileChanging) -> Self {
        self.settings.while_changing = rule;
        self
    }

    /// Whether answers lack what the API did not answer yet at the clock's date; they do not unless this is set.
    pub fn dated(mut self, dated: bool) -> Self {
        self.settings.dated = dated;
        self
    }

    /// How much there may be of a thing, in place of the documented limit: `containers.namespaces`, for example. The names
    /// are those of `data/quotas.toml`; beyond a limit requests are refused with `quotas_exceeded`.
    pub fn quota(mut self, name: impl Into<String>, limit: u64) -> Self {
        self.settings.quotas.insert(name.into(), limit);
        self
    }

    /// The organisation that all projects belong to.
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        self.settings.organization = id.into();
        self
    }

    /// Whether only keys that were made through IAM are known, and only what their policies grant is done. Everything
    /// begins with [`Emulator::owner_key`], which may do anything. By default any key may.
    pub fn strict_auth(mut self, strict: bool) -> Self {
        self.settings.strict_auth = strict;
        self
    }

    /// The key of the organisation's owner, where authentication is strict; drawn at random unless it is said.
    pub fn owner_key(mut self, access_key: impl Into<String>, secret_key: impl Into<Secret>) -> Self {
        self.owner_key = Some(OwnerKey { access_key: access_key.into(), secret_key: secret_key.into() });
        self
    }

    /// # Errors
    /// When the data folder is in use, damaged or unusable, or there is no quota of a name that was given.
    pub fn build(self) -> Result<Emulator, EmulatorError> {
        if let Some(name) = self.settings.quotas.keys().find(|name| quota::all().all(|(it, _)| it != **name))
        {
            return Err(EmulatorError::NoSuchQuota { name: name.clone() });
        }
        let (mut data, store, blobs, last) = match &self.data_dir {
            Some(folder) => {
                let (data, store, last) = DataDir::open(folder)?;
                let blobs = data.blobs(&store)?;
                (Some(data), store, blobs, last)
            }
            None => (None, Store::default(), Blobs::default(), None),
        };
        let now = self.clock.now().max(last.unwrap_or(Timestamp::UNIX_EPOCH));
        let latency = self.settings.latency;
        let images = self.settings.images.clone();
        let mut world = World::new(store, blobs, self.settings, self.random, now);
        let organization = world.settings.organization.clone();
        world.ensure_organization(&organization);
        products::reopened(&mut world);
        let owner_key = if world.settings.strict_auth {
            let given = self.owner_key.map(|key| (key.access_key, key.secret_key.expose().to_owned()));
            let made = authority::ensure_owner_key(&mut world, given);
            let (access_key, secret) = made.map_err(|_| EmulatorError::NoRandomness)?;
            Some(OwnerKey { access_key, secret_key: secret.into() })
        } else {
            None
        };
        // What the world begins with is told before anything is asked of it: the owner's key.
        if let Some(data) = &mut data
            && let Some(changes) = world.store.take_changes(now)
        {
            data.append(&changes)?;
        }
        let mut kernel = Kernel {
            world,
            clock: self.clock.clone(),
            data,
            requests: Requests::default(),
            faults: Vec::new(),
            beginning: Beginning { faults: self.faults.clone(), images, owner_key: owner_key.clone() },
            snapshots: BTreeMap::new(),
            log: self.log,
            url: None,
        };
        for fault in self.faults {
            kernel.inject(fault);
        }
        Ok(Emulator { kernel: Arc::new(Mutex::new(kernel)), clock: self.clock, latency, owner_key })
    }
}

impl Emulator {
    /// An emulator with the system's clock and randomness, no latencies, all in memory; say otherwise.
    pub fn builder() -> Builder {
        Builder {
            clock: Clock::real(),
            random: Random::system(),
            data_dir: None,
            owner_key: None,
            faults: Vec::new(),
            log: Log::default(),
            settings: Settings {
                latency: Latency::default(),
                hash_cost: HashCost::default(),
                while_changing: WhileChanging::default(),
                images: ImageBook::default(),
                strict_registry: false,
                exec_jobs: false,
                dated: false,
                organization: ORGANIZATION.into(),
                strict_auth: false,
                seed: 0,
                quotas: BTreeMap::new(),
            },
        }
    }

    /// The last time that the world in a data folder has seen, for a clock that is to go on from there; `None` where
    /// there is none yet. Whatever the clock says, a world's own time never goes back.
    ///
    /// # Errors
    /// When the folder cannot be read or is damaged.
    pub fn last_seen(data_dir: impl AsRef<Path>) -> Result<Option<Timestamp>, EmulatorError> {
        DataDir::last_seen(data_dir.as_ref())
    }

    /// A world of its own that begins as this one is now, in memory, by another clock and with other ids to come.
    /// Nothing was asked of it yet, and nothing is to go wrong there.
    #[must_use]
    pub fn fork(&self, clock: Clock, random: Random) -> Self {
        let (mut world, beginning) = {
            let kernel = self.lock();
            (kernel.world.fork(random), kernel.beginning.clone())
        };
        world.store.forget_past();
        let kernel = Kernel {
            world,
            clock: clock.clone(),
            data: None,
            requests: Requests::default(),
            faults: Vec::new(),
            beginning,
            snapshots: BTreeMap::new(),
            log: Log::None,
            url: None,
        };
        let owner_key = self.owner_key.clone();
        Self { kernel: Arc::new(Mutex::new(kernel)), clock, latency: self.latency, owner_key }
    }

    /// What was asked so far.
    pub fn requests(&self) -> Requests {
        self.lock().requests.clone()
    }

    /// Lets something go wrong.
    pub fn inject(&self, fault: Fault) {
        self.lock().inject(fault);
    }

    /// What is still to go wrong, oldest first.
    pub fn faults(&self) -> Vec<Fault> {
        self.lock().faults.clone()
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        self.lock().clear_faults();
    }

    /// The recorded medians that [`Latency::Recorded`] uses.
    pub fn timings(&self) -> &'static Timings {
        Timings::recorded()
    }

    /// The key with which everything begins, where authentication is strict.
    pub fn owner_key(&self) -> Option<&OwnerKey> {
        self.owner_key.as_ref()
    }

    /// The organisation that all projects belong to; its first project, `default`, has the same id.
    pub fn organization(&self) -> String {
        self.lock().world.settings.organization.clone()
    }

    /// The variables by which every official client finds an emulator that answers at `url`: any key where authentication is
    /// not strict, else the owner's.
    pub fn env(&self, url: &str) -> Vec<(&'static str, String)> {
        let (access_key, secret_key) = match &self.owner_key {
            Some(key) => (key.access_key.clone(), key.secret_key.expose().to_owned()),
            None => (ANY_ACCESS_KEY.into(), ANY_SECRET_KEY.into()),
        };
        let organization = self.organization();
        vec![
            ("SCW_API_URL", url.into()),
            ("SCW_ACCESS_KEY", access_key),
            ("SCW_SECRET_KEY", secret_key),
            ("SCW_DEFAULT_ORGANIZATION_ID", organization.clone()),
            ("SCW_DEFAULT_PROJECT_ID", organization),
            ("SCW_DEFAULT_REGION", "fr-par".into()),
            ("SCW_DEFAULT_ZONE", "fr-par-1".into()),
        ]
    }

    /// The clock by which it lives.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Tells this emulator where it is reached, and those who find the data folder in use.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn announce(&self, url: &str) -> Result<(), EmulatorError> {
        let mut kernel = self.lock();
        kernel.url = url.parse().ok();
        kernel.data.as_mut().map_or(Ok(()), |data| data.claim(Some(url)))
    }

    /// One exchange, with its latency.
    pub(crate) async fn exchange(&self, request: Request<Bytes>) -> Outcome {
        let (parts, body) = request.into_parts();
        let half = self.latency_of(&parts) / 2;
        let mut sent = Sent { emulator: self, request: Some(Request::from_parts(parts, body)) };
        self.pass(half).await;
        let Some(arrived) = sent.arrive() else { return Outcome::Broken };
        self.pass(half + arrived.after).await;
        arrived.outcome
    }

    async fn pass(&self, time: Duration) {
        if time > Duration::ZERO {
            self.clock.sleep(time).await;
        }
    }

    /// Looks at the world from time to time where something goes on that no request tells of: processes of jobs. Never
    /// done; to be polled beside what serves requests.
    pub(crate) async fn keep_looking(&self) {
        if !self.lock().world.settings.exec_jobs {
            return std::future::pending().await;
        }
        loop {
            // Processes run by the machine's clock, whatever the emulator's is.
            Clock::real().sleep(LOOK_EVERY).await;
            self.lock().look();
        }
    }

    fn latency_of(&self, parts: &Parts) -> Duration {
        if self.latency == Latency::None {
            return Duration::ZERO;
        }
        let (verb, path) = (parts.method.as_str(), parts.uri.path());
        if Address::of(&host(parts), parts).is_some() {
            // It was not recorded, so it takes its verb's usual time.
            return Timings::recorded().request(verb, "/");
        }
        match Router::get().find(verb, path) {
            Found::Route { route, .. } => match self.latency {
                Latency::Drawn => {
                    let u = self.lock().world.chance();
                    Timings::recorded().request_quantile(route.verb, route.template, u)
                }
                Latency::None | Latency::Recorded => Timings::recorded().request(route.verb, route.template),
            },
            Found::Unknown { .. } => Duration::ZERO,
        }
    }

    /// Looks at the world as it is now.
    pub(crate) fn with_world<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        let mut kernel = self.lock();
        kernel.world.settle(self.clock.now());
        look(&kernel.world)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Kernel> {
        self.kernel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request on its way: it arrives even if nobody waits for the answer any more.
struct Sent<'a> {
    emulator: &'a Emulator,
    request: Option<Request<Bytes>>,
}

impl Sent<'_> {
    fn arrive(&mut self) -> Option<Arrived> {
        let request = self.request.take()?;
        Some(self.emulator.lock().handle(request))
    }
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        self.arrive();
    }
}

impl Transport for Emulator {
    /// Answers under `api.scaleway.com`, loopback names, and the public addresses of what exists; other names are
    /// [`TransportError::NeverSent`]. A request whose future is dropped after its first poll has its effect all the
    /// same, at once.
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            match self.exchange(request).await {
                Outcome::Answer(response) => Ok::<Response<Bytes>, _>(response),
                Outcome::NoSuchHost(host) => {
                    Err(TransportError::never_sent(format!("no such host: {host:?} (in the emulator)")))
                }
                Outcome::Broken => Err(TransportError::answer_lost("connection reset (in the emulator)")),
                Outcome::BrokenOff(_) => {
                    Err(TransportError::answer_lost("the answer broke off (in the emulator)"))
                }
                Outcome::Silence => std::future::pending().await,
            }
        })
    }
}
