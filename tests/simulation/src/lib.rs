//! Deployments in one thread on a virtual clock, over the in-process transport, with every choice drawn from one seed.
//!
//! | | |
//! |---|---|
//! | [`Scenario`] | what happens: an environment, an operation, deployers, crashes, faults; drawn from a seed or written down |
//! | [`run`](Scenario::run) | lets it happen, then lets one calm run finish the work, and holds the invariants |
//! | [`crash_points`] | every effect boundary of an operation, crashed at once each |
//! | [`Stages`] | the worlds that scenarios begin in, made once |
//!
//! # What a crash is
//! An effect boundary lies before a request that changes something is sent, after its effect and before its answer, and
//! after the answer; and the same for each write of the log. At it transport and store go dead first; then the program's
//! future is dropped. A request that has left goes on without its sender ([`net`]): it may arrive when the next run has
//! begun.
//!
//! # What must hold afterwards
//! See [`invariants`].
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a simulation that cannot go on has found something"
)]

pub mod invariants;
pub mod net;

mod chore;
mod cloud_link;
mod crash_points;
mod deployer;
mod disk;
mod executor;
mod extent;
mod fate;
mod fencing;
mod others;
mod run;
mod scenario;
mod stage;
mod store_link;
mod trace;
mod weather;

pub use chore::Chore;
pub use crash_points::{Points, crash_points};
pub use extent::Extent;
pub use run::{Failure, Report};
pub use scenario::{Crash, Operation, Scenario};
pub use stage::{Environment, Stages};
