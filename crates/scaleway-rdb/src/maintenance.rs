//! Maintenances: what Scaleway does to an instance, and when.

use scaleway_core::{Empty, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// What Scaleway has done or will do to an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Maintenance {
    /// From when it may be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// Until when it is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops_at: Option<Timestamp>,
    /// When it was done or called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// What it is for, and what to expect.
    #[serde(default)]
    pub reason: String,
    /// What has come of it.
    pub status: MaintenanceStatus,
    /// When it is done at the latest, without asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced_at: Option<Timestamp>,
    /// Whether [`apply_instance_maintenance`](Rdb::apply_instance_maintenance) can do it now.
    /// Older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_applicable: Option<bool>,
}

/// What has come of a [`Maintenance`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MaintenanceStatus {
    /// The API does not say.
    Unknown,
    /// It is still to be done.
    Pending,
    /// It has been done.
    Done,
    /// It has been called off.
    Canceled,
    /// It is being done.
    Ongoing,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// # Maintenances
impl Rdb {
    /// `ApplyInstanceMaintenance`: does the instance's maintenance now, at a time of one's own choice. The database is away
    /// for some minutes.
    pub async fn apply_instance_maintenance(&self, instance: &InstanceId) -> Result<Maintenance> {
        let path = ["instances", instance.as_str(), "apply-maintenance"];
        self.api.send(self.api.post("ApplyInstanceMaintenance", &path).json(&Empty {})).await
    }
}
