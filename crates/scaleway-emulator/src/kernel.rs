//! One request, one answer: synchronous, under one lock that no await ever holds.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, Uri, header};
use scaleway_core::Clock;
use url::Url;

use crate::call::Call;
use crate::data_dir::DataDir;
use crate::emulator::OwnerKey;
use crate::fault::{Fault, FaultKind, Meeting};
use crate::image::ImageBook;
use crate::log::Log;
use crate::object_storage::{self, Address, Operation};
use crate::products::{self, DataSourceDoor, registry};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::requests::{RequestEntry, Requests};
use crate::router::{Found, Product, Route, Router};
use crate::store::Store;
use crate::traffic::Traffic;
use crate::world::World;
use crate::{EmulatorError, authority, data_plane, management, since};

/// The world with everything around it that a request meets.
pub(crate) struct Kernel {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    pub(crate) data: Option<DataDir>,
    pub(crate) requests: Requests,
    pub(crate) faults: Vec<Fault>,
    pub(crate) beginning: Beginning,
    pub(crate) snapshots: BTreeMap<String, World>,
    pub(crate) log: Log,
    /// Where it listens, if it does.
    pub(crate) url: Option<Url>,
}

/// What a reset goes back to.
#[derive(Clone, Default)]
pub(crate) struct Beginning {
    pub(crate) faults: Vec<Fault>,
    pub(crate) images: ImageBook,
    pub(crate) owner_key: Option<OwnerKey>,
}

impl std::fmt::Debug for Kernel {
    /// Not what is in it: the world holds the values of secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernel").field("requests", &self.requests.total()).finish_non_exhaustive()
    }
}

/// What becomes of a request, and how long it takes beside its latency.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) outcome: Outcome,
    pub(crate) after: Duration,
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answer(Response<Bytes>),
    /// The connection breaks in the middle of its body.
    BrokenOff(Response<Bytes>),
    /// Nobody has this name.
    NoSuchHost(String),
    /// The connection breaks.
    Broken,
    /// Nothing ever comes back.
    Silence,
}

impl Kernel {
    pub(crate) fn handle(&mut self, request: Request<Bytes>) -> Arrived {
        self.world.settle(self.clock.now());
        let (parts, body) = request.into_parts();
        let host = host(&parts);
        let mut entry = RequestEntry {
            number: 0,
            at: self.world.now(),
            host: host.clone(),
            verb: parts.method.to_string(),
            path: parts.uri.path().into(),
            product: None,
            operation: None,
            status: None,
        };
        let outcome = if let Some(address) = Address::of(&host, &parts) {
            self.object_storage(address, &parts, body, &mut entry)
        } else if let Some(ask) = registry::protocol::find(&host, &parts.method, parts.uri.path()) {
            self.registry(ask, &parts, body, &mut entry)
        } else if is_api(&host) {
            self.api(&parts, &body, &mut entry)
        } else if let Some(door) = products::data_source_door(&self.world, &host, &parts) {
            self.data_source(door, &parts, &body, &mut entry)
        } else if let Some(reply) = data_plane::answer(&mut self.world, &host, &parts) {
            Ok(reply)
        } else {
            return Arrived { outcome: Outcome::NoSuchHost(host), after: Duration::ZERO };
        };
        let outcome = match self.keep() {
            Ok(()) => outcome,
            Err(error) => Ok(Refusal::internal(&error.to_string()).into()),
        };
        entry.status = outcome.as_ref().ok().map(|reply| reply.status().as_u16());
        tracing::debug!(verb = entry.verb, path = entry.path, status = entry.status, "emulated");
        // What is asked of the emulator itself is nothing that a Scaleway was asked.
        if !entry.path.starts_with("/_emulator") {
            self.log.tell(&entry);
            self.tell_address(&entry);
            self.requests.note(entry);
        }
        let after = outcome.as_ref().map_or(Duration::ZERO, Reply::after);
        let outcome = match outcome {
            Ok(reply) if reply.breaks_off() => Outcome::BrokenOff(self.finish(reply)),
            Ok(reply) => Outcome::Answer(self.finish(reply)),
            Err(FaultKind::Hang | FaultKind::HangAfter) => Outcome::Silence,
            Err(_) => Outcome::Broken,
        };
        Arrived { outcome, after }
    }

    /// The JSON APIs; an error is a fault without an answer.
    fn api(&mut self, parts: &Parts, body: &[u8], entry: &mut RequestEntry) -> Result<Reply, FaultKind> {
        let (verb, path) = (parts.method.as_str(), parts.uri.path());
        if let Some(reply) = management::answer(self, parts, body) {
            return Ok(reply);
        }
        let (product, route, params) = match Router::get().find(verb, path) {
            Found::Route { product, route, params } => (product, route, params),
            Found::Unknown { verbs } => return Ok(Reply::unknown_route(verb, path, &verbs)),
        };
        (entry.product, entry.operation) = (Some(product.name), Some(route.operation));
        let made = self.world.store.made(params.iter().map(|(_, value)| value.as_str()));
        let age = made.map(|made| self.world.now().since(made));
        let meeting = Meeting { product: product.name, operation: route.operation, verb, age };
        self.unless_faulty(meeting, |kernel| {
            let reply = kernel.operate(product, route, params, parts, body).unwrap_or_else(Reply::from);
            if kernel.world.settings.dated {
                return reply.edited(|answer| since::trim(product.name, kernel.world.now(), answer));
            }
            reply
        })
    }

    /// The registry's own protocol.
    fn registry(
        &mut self,
        ask: registry::protocol::Ask,
        parts: &Parts,
        body: Bytes,
        entry: &mut RequestEntry,
    ) -> Result<Reply, FaultKind> {
        (entry.product, entry.operation) = (Some("registry"), Some(ask.operation));
        let (product, verb) = ("registry", parts.method.as_str());
        let meeting = Meeting { product, operation: ask.operation, verb, age: None };
        self.unless_faulty(meeting, |kernel| registry::protocol::answer(&mut kernel.world, ask, parts, body))
    }

    /// Does it, unless a fault is due before it; and answers what came of it, unless one is due after.
    fn unless_faulty(
        &mut self,
        meeting: Meeting<'_>,
        act: impl FnOnce(&mut Self) -> Reply,
    ) -> Result<Reply, FaultKind> {
        let Some(fault) = self.meet_fault(meeting) else { return Ok(act(self)) };
        if !fault.has_effect() {
            return fault.reply(meeting).ok_or(fault);
        }
        let reply = match fault {
            FaultKind::NotFoundYet(time) | FaultKind::Lagging(time) => {
                let past = self.world.as_of(time, matches!(fault, FaultKind::NotFoundYet(_)));
                let present = std::mem::replace(&mut self.world, past);
                let reply = act(self);
                self.world = present;
                reply
            }
            FaultKind::SlowReadiness(_) | FaultKind::FailedReadiness => {
                let before = self.world.store.set_aside();
                let reply = act(self);
                match fault {
                    FaultKind::SlowReadiness(by) => self.world.store.postpone(by),
                    _ => self.world.store.spoil("the emulator was told to let this fail"),
                }
                self.world.store.put_back(before);
                reply
            }
            _ => act(self),
        };
        match fault {
            FaultKind::LostAnswer | FaultKind::HangAfter => Err(fault),
            FaultKind::Truncated => Ok(reply.broken_off()),
            FaultKind::Slow(by) => Ok(reply.later(by)),
            _ => Ok(fault.reply(meeting).unwrap_or(reply)),
        }
    }

    /// A data source of Cockpit's own address.
    fn data_source(
        &mut self,
        door: DataSourceDoor,
        parts: &Parts,
        body: &[u8],
        entry: &mut RequestEntry,
    ) -> Result<Reply, FaultKind> {
        let Some(operation) = door.operation else { return Ok(door.enter(&mut self.world, parts, body)) };
        (entry.product, entry.operation) = (Some("cockpit"), Some(operation));
        let meeting = Meeting { product: "cockpit", operation, verb: parts.method.as_str(), age: None };
        self.unless_faulty(meeting, |kernel| door.enter(&mut kernel.world, parts, body))
    }

    /// Object Storage; an error is a fault without an answer.
    fn object_storage(
        &mut self,
        address: Address,
        parts: &Parts,
        body: Bytes,
        entry: &mut RequestEntry,
    ) -> Result<Reply, FaultKind> {
        let operation = Operation::find(&address, parts);
        let (product, name) = (object_storage::PRODUCT, operation.map(|operation| operation.name));
        (entry.product, entry.operation) = (Some(product), name);
        let operation_name = name.unwrap_or_default();
        let meeting = Meeting { product, operation: operation_name, verb: parts.method.as_str(), age: None };
        let reply = self.unless_faulty(meeting, |kernel| {
            object_storage::answer(&mut kernel.world, address, operation, parts, body)
        });
        reply.map(|reply| object_storage::marked(&self.world, reply))
    }

    fn operate(
        &mut self,
        product: &Product,
        route: &'static Route,
        params: Vec<(&'static str, String)>,
        parts: &Parts,
        body: &[u8],
    ) -> Answer {
        let principal = authority::authenticate(&self.world, parts)?;
        let mut call = Call::new(&mut self.world, principal, (product, route), params, parts, body)?;
        let region = call.region();
        if !product.regions.is_empty() && !region.is_empty() && !product.regions.contains(&region) {
            return Err(Refusal::unknown("region", region));
        }
        authority::check(&mut call, product)?;
        (route.handler)(&mut call)
    }

    fn meet_fault(&mut self, meeting: Meeting<'_>) -> Option<FaultKind> {
        let world = &self.world;
        // Every fault counts the request, the first that is due decides.
        let met = self.faults.iter_mut().filter_map(|fault| fault.meets(meeting, || world.chance()));
        let kinds: Vec<_> = met.collect();
        self.faults.retain(|fault| !fault.is_over());
        kinds.into_iter().next()
    }

    /// Lets something go wrong from now on.
    pub(crate) fn inject(&mut self, fault: Fault) {
        if let Some(time) = fault.kind().looks_back() {
            let now = self.world.now().max(self.clock.now());
            self.world.store.remember(time, now);
        }
        self.faults.push(fault);
    }

    /// Nothing goes wrong any more.
    pub(crate) fn clear_faults(&mut self) {
        self.faults.clear();
        self.world.store.forget_past();
    }

    /// Nothing exists, nothing was asked, and images and faults are those of the beginning. Snapshots stay.
    pub(crate) fn reset(&mut self) -> Result<(), Refusal> {
        self.world.store.replace(&Store::default());
        self.world.traffic = Traffic::default();
        self.requests = Requests::default();
        self.clear_faults();
        let Beginning { faults, images, owner_key } = self.beginning.clone();
        self.world.settings.images = images;
        for fault in faults {
            self.inject(fault);
        }
        let organization = self.world.settings.organization.clone();
        self.world.ensure_organization(&organization);
        if let Some(key) = owner_key {
            let key = (key.access_key, key.secret_key.expose().to_owned());
            authority::ensure_owner_key(&mut self.world, Some(key))?;
        }
        Ok(())
    }

    /// How to reach what was just deployed: no DNS knows its name.
    fn tell_address(&self, entry: &RequestEntry) {
        let deploys = matches!(entry.operation, Some("CreateContainer" | "CreateDomain"));
        if !deploys || entry.status != Some(200) || self.log != Log::Requests {
            return;
        }
        if let (Some((ip, port)), Some(last)) = (self.listens(), data_plane::addresses(&self.world).last()) {
            self.log.note(&format!("{} will answer: {}", last.name, last.curl(&ip, port)));
        }
    }

    /// The address and port on which it is reached from this machine.
    pub(crate) fn listens(&self) -> Option<(String, u16)> {
        let url = self.url.as_ref()?;
        let host = url.host_str()?;
        let any = ["0.0.0.0", "[::]"].contains(&host);
        Some((if any { "127.0.0.1" } else { host }.into(), url.port_or_known_default()?))
    }

    /// Writes down what changed, before anyone hears of it.
    pub(crate) fn keep(&mut self) -> Result<(), EmulatorError> {
        let Some(data) = &mut self.data else {
            self.world.store.forget_changes();
            self.world.blobs.collect(&mut self.world.store);
            return Ok(());
        };
        let now = self.world.now();
        if let Some(changes) = self.world.store.take_changes(now) {
            let appended = data.append(&changes);
            if appended.is_err() {
                // They are there all the same, and are kept with the next change.
                self.world.store.changed_again(&changes);
            }
            appended?;
        }
        if data.is_long() {
            data.compact(&self.world.store, now)?;
        }
        self.world.blobs.collect(&mut self.world.store);
        Ok(())
    }

    /// Lets happen what is due, and keeps it.
    pub(crate) fn look(&mut self) {
        self.world.settle(self.clock.now());
        if let Err(error) = self.keep() {
            tracing::warn!(%error, "what happened could not be kept");
        }
    }

    fn finish(&self, reply: Reply) -> Response<Bytes> {
        let mut response = reply.into_response();
        let id = self.world.uuid().ok().and_then(|id| HeaderValue::from_str(&id).ok());
        if let Some(id) = id {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
        response
    }
}

impl Drop for Kernel {
    /// Keeps the time, so that the next opening does not begin before this one ended.
    fn drop(&mut self) {
        if let Some(data) = &mut self.data {
            self.world.settle(self.clock.now());
            let now = self.world.now();
            let changes =
                self.world.store.take_changes(now).unwrap_or_else(|| crate::store::Changes::none(now));
            // The folder was usable at the last write; nobody is left to hear of an error.
            let _ = data.append(&changes);
        }
    }
}

/// The name that was addressed, without port, in lower case.
pub(crate) fn host(parts: &Parts) -> String {
    let from_uri = |uri: &Uri| uri.host().map(str::to_owned);
    let from_header = || {
        let text = parts.headers.get(header::HOST)?.to_str().ok()?;
        from_uri(&text.parse().ok()?)
    };
    from_uri(&parts.uri).or_else(from_header).unwrap_or_default().to_ascii_lowercase()
}

/// Whether the JSON APIs answer under this name: an address, or a name without dots as machines and containers have.
pub(crate) fn is_api(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "api.scaleway.com" || !host.contains('.') || address.parse::<std::net::IpAddr>().is_ok()
}
