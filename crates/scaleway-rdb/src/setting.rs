//! Settings: how the engine of an instance behaves.

use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// A setting of an instance's engine; [`EngineSetting`](crate::EngineSetting) says what there is and what it may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceSetting {
    /// Its name: `max_connections`.
    pub name: String,
    /// Its value, as text, in the setting's own unit.
    pub value: String,
}

impl InstanceSetting {
    /// `name` set to `value`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A list of settings: the request of `AddInstanceSettings` and `SetInstanceSettings`, and what all three operations answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceSettings {
    /// The settings.
    #[serde(default)]
    pub settings: Vec<InstanceSetting>,
}

impl InstanceSettings {
    /// These settings.
    pub fn new(settings: impl Into<Vec<InstanceSetting>>) -> Self {
        Self { settings: settings.into() }
    }
}

/// A request for `DeleteInstanceSettings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct DeleteInstanceSettings {
    /// The names of the settings.
    #[serde(default)]
    pub setting_names: Vec<String>,
}

impl DeleteInstanceSettings {
    /// The settings of these names.
    pub fn new(names: impl Into<Vec<String>>) -> Self {
        Self { setting_names: names.into() }
    }
}

/// # Settings
impl Rdb {
    /// `AddInstanceSettings`: changes these settings and leaves the others.
    pub async fn add_instance_settings(
        &self,
        instance: &InstanceId,
        request: InstanceSettings,
    ) -> Result<InstanceSettings> {
        let path = ["instances", instance.as_str(), "settings"];
        self.api.send(self.api.post("AddInstanceSettings", &path).json(&request)).await
    }

    /// `SetInstanceSettings`: these settings take the place of all there are; the others get their defaults again. One that
    /// is not [`hot_configurable`](crate::EngineSetting::hot_configurable) restarts the instance.
    pub async fn set_instance_settings(
        &self,
        instance: &InstanceId,
        request: InstanceSettings,
    ) -> Result<InstanceSettings> {
        let path = ["instances", instance.as_str(), "settings"];
        self.api.send(self.api.put("SetInstanceSettings", &path).json(&request)).await
    }

    /// `DeleteInstanceSettings`: these settings get their defaults again.
    pub async fn delete_instance_settings(
        &self,
        instance: &InstanceId,
        request: DeleteInstanceSettings,
    ) -> Result<InstanceSettings> {
        let path = ["instances", instance.as_str(), "settings"];
        self.api.send(self.api.delete("DeleteInstanceSettings", &path).json(&request)).await
    }
}
