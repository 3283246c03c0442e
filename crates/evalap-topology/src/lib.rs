//! Turns the definition of an EvalAP environment into running infrastructure on Scaleway.
//!
//! | step | module | what it does |
//! |---|---|---|
//! | definition | [`definition`] | what a person writes, as TOML or as Rust values |
//! | check | [`mod@check`] | compliance, as a list of findings |
//! | resources | [`Engine::desired`] | what must exist, with typed references between them |
//! | plan | [`plan`] | what must change, and why; pure |
//! | apply | [`apply`] | carries out a plan; decides nothing |
//! | state | [`state`] | one encrypted log: journal, lock, history |
//! | audit | [`mod@audit`] | the log told by commands: who, when, from what to what |
//!
//! [`Engine`] ties them together; [`kinds`] holds all that is known of each kind of resource. All that it does can be awaited
//! on any thread, and be given up halfway: the next run goes on from there.

pub mod address;
pub mod apply;
pub mod audit;
pub mod check;
mod cloud;
pub mod definition;
mod engine;
mod error;
mod graph;
mod input;
pub mod kinds;
pub mod model;
mod observe;
pub mod plan;
mod private_file;
mod resources;
#[cfg(not(sabotage))]
mod sabotage;
#[cfg(sabotage)]
pub mod sabotage;
mod sources;
pub mod state;

pub use engine::{Engine, Lock};
pub use error::{Error, KindError};
pub use input::{Input, Unresolved};
pub use sources::{Missing, Sources};
