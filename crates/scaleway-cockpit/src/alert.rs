//! Alert rules: Scaleway's preconfigured ones, which are switched on by id, and the project's own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use derive_setters::Setters;
use scaleway_core::{Id, Listed, Page, Pager, ProjectId, Region, Result};
use serde::{Deserialize, Serialize};

use crate::{Cockpit, DataSourceId, InProject};

/// The id of a preconfigured alert rule.
pub type AlertRuleId = Id<PreconfiguredRule>;

/// An alert rule, and whether it fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Alert {
    /// Where it is.
    pub region: Region,
    /// Whether it is one of Scaleway's.
    #[serde(default)]
    pub preconfigured: bool,
    /// Its name.
    pub name: String,
    /// The condition, in `PromQL` or `LogQL`.
    #[serde(default)]
    pub rule: String,
    /// How long the condition must hold before it fires, as Prometheus writes it: `5m`.
    #[serde(default)]
    pub duration: String,
    /// Whether it is evaluated; the project's own rules always are.
    pub rule_status: AlertStatus,
    /// Whether it fires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<AlertState>,
    /// What is said with an alert: texts with placeholders.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// With a preconfigured rule: its id and what it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preconfigured_data: Option<PreconfiguredRule>,
    /// The data source it looks at; empty for a preconfigured rule that is disabled.
    pub data_source_id: DataSourceId,
}

impl Listed for Alert {
    const FIELD: &'static str = "alerts";

    /// The project's own rules have no id, and several data sources may have one of a name.
    fn identity(&self) -> Cow<'_, str> {
        match &self.preconfigured_data {
            Some(rule) => rule.id.as_str().into(),
            None => [self.data_source_id.as_str(), &self.name, &self.rule].join("\n").into(),
        }
    }
}

/// What is known of a preconfigured alert rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PreconfiguredRule {
    /// Its id, to enable and disable it by.
    #[serde(rename = "preconfigured_rule_id")]
    pub id: AlertRuleId,
    /// Its name for people.
    #[serde(default)]
    pub display_name: String,
    /// When it fires, for people.
    #[serde(default)]
    pub display_description: String,
    /// The product it watches.
    #[serde(default)]
    pub product_name: String,
    /// The family of products that this is one of.
    #[serde(default)]
    pub product_family: String,
}

/// Whether an [`Alert`] is evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlertStatus {
    /// The API does not say.
    UnknownStatus,
    /// It is evaluated.
    Enabled,
    /// It is not.
    Disabled,
    /// It soon will be.
    Enabling,
    /// It soon will not be.
    Disabling,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Whether an [`Alert`] fires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlertState {
    /// It is not evaluated, or the API does not say.
    UnknownState,
    /// The condition does not hold.
    Inactive,
    /// The condition holds, but not for long enough.
    Pending,
    /// The condition has held for long enough: contact points are told.
    Firing,
    /// A state that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListAlerts`: what is not set does not filter, but for the project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListAlerts {
    /// Those of this project; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those that are, or are not, evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_status: Option<AlertStatus>,
    /// Only Scaleway's rules, or only the project's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_preconfigured: Option<bool>,
    /// Only those in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AlertState>,
    /// Those that look at this data source; at Scaleway's own metrics unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_source_id: Option<DataSourceId>,
}

/// A request for `EnableAlertRules` and `DisableAlertRules`: preconfigured rules by their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct AlertRules {
    /// The project whose rules they are; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The rules. To the API an empty list means all there are: who has nothing to switch must not ask.
    #[setters(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_ids: Option<Vec<AlertRuleId>>,
}

impl AlertRules {
    /// These rules; an empty list is [all](Self::all) of them.
    pub fn new(rule_ids: impl Into<Vec<AlertRuleId>>) -> Self {
        Self { project_id: None, rule_ids: Some(rule_ids.into()) }
    }

    /// All preconfigured rules.
    pub fn all() -> Self {
        Self::new(Vec::new())
    }
}

/// What `EnableAlertRules` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EnabledAlertRules {
    /// The rules that were switched on, in no particular order; those that were on already are not among them.
    #[serde(default)]
    pub enabled_rule_ids: Vec<AlertRuleId>,
}

/// What `DisableAlertRules` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DisabledAlertRules {
    /// The rules that were switched off, in no particular order; those that were off already are not among them.
    #[serde(default)]
    pub disabled_rule_ids: Vec<AlertRuleId>,
}

/// How many alert rules a project has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RulesCount {
    /// How many, by data source.
    #[serde(default)]
    pub rules_count_by_datasource: Vec<DataSourceRulesCount>,
    /// How many of Scaleway's rules.
    #[serde(default)]
    pub preconfigured_rules_count: u32,
    /// How many of the project's own rules.
    #[serde(default)]
    pub custom_rules_count: u32,
}

/// How many alert rules look at a data source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataSourceRulesCount {
    /// The data source.
    pub data_source_id: DataSourceId,
    /// Its name.
    #[serde(default)]
    pub data_source_name: String,
    /// How many rules.
    #[serde(default)]
    pub rules_count: u32,
}

/// # Alert rules
impl Cockpit {
    /// `ListAlerts`.
    pub fn list_alerts(&self, mut request: ListAlerts) -> Pager<Alert> {
        self.list_project(&mut request.project_id);
        let list = self.api.get::<Page<_>>("ListAlerts", &["alerts"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `EnableAlertRules`: answers while they are still [being enabled](AlertStatus::Enabling).
    pub async fn enable_alert_rules(&self, mut request: AlertRules) -> Result<EnabledAlertRules> {
        self.api.fill_project(&mut request.project_id)?;
        let enable = self.api.post("EnableAlertRules", &["alert-manager", "enable-alert-rules"]);
        self.api.send(enable.json(&request).repeatable()).await
    }

    /// `DisableAlertRules`: answers while they are still [being disabled](AlertStatus::Disabling).
    pub async fn disable_alert_rules(&self, mut request: AlertRules) -> Result<DisabledAlertRules> {
        self.api.fill_project(&mut request.project_id)?;
        let disable = self.api.post("DisableAlertRules", &["alert-manager", "disable-alert-rules"]);
        self.api.send(disable.json(&request).repeatable()).await
    }

    /// `GetRulesCount`.
    pub async fn get_rules_count(&self, project: impl Into<InProject>) -> Result<RulesCount> {
        let project = self.in_project(project)?;
        self.api.send(self.api.get("GetRulesCount", &["rules", "count"]).query(&project)).await
    }
}
