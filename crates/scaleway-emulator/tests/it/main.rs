//! The emulator as its users meet it: http requests in, http responses out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod account;
mod auth;
mod cockpit;
mod cockpit_alerts;
mod cockpit_endpoints;
mod cockpit_rules;
mod containers;
mod data_plane;
mod desk;
mod faults;
mod iam;
mod ipam;
mod jobs;
mod jobs_exec;
mod kernel;
mod management;
mod object_buckets;
mod object_lifecycle;
mod object_model;
mod object_storage;
mod object_store;
mod persistence;
mod postgres;
mod program;
mod queries;
mod quotas;
mod rdb;
mod rdb_content;
mod rdb_copies;
mod read_after_write;
mod registry;
mod registry_client;
mod registry_protocol;
mod secret_manager;
mod secret_versions;
mod seed;
mod server;
mod vpc;
