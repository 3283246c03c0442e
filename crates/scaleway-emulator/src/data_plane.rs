//! The public addresses of what was deployed.

use http::request::Parts;

use crate::products::endpoint;
use crate::reply::Reply;
use crate::world::World;

/// What answers under `host`, or `None` where nothing has that name.
pub(crate) fn answer(world: &World, host: &str, parts: &Parts) -> Option<Reply> {
    endpoint::answer(world, host, parts)
}
