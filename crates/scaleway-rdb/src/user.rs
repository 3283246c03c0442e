//! Users: who may log in to an instance.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Listed, Page, Pager, Result, Secret, wire};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// A user of an instance; its name is its id. What it may do in a database is a [`Privilege`](crate::Privilege).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// Its name, unique in the instance.
    pub name: String,
    /// Whether it administers the instance.
    #[serde(default)]
    pub is_admin: bool,
}

impl Listed for User {
    const FIELD: &'static str = "users";

    fn identity(&self) -> Cow<'_, str> {
        self.name.as_str().into()
    }
}

/// A request for `CreateUser`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateUser {
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// Its password: 8 to 128 characters, with a digit, an upper case letter, a lower case letter and a special character;
    /// see [`Password`](crate::Password).
    #[setters(skip)]
    #[serde(serialize_with = "wire::secret")]
    pub password: Secret,
    /// Whether it administers the instance; it does not unless set.
    #[serde(default)]
    pub is_admin: bool,
}

impl CreateUser {
    /// A user of this name, which does not administer the instance.
    pub fn new(name: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { name: name.into(), password: password.into(), is_admin: false }
    }
}

/// A request for `UpdateUser`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateUser {
    /// Its new password, by the rules of [`CreateUser::password`]. Connections that are open stay open.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Whether it administers the instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_admin: Option<bool>,
}

/// The order of [`ListUsers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListUsersOrder {
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// Administrators last.
    IsAdminAsc,
    /// Administrators first.
    IsAdminDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListUsers`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListUsers {
    /// Only the one of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The order; by name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListUsersOrder>,
}

/// # Users
impl Rdb {
    /// `CreateUser`. An instance takes one write of users or privileges at a time, and answers 409 to the others.
    pub async fn create_user(&self, instance: &InstanceId, request: CreateUser) -> Result<User> {
        let path = ["instances", instance.as_str(), "users"];
        self.api.send(self.api.post("CreateUser", &path).json(&request)).await
    }

    /// `ListUsers`.
    pub fn list_users(&self, instance: &InstanceId, request: ListUsers) -> Pager<User> {
        let path = ["instances", instance.as_str(), "users"];
        Pager::new(&self.api, self.api.get::<Page<_>>("ListUsers", &path).query(&request))
    }

    /// `UpdateUser`. As [`create_user`](Self::create_user), one at a time on an instance.
    pub async fn update_user(&self, instance: &InstanceId, name: &str, request: UpdateUser) -> Result<User> {
        let path = ["instances", instance.as_str(), "users", name];
        self.api.send(self.api.patch("UpdateUser", &path).json(&request)).await
    }

    /// `DeleteUser`. As [`create_user`](Self::create_user), one at a time on an instance.
    pub async fn delete_user(&self, instance: &InstanceId, name: &str) -> Result<()> {
        let path = ["instances", instance.as_str(), "users", name];
        self.api.send(self.api.delete::<Empty>("DeleteUser", &path)).await.map(|_| ())
    }
}
