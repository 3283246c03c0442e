//! A stateful Scaleway on your desk: the APIs that the clients speak, in memory, in process or on a port.
//!
//! | Use | by |
//! |---|---|
//! | a client's transport, in process | [`Emulator`] is a [`Transport`](scaleway_core::Transport) |
//! | a port, for programs in any language | [`Server`], [`Emulator::env`], [`Emulator::announce`] |
//! | `object_store`'s way to a bucket, in process | [`Emulator`] is its `HttpConnector` (feature `object-store`) |
//! | how it is to be: clock, seed, latency, folder, strictness, limits | [`Builder`], [`Latency`], [`HashCost`], [`WhileChanging`] |
//! | what goes wrong | [`Fault`], [`Emulator::inject`], [`Builder::faults`] |
//! | how images behave | [`Image`], [`ImageBook`], [`Builder::images`] |
//! | what was asked | [`Emulator::requests`], [`Log`] |
//! | what exists, and what of it is secret | [`Emulator::inventory`], [`Emulator::secret_values`] |
//! | what is there without a request | [`Emulator::seed`] |
//! | worlds: anew, put aside and taken back, gone on with elsewhere, kept | [`Emulator::reset`], [`Emulator::snapshot`], [`Emulator::restore`], [`Emulator::fork`], [`Builder::data_dir`] |
//! | what is about to happen | [`Emulator::pace`], [`Emulator::reschedule`] |
//! | who may do what | [`Builder::strict_auth`], [`Emulator::owner_key`] |
//! | databases that are real | [`Builder::postgres`], [`Emulator::postgres`] |
//! | how long things take | [`Emulator::timings`] |
//!
//! The same as a program, with its management API, and a recipe for tests in any language: the crate's README.
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
//!
//! What goes wrong is injected, what exists is looked at, and time passes by hand:
//!
//! ```
//! use std::time::Duration;
//!
//! use scaleway_core::{Clock, Timestamp, Transport};
//! use scaleway_emulator::{Emulator, Fault, FaultKind, Latency};
//!
//! let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
//! let emulator = Emulator::builder().clock(clock.clone()).seed(1).latency(Latency::None).build()?;
//! let create = || {
//!     http::Request::post("https://api.scaleway.com/containers/v1/regions/fr-par/namespaces")
//!         .header("X-Auth-Token", "any")
//!         .body(bytes::Bytes::from(r#"{"project_id": "7a3f4c1e-3d8b-4b0e-9a63-0b6a2c9d1e11", "name": "mine"}"#))
//! };
//! emulator.inject(Fault::new(FaultKind::Throttled).operation("CreateNamespace"));
//! assert_eq!(clock.block_on(emulator.send(create()?))??.status(), 429);
//! assert_eq!(clock.block_on(emulator.send(create()?))??.status(), 200);
//! clock.advance(Duration::from_secs(60));
//! let namespace = emulator.inventory().into_iter().find(|it| it.kind == "containers.namespaces");
//! assert_eq!(namespace.map(|it| it.text("status").to_owned()).as_deref(), Some("ready"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! On a port, for a program in any language, while `test` runs:
//!
//! ```
//! use scaleway_core::Clock;
//! use scaleway_emulator::{Emulator, Image, ImageBook, Server};
//!
//! # async fn test(env: Vec<(&'static str, String)>) { assert!(env[0].1.starts_with("http://127.0.0.1:")); }
//! let folder = tempfile::tempdir()?;
//! let images = ImageBook::new().with(Image::new("rg.fr-par.scw.cloud/mine/broken").crashes());
//! let emulator = Emulator::builder().data_dir(folder.path()).images(images).build()?;
//! Clock::real().block_on(async {
//!     let server = Server::bind(emulator.clone(), ([127, 0, 0, 1], 0).into()).await?;
//!     let env = emulator.env(&server.url());
//!     server.serve(test(env)).await;
//!     Ok::<(), scaleway_emulator::EmulatorError>(())
//! })??;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod api;
mod authority;
mod blobs;
mod builder;
mod call;
#[cfg(feature = "object-store")]
mod connector;
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
mod quota;
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
mod worlds;

pub use builder::{Builder, HashCost, Postgres, WhileChanging};
pub use emulator::{Emulator, OwnerKey};
pub use error::EmulatorError;
pub use fault::{Fault, FaultKind};
pub use image::{Image, ImageBook};
pub use inventory::Existing;
pub use log::Log;
pub use pace::{Coming, End, Pace};
pub use requests::{RequestEntry, Requests};
pub use server::Server;
pub use timings::{Latency, Timings};
pub use worlds::Snapshot;
