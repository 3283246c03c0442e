//! The emulator as its users meet it: http requests in, http responses out.

mod containers;
mod desk;
mod kernel;
mod persistence;
mod server;
