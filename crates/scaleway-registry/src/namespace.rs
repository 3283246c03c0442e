//! Namespaces: what images are pushed into.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{
    Id, Listed, OrganizationId, Page, Pager, ProjectId, Region, Request, Result, Size, Timestamp, Waiter,
    wire,
};
use serde::{Deserialize, Serialize};

use crate::status::PACE;
use crate::{Image, ImageReference, InvalidReference, Registry, Status, Tag};

/// The id of a [`Namespace`].
pub type NamespaceId = Id<Namespace>;

/// What images are pushed into: the first part of their names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Namespace {
    /// Its id.
    pub id: NamespaceId,
    /// Its name, unique in the region: it is a part of its address.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// What it is doing.
    pub status: Status,
    /// Why it is in error; empty where it is not.
    #[serde(default)]
    pub status_message: String,
    /// Where to push to and to pull from: `rg.fr-par.scw.cloud/evalap`.
    #[serde(default)]
    pub endpoint: String,
    /// Whether everyone can pull those of its images whose visibility is [`Inherit`](crate::Visibility::Inherit).
    #[serde(default)]
    pub is_public: bool,
    /// The size of all its images together.
    #[serde(default)]
    pub size: Size,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it, or an image in it, last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// How many images it has.
    #[serde(default)]
    pub image_count: u32,
    /// Where it is.
    pub region: Region,
}

impl Namespace {
    /// The name that pulls exactly what `tag` of `image` points to now, whatever is pushed later:
    /// `rg.fr-par.scw.cloud/evalap/streamlit@sha256:…`. Serverless Containers do not notice that a tag has moved, so a
    /// digest is what to deploy.
    #[must_use]
    pub fn pinned(&self, image: &Image, tag: &Tag) -> String {
        format!("{}/{}@{}", self.endpoint, image.name, tag.digest)
    }

    /// The full name of `image:tag` in it, whether that is there or not: what to push to.
    ///
    /// # Errors
    /// [`InvalidReference`] where the two, or the namespace's endpoint, make no name.
    pub fn image(&self, image: &str, tag: &str) -> Result<ImageReference, InvalidReference> {
        format!("{}/{image}:{tag}", self.endpoint).parse()
    }
}

impl Listed for Namespace {
    const FIELD: &'static str = "namespaces";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreateNamespace`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateNamespace {
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The organization, in whose default project it is made; older than `project_id`, and not to be set with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Whether everyone can pull its images; only those with a key unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_public: Option<bool>,
}

impl CreateNamespace {
    /// A namespace of this name, which must be free in the whole region, other organizations' included.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: None,
            organization_id: None,
            project_id: None,
            is_public: None,
        }
    }
}

/// A request for `UpdateNamespace`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateNamespace {
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether everyone can pull its images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_public: Option<bool>,
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
    /// By description.
    DescriptionAsc,
    /// By description, backwards.
    DescriptionDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListNamespaces`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
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

/// # Namespaces
impl Registry {
    /// `CreateNamespace`: it can be pushed to as soon as this answers.
    pub async fn create_namespace(&self, mut request: CreateNamespace) -> Result<Namespace> {
        if request.organization_id.is_none() {
            self.api.fill_project(&mut request.project_id)?;
        }
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

    /// The namespace of this name, by `ListNamespaces`; `None` where there is none that the key can see.
    pub async fn find_namespace(&self, name: &str) -> Result<Option<Namespace>> {
        let named = self.list_namespaces(ListNamespaces::default().name(name)).all().await?;
        Ok(named.into_iter().find(|namespace| namespace.name == name))
    }

    /// `UpdateNamespace`.
    pub async fn update_namespace(&self, id: &NamespaceId, request: UpdateNamespace) -> Result<Namespace> {
        self.api.send(self.api.patch("UpdateNamespace", &["namespaces", id.as_str()]).json(&request)).await
    }

    /// `DeleteNamespace`: deletes the images in it, too. Answers while it is still being deleted.
    pub async fn delete_namespace(&self, id: &NamespaceId) -> Result<Namespace> {
        self.api.send(self.api.delete("DeleteNamespace", &["namespaces", id.as_str()])).await
    }

    /// Waits until the namespace is ready, 5 minutes at most unless told otherwise; `error`, `locked` and `deleting` end
    /// it at once.
    pub fn wait_for_namespace(&self, id: &NamespaceId) -> Waiter<Namespace> {
        self.api.wait(format!("registry namespace {id}"), PACE, self.get_namespace_request(id), |namespace| {
            let (status, message) = (namespace.status.clone(), namespace.status_message.clone());
            status.progress(namespace, Some(&message))
        })
    }

    /// Waits until the namespace is gone.
    pub fn wait_until_namespace_gone(&self, id: &NamespaceId) -> Waiter<()> {
        self.api.wait_until_gone(
            format!("registry namespace {id}"),
            PACE,
            self.get_namespace_request(id),
            |namespace| (wire::spelled(&namespace.status), Some(namespace.status_message)),
        )
    }
}
