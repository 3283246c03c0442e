//! Images: what is pushed under one name, in one or more tags.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{
    Id, Listed, OrganizationId, Page, Pager, ProjectId, Request, Result, Size, Timestamp, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::status::PACE;
use crate::{NamespaceId, Registry, Status};

/// The id of an [`Image`].
pub type ImageId = Id<Image>;

/// What is pushed under one name. It comes into being with the first push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// Its name, unique in the namespace.
    pub name: String,
    /// The namespace that it is in.
    pub namespace_id: NamespaceId,
    /// What it is doing.
    pub status: Status,
    /// Why it is in error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// Who can pull it.
    pub visibility: Visibility,
    /// The size of all its tags together; what they share counts once.
    #[serde(default)]
    pub size: Size,
    /// When it was first pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The names of its tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Listed for Image {
    const FIELD: &'static str = "images";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// Who can pull an [`Image`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Visibility {
    /// The API does not say.
    #[serde(rename = "visibility_unknown")]
    Unknown,
    /// As its namespace says.
    Inherit,
    /// Everyone.
    Public,
    /// Only those with a key.
    Private,
    /// A visibility that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `UpdateImage`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateImage {
    /// Who can pull it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

/// The order of [`ListImages`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListImagesOrder {
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

/// A request for `ListImages`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListImages {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListImagesOrder>,
    /// Only those of this namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_id: Option<NamespaceId>,
    /// Only those of this name, in whichever namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

/// # Images
impl Registry {
    /// `GetImage`.
    pub async fn get_image(&self, id: &ImageId) -> Result<Image> {
        self.api.send(self.get_image_request(id)).await
    }

    fn get_image_request(&self, id: &ImageId) -> Request<Image> {
        self.api.get("GetImage", &["images", id.as_str()])
    }

    /// `ListImages`.
    pub fn list_images(&self, request: ListImages) -> Pager<Image> {
        let list = self.api.get::<Page<_>>("ListImages", &["images"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// The image of this name in a namespace, by `ListImages`; `None` where none was pushed.
    pub async fn find_image(&self, namespace: &NamespaceId, name: &str) -> Result<Option<Image>> {
        let list = ListImages::default().namespace_id(namespace).name(name);
        let named = self.list_images(list).all().await?;
        Ok(named.into_iter().find(|image| image.name == name))
    }

    /// `UpdateImage`.
    pub async fn update_image(&self, id: &ImageId, request: UpdateImage) -> Result<Image> {
        self.api.send(self.api.patch("UpdateImage", &["images", id.as_str()]).json(&request)).await
    }

    /// `DeleteImage`: deletes all its tags, too. Answers while it is still being deleted.
    pub async fn delete_image(&self, id: &ImageId) -> Result<Image> {
        self.api.send(self.api.delete("DeleteImage", &["images", id.as_str()])).await
    }

    /// Waits until the image is ready, 5 minutes at most unless told otherwise; `error`, `locked` and `deleting` end it
    /// at once.
    pub fn wait_for_image(&self, id: &ImageId) -> Waiter<Image> {
        self.api.wait(format!("image {id}"), PACE, self.get_image_request(id), |image| {
            let (status, message) = (image.status.clone(), image.status_message.clone());
            status.progress(image, message.as_deref())
        })
    }

    /// Waits until the image is gone.
    pub fn wait_until_image_gone(&self, id: &ImageId) -> Waiter<()> {
        self.api.wait_until_gone(format!("image {id}"), PACE, self.get_image_request(id), |image| {
            (wire::spelled(&image.status), image.status_message)
        })
    }
}
