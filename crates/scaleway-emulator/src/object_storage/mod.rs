//! Object Storage: S3's protocol, with Scaleway's keys, owners and limits.

mod acl;
mod address;
mod body;
mod bucket;
mod call;
mod condition;
mod delete;
mod encryption;
mod lifecycle;
mod listing;
mod lock;
mod multipart;
mod object;
mod operation;
mod policy;
mod refusal;
mod settings;
mod signature;
mod tagging;
mod text;
mod version;
mod xml;

use bytes::Bytes;
use http::Method;
use http::request::Parts;

use crate::fault::FaultKind;
use crate::reply::Reply;
use crate::world::World;

pub(crate) use address::{Address, OnlyHere};
pub(crate) use lifecycle::look;
pub(crate) use operation::{OPERATIONS, Operation};

use address::REGIONS;
use call::Call;
use refusal::Result;

/// As the request log and the coverage name it.
pub(crate) const PRODUCT: &str = "object_storage";

/// Answers a request; the operation is `None` where it has no name.
pub(crate) fn answer(
    world: &mut World,
    address: Address,
    operation: Option<&Operation>,
    parts: &Parts,
    body: Bytes,
) -> Reply {
    let (resource, is_head) = (address.resource(), parts.method == Method::HEAD);
    let answer = operate(world, address, operation, parts, body);
    answer.unwrap_or_else(|refusal| refusal.reply(&request_id(world), &resource, is_head))
}

/// What a fault answers, where it answers.
pub(crate) fn of_fault(fault: FaultKind, verb: &str) -> Option<Reply> {
    Some(refusal::of_fault(fault)?.reply("txg-of-a-fault", "/", verb == "HEAD"))
}

fn operate(
    world: &mut World,
    address: Address,
    operation: Option<&Operation>,
    parts: &Parts,
    body: Bytes,
) -> Result<Reply> {
    let operation = operation.ok_or(refusal::METHOD_NOT_ALLOWED)?;
    if address.is_broken {
        return Err(refusal::INVALID_URI.into());
    }
    if !REGIONS.contains(&address.region.as_str()) {
        return Err(refusal::NO_SUCH_BUCKET.because("There is no Object Storage in this region."));
    }
    let caller = signature::caller(world, parts, &body)?;
    let body::Unchunked { body, trailers } = body::unchunked(parts, body)?;
    let query = parts.uri.query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut call = Call { world, address, caller, parts, query, body, trailers };
    policy::check(&call, operation)?;
    (operation.handler)(&mut call)
}

/// With what every answer says of its request.
pub(crate) fn marked(world: &World, reply: Reply) -> Reply {
    let id = request_id(world);
    let reply = call::with(reply, "x-amz-request-id", Some(&id));
    call::with(reply, "x-amz-id-2", Some(&id))
}

/// `txg` and so on: random, and the second.
fn request_id(world: &World) -> String {
    let random = world.uuid().unwrap_or_default().replace('-', "");
    let random = random.get(..20).unwrap_or_default();
    format!("txg{random}-{:010x}", text::seconds(world.now()))
}
