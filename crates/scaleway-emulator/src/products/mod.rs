//! The products of the API, one folder (or file) each.

use crate::router::Product;

mod containers;
mod pages;
mod secret_manager;

pub(crate) use containers::endpoint;

/// A new product is added here and nowhere else.
pub(crate) const ALL: &[&Product] = &[&containers::PRODUCT, &secret_manager::PRODUCT];
