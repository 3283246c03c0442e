//! Applications: who programs are.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, OrganizationId, Page, Pager, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// The id of a [`Application`].
pub type ApplicationId = Id<Application>;

/// Who a program is: it has API keys, is in groups and is given permissions by policies, as a person is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Its name, unique in the organization.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// Whether it may be changed.
    #[serde(default)]
    pub editable: bool,
    /// Whether it may be deleted; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletable: Option<bool>,
    /// Whether Scaleway looks after it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<bool>,
    /// How many API keys it has.
    #[serde(default)]
    pub nb_api_keys: u32,
    /// Its tags; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Application {
    const FIELD: &'static str = "applications";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreateApplication`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateApplication {
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

impl CreateApplication {
    /// An application of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), organization_id: None, description: None, tags: None }
    }
}

/// A request for `UpdateApplication`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateApplication {
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

/// The order of [`ListApplications`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListApplicationsOrder {
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

/// A request for `ListApplications`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListApplications {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListApplicationsOrder>,
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those that may, or may not, be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editable: Option<bool>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_ids: Option<Vec<ApplicationId>>,
    /// Only those with this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// # Applications
impl Iam {
    /// `CreateApplication`: it may do nothing until a [policy](crate::Policy) says so.
    pub async fn create_application(&self, mut request: CreateApplication) -> Result<Application> {
        self.fill_organization(&mut request.organization_id)?;
        self.api.send(self.api.post("CreateApplication", &["applications"]).json(&request)).await
    }

    /// `GetApplication`.
    pub async fn get_application(&self, id: &ApplicationId) -> Result<Application> {
        self.api.send(self.api.get("GetApplication", &["applications", id.as_str()])).await
    }

    /// `ListApplications`.
    pub fn list_applications(&self, mut request: ListApplications) -> Pager<Application> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListApplications", &["applications"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateApplication`.
    pub async fn update_application(
        &self,
        id: &ApplicationId,
        request: UpdateApplication,
    ) -> Result<Application> {
        let update = self.api.patch("UpdateApplication", &["applications", id.as_str()]).json(&request);
        self.api.send(update).await
    }

    /// `DeleteApplication`: deletes its API keys, too: whatever uses them is refused.
    pub async fn delete_application(&self, id: &ApplicationId) -> Result<()> {
        let delete = self.api.delete("DeleteApplication", &["applications", id.as_str()]);
        self.api.send(delete).await.map(|Empty {}| ())
    }
}
