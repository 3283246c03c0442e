//! What can be done with containers, and waited for.

use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Request, Result, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use super::sizing;
use super::{Container, ContainerId, ContainerStatus, CreateContainer, UpdateContainer};
use crate::{Containers, NamespaceId};

/// The order of [`ListContainers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListContainersOrder {
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

/// A request for `ListContainers`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListContainers {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListContainersOrder>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of this namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_id: Option<NamespaceId>,
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Container {
    pub(super) fn progress(self) -> Progress<Self> {
        match &self.status {
            ContainerStatus::Ready => Progress::Reached(self),
            ContainerStatus::Error | ContainerStatus::Locked => {
                Progress::never(wire::spelled(&self.status), self.error_message.as_deref())
            }
            status => Progress::Changing(wire::spelled(status)),
        }
    }
}

pub(super) const PACE: Pace =
    Pace::new(Duration::from_secs(3), Duration::from_mins(10)).growing_from(Duration::from_millis(200));

/// # Containers
impl Containers {
    /// `CreateContainer`: answers while its first revision is still starting; [wait](Self::wait_for_container) for it. CPU
    /// and memory that do not [go together](crate::memory_for) are refused before anything is sent.
    pub async fn create_container(&self, request: CreateContainer) -> Result<Container> {
        sizing::check("CreateContainer", request.mvcpu_limit, request.memory_limit_bytes)?;
        self.api.send(self.api.post("CreateContainer", &["containers"]).json(&request)).await
    }

    /// `GetContainer`.
    pub async fn get_container(&self, id: &ContainerId) -> Result<Container> {
        self.api.send(self.get_container_request(id)).await
    }

    pub(crate) fn get_container_request(&self, id: &ContainerId) -> Request<Container> {
        self.api.get("GetContainer", &["containers", id.as_str()])
    }

    /// `ListContainers`.
    pub fn list_containers(&self, request: ListContainers) -> Pager<Container> {
        let list = self.api.get::<Page<_>>("ListContainers", &["containers"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateContainer`: starts a new revision; the old one answers until the new one has started. CPU and memory that do
    /// not [go together](crate::memory_for) are refused before anything is sent.
    pub async fn update_container(&self, id: &ContainerId, request: UpdateContainer) -> Result<Container> {
        sizing::check("UpdateContainer", request.mvcpu_limit, request.memory_limit_bytes)?;
        self.api.send(self.api.patch("UpdateContainer", &["containers", id.as_str()]).json(&request)).await
    }

    /// `RedeployContainer`: starts a new revision of the same configuration, so that a tag's new image is pulled.
    pub async fn redeploy_container(&self, id: &ContainerId) -> Result<Container> {
        let redeploy = self.api.post("RedeployContainer", &["containers", id.as_str(), "redeploy"]);
        self.api.send(redeploy.json(&Empty {}).repeatable()).await
    }

    /// `DeleteContainer`: answers while it is still being deleted.
    pub async fn delete_container(&self, id: &ContainerId) -> Result<Container> {
        self.api.send(self.api.delete("DeleteContainer", &["containers", id.as_str()])).await
    }

    /// Waits until the container is ready, 10 minutes at most unless told otherwise; `error` and `locked` end it at once.
    pub fn wait_for_container(&self, id: &ContainerId) -> Waiter<Container> {
        self.api.wait(format!("container {id}"), PACE, self.get_container_request(id), Container::progress)
    }

    /// Waits until the container is gone.
    pub fn wait_until_container_gone(&self, id: &ContainerId) -> Waiter<()> {
        self.api.wait_until_gone(
            format!("container {id}"),
            PACE,
            self.get_container_request(id),
            |container| (wire::spelled(&container.status), container.error_message),
        )
    }
}
