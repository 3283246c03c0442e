//! A stateful Scaleway on your desk: the APIs that the clients speak, in memory, in process or on a port.
//!
//! ```
//! use scaleway_core::{Clock, Random, Timestamp, Transport};
//! use scaleway_emulator::Emulator;
//!
//! let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
//! let emulator = Emulator::builder().clock(clock.clone()).random(Random::seeded(1)).build()?;
//! let request = http::Request::get("https://api.scaleway.com/containers/v1/regions/fr-par/namespaces")
//!     .header("X-Auth-Token", "any")
//!     .body(bytes::Bytes::new())?;
//! let answer = clock.block_on(emulator.send(request))??;
//! assert_eq!(answer.body(), r#"{"namespaces":[],"total_count":0}"#);
//! assert_eq!(emulator.requests().count("ListNamespaces"), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authority;
mod blobs;
mod call;
mod coverage;
mod data_dir;
mod data_plane;
mod emulator;
mod error;
mod fault;
mod image;
mod inventory;
mod kernel;
mod log;
mod management;
mod object_storage;
mod pace;
mod page;
mod products;
mod refusal;
mod reply;
mod requests;
mod router;
mod schema;
mod seed;
mod server;
mod since;
mod store;
mod timings;
mod traffic;
mod world;

pub use emulator::{Builder, Emulator, HashCost, OwnerKey, WhileChanging};
pub use error::EmulatorError;
pub use fault::{Fault, FaultKind};
pub use image::{Image, ImageBook};
pub use inventory::Existing;
pub use log::Log;
pub use pace::{Coming, End, Pace};
pub use requests::{RequestEntry, Requests};
pub use server::Server;
pub use timings::{Latency, Timings};
