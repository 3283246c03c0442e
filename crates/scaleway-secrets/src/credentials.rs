//! Values with a shape: what secrets of some types hold, as JSON.

use std::collections::BTreeMap;

use scaleway_core::{Secret, wire};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use crate::{Payload, SecretType};

/// What the values of a [`SecretType`] are made of. See [`Payload::of`] and [`Payload::read`].
///
/// ```
/// use scaleway_secrets::{BasicCredentials, Payload};
///
/// let credentials = BasicCredentials::new("evalap", "hunter2");
/// let payload = Payload::of(&credentials)?;
/// assert_eq!(payload.as_text(), Some(r#"{"username":"evalap","password":"hunter2"}"#));
/// assert_eq!(payload.read::<BasicCredentials>()?, credentials);
/// # Ok::<(), scaleway_secrets::NotOfShape>(())
/// ```
pub trait Shape: Serialize + DeserializeOwned {
    /// The type of the secrets that hold such values.
    const SECRET_TYPE: SecretType;
}

/// The value of a secret of type [`BasicCredentials`](SecretType::BasicCredentials).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BasicCredentials {
    /// Who.
    pub username: String,
    /// Their password.
    #[serde(serialize_with = "wire::secret")]
    pub password: Secret,
}

impl BasicCredentials {
    /// This name with this password.
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { username: username.into(), password: password.into() }
    }
}

impl Shape for BasicCredentials {
    const SECRET_TYPE: SecretType = SecretType::BasicCredentials;
}

/// The value of a secret of type [`DatabaseCredentials`](SecretType::DatabaseCredentials).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
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

impl DatabaseCredentials {
    /// What `user` needs to reach the database `dbname` of an `engine` (`postgres`) at `host` and `port`.
    pub fn new(
        engine: impl Into<String>,
        user: BasicCredentials,
        host: impl Into<String>,
        port: u16,
        dbname: impl Into<String>,
    ) -> Self {
        Self {
            engine: engine.into(),
            username: user.username,
            password: user.password,
            host: host.into(),
            dbname: dbname.into(),
            port: port.to_string(),
        }
    }
}

impl Shape for DatabaseCredentials {
    const SECRET_TYPE: SecretType = SecretType::DatabaseCredentials;
}

/// The value of a secret of type [`SshKey`](SecretType::SshKey).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SshKey {
    /// The private key, in PEM.
    #[serde(serialize_with = "wire::secret")]
    pub ssh_private_key: Secret,
}

impl SshKey {
    /// This private key, in PEM.
    pub fn new(ssh_private_key: impl Into<Secret>) -> Self {
        Self { ssh_private_key: ssh_private_key.into() }
    }
}

impl Shape for SshKey {
    const SECRET_TYPE: SecretType = SecretType::SshKey;
}

/// The value of a secret of type [`KeyValue`](SecretType::KeyValue): texts by name. Made from pairs:
/// `KeyValue::from_iter([("token", "hunter2")])`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyValue(pub BTreeMap<String, Secret>);

impl<N: Into<String>, S: Into<Secret>> FromIterator<(N, S)> for KeyValue {
    fn from_iter<I: IntoIterator<Item = (N, S)>>(secrets: I) -> Self {
        Self(secrets.into_iter().map(|(name, secret)| (name.into(), secret.into())).collect())
    }
}

impl Shape for KeyValue {
    const SECRET_TYPE: SecretType = SecretType::KeyValue;
}

impl Serialize for KeyValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, secret)| (name, secret.expose())))
    }
}

impl<'de> Deserialize<'de> for KeyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

/// A value is not of the shape that its type says. It does not say more, for that would show the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the value is not the JSON of {}: line {line}, column {column}", wire::spelled(secret_type))]
#[non_exhaustive]
pub struct NotOfShape {
    /// The type that says the shape.
    pub secret_type: SecretType,
    /// The line that reading stopped at, from 1; 0 where the value could not be written.
    pub line: usize,
    /// The column that reading stopped at, from 1.
    pub column: usize,
}

impl NotOfShape {
    fn new<T: Shape>(error: &serde_json::Error) -> Self {
        Self { secret_type: T::SECRET_TYPE, line: error.line(), column: error.column() }
    }
}

impl Payload {
    /// A value of this shape, for a secret of its [type](Shape::SECRET_TYPE).
    ///
    /// # Errors
    /// [`NotOfShape`] where the value cannot be written as JSON; those of this crate always can.
    pub fn of<T: Shape>(value: &T) -> Result<Self, NotOfShape> {
        serde_json::to_vec(value).map(Self::bytes).map_err(|error| NotOfShape::new::<T>(&error))
    }

    /// The value of this shape.
    ///
    /// # Errors
    /// [`NotOfShape`], with the place where reading stopped.
    pub fn read<T: Shape>(&self) -> Result<T, NotOfShape> {
        serde_json::from_slice(self.as_bytes()).map_err(|error| NotOfShape::new::<T>(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_written_and_read() {
        let user = BasicCredentials::new("evalap", "hunter2");
        let database = DatabaseCredentials::new("postgres", user, "10.0.0.2", 5432, "evalap");
        assert_eq!(Payload::of(&database).unwrap().read(), Ok(database));
        let map = KeyValue::from_iter([("token", "hunter2")]);
        assert!(!format!("{map:?}").contains("hunter2"));
        assert_eq!(Payload::of(&map).unwrap().as_text(), Some(r#"{"token":"hunter2"}"#));
        assert_eq!(Payload::of(&map).unwrap().read(), Ok(map));
    }

    #[test]
    fn what_has_another_shape_is_not_shown() {
        let error = Payload::text("{\"username\": 7,\n\"password\": \"hunter2\"}").read::<BasicCredentials>();
        assert_eq!(
            error.unwrap_err().to_string(),
            "the value is not the JSON of basic_credentials: line 1, column 14"
        );
        let error = Payload::text("\"hunter2\"").read::<SshKey>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
