//! The client crates against recordings and facts, and the program against damaged recordings.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod arbitrary;
mod broken;
mod coverage;
mod damage;
mod fidelity;
mod growth;
mod readme;
mod recordings;
mod shape;

use std::path::{Path, PathBuf};

/// The folder of the recordings, where there is one.
fn wire() -> Option<PathBuf> {
    let wire = std::env::var_os("SCALEWAY_WIRE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/wire"), PathBuf::from);
    if !wire.is_dir() {
        println!("skipped: no recordings at {}", wire.display());
        return None;
    }
    Some(wire)
}

/// The exchanges that the project wrote itself.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}
