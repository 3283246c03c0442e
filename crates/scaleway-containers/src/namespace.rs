//! Namespaces: what containers live in.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Id, Listed, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Region, Request, Result, Secret,
    Timestamp, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::Containers;

/// The id of a [`Namespace`].
pub type NamespaceId = Id<Namespace>;

/// What containers live in: it gives them a project, variables in common and the first part of their address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Namespace {
    /// Its id.
    pub id: NamespaceId,
    /// Its name, unique in the project.
    pub name: String,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What it is doing.
    pub status: NamespaceStatus,
    /// Why it is in error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Variables that all its containers get.
    #[serde(default)]
    pub environment_variables: BTreeMap<String, String>,
    /// Secret variables that all its containers get: argon2id hashes of the values.
    #[serde(default)]
    pub secret_environment_variables: BTreeMap<String, String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Where it is.
    pub region: Region,
}

impl Listed for Namespace {
    const FIELD: &'static str = "namespaces";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`Namespace`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NamespaceStatus {
    /// The API does not say.
    UnknownStatus,
    /// It is being made.
    Creating,
    /// It is being changed.
    Updating,
    /// It is moving to a new version of the platform.
    Upgrading,
    /// It can be used.
    Ready,
    /// It is being deleted, with all that is in it.
    Deleting,
    /// It cannot be used: see its `error_message`.
    Error,
    /// It is being locked.
    Locking,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateNamespace`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateNamespace {
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Variables that all its containers get.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_variables: Option<BTreeMap<String, String>>,
    /// Secret variables that all its containers get.
    #[serde(default, serialize_with = "wire::secret_map", skip_serializing_if = "Option::is_none")]
    pub secret_environment_variables: Option<BTreeMap<String, Secret>>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl CreateNamespace {
    /// A namespace of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            project_id: None,
            name: name.into(),
            description: None,
            environment_variables: None,
            secret_environment_variables: None,
            tags: None,
        }
    }
}

/// A request for `UpdateNamespace`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateNamespace {
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All variables in common, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_variables: Option<BTreeMap<String, String>>,
    /// All secret variables in common; an empty value keeps the variable's value.
    #[serde(default, serialize_with = "wire::secret_map", skip_serializing_if = "Option::is_none")]
    pub secret_environment_variables: Option<BTreeMap<String, Secret>>,
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// The order of [`ListNamespaces`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListNamespacesOrder {
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

/// A request for `ListNamespaces`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListNamespaces {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListNamespacesOrder>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Namespace {
    fn progress(self) -> Progress<Self> {
        match &self.status {
            NamespaceStatus::Ready => Progress::Reached(self),
            NamespaceStatus::Error | NamespaceStatus::Locked => {
                Progress::never(wire::spelled(&self.status), self.error_message.as_deref())
            }
            status => Progress::Changing(wire::spelled(status)),
        }
    }
}

const PACE: Pace =
    Pace::new(Duration::from_secs(3), Duration::from_mins(5)).growing_from(Duration::from_millis(200));

/// # Namespaces
impl Containers {
    /// `CreateNamespace`: answers while it is still being made; [wait](Self::wait_for_namespace) before using it.
    pub async fn create_namespace(&self, mut request: CreateNamespace) -> Result<Namespace> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreateNamespace", &["namespaces"]).json(&request)).await
    }

    /// `GetNamespace`.
    pub async fn get_namespace(&self, id: &NamespaceId) -> Result<Namespace> {
        self.api.send(self.get_namespace_request(id)).await
    }

    fn get_namespace_request(&self, id: &NamespaceId) -> Request<Namespace> {
        self.api.get("GetNamespace", &["namespaces", id.as_str()])
    }

    /// `ListNamespaces`.
    pub fn list_namespaces(&self, request: ListNamespaces) -> Pager<Namespace> {
        let list = self.api.get::<Page<_>>("ListNamespaces", &["namespaces"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateNamespace`.
    pub async fn update_namespace(&self, id: &NamespaceId, request: UpdateNamespace) -> Result<Namespace> {
        self.api.send(self.api.patch("UpdateNamespace", &["namespaces", id.as_str()]).json(&request)).await
    }

    /// `DeleteNamespace`: deletes the containers in it, too. Answers while it is still being deleted.
    pub async fn delete_namespace(&self, id: &NamespaceId) -> Result<Namespace> {
        self.api.send(self.api.delete("DeleteNamespace", &["namespaces", id.as_str()])).await
    }

    /// Waits until the namespace is ready, 5 minutes at most unless told otherwise; `error` and `locked` end it at once.
    pub fn wait_for_namespace(&self, id: &NamespaceId) -> Waiter<Namespace> {
        self.api.wait(format!("namespace {id}"), PACE, self.get_namespace_request(id), Namespace::progress)
    }

    /// Waits until the namespace is gone.
    pub fn wait_until_namespace_gone(&self, id: &NamespaceId) -> Waiter<()> {
        self.api.wait_until_gone(
            format!("namespace {id}"),
            PACE,
            self.get_namespace_request(id),
            |namespace| (wire::spelled(&namespace.status), namespace.error_message),
        )
    }
}
