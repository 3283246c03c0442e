//! Quota: how much of a thing an organization may have.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Listed, OrganizationId, Page, Pager, Region, Result, Zone};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// How much of a thing an organization may have: a number or any number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quotum {
    /// Its name: `containers_namespaces`.
    pub name: String,
    /// So many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// True if there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlimited: Option<bool>,
    /// Its name, for people; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretty_name: Option<String>,
    /// What is counted; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it is about; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it is counted; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality_type: Option<LocalityType>,
    /// The limits by place; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Vec<QuotumLimit>>,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Quotum {
    const FIELD: &'static str = "quota";

    fn identity(&self) -> Cow<'_, str> {
        self.name.as_str().into()
    }
}

/// A limit in one place, a number or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QuotumLimit {
    /// True if it is counted everywhere together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global: Option<bool>,
    /// The region, if it is counted by region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The zone, if it is counted by zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// So many at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// True if there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlimited: Option<bool>,
}

/// Where something is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LocalityType {
    /// Everywhere together.
    Global,
    /// By region.
    Region,
    /// By zone.
    Zone,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The order of [`ListQuota`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListQuotaOrder {
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListQuota`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListQuota {
    /// The order; by name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListQuotaOrder>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quotum_names: Option<Vec<String>>,
}

/// A request for `GetQuotum`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct GetQuotum {
    /// The organization; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
}

/// # Quota
impl Iam {
    /// `ListQuota`.
    pub fn list_quota(&self, mut request: ListQuota) -> Pager<Quotum> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListQuota", &["quota"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `GetQuotum`.
    pub async fn get_quotum(&self, name: &str, mut request: GetQuotum) -> Result<Quotum> {
        self.fill_organization(&mut request.organization_id)?;
        self.api.send(self.api.get("GetQuotum", &["quota", name]).query(&request)).await
    }
}
