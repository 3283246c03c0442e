//! Connections: one person who is a user of several organizations.

use scaleway_core::{Empty, OrganizationId, Result, Secret, wire};
use serde::{Deserialize, Serialize};

use crate::{Iam, UserId, UserType};

/// The users of other organizations that a user can switch to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connections {
    /// One for each organization.
    #[serde(default)]
    pub connections: Vec<Connection>,
}

/// A user of another organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    /// The organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ConnectedOrganization>,
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<ConnectedUser>,
}

/// The organization of a [`Connection`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConnectedOrganization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Whether it is locked.
    #[serde(default)]
    pub locked: bool,
}

/// The user of a [`Connection`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConnectedUser {
    /// Their id.
    pub id: UserId,
    /// The name to sign in with.
    #[serde(default)]
    pub username: String,
    /// Owner or member.
    #[serde(rename = "type")]
    pub kind: UserType,
}

/// What connects one user with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConnectionToken {
    /// What the other user joins with.
    #[serde(serialize_with = "wire::secret")]
    pub token: Secret,
}

/// A request for `JoinUserConnection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct JoinUserConnection {
    /// What [`initiate_user_connection`](Iam::initiate_user_connection) answered.
    #[serde(serialize_with = "wire::secret")]
    pub token: Secret,
}

impl JoinUserConnection {
    /// With this token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self { token: token.into() }
    }
}

/// A request for `RemoveUserConnection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct RemoveUserConnection {
    /// The other user.
    pub target_user_id: UserId,
}

impl RemoveUserConnection {
    /// From this user.
    pub fn new(target_user_id: UserId) -> Self {
        Self { target_user_id }
    }
}

/// # Connections
impl Iam {
    /// `GetUserConnections`.
    pub async fn get_user_connections(&self, id: &UserId) -> Result<Connections> {
        self.api.send(self.api.get("GetUserConnections", &["users", id.as_str(), "connections"])).await
    }

    /// `InitiateUserConnection`: begins to connect the user with another one.
    pub async fn initiate_user_connection(&self, id: &UserId) -> Result<ConnectionToken> {
        let initiate =
            self.api.post("InitiateUserConnection", &["users", id.as_str(), "initiate-connection"]);
        self.api.send(initiate.json(&Empty {})).await
    }

    /// `JoinUserConnection`: connects this user with the one whose token it is.
    pub async fn join_user_connection(&self, id: &UserId, request: JoinUserConnection) -> Result<()> {
        let join = self.api.post("JoinUserConnection", &["users", id.as_str(), "join-connection"]);
        self.api.send(join.json(&request)).await.map(|Empty {}| ())
    }

    /// `RemoveUserConnection`.
    pub async fn remove_user_connection(&self, id: &UserId, request: RemoveUserConnection) -> Result<()> {
        let remove = self.api.post("RemoveUserConnection", &["users", id.as_str(), "remove-connection"]);
        self.api.send(remove.json(&request)).await.map(|Empty {}| ())
    }
}
