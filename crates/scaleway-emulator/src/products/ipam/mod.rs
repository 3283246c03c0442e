//! IPAM v1: the addresses of private networks. Public ones, of zones and regions, are no part of the emulator.

use crate::router::{Product, Route};

mod attachment;
mod booking;
mod ip;

#[allow(unused_imports, reason = "for the products that attach resources to private networks")]
pub(crate) use attachment::{Attachment, attach, release_all};
pub(crate) use attachment::{address_of, has_addresses, taken_in};

/// The path of all addresses, of one, or of what can be done with it.
macro_rules! path {
    () => {
        "/ipam/v1/regions/{region}/ips"
    };
    ("one") => {
        "/ipam/v1/regions/{region}/ips/{ip_id}"
    };
    ($action:literal) => {
        concat!("/ipam/v1/regions/{region}/ips/{ip_id}/", $action)
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "ipam",
    regions: &["fr-par", "nl-ams", "pl-waw", "it-mil"],
    routes: &[
        Route::new("POST", path!(), "BookIP", ip::book),
        Route::new("GET", path!(), "ListIPs", ip::list),
        Route::new("GET", path!("one"), "GetIP", ip::get),
        Route::new("PATCH", path!("one"), "UpdateIP", ip::update),
        Route::new("DELETE", path!("one"), "ReleaseIP", ip::release),
        Route::new("POST", path!("attach"), "AttachIP", ip::attach),
        Route::new("POST", path!("detach"), "DetachIP", ip::detach),
        Route::new("POST", path!("move"), "MoveIP", ip::move_ip),
        Route::new("POST", "/ipam/v1/regions/{region}/ip-sets/release", "ReleaseIPSet", ip::release_set),
    ],
};
