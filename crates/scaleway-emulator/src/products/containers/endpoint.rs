//! The public address of a container.

use http::request::Parts;

use crate::reply::Reply;
use crate::world::World;

pub(crate) fn answer(_world: &World, _host: &str, _parts: &Parts) -> Option<Reply> {
    None
}
