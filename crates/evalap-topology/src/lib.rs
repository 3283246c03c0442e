//! Stub.

pub mod check;
pub mod definition;
pub mod state;
