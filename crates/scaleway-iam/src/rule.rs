//! Rules: what a policy permits, and where.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Id, Listed, OrganizationId, Page, Pager, ProjectId, Result};
use serde::{Deserialize, Serialize};

use crate::{Iam, PermissionSetScope, PolicyId, UserId};

/// The id of a [`Rule`].
pub type RuleId = Id<Rule>;

/// What a policy permits, and where: in projects, in the organization, or to an account's root user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// The permission sets, by [name](crate::PermissionSet::name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission_set_names: Option<Vec<String>>,
    /// Where the permission sets can apply.
    pub permission_sets_scope_type: PermissionSetScope,
    /// When it applies, in the Common Expression Language: `request.ip == "192.0.2.1"`; always, where empty.
    /// Older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The projects that it applies in, if it is for projects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_ids: Option<Vec<ProjectId>>,
    /// The organization that it applies in, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The root user that it applies to, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_root_user_id: Option<UserId>,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Rule {
    const FIELD: &'static str = "rules";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A rule to be made: for projects or for the organization, never both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct RuleSpec {
    /// The permission sets, by [name](crate::PermissionSet::name).
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_set_names: Option<Vec<String>>,
    /// When it applies, in the Common Expression Language: `request.ip == "192.0.2.1"`; always, where empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The projects that it applies in.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_ids: Option<Vec<ProjectId>>,
    /// The organization that it applies in: in all its projects, where the permission sets are of projects.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
}

impl RuleSpec {
    /// These permission sets, in these projects.
    pub fn for_projects(
        permission_set_names: impl Into<Vec<String>>,
        project_ids: impl Into<Vec<ProjectId>>,
    ) -> Self {
        Self {
            permission_set_names: Some(permission_set_names.into()),
            condition: None,
            project_ids: Some(project_ids.into()),
            organization_id: None,
        }
    }

    /// These permission sets, in the whole organization.
    pub fn for_organization(
        permission_set_names: impl Into<Vec<String>>,
        organization_id: OrganizationId,
    ) -> Self {
        Self {
            permission_set_names: Some(permission_set_names.into()),
            condition: None,
            project_ids: None,
            organization_id: Some(organization_id),
        }
    }
}

/// A request for `SetRules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct SetRules {
    /// The policy.
    pub policy_id: PolicyId,
    /// All its rules, in place of those there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<RuleSpec>>,
}

impl SetRules {
    /// These are all rules of this policy.
    pub fn new(policy_id: PolicyId, rules: impl Into<Vec<RuleSpec>>) -> Self {
        Self { policy_id, rules: Some(rules.into()) }
    }
}

/// What `SetRules` made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rules {
    /// All rules of the policy.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A request for `ListRules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct ListRules {
    /// The policy.
    pub policy_id: PolicyId,
}

impl ListRules {
    /// The rules of this policy.
    pub fn new(policy_id: PolicyId) -> Self {
        Self { policy_id }
    }
}

/// # Rules
impl Iam {
    /// `SetRules`: all rules of a policy, in place of those there are.
    pub async fn set_rules(&self, request: SetRules) -> Result<Rules> {
        self.api.send(self.api.put("SetRules", &["rules"]).json(&request)).await
    }

    /// `ListRules`: the rules of a policy.
    pub fn list_rules(&self, request: ListRules) -> Pager<Rule> {
        let list = self.api.get::<Page<_>>("ListRules", &["rules"]).query(&request);
        Pager::new(&self.api, list)
    }
}
