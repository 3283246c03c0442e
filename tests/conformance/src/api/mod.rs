//! The operations of each API, a file an API, a line an operation: `verb::<Query, Request, Answer>(name, path)`.
//! `()` is not sent at all, `Empty` is sent and says nothing.

#![allow(clippy::wildcard_imports, reason = "a table names most of what its client exports")]

mod account;
mod cockpit;
mod containers;
mod iam;
mod ipam;
mod jobs;
mod rdb;
mod registry;
mod secrets;
mod vpc;

use crate::operation::Api;

/// The APIs of the client crates.
pub const APIS: &[Api] = &[
    account::API,
    cockpit::GLOBAL,
    cockpit::REGIONAL,
    containers::API,
    iam::API,
    ipam::API,
    jobs::API,
    rdb::API,
    registry::API,
    secrets::API,
    vpc::API,
];
