//! Projects: what resources belong to, and what keys are given rights on.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Listed, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Request, Result, Timestamp,
    Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::{Accounts, Qualification};

/// What resources belong to, and what keys are given rights on. The one named `default` has the organization's own id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name, unique in the organization.
    pub name: String,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What its organization told Scaleway it is for; not in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification: Option<Qualification>,
    /// What it is doing; not in recorded answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ProjectStatus>,
}

impl Listed for Project {
    const FIELD: &'static str = "projects";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`Project`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProjectStatus {
    /// The API does not say.
    UnknownStatus,
    /// It can be used.
    Active,
    /// It is being deleted, with all that is in it.
    Deleting,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateProject`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateProject {
    /// Its name, unique in the organization.
    #[setters(skip)]
    pub name: String,
    /// The organization to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl CreateProject {
    /// A project of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), organization_id: None, description: None }
    }
}

/// A request for `UpdateProject`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateProject {
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A request for `DeleteProjectWithResources`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct DeleteProjectWithResources {
    /// The project's name, said again so that no other one goes.
    pub project_name: String,
}

impl DeleteProjectWithResources {
    /// Confirms the deletion by the project's name.
    pub fn new(project_name: impl Into<String>) -> Self {
        Self { project_name: project_name.into() }
    }
}

/// The order of [`ListProjects`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListProjectsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListProjects`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListProjects {
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListProjectsOrder>,
    /// Only these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub project_ids: Vec<ProjectId>,
}

impl Project {
    /// Answers without a status are those of projects that can be used.
    fn progress(self) -> Progress<Self> {
        match &self.status {
            None | Some(ProjectStatus::Active) => Progress::Reached(self),
            Some(status @ ProjectStatus::Deleting) => Progress::never(wire::spelled(status), None),
            Some(status) => Progress::Changing(wire::spelled(status)),
        }
    }
}

/// A project is there as soon as it is made. Deleting all that is in one takes as long as its slowest resource: minutes,
/// where there is a database.
const PACE: Pace = Pace::new(Duration::from_secs(1), Duration::from_mins(15));

/// # Projects
impl Accounts {
    /// `CreateProject`.
    pub async fn create_project(&self, mut request: CreateProject) -> Result<Project> {
        self.fill_organization(&mut request.organization_id)?;
        self.api.send(self.api.post("CreateProject", &["projects"]).json(&request)).await
    }

    /// `GetProject`.
    pub async fn get_project(&self, id: &ProjectId) -> Result<Project> {
        self.api.send(self.get_project_request(id)).await
    }

    fn get_project_request(&self, id: &ProjectId) -> Request<Project> {
        self.api.get("GetProject", &["projects", id.as_str()])
    }

    /// `ListProjects`.
    pub fn list_projects(&self, mut request: ListProjects) -> Pager<Project> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListProjects", &["projects"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// The project of this name in the client's default organization, by `ListProjects`; `None` where there is none that
    /// the key can see.
    pub async fn find_project(&self, name: &str) -> Result<Option<Project>> {
        let named = self.list_projects(ListProjects::default().name(name)).all().await?;
        Ok(named.into_iter().find(|project| project.name == name))
    }

    /// `UpdateProject`.
    pub async fn update_project(&self, id: &ProjectId, request: UpdateProject) -> Result<Project> {
        self.api.send(self.api.patch("UpdateProject", &["projects", id.as_str()]).json(&request)).await
    }

    /// `DeleteProject`: refused while there is something in it.
    pub async fn delete_project(&self, id: &ProjectId) -> Result<()> {
        let delete = self.api.delete("DeleteProject", &["projects", id.as_str()]);
        self.api.send::<Empty>(delete).await.map(drop)
    }

    /// `DeleteProjectWithResources`: deletes the project **and all that is in it**, databases and secrets included.
    /// Answers while it is still being deleted; [wait](Self::wait_until_project_gone) for its end.
    pub async fn delete_project_with_resources(
        &self,
        id: &ProjectId,
        request: DeleteProjectWithResources,
    ) -> Result<Project> {
        let path = ["projects", id.as_str(), "delete-with-resources"];
        let delete = self.api.post("DeleteProjectWithResources", &path).query(&request);
        self.api.send(delete.repeatable()).await
    }

    /// Waits until the project is active, 15 minutes at most unless told otherwise; `deleting` ends it at once.
    pub fn wait_for_project(&self, id: &ProjectId) -> Waiter<Project> {
        self.api.wait(format!("project {id}"), PACE, self.get_project_request(id), Project::progress)
    }

    /// Waits until the project is gone, 15 minutes at most unless told otherwise.
    pub fn wait_until_project_gone(&self, id: &ProjectId) -> Waiter<()> {
        self.api.wait_until_gone(format!("project {id}"), PACE, self.get_project_request(id), |project| {
            (wire::spelled(&project.status.unwrap_or(ProjectStatus::Active)), None)
        })
    }
}
