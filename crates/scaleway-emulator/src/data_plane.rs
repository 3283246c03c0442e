//! The public addresses of what was deployed.

use std::time::Duration;

use http::request::Parts;

use crate::products::endpoint;
use crate::reply::Reply;
use crate::world::World;

/// What is answered there, and how long it takes.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) reply: Reply,
    pub(crate) after: Duration,
}

/// What answers under `host`, or `None` where nothing has that name.
pub(crate) fn answer(world: &mut World, host: &str, parts: &Parts) -> Option<Served> {
    endpoint::answer(world, host, parts)
}
