//! Privileges: what a user may do in a database.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Listed, Page, Pager, Result};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// What a user may do in a database; there is one for each pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Privilege {
    /// What it may do.
    pub permission: Permission,
    /// The database.
    pub database_name: String,
    /// The user.
    pub user_name: String,
}

impl Listed for Privilege {
    const FIELD: &'static str = "privileges";

    /// Neither name can hold a NUL, so two pairs never read the same.
    fn identity(&self) -> Cow<'_, str> {
        format!("{}\0{}", self.database_name, self.user_name).into()
    }
}

/// What may be done in a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Permission {
    /// Reading.
    Readonly,
    /// Reading and writing.
    Readwrite,
    /// Everything, changes of the schema included.
    All,
    /// What statements have granted, not this API. It is answered, too, for what was `readwrite` once the database has
    /// tables that are newer than the grant.
    Custom,
    /// Nothing.
    None,
    /// A permission that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `SetPrivilege`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct SetPrivilege {
    /// The database.
    pub database_name: String,
    /// The user.
    pub user_name: String,
    /// What the user may do in the database; [`Permission::None`] takes everything away.
    pub permission: Permission,
}

impl SetPrivilege {
    /// Lets the user do this in the database.
    pub fn new(database: impl Into<String>, user: impl Into<String>, permission: Permission) -> Self {
        Self { database_name: database.into(), user_name: user.into(), permission }
    }
}

/// The order of [`ListPrivileges`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListPrivilegesOrder {
    /// By user.
    UserNameAsc,
    /// By user, backwards.
    UserNameDesc,
    /// By database.
    DatabaseNameAsc,
    /// By database, backwards.
    DatabaseNameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListPrivileges`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListPrivileges {
    /// The order; by user unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListPrivilegesOrder>,
    /// Only those in this database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_name: Option<String>,
    /// Only those of this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
}

/// # Privileges
impl Rdb {
    /// `SetPrivilege`. An instance takes one write of users or privileges at a time, and answers 409 to the others.
    pub async fn set_privilege(&self, instance: &InstanceId, request: SetPrivilege) -> Result<Privilege> {
        let path = ["instances", instance.as_str(), "privileges"];
        self.api.send(self.api.put("SetPrivilege", &path).json(&request)).await
    }

    /// `ListPrivileges`.
    pub fn list_privileges(&self, instance: &InstanceId, request: ListPrivileges) -> Pager<Privilege> {
        let path = ["instances", instance.as_str(), "privileges"];
        Pager::new(&self.api, self.api.get::<Page<_>>("ListPrivileges", &path).query(&request))
    }
}
