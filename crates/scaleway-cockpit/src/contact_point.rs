//! Contact points: whom the alert manager tells.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Listed, Page, Pager, ProjectId, Region, Result};
use serde::{Deserialize, Serialize};

use crate::Cockpit;

/// Someone whom the alert manager tells. It has no id: within a project and region, its e-mail address names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactPoint {
    /// Where alerts are sent; always there while the API knows nothing but e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Where it is.
    pub region: Region,
    /// Whether it is also told that an alert is over; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_resolved_notifications: Option<bool>,
}

impl Listed for ContactPoint {
    const FIELD: &'static str = "contact_points";

    fn identity(&self) -> Cow<'_, str> {
        self.email.as_ref().map_or_else(Cow::default, |email| email.to.as_str().into())
    }
}

/// An e-mail address that alerts are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Email {
    /// The address.
    pub to: String,
}

impl Email {
    /// This address.
    pub fn to(address: impl Into<String>) -> Self {
        Self { to: address.into() }
    }
}

/// A request for `CreateContactPoint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateContactPoint {
    /// The project whose alerts are sent; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Where alerts are sent.
    #[setters(skip)]
    pub email: Email,
    /// Whether it is also told that an alert is over; it is unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_resolved_notifications: Option<bool>,
}

impl CreateContactPoint {
    /// A contact point at this e-mail address.
    pub fn new(email: impl Into<String>) -> Self {
        Self { project_id: None, email: Email::to(email), send_resolved_notifications: None }
    }
}

/// A request for `UpdateContactPoint`: what is not set stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateContactPoint {
    /// The project whose contact point it is; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Which one: the address names it and cannot be changed.
    #[setters(skip)]
    pub email: Email,
    /// Whether it is also told that an alert is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_resolved_notifications: Option<bool>,
}

impl UpdateContactPoint {
    /// A change of the contact point at this e-mail address.
    pub fn new(email: impl Into<String>) -> Self {
        Self { project_id: None, email: Email::to(email), send_resolved_notifications: None }
    }
}

/// A request for `DeleteContactPoint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct DeleteContactPoint {
    /// The project whose contact point it is; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Which one.
    #[setters(skip)]
    pub email: Email,
}

impl DeleteContactPoint {
    /// The end of the contact point at this e-mail address.
    pub fn new(email: impl Into<String>) -> Self {
        Self { project_id: None, email: Email::to(email) }
    }
}

/// A request for `ListContactPoints`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListContactPoints {
    /// Those of this project; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

/// What `ListContactPoints` answers, with what says that there is more than the API manages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactPoints {
    /// The contact points, at most a page of them.
    #[serde(default)]
    pub contact_points: Vec<ContactPoint>,
    /// How many there are.
    #[serde(default)]
    pub total_count: u64,
    /// Whether the alert manager has other receivers than the default one, which this API knows.
    #[serde(default)]
    pub has_additional_receivers: bool,
    /// Whether the default receiver has contact points that were not made by this API.
    #[serde(default)]
    pub has_additional_contact_points: bool,
}

const CONTACT_POINTS: &[&str] = &["alert-manager", "contact-points"];

/// # Contact points
impl Cockpit {
    /// `CreateContactPoint`.
    pub async fn create_contact_point(&self, mut request: CreateContactPoint) -> Result<ContactPoint> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreateContactPoint", CONTACT_POINTS).json(&request)).await
    }

    /// `ListContactPoints`.
    pub fn list_contact_points(&self, mut request: ListContactPoints) -> Pager<ContactPoint> {
        self.list_project(&mut request.project_id);
        let list = self.api.get::<Page<_>>("ListContactPoints", CONTACT_POINTS).query(&request);
        Pager::new(&self.api, list)
    }

    /// `ListContactPoints`, its first page as the API answers it: whether there are others than those of this API is
    /// said here only.
    pub async fn first_contact_points(&self, mut request: ListContactPoints) -> Result<ContactPoints> {
        self.list_project(&mut request.project_id);
        self.api.send(self.api.get("ListContactPoints", CONTACT_POINTS).query(&request)).await
    }

    /// `UpdateContactPoint`.
    pub async fn update_contact_point(&self, mut request: UpdateContactPoint) -> Result<ContactPoint> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.patch("UpdateContactPoint", CONTACT_POINTS).json(&request)).await
    }

    /// `DeleteContactPoint`.
    pub async fn delete_contact_point(&self, mut request: DeleteContactPoint) -> Result<()> {
        self.api.fill_project(&mut request.project_id)?;
        let delete = self.api.post("DeleteContactPoint", &["alert-manager", "contact-points", "delete"]);
        self.api.send(delete.json(&request).repeatable()).await.map(|Empty {}| ())
    }
}
