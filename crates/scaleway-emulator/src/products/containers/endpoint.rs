//! The public address of a container: what answers there.

use http::request::Parts;
use http::uri::Scheme;
use http::{StatusCode, header};
use serde_json::Value;

use crate::reply::Reply;
use crate::store::Record;
use crate::world::World;

use super::{container, domain};

/// The answer of the container that has this host name, by its address or by a domain of its own.
pub(crate) fn answer(world: &World, host: &str, parts: &Parts) -> Option<Reply> {
    let container = find(world, host)?;
    let plain_http = parts.uri.scheme() == Some(&Scheme::HTTP);
    if plain_http && container.body.get("https_connections_only").and_then(Value::as_bool) == Some(true) {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let reply = Reply::text(StatusCode::PERMANENT_REDIRECT, "");
        return Some(reply.header(header::LOCATION, &format!("https://{host}{path}")));
    }
    let token = parts.headers.get("x-auth-token").filter(|token| !token.is_empty());
    if container.text("privacy") == "private" && token.is_none() {
        return Some(Reply::text(StatusCode::FORBIDDEN, "authentication is denied: send X-Auth-Token\n"));
    }
    let serving = container.hidden.get("serving").filter(|serving| serving.is_object());
    let Some(serving) = serving.filter(|_| container.status() != "deleting") else {
        let text = format!("{} is not ready: {}\n", container.text("name"), container.status());
        return Some(Reply::text(StatusCode::SERVICE_UNAVAILABLE, text));
    };
    let image = serving["image"].as_str().unwrap_or_default();
    if !world.settings.images.behaviour(image).answers(parts.uri.path()) {
        return Some(Reply::text(StatusCode::NOT_FOUND, "not found\n"));
    }
    let (name, revision) = (container.text("name"), &serving["revision"]);
    Some(Reply::text(StatusCode::OK, format!("{name}: image {image}, revision {revision}\n")))
}

fn find<'a>(world: &'a World, host: &str) -> Option<&'a Record> {
    let address = |record: &Record| record.text("public_endpoint").strip_prefix("https://") == Some(host);
    let by_address = world.store.all(container::KIND).find(|(_, record)| address(record));
    by_address.map(|(_, record)| record).or_else(|| {
        let mut domains = world.store.all(domain::KIND).map(|(_, domain)| domain);
        let domain = domains.find(|domain| domain.text("hostname") == host && domain.status() == "ready")?;
        world.store.get(container::KIND, domain.text("container_id"))
    })
}
