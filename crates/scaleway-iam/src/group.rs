//! Groups: users and applications that are given permissions together.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, OrganizationId, Page, Pager, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ApplicationId, Iam, UserId};

/// The id of a [`Group`].
pub type GroupId = Id<Group>;

/// Users and applications that are given permissions together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// Its name, unique in the organization.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The users in it.
    #[serde(default)]
    pub user_ids: Vec<UserId>,
    /// The applications in it.
    #[serde(default)]
    pub application_ids: Vec<ApplicationId>,
    /// Its tags; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whether it may be changed; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editable: Option<bool>,
    /// Whether it may be deleted; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletable: Option<bool>,
    /// Whether Scaleway looks after it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<bool>,
    /// Whether all users of the organization are in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_users: Option<bool>,
    /// Whether all applications of the organization are in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_applications: Option<bool>,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Group {
    const FIELD: &'static str = "groups";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreateGroup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateGroup {
    /// Its name, unique in the organization.
    #[setters(skip)]
    pub name: String,
    /// The organization to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl CreateGroup {
    /// A group of this name, with nobody in it.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), organization_id: None, description: None, tags: None }
    }
}

/// A request for `UpdateGroup`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateGroup {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// Who to add to a group or to remove from it: a request for `AddGroupMember` or `RemoveGroupMember`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct GroupMember {
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
}

impl GroupMember {
    /// A user.
    pub fn user(user_id: UserId) -> Self {
        Self { user_id: Some(user_id), application_id: None }
    }

    /// An application.
    pub fn application(application_id: ApplicationId) -> Self {
        Self { user_id: None, application_id: Some(application_id) }
    }
}

/// Users and applications: a request for `SetGroupMembers` or `AddGroupMembers`. The default has none of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct GroupMembers {
    /// The users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    /// The applications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_ids: Option<Vec<ApplicationId>>,
}

impl Default for GroupMembers {
    fn default() -> Self {
        Self { user_ids: Some(Vec::new()), application_ids: Some(Vec::new()) }
    }
}

/// The order of [`ListGroups`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListGroupsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// Those that changed longest ago first.
    UpdatedAtAsc,
    /// Those that changed last first.
    UpdatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListGroups`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListGroups {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListGroupsOrder>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only those with one of these applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_ids: Option<Vec<ApplicationId>>,
    /// Only those with one of these users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_ids: Option<Vec<GroupId>>,
    /// Only those with this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// # Groups
impl Iam {
    /// `CreateGroup`.
    pub async fn create_group(&self, mut request: CreateGroup) -> Result<Group> {
        self.fill_organization(&mut request.organization_id)?;
        self.api.send(self.api.post("CreateGroup", &["groups"]).json(&request)).await
    }

    /// `GetGroup`.
    pub async fn get_group(&self, id: &GroupId) -> Result<Group> {
        self.api.send(self.api.get("GetGroup", &["groups", id.as_str()])).await
    }

    /// `ListGroups`.
    pub fn list_groups(&self, mut request: ListGroups) -> Pager<Group> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListGroups", &["groups"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateGroup`.
    pub async fn update_group(&self, id: &GroupId, request: UpdateGroup) -> Result<Group> {
        self.api.send(self.api.patch("UpdateGroup", &["groups", id.as_str()]).json(&request)).await
    }

    /// `SetGroupMembers`: these and nobody else.
    pub async fn set_group_members(&self, id: &GroupId, request: GroupMembers) -> Result<Group> {
        let set = self.api.put("SetGroupMembers", &["groups", id.as_str(), "members"]).json(&request);
        self.api.send(set).await
    }

    /// `AddGroupMember`: one more. Two changes of a group at once are refused as [transient
    /// state](scaleway_core::Error::is_transient_state).
    pub async fn add_group_member(&self, id: &GroupId, request: GroupMember) -> Result<Group> {
        let add = self.api.post("AddGroupMember", &["groups", id.as_str(), "add-member"]).json(&request);
        self.api.send(add).await
    }

    /// `AddGroupMembers`: several more.
    pub async fn add_group_members(&self, id: &GroupId, request: GroupMembers) -> Result<Group> {
        let add = self.api.post("AddGroupMembers", &["groups", id.as_str(), "add-members"]).json(&request);
        self.api.send(add).await
    }

    /// `RemoveGroupMember`: one less.
    pub async fn remove_group_member(&self, id: &GroupId, request: GroupMember) -> Result<Group> {
        let remove = self.api.post("RemoveGroupMember", &["groups", id.as_str(), "remove-member"]);
        self.api.send(remove.json(&request)).await
    }

    /// `DeleteGroup`: its members lose what its policies permit.
    pub async fn delete_group(&self, id: &GroupId) -> Result<()> {
        self.api.send(self.api.delete("DeleteGroup", &["groups", id.as_str()])).await.map(|Empty {}| ())
    }
}
