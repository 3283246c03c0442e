//! Whole environments against the emulator: made, changed, broken, mended, removed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod bucket_access;
mod bucket_bootstrap;
mod cockpit_layer;
mod crashes;
mod desk;
mod drift;
mod drift_command;
mod edits;
mod failures;
mod hands;
mod in_flight;
mod kept_files;
mod kept_plans;
mod kills;
mod laws;
mod layers;
mod manage_state;
mod manage_state_kept;
mod mistakes;
mod object_storage;
mod office;
mod output;
mod programs;
mod publish;
mod rdb_layer;
mod real_database;
mod scope;
mod secrecy;
mod services;
mod staging;
mod state_away;
mod state_key;
mod state_on_s3;
