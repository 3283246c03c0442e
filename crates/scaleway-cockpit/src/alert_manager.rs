//! The alert manager of a project: one in each region, there from the start, enabled or not.

use scaleway_core::{Empty, Region, Result};
use serde::{Deserialize, Serialize};

use crate::{Cockpit, InProject};

/// What sends alerts to the [contact points](crate::ContactPoint) of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlertManager {
    /// Its address; none while it is disabled.
    #[serde(default, rename = "alert_manager_url", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether it runs.
    #[serde(default, rename = "alert_manager_enabled")]
    pub enabled: bool,
    /// Whether Scaleway's managed alerts are sent.
    #[serde(default)]
    pub managed_alerts_enabled: bool,
    /// Where it is.
    pub region: Region,
}

/// # Alert manager
impl Cockpit {
    /// `GetAlertManager`.
    pub async fn get_alert_manager(&self, project: impl Into<InProject>) -> Result<AlertManager> {
        let project = self.in_project(project)?;
        self.api.send(self.api.get("GetAlertManager", &["alert-manager"]).query(&project)).await
    }

    /// `EnableAlertManager`: no change where it is enabled already.
    pub async fn enable_alert_manager(&self, project: impl Into<InProject>) -> Result<AlertManager> {
        self.switch("EnableAlertManager", &["alert-manager", "enable"], project).await
    }

    /// `DisableAlertManager`: no alert is sent any more.
    pub async fn disable_alert_manager(&self, project: impl Into<InProject>) -> Result<AlertManager> {
        self.switch("DisableAlertManager", &["alert-manager", "disable"], project).await
    }

    /// `EnableManagedAlerts`: sends Scaleway's own alerts, too. (For single rules see
    /// [`enable_alert_rules`](Self::enable_alert_rules).)
    pub async fn enable_managed_alerts(&self, project: impl Into<InProject>) -> Result<AlertManager> {
        self.switch("EnableManagedAlerts", &["alert-manager", "managed-alerts", "enable"], project).await
    }

    /// `DisableManagedAlerts`.
    pub async fn disable_managed_alerts(&self, project: impl Into<InProject>) -> Result<AlertManager> {
        self.switch("DisableManagedAlerts", &["alert-manager", "managed-alerts", "disable"], project).await
    }

    /// `TriggerTestAlert`: sends every contact point an alert, to see whether it arrives.
    pub async fn trigger_test_alert(&self, project: impl Into<InProject>) -> Result<()> {
        let project = self.in_project(project)?;
        let trigger = self.api.post("TriggerTestAlert", &["alert-manager", "trigger-test-alert"]);
        self.api.send(trigger.json(&project)).await.map(|Empty {}| ())
    }

    /// Switching the same way twice is switching once.
    async fn switch(
        &self,
        operation: &'static str,
        path: &[&str],
        project: impl Into<InProject>,
    ) -> Result<AlertManager> {
        let project = self.in_project(project)?;
        self.api.send(self.api.post(operation, path).json(&project).repeatable()).await
    }
}
