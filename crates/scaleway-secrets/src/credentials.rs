//! Values with a shape: what secrets of some types hold, as JSON.

use scaleway_core::{Secret, wire};
use serde::{Deserialize, Serialize};

/// The value of a secret of type [`BasicCredentials`](crate::SecretType::BasicCredentials).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasicCredentials {
    /// Who.
    pub username: String,
    /// Their password.
    #[serde(serialize_with = "wire::secret")]
    pub password: Secret,
}

/// The value of a secret of type [`DatabaseCredentials`](crate::SecretType::DatabaseCredentials).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseCredentials {
    /// The engine: `postgres`, `mysql`.
    pub engine: String,
    /// Who.
    pub username: String,
    /// Their password.
    #[serde(serialize_with = "wire::secret")]
    pub password: Secret,
    /// The database's host.
    pub host: String,
    /// The database's name.
    pub dbname: String,
    /// The port, as a text.
    pub port: String,
}

/// The value of a secret of type [`SshKey`](crate::SecretType::SshKey).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshKey {
    /// The private key, in PEM.
    #[serde(serialize_with = "wire::secret")]
    pub ssh_private_key: Secret,
}
