//! Permission sets: what Scaleway lets one permit.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Id, Listed, OrganizationId, Page, Pager};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// The id of a [`PermissionSet`].
pub type PermissionSetId = Id<PermissionSet>;

/// Permissions under one name, which rules refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PermissionSet {
    /// Its id.
    pub id: PermissionSetId,
    /// Its name: `ContainersReadOnly`.
    pub name: String,
    /// Where it can apply.
    #[serde(rename = "scope_type")]
    pub scope_type: PermissionSetScope,
    /// What it permits.
    #[serde(default)]
    pub description: String,
    /// The products that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<String>>,
}

impl Listed for PermissionSet {
    const FIELD: &'static str = "permission_sets";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// Where a [`PermissionSet`] can apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PermissionSetScope {
    /// The API does not say.
    UnknownScopeType,
    /// In projects.
    Projects,
    /// In the organization.
    Organization,
    /// To an account's root user.
    AccountRootUser,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The order of [`ListPermissionSets`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListPermissionSetsOrder {
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListPermissionSets`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListPermissionSets {
    /// The order; by name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListPermissionSetsOrder>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
}

/// # Permission sets
impl Iam {
    /// `ListPermissionSets`: all there are.
    pub fn list_permission_sets(&self, mut request: ListPermissionSets) -> Pager<PermissionSet> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListPermissionSets", &["permission-sets"]).query(&request);
        Pager::new(&self.api, list)
    }
}
