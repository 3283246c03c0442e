//! The state of an environment: one append-only log, on any object store.
//!
//! The only write is create-if-absent of `log/<seq>`: the loser of a race for a sequence number knows that it lost.
//! Journal events, lease claims and releases, audit notes and restorations are entries of that one log, so lock,
//! fencing, serial number, history and audit are one mechanism, the same on every backend. A log key is never deleted
//! or written again. Snapshots (`snap/<seq>`) are a cache of the fold: losing all of them loses time, not state.
//!
//! Nothing here knows what a resource is: the engine brings its events and its state as a [`Fold`].
//!
//! ```no_run
//! # use evalap_topology::state::*; use scaleway_core::{Clock, Random}; use std::{path::Path, time::Duration};
//! # async fn example<S: Fold>(event: S::Event) -> Result<(), StateError> {
//! let store = Store::folder(Path::new(".evalap/state/staging"), Clock::real(), Random::system())?;
//! let key = StateKey::load_or_create(Path::new(".evalap/keys/staging.key"), &store).await?;
//! let mut session = Session::<S>::open(store, key).await?;
//! session.lock(Holder::current("deploy_staging apply"), Duration::from_secs(300), |_| {}).await?;
//! session.append(vec![event]).await?; // durable and folded
//! session.cover().await?; // before each call that changes something
//! session.release(None).await
//! # }
//! ```
//!
//! All who share a state must run on clocks of the same speed: a lease is measured by the clock of who waits for it.

mod bucket;
mod envelope;
mod error;
mod holder;
mod key;
mod key_file;
mod key_secret;
mod keyring;
mod lease;
mod lock;
mod log;
mod migrate;
mod record;
mod refuge;
mod said;
mod segment;
mod session;
mod store;
mod transfer;
mod versions;

#[cfg(any(test, feature = "contract"))]
#[doc(hidden)]
pub mod contract;

pub use bucket::Bootstrap;
pub use envelope::SCHEMA;
pub use error::StateError;
pub use holder::Holder;
pub use key::{Digest, StateKey};
pub use key_file::KEY_VARIABLE;
pub use key_secret::KeySecret;
pub use lease::{Cover, Lease, LeaseTimes, Wait, Waiter};
pub use log::Head;
pub use record::{Call, Entry, Fold, LeaseEvent, Note, Record};
pub use refuge::{Away, Merged};
pub use session::Session;
pub use store::Store;
pub use versions::Verified;
