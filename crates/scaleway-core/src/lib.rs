//! What every Scaleway client crate stands on: configuration, transport, retry, errors, pages, waiting, ids, secrets.
//!
//! | to … | see |
//! |---|---|
//! | connect | [`Client`], [`Config`] |
//! | make or wait for something | the product crates, and [`Waiter`] |
//! | read a list | [`Pager`] |
//! | know what went wrong | [`Error`] and its predicates |
//! | keep a value unseen | [`Secret`] |
//! | test without a network | [`Transport`], [`Clock`], [`Random`] |
//!
//! A product crate (`scaleway-containers`, …) builds [`Request`]s with an [`Api`] and sends them with its [`Client`]; the
//! client sends them through a [`Transport`], again where that is safe ([`RetryPolicy`]).
//!
//! A field of an answer that is `None` was not in it, or `null`: there is no such thing, or the API does not say. Fields
//! that came to the API later are of this kind, too.

mod api;
mod client;
mod clock;
mod config;
mod error;
mod id;
mod locality;
mod page;
mod random;
mod request;
mod retry;
mod secret;
mod size;
mod timestamp;
mod transport;
mod wait;
pub mod wire;

pub use api::Api;
pub use client::{Client, ClientBuilder};
pub use clock::{Busy, Clock};
pub use config::{Config, ConfigError};
pub use error::{ApiError, Call, Error, ErrorBody, ErrorDetail, Result};
pub use id::{
    Id, InvalidId, ManagedSecret, Organization, OrganizationId, PrivateNetwork, PrivateNetworkId, Project,
    ProjectId, SecretId,
};
pub use locality::{InvalidLocality, Region, Zone};
pub use page::{Listed, Page, Pager};
pub use random::Random;
pub use request::{Empty, Request};
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use size::Size;
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use transport::{BoxError, Exchange, Transport, TransportError};
#[cfg(feature = "https")]
pub use transport::{Https, HttpsOptions};
pub use wait::{Pace, Progress, Waiter};
