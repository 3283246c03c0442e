//! The emulator as a value: asked as a transport, looked into.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use scaleway_core::{Clock, Exchange, Secret, Transport, TransportError};

use crate::EmulatorError;
use crate::fault::Fault;
use crate::kernel::{Arrived, Kernel, Outcome, host};
use crate::object_storage::Address;
use crate::products::Installed;
use crate::requests::Requests;
use crate::router::{Found, Router};
use crate::timings::{Latency, Timings};
use crate::world::World;

/// How often processes are looked at where no request comes.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A key for clients that want one, where any will do.
const ANY_ACCESS_KEY: &str = "SCWEMULATOR000000000";
const ANY_SECRET_KEY: &str = "11111111-1111-4111-8111-111111111111";

/// A Scaleway in memory. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Emulator {
    kernel: Arc<Mutex<Kernel>>,
    clock: Clock,
    pub(crate) latency: Latency,
    pub(crate) owner_key: Option<OwnerKey>,
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

impl Emulator {
    pub(crate) fn of(kernel: Kernel, clock: Clock, latency: Latency, owner_key: Option<OwnerKey>) -> Self {
        Self { kernel: Arc::new(Mutex::new(kernel)), clock, latency, owner_key }
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

    /// What serves instances of PostgreSQL: the versions that are installed and used, with their folders. Empty where none
    /// is, or the builder did not ask for it.
    pub fn postgres(&self) -> Vec<(String, PathBuf)> {
        let kernel = self.lock();
        let installed = kernel.world.clusters.installed().into_iter().flat_map(Installed::all);
        installed.map(|programs| (programs.version.clone(), programs.folder.clone())).collect()
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

    /// Looks at the world from time to time where something goes on that no request tells of: processes of jobs and of PostgreSQL. Never
    /// done; to be polled beside what serves requests.
    pub(crate) async fn keep_looking(&self) {
        if !self.lock().world.has_processes() {
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
