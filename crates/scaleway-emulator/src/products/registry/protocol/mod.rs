//! The registry's own HTTP protocol, `/v2/…` (OCI Distribution 1.1): what `docker push` and `docker pull` speak.
//!
//! It answers under `rg.<region>.scw.cloud` and, so that tools need no host name, under loopback addresses: there a
//! namespace is looked for in every region. Tokens come from the address that the real registry names.

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, Method};
use url::form_urlencoded;

use crate::kernel::is_api;
use crate::reply::Reply;
use crate::store::Record;
use crate::world::World;

mod auth;
mod blob;
mod denial;
mod digest;
mod listing;
mod manifest;
mod request;
mod upload;

use denial::Denial;
use request::Operation;

pub(super) use blob::forget;
pub(super) use manifest::{has, let_go};
pub(crate) use request::OPERATIONS;

const VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// A request to the registry, understood.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) operation: &'static str,
    does: Operation,
    region: Option<String>,
}

/// `None` where host and path are none of the registry's.
pub(crate) fn find(host: &str, verb: &Method, path: &str) -> Option<Ask> {
    let region = host.strip_prefix("rg.").and_then(|rest| rest.strip_suffix(".scw.cloud"));
    // The path first: every request comes by here.
    let is_ours = path.starts_with("/v2") || path.starts_with("/registry-internal/");
    if region.is_none() && !(is_ours && is_api(host)) {
        return None;
    }
    let does = request::parse(verb, path, region.is_some())?;
    let region = region.map(str::to_owned).or_else(|| does.region().map(str::to_owned));
    Some(Ask { operation: does.name(), does, region })
}

/// A request on its way.
struct Visit<'a> {
    world: &'a mut World,
    parts: &'a Parts,
    body: Bytes,
    query: Vec<(String, String)>,
    region: Option<String>,
    operation: &'static str,
}

/// Where something is pushed to or pulled from: an image of a namespace, whether it is there or not.
struct Place {
    namespace_id: String,
    namespace: Record,
    /// The name below the namespace.
    image: String,
    /// The whole name.
    name: String,
}

pub(crate) fn answer(world: &mut World, ask: Ask, parts: &Parts, body: Bytes) -> Reply {
    let query = parts.uri.query().unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut visit = Visit { world, parts, body, query, region: ask.region, operation: ask.operation };
    let reply = carry_out(&mut visit, ask.does).unwrap_or_else(Reply::from);
    reply.header(VERSION, "registry/2.0")
}

fn carry_out(visit: &mut Visit<'_>, does: Operation) -> Result<Reply, Denial> {
    match does {
        Operation::Token { .. } => auth::token(visit),
        Operation::Check => auth::check(visit),
        Operation::Catalog => listing::catalog(visit),
        Operation::Unknown => Err(Denial::unsupported(visit.parts)),
        Operation::Tags { name } => listing::tags(visit, &name),
        Operation::Referrers { name, digest } => listing::referrers(visit, &name, &digest),
        Operation::GetManifest { name, reference } => manifest::get(visit, &name, &reference),
        Operation::PutManifest { name, reference } => manifest::put(visit, &name, &reference),
        Operation::DeleteManifest { name, reference } => manifest::delete(visit, &name, &reference),
        Operation::GetBlob { name, digest } => blob::get(visit, &name, &digest),
        Operation::DeleteBlob { name, digest } => blob::delete(visit, &name, &digest),
        Operation::StartUpload { name } => upload::start(visit, &name),
        Operation::UploadStatus { name, upload } => upload::status(visit, &name, &upload),
        Operation::UploadChunk { name, upload } => upload::chunk(visit, &name, &upload),
        Operation::FinishUpload { name, upload } => upload::finish(visit, &name, &upload),
        Operation::CancelUpload { name, upload } => upload::cancel(visit, &name, &upload),
    }
}

impl Visit<'_> {
    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    fn is_head(&self) -> bool {
        self.parts.method == Method::HEAD
    }
}
