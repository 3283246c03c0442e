//! Logs: who changed what in IAM.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Id, Listed, OrganizationId, Page, Pager, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// The id of a [`Log`].
pub type LogId = Id<Log>;

/// One change in IAM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Log {
    /// Its id.
    pub id: LogId,
    /// When it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The address that it came from.
    #[serde(default)]
    pub ip: String,
    /// The program that it was made with.
    #[serde(default)]
    pub user_agent: String,
    /// What was done.
    pub action: LogAction,
    /// The user or the application that did it.
    #[serde(default)]
    pub bearer_id: String,
    /// The organization.
    pub organization_id: OrganizationId,
    /// What it was done to.
    pub resource_type: LogResourceType,
    /// The id of what it was done to.
    #[serde(default)]
    pub resource_id: String,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Log {
    const FIELD: &'static str = "logs";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogAction {
    /// The API does not say.
    UnknownAction,
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// It was deleted.
    Deleted,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What something was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogResourceType {
    /// The API does not say.
    UnknownResourceType,
    /// An API key.
    ApiKey,
    /// A user.
    User,
    /// An application.
    Application,
    /// A group.
    Group,
    /// A policy.
    Policy,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The order of [`ListLogs`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListLogsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListLogs`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListLogs {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListLogsOrder>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those after this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_after: Option<Timestamp>,
    /// Only those before this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_before: Option<Timestamp>,
    /// Only those that did this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<LogAction>,
    /// Only those to such things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<LogResourceType>,
    /// Only those with this in an id, an address or a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

/// # Logs
impl Iam {
    /// `ListLogs`.
    pub fn list_logs(&self, mut request: ListLogs) -> Pager<Log> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListLogs", &["logs"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `GetLog`.
    pub async fn get_log(&self, id: &LogId) -> Result<Log> {
        self.api.send(self.api.get("GetLog", &["logs", id.as_str()])).await
    }
}
