//! Turns the definition of an `EvalAP` environment into running infrastructure on Scaleway.
//!
//! - [`definition`]: what a person writes, as TOML or as Rust values.
//! - [`check`]: the compliance rules, and what a definition breaks of them.

pub mod check;
pub mod definition;
