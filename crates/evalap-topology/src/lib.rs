//! Stub.

pub mod state;
