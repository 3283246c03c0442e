//! The products of the API, one folder (or file) each.

use scaleway_core::Timestamp;

use crate::router::Product;
use crate::world::World;

mod account;
mod cockpit;
mod containers;
pub(crate) mod iam;
pub(crate) mod ipam;
mod jobs;
mod pages;
mod rdb;
pub(crate) mod registry;
mod secret_manager;
mod vpc;

pub(crate) use cockpit::{DATA_SOURCE_OPERATIONS, DataSourceDoor, data_source_door};
pub(crate) use containers::endpoint;
pub(crate) use jobs::Processes;
pub(crate) use rdb::{Clusters, Installed};
pub(crate) use secret_manager::values as secret_values;

/// A new product is added here and nowhere else.
pub(crate) const ALL: &[&Product] = &[
    &account::PRODUCT,
    &containers::PRODUCT,
    &cockpit::PRODUCT,
    &iam::PRODUCT,
    &ipam::PRODUCT,
    &jobs::PRODUCT,
    &rdb::PRODUCT,
    &registry::PRODUCT,
    &vpc::PRODUCT,
    &secret_manager::PRODUCT,
];

/// Looks at what goes on outside of the records.
pub(crate) fn look(world: &mut World) {
    jobs::look(world);
    rdb::look(world);
}

/// Other records have taken the place of those there were.
pub(crate) fn taken_over(world: &mut World) {
    rdb::follow(world);
}

/// The world was kept, and is used again.
pub(crate) fn reopened(world: &mut World) {
    jobs::reopened(world);
    rdb::reopened(world);
}

/// Something was put into the world that no request made: what others tell of it follows.
pub(crate) fn seeded(world: &mut World, collection: &str, id: &str) {
    match collection.split_once('.') {
        Some(("jobs", _)) => jobs::seeded(world, collection, id),
        Some(("registry", _)) => registry::seeded(world, collection, id),
        _ => {}
    }
}

/// The moment of a record has come, which asked for it by [`crate::store::Effect::Wake`]; `now` is the time that the
/// world is moving to.
pub(crate) fn wake(world: &mut World, collection: &str, id: &str, now: Timestamp) {
    match collection.split_once('.') {
        Some(("jobs", _)) => jobs::wake(world, collection, id, now),
        Some(("registry", _)) => registry::wake(world, collection, id),
        _ => {}
    }
}
