//! Plans: how Cockpit is paid for.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{Listed, Page, Pager, ProjectId, Result, wire};
use serde::{Deserialize, Serialize};

use crate::{Cockpit, InProject};

/// A plan: how long data is kept, and what that costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// Which one.
    pub name: PlanName,
    /// How long metrics are kept.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub retention_metrics_interval: Option<Duration>,
    /// How long logs are kept.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub retention_logs_interval: Option<Duration>,
    /// How long traces are kept.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub retention_traces_interval: Option<Duration>,
    /// The price of 1 million samples written, in cents.
    #[serde(default)]
    pub sample_ingestion_price: u32,
    /// The price of 1 GB of logs written, in cents.
    #[serde(default)]
    pub logs_ingestion_price: u32,
    /// The price of 1 GB of traces written, in cents.
    #[serde(default)]
    pub traces_ingestion_price: u32,
    /// The price of keeping them, in euros a month.
    #[serde(default)]
    pub monthly_price: u32,
}

impl Listed for Plan {
    const FIELD: &'static str = "plans";

    fn identity(&self) -> Cow<'_, str> {
        wire::spelled(&self.name).into()
    }
}

/// The name of a [`Plan`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanName {
    /// The API does not say.
    UnknownName,
    /// The one without a monthly price.
    Free,
    /// The one with long retention and a monthly price.
    Premium,
    /// Another one, agreed on with Scaleway.
    Custom,
    /// A plan that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `SelectPlan`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct SelectPlan {
    /// The project that changes its plan; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The plan.
    #[setters(skip)]
    #[serde(rename = "plan_name")]
    pub name: PlanName,
}

impl SelectPlan {
    /// This plan.
    pub fn new(name: PlanName) -> Self {
        Self { project_id: None, name }
    }
}

/// The order of [`ListPlans`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListPlansOrder {
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListPlans`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListPlans {
    /// The order; by name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListPlansOrder>,
}

/// # Plans
impl Cockpit {
    /// `ListPlans`.
    pub fn list_plans(&self, request: ListPlans) -> Pager<Plan> {
        let list = self.global.get::<Page<_>>("ListPlans", &["plans"]).query(&request);
        Pager::new(&self.global, list)
    }

    /// `SelectPlan`: changes what the project pays.
    pub async fn select_plan(&self, mut request: SelectPlan) -> Result<Plan> {
        self.global.fill_project(&mut request.project_id)?;
        self.global.send(self.global.patch("SelectPlan", &["plans"]).json(&request)).await
    }

    /// `GetCurrentPlan`.
    pub async fn get_current_plan(&self, project: impl Into<InProject>) -> Result<Plan> {
        let project = self.in_project(project)?;
        self.global.send(self.global.get("GetCurrentPlan", &["current-plan"]).query(&project)).await
    }
}
