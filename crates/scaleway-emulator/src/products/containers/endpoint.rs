//! The public address of a container: what answers there.

use std::time::Duration;

use http::request::Parts;
use http::uri::Scheme;
use http::{StatusCode, header};
use scaleway_core::Timestamp;
use serde_json::Value;

use crate::authority::Permission;
use crate::data_plane::Address;
use crate::image::Image;
use crate::reply::Reply;
use crate::store::Record;
use crate::timings::Latency;
use crate::world::World;

use super::{container, domain};

/// How long after the last request the last instance of a container with `min_scale` 0 is stopped (documented).
const IDLE: Duration = Duration::from_mins(15);

/// How long a request waits for the first instance, where its image says nothing and the emulator takes its time. Not
/// recorded.
const COLD_START: Duration = Duration::from_secs(2);

/// The answer of the container that has this host name, by its address or by a domain of its own.
pub(crate) fn answer(world: &mut World, host: &str, parts: &Parts) -> Option<Reply> {
    let (id, container) = find(world, host)?;
    let (id, now) = (id.to_owned(), world.now());
    let (reply, after) = if let Some(reply) = turned_away(world, container, host, parts) {
        (reply, Duration::ZERO)
    } else {
        let (reply, image) = serve(world, container, parts);
        let from = answers_from(world, &id, container, &image);
        world.traffic.use_instance(&id, from, now);
        (reply, from.since(now) + image.answer_time())
    };
    world.traffic.note(&id, now, reply.status().as_u16(), after);
    Some(reply.later(after))
}

/// What the platform answers before the container is asked.
fn turned_away(world: &World, container: &Record, host: &str, parts: &Parts) -> Option<Reply> {
    if is_plain(parts) && container.body.get("https_connections_only") == Some(&Value::Bool(true)) {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let reply = Reply::text(StatusCode::PERMANENT_REDIRECT, "");
        return Some(reply.header(header::LOCATION, &format!("https://{host}{path}")));
    }
    if container.text("privacy") == "private" && !may_call(world, container, parts) {
        return Some(Reply::text(StatusCode::FORBIDDEN, "authentication is denied: send X-Auth-Token\n"));
    }
    serving(container).is_none().then(|| {
        let text = format!("{} is not ready: {}\n", container.text("name"), container.status());
        Reply::text(StatusCode::SERVICE_UNAVAILABLE, text)
    })
}

/// Whether the request has a token: any one, or where authentication is strict that of somebody who may call private
/// containers of the project.
fn may_call(world: &World, container: &Record, parts: &Parts) -> bool {
    let token = parts.headers.get("x-auth-token").and_then(|token| token.to_str().ok());
    let permission = Permission::of("containers", "CallPrivateContainer", true);
    token.filter(|token| !token.is_empty()).is_some_and(|token| {
        let principal = world.principal_of_secret(token);
        principal.is_ok_and(|caller| world.authorize(&caller, &permission, &container.project).is_ok())
    })
}

/// Whether the request came by plain http: its own word, or a proxy's. On a port everything does, so there the scheme is
/// not said, and taken to be the https of the real address.
fn is_plain(parts: &Parts) -> bool {
    let forwarded = parts.headers.get("x-forwarded-proto");
    forwarded.map_or(parts.uri.scheme() == Some(&Scheme::HTTP), |scheme| scheme == "http")
}

/// What answers: not the last revision, but the last one that became ready.
fn serving(container: &Record) -> Option<&Value> {
    let serving = container.hidden.get("serving").filter(|serving| serving.is_object());
    serving.filter(|_| container.status() != "deleting")
}

fn serve(world: &World, container: &Record, parts: &Parts) -> (Reply, Image) {
    let serving = serving(container).unwrap_or(&Value::Null);
    let reference = serving["image"].as_str().unwrap_or_default();
    let image = world.settings.images.behaviour(reference);
    let reply = if !image.answers(parts.uri.path()) {
        Reply::text(StatusCode::NOT_FOUND, "not found\n")
    } else if image.fails(|| world.chance()) {
        Reply::text(StatusCode::INTERNAL_SERVER_ERROR, "the image was told to fail at a rate\n")
    } else {
        let (name, revision) = (container.text("name"), &serving["revision"]);
        Reply::text(StatusCode::OK, format!("{name}: image {reference}, revision {revision}\n"))
    };
    (reply, image)
}

/// From when on an instance answers: now, unless the last one was stopped for want of requests, or is still starting.
fn answers_from(world: &World, id: &str, container: &Record, image: &Image) -> Timestamp {
    let now = world.now();
    if container.body.get("min_scale").and_then(Value::as_u64) != Some(0) {
        return now;
    }
    let deployed =
        serving(container).and_then(|serving| serving["since"].as_str()?.parse().ok()).unwrap_or(now);
    let (from, last) = world.traffic.instance(id).unwrap_or((deployed, deployed));
    if now.since(last.max(deployed)) <= IDLE {
        return from.max(now);
    }
    let start = image.start_time().unwrap_or(match world.settings.latency {
        Latency::None => Duration::ZERO,
        Latency::Recorded | Latency::Drawn => COLD_START,
    });
    now + start
}

/// The addresses of containers and their own domains, oldest first.
pub(crate) fn addresses(world: &World) -> Vec<Address> {
    let containers = world.store.all(container::KIND).filter_map(|(_, container)| {
        let host = container.text("public_endpoint").strip_prefix("https://")?;
        Some((container.order, container.text("name"), host, container.status()))
    });
    let domains = world.store.all(domain::KIND).filter_map(|(_, domain)| {
        let container = world.store.get(container::KIND, domain.text("container_id"))?;
        Some((domain.order, container.text("name"), domain.text("hostname"), domain.status()))
    });
    let mut all: Vec<_> = containers.chain(domains).collect();
    all.sort_unstable();
    let told = all.into_iter().map(|(_, name, host, status)| Address {
        name: name.into(),
        host: host.into(),
        status: status.into(),
    });
    told.collect()
}

fn find<'a>(world: &'a World, host: &str) -> Option<(&'a str, &'a Record)> {
    let address = |record: &Record| record.text("public_endpoint").strip_prefix("https://") == Some(host);
    let by_address = world.store.all(container::KIND).find(|(_, record)| address(record));
    by_address.or_else(|| {
        let mut domains = world.store.all(domain::KIND).map(|(_, domain)| domain);
        let domain = domains.find(|domain| domain.text("hostname") == host && domain.status() == "ready")?;
        let id = domain.text("container_id");
        Some((id, world.store.get(container::KIND, id)?))
    })
}
