//! Tags: names for what was pushed into an image, which may move to something else.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Id, Listed, Page, Pager, Progress, Request, Result, Timestamp, Waiter, wire};
use serde::{Deserialize, Serialize};

use crate::status::PACE;
use crate::{ImageId, NamespaceId, Registry, Status};

/// The id of a [`Tag`].
pub type TagId = Id<Tag>;

/// A name for one thing that was pushed into an image. A push under the same name moves it; its
/// [digest](Self::digest) tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its name, unique in the image.
    pub name: String,
    /// The image that it is a tag of.
    pub image_id: ImageId,
    /// What it is doing.
    pub status: Status,
    /// What it points to: `sha256:` and 64 hexadecimal digits. See [`Namespace::pinned`](crate::Namespace::pinned).
    #[serde(default)]
    pub digest: String,
    /// When it was first pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was last pushed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Tag {
    fn progress(self) -> Progress<Self> {
        self.status.clone().progress(self, None)
    }
}

impl Listed for Tag {
    const FIELD: &'static str = "tags";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// The order of [`ListTags`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListTagsOrder {
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

/// A request for `ListTags`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListTags {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListTagsOrder>,
    /// Only that of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A request for `DeleteTag`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct DeleteTag {
    /// Whether to delete the tag even where another one has the same digest; refused unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
}

/// # Tags
impl Registry {
    /// `GetTag`.
    pub async fn get_tag(&self, id: &TagId) -> Result<Tag> {
        self.api.send(self.get_tag_request(id)).await
    }

    fn get_tag_request(&self, id: &TagId) -> Request<Tag> {
        self.api.get("GetTag", &["tags", id.as_str()])
    }

    /// `ListTags`: those of one image.
    pub fn list_tags(&self, image: &ImageId, request: ListTags) -> Pager<Tag> {
        let list = self.api.get::<Page<_>>("ListTags", &["images", image.as_str(), "tags"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// The tag of this name of an image, by `ListTags`; `None` where none was pushed.
    pub async fn find_tag(&self, image: &ImageId, name: &str) -> Result<Option<Tag>> {
        let named = self.list_tags(image, ListTags::default().name(name)).all().await?;
        Ok(named.into_iter().find(|tag| tag.name == name))
    }

    /// `DeleteTag`: answers while it is still being deleted.
    pub async fn delete_tag(&self, id: &TagId, request: DeleteTag) -> Result<Tag> {
        self.api.send(self.api.delete("DeleteTag", &["tags", id.as_str()]).query(&request)).await
    }

    /// Waits until the tag is ready, 5 minutes at most unless told otherwise; `error`, `locked` and `deleting` end it at
    /// once.
    pub fn wait_for_tag(&self, id: &TagId) -> Waiter<Tag> {
        self.api.wait(format!("tag {id}"), PACE, self.get_tag_request(id), Tag::progress)
    }

    /// Waits until someone has pushed `image:tag` into a namespace and the tag is ready, 5 minutes at most unless told
    /// otherwise. A tag that is there already ends it at once: it does not wait for the tag to move.
    pub fn wait_for_pushed_tag(
        &self,
        namespace: &NamespaceId,
        image: impl Into<String>,
        tag: impl Into<String>,
    ) -> Waiter<Tag> {
        let (this, namespace, image, tag) = (self.clone(), namespace.clone(), image.into(), tag.into());
        let what = format!("image {image}:{tag} in registry namespace {namespace}");
        Waiter::new(self.api.client(), what, PACE, move || {
            let (this, namespace, image, tag) = (this.clone(), namespace.clone(), image.clone(), tag.clone());
            async move {
                let found = match this.find_image(&namespace, &image).await? {
                    Some(image) => this.find_tag(&image.id, &tag).await?,
                    None => None,
                };
                Ok(found.map_or_else(|| Progress::Changing("not pushed".to_owned()), Tag::progress))
            }
        })
    }

    /// Waits until the tag is gone.
    pub fn wait_until_tag_gone(&self, id: &TagId) -> Waiter<()> {
        self.api.wait_until_gone(format!("tag {id}"), PACE, self.get_tag_request(id), |tag| {
            (wire::spelled(&tag.status), None)
        })
    }
}
