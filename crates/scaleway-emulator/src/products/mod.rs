//! The products of the API, one folder (or file) each.

use crate::router::Product;

mod cockpit;
mod containers;
pub(crate) mod ipam;
mod pages;
mod rdb;
mod secret_manager;
mod vpc;

pub(crate) use containers::endpoint;

/// A new product is added here and nowhere else.
pub(crate) const ALL: &[&Product] = &[
    &containers::PRODUCT,
    &cockpit::PRODUCT,
    &ipam::PRODUCT,
    &rdb::PRODUCT,
    &vpc::PRODUCT,
    &secret_manager::PRODUCT,
];
