//! The public addresses of what was deployed.

use http::request::Parts;

use crate::products::endpoint;
use crate::reply::Reply;
use crate::world::World;

/// A public address.
#[derive(Debug)]
pub(crate) struct Address {
    /// What answers there.
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) status: String,
}

impl Address {
    /// How to reach it where the emulator listens: names tell addresses apart, and no DNS knows them.
    pub(crate) fn curl(&self, ip: &str, port: u16) -> String {
        let host = &self.host;
        format!("curl --resolve {host}:{port}:{ip} http://{host}:{port}/")
    }
}

/// What answers under `host`, or `None` where nothing has that name.
pub(crate) fn answer(world: &mut World, host: &str, parts: &Parts) -> Option<Reply> {
    endpoint::answer(world, host, parts)
}

/// All that is deployed, oldest first.
pub(crate) fn addresses(world: &World) -> Vec<Address> {
    endpoint::addresses(world)
}
