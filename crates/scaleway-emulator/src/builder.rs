//! How an emulator is to be, and its making.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scaleway_core::{Clock, Random, Secret, Timestamp};

use crate::authority;
use crate::blobs::Blobs;
use crate::data_dir::DataDir;
use crate::emulator::{Emulator, OwnerKey};
use crate::error::EmulatorError;
use crate::fault::Fault;
use crate::image::ImageBook;
use crate::kernel::{Beginning, Kernel};
use crate::log::Log;
use crate::products::{self, Clusters, Installed};
use crate::quota;
use crate::requests::Requests;
use crate::store::Store;
use crate::timings::Latency;
use crate::world::{Settings, World};

/// The organisation that projects belong to unless the builder says otherwise.
const ORGANIZATION: &str = "00000000-0000-4000-8000-00000000e0e0";

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

/// Whether instances of PostgreSQL are real clusters of this machine. The crate's README says what of them is real.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Postgres {
    /// They are not.
    #[default]
    Off,
    /// They are, where the server's programs are found: where packages put them, or by `PATH`.
    Auto,
    /// They are, by the programs in this folder, or in `bin` of it or of a folder in it.
    In(PathBuf),
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
    postgres: Postgres,
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

    /// Whether instances of PostgreSQL are real clusters of this machine; they are not by default. See
    /// [`Emulator::postgres`] for what came of it.
    pub fn postgres(mut self, postgres: Postgres) -> Self {
        self.postgres = postgres;
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
    /// When the data folder is in use, damaged or unusable, there is no quota of a name that was given, or PostgreSQL's
    /// programs are not in the folder that was said.
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
        world.clusters = clusters(&self.postgres, self.data_dir.as_deref())?;
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
        Ok(Emulator::of(kernel, self.clock, latency, owner_key))
    }
}

fn clusters(postgres: &Postgres, data_dir: Option<&Path>) -> Result<Clusters, EmulatorError> {
    let folder = match postgres {
        Postgres::Off => return Ok(Clusters::default()),
        Postgres::Auto => None,
        Postgres::In(folder) => Some(folder),
    };
    match (Installed::find(folder.map(PathBuf::as_path)), folder) {
        (Some(installed), _) => {
            let root = data_dir.map(|folder| folder.join("postgres"));
            Clusters::of(installed, root.as_deref()).map_err(|source| EmulatorError::Clusters { source })
        }
        (None, Some(folder)) => Err(EmulatorError::NoPostgres { folder: folder.clone() }),
        (None, None) => Ok(Clusters::default()),
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
            postgres: Postgres::default(),
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
}
