//! Policies: who may do something, as their rules say.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, OrganizationId, Page, Pager, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ApplicationId, GroupId, Iam, RuleSpec, UserId};

/// The id of a [`Policy`].
pub type PolicyId = Id<Policy>;

/// Permissions of a user, a group or an application. What they are is said by its [rules](crate::Rule).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Policy {
    /// Its id.
    pub id: PolicyId,
    /// Its name, unique in the organization.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Whether it may be changed.
    #[serde(default)]
    pub editable: bool,
    /// Whether it may be deleted; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletable: Option<bool>,
    /// Whether Scaleway looks after it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<bool>,
    /// How many rules it has.
    #[serde(default)]
    pub nb_rules: u32,
    /// How many scopes its rules have.
    #[serde(default)]
    pub nb_scopes: u32,
    /// How many permission sets its rules name.
    #[serde(default)]
    pub nb_permission_sets: u32,
    /// Its tags; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The user that it is for, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The group that it is for, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// The application that it is for, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// True if it is for nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_principal: Option<bool>,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Policy {
    const FIELD: &'static str = "policies";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreatePolicy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreatePolicy {
    /// Its name, unique in the organization.
    #[setters(skip)]
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The organization to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// What it permits.
    #[setters(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<RuleSpec>>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The user that it is for, if it is for one.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The group that it is for, if it is for one.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// The application that it is for, if it is for one.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// True if it is for nobody.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_principal: Option<bool>,
}

impl CreatePolicy {
    /// A policy of this name that permits this to an application.
    pub fn for_application(
        name: impl Into<String>,
        application_id: ApplicationId,
        rules: impl Into<Vec<RuleSpec>>,
    ) -> Self {
        Self { application_id: Some(application_id), ..Self::permitting(name.into(), rules.into()) }
    }

    /// A policy of this name that permits this to a group.
    pub fn for_group(name: impl Into<String>, group_id: GroupId, rules: impl Into<Vec<RuleSpec>>) -> Self {
        Self { group_id: Some(group_id), ..Self::permitting(name.into(), rules.into()) }
    }

    /// A policy of this name that permits this to a user.
    pub fn for_user(name: impl Into<String>, user_id: UserId, rules: impl Into<Vec<RuleSpec>>) -> Self {
        Self { user_id: Some(user_id), ..Self::permitting(name.into(), rules.into()) }
    }

    /// A policy of this name that permits this to nobody, until it is [updated](Iam::update_policy).
    pub fn for_nobody(name: impl Into<String>, rules: impl Into<Vec<RuleSpec>>) -> Self {
        Self { no_principal: Some(true), ..Self::permitting(name.into(), rules.into()) }
    }

    /// One that is not yet for anybody, nor for nobody.
    fn permitting(name: String, rules: Vec<RuleSpec>) -> Self {
        Self {
            name,
            description: None,
            organization_id: None,
            rules: Some(rules),
            tags: None,
            user_id: None,
            group_id: None,
            application_id: None,
            no_principal: None,
        }
    }
}

/// A request for `UpdatePolicy`: what is not set stays as it is. Of the last four set one at most: it takes the place
/// of whom the policy is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdatePolicy {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The user that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The group that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// The application that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// True to make it for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_principal: Option<bool>,
}

/// The order of [`ListPolicies`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListPoliciesOrder {
    /// By name.
    PolicyNameAsc,
    /// By name, backwards.
    PolicyNameDesc,
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListPolicies`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListPolicies {
    /// The order; by name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListPoliciesOrder>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those that may, or may not, be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editable: Option<bool>,
    /// Only those for one of these users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    /// Only those for one of these groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_ids: Option<Vec<GroupId>>,
    /// Only those for one of these applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_ids: Option<Vec<ApplicationId>>,
    /// Only those that are, or are not, for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_principal: Option<bool>,
    /// Only those of this name.
    #[serde(rename = "policy_name", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only those with this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_ids: Option<Vec<PolicyId>>,
}

/// # Policies
impl Iam {
    /// `CreatePolicy`: the answer may not count its rules yet, and it may take up to two minutes until it holds
    /// everywhere.
    pub async fn create_policy(&self, mut request: CreatePolicy) -> Result<Policy> {
        self.fill_organization(&mut request.organization_id)?;
        self.api.send(self.api.post("CreatePolicy", &["policies"]).json(&request)).await
    }

    /// `GetPolicy`.
    pub async fn get_policy(&self, id: &PolicyId) -> Result<Policy> {
        self.api.send(self.api.get("GetPolicy", &["policies", id.as_str()])).await
    }

    /// `ListPolicies`.
    pub fn list_policies(&self, mut request: ListPolicies) -> Pager<Policy> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListPolicies", &["policies"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdatePolicy`: its rules are changed by [`set_rules`](Self::set_rules).
    pub async fn update_policy(&self, id: &PolicyId, request: UpdatePolicy) -> Result<Policy> {
        self.api.send(self.api.patch("UpdatePolicy", &["policies", id.as_str()]).json(&request)).await
    }

    /// `DeletePolicy`: its permissions are withdrawn.
    pub async fn delete_policy(&self, id: &PolicyId) -> Result<()> {
        self.api.send(self.api.delete("DeletePolicy", &["policies", id.as_str()])).await.map(|Empty {}| ())
    }

    /// `ClonePolicy`: makes another one with the same rules.
    pub async fn clone_policy(&self, id: &PolicyId) -> Result<Policy> {
        self.api.send(self.api.post("ClonePolicy", &["policies", id.as_str(), "clone"]).json(&Empty {})).await
    }
}
