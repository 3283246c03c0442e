//! Grafana: where the data of a project's data sources is looked at, and its users.

use std::borrow::Cow;
use std::fmt;

use derive_setters::Setters;
use scaleway_core::{Empty, Listed, Page, Pager, ProjectId, Result, Secret, wire};
use serde::{Deserialize, Serialize};

use crate::{Cockpit, InProject};

/// The Grafana of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Grafana {
    /// Its address, for people.
    #[serde(rename = "grafana_url")]
    pub url: String,
}

/// The id of a [`GrafanaUser`]: a number, unique in the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrafanaUserId(u32);

impl GrafanaUserId {
    /// The id of this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
}

impl fmt::Display for GrafanaUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Someone who signs in to a project's Grafana with a password. People of the organization need none: they sign in with
/// their Scaleway account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GrafanaUser {
    /// Its id.
    pub id: GrafanaUserId,
    /// The name to sign in with.
    pub login: String,
    /// What it may do.
    pub role: GrafanaUserRole,
    /// The password: answered once, by [`create_grafana_user`](Cockpit::create_grafana_user) and
    /// [`reset_grafana_user_password`](Cockpit::reset_grafana_user_password); empty in lists.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
}

impl Listed for GrafanaUser {
    const FIELD: &'static str = "grafana_users";

    fn identity(&self) -> Cow<'_, str> {
        self.id.to_string().into()
    }
}

/// What a [`GrafanaUser`] may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GrafanaUserRole {
    /// The API does not say.
    UnknownRole,
    /// Look at dashboards and change them.
    Editor,
    /// Look at dashboards.
    Viewer,
    /// A role that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateGrafanaUser`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateGrafanaUser {
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The name to sign in with; not `admin`.
    #[setters(skip)]
    pub login: String,
    /// What it may do.
    #[setters(skip)]
    pub role: GrafanaUserRole,
}

impl CreateGrafanaUser {
    /// A user of this name who may do this.
    pub fn new(login: impl Into<String>, role: GrafanaUserRole) -> Self {
        Self { project_id: None, login: login.into(), role }
    }
}

/// The order of [`ListGrafanaUsers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListGrafanaUsersOrder {
    /// By login.
    LoginAsc,
    /// By login, backwards.
    LoginDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListGrafanaUsers`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListGrafanaUsers {
    /// The order; by login unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListGrafanaUsersOrder>,
    /// Those of this project; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

/// # Grafana
impl Cockpit {
    /// `GetGrafana`.
    pub async fn get_grafana(&self, project: impl Into<InProject>) -> Result<Grafana> {
        let project = self.in_project(project)?;
        self.global.send(self.global.get("GetGrafana", &["grafana"]).query(&project)).await
    }

    /// `SyncGrafanaDataSources`: makes Grafana show the project's data sources of all regions as they are now.
    pub async fn sync_grafana_data_sources(&self, project: impl Into<InProject>) -> Result<()> {
        let project = self.in_project(project)?;
        let sync = self.global.post("SyncGrafanaDataSources", &["grafana", "sync-data-sources"]);
        self.global.send(sync.json(&project).repeatable()).await.map(|Empty {}| ())
    }

    /// `CreateGrafanaUser`: the answer has its [`password`](GrafanaUser::password). If it is lost, reset it.
    pub async fn create_grafana_user(&self, mut request: CreateGrafanaUser) -> Result<GrafanaUser> {
        self.global.fill_project(&mut request.project_id)?;
        self.global.send(self.global.post("CreateGrafanaUser", &["grafana", "users"]).json(&request)).await
    }

    /// `ListGrafanaUsers`.
    pub fn list_grafana_users(&self, mut request: ListGrafanaUsers) -> Pager<GrafanaUser> {
        self.list_project(&mut request.project_id);
        let list = self.global.get::<Page<_>>("ListGrafanaUsers", &["grafana", "users"]).query(&request);
        Pager::new(&self.global, list)
    }

    /// `ResetGrafanaUserPassword`: the answer has the new [`password`](GrafanaUser::password); the old one is refused
    /// from now on.
    pub async fn reset_grafana_user_password(
        &self,
        id: GrafanaUserId,
        project: impl Into<InProject>,
    ) -> Result<GrafanaUser> {
        let project = self.in_project(project)?;
        let path = ["grafana", "users", &id.to_string(), "reset-password"];
        self.global.send(self.global.post("ResetGrafanaUserPassword", &path).json(&project)).await
    }

    /// `DeleteGrafanaUser`.
    pub async fn delete_grafana_user(&self, id: GrafanaUserId, project: impl Into<InProject>) -> Result<()> {
        let project = self.in_project(project)?;
        let path = ["grafana", "users", &id.to_string()];
        let delete = self.global.delete("DeleteGrafanaUser", &path).query(&project);
        self.global.send(delete).await.map(|Empty {}| ())
    }
}
