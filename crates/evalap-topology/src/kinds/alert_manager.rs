use std::collections::BTreeSet;

use scaleway_cockpit::{AlertRules, InProject};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Claim, Kind, Owner, Profile, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// What sends alerts: there is one a project and region, on or off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlertManager {
    /// Whether it is on.
    pub enabled: bool,
    /// Whether the alerts that Scaleway looks after are on.
    pub managed_alerts: bool,
    /// The preconfigured rules that are on besides, by id. Others are left alone.
    pub rules: BTreeSet<String>,
}

const ONLY: &str = "alert-manager";

impl AlertManager {
    /// That the alert manager at `address` is on.
    pub(crate) fn enabled(address: &Address) -> Input<bool> {
        Input::output(address, "enabled")
    }

    async fn switch(&self, cloud: &Cloud) -> Result<(), KindError> {
        let project = InProject::from(cloud.project());
        if self.enabled {
            cloud.cockpit.enable_alert_manager(project).await?;
        } else {
            cloud.cockpit.disable_alert_manager(project).await?;
        }
        Ok(())
    }

    async fn set_rules(&self, cloud: &Cloud) -> Result<(), KindError> {
        let project = InProject::from(cloud.project());
        if self.managed_alerts {
            cloud.cockpit.enable_managed_alerts(project).await?;
        } else {
            cloud.cockpit.disable_managed_alerts(project).await?;
        }
        // An empty list would mean all of them.
        if !self.rules.is_empty() {
            let ids = self.rules.iter().map(|id| id.parse()).collect::<Result<Vec<_>, _>>()?;
            cloud.cockpit.enable_alert_rules(AlertRules::new(ids).project_id(cloud.project())).await?;
        }
        Ok(())
    }
}

impl Kind for AlertManager {
    const PROFILE: Profile = Profile { owner: Owner::Singleton, typical: (0.6, 0.4, 0.4), ..Profile::PLAIN };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(ONLY.to_owned())
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let manager = match cloud.cockpit.get_alert_manager(cloud.project()).await {
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            answer => answer?,
        };
        // One that is off is as good as none: then it is ours to switch on.
        Ok(if manager.enabled { vec![seen(manager.managed_alerts_enabled)] } else { Vec::new() })
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        self.switch(cloud).await?;
        Ok(ONLY.to_owned())
    }

    /// What is switched on is told its rules here: a run that ended in between goes on from here.
    async fn ready(&self, cloud: &Cloud, _: &str) -> Result<Attributes, KindError> {
        if self.enabled {
            self.set_rules(cloud).await?;
        }
        Ok(attributes([("enabled", json!(self.enabled))]))
    }

    async fn update(&self, cloud: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        self.switch(cloud).await?;
        Ok(id.to_owned())
    }

    /// To the API any rule that is on is managed alerts that are on: where we switched those off, our own rules may be meant.
    fn same(attribute: &str, desired: &Value, current: &Value, written: Option<&Value>) -> bool {
        desired == current || (attribute == "managed_alerts" && desired == false && written == Some(desired))
    }

    async fn delete(cloud: &Cloud, _: &str) -> Result<(), KindError> {
        gone(cloud.cockpit.disable_alert_manager(cloud.project()).await)
    }
}

fn seen(managed_alerts: bool) -> Seen {
    Seen {
        id: ONLY.to_owned(),
        key: ONLY.to_owned(),
        claim: Claim::Ours,
        status: Status::Ready,
        attributes: attributes([("enabled", json!(true)), ("managed_alerts", json!(managed_alerts))]),
        outputs: attributes([("enabled", json!(true))]),
        facts: None,
    }
}
