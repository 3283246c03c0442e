//! What every Scaleway client crate stands on.

mod clock;
mod id;
mod locality;
mod random;
mod secret;
mod size;
mod timestamp;
mod transport;

pub use clock::{Busy, Clock};
pub use id::{
    Id, InvalidId, ManagedSecret, Organization, OrganizationId, PrivateNetwork, PrivateNetworkId, Project,
    ProjectId, SecretId,
};
pub use locality::{InvalidLocality, Region, Zone};
pub use random::Random;
pub use secret::Secret;
pub use size::Size;
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use transport::{BoxError, Exchange, Transport, TransportError};
#[cfg(feature = "https")]
pub use transport::{Https, HttpsOptions};
