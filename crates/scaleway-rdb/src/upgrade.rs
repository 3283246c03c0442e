//! Changes of what an instance runs on: node, standby, volume, encryption, version; and its copies.

use std::time::Duration;

use derive_setters::Setters;
#[cfg(doc)]
use scaleway_core::Error;
use scaleway_core::{Id, Pace, Progress, Result, Size, Waiter, wire};
use serde::{Deserialize, Serialize};

use crate::preflight::is_made;
use crate::{HighAvailabilityMode, Instance, InstanceId, InstanceStatus, Rdb, VolumeType};

/// The id of an [`UpgradableVersion`].
pub type UpgradableVersionId = Id<UpgradableVersion>;

/// A version that an instance can be upgraded to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpgradableVersion {
    /// Its id, for [`UpgradeInstance::UpgradableVersionId`] and [`MajorUpgrade`].
    pub id: UpgradableVersionId,
    /// The engine's name for it: `PostgreSQL-17`.
    #[serde(default)]
    pub name: String,
    /// The major version: `17`.
    #[serde(default)]
    pub version: String,
    /// The minor version.
    #[serde(default)]
    pub minor_version: String,
}

/// A request for `UpgradeInstance`: exactly one change a call, so wait for one before asking for the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
#[non_exhaustive]
pub enum UpgradeInstance {
    /// Another machine; the instance moves to it and is away for a moment.
    NodeType(String),
    /// Adds a standby node, which cannot be undone.
    EnableHa(bool),
    /// Adds a standby node in the same zone or in another one.
    HighAvailabilityMode(HighAvailabilityMode),
    /// A larger volume, by steps of 5 GB. It cannot shrink again.
    VolumeSize(Size),
    /// Another kind of volume.
    VolumeType(VolumeType),
    /// A version of the engine, on a new instance as [`MajorUpgrade`] says; the endpoints stay with the old one.
    UpgradableVersionId(UpgradableVersionId),
    /// A major version of the engine, on a new instance.
    MajorUpgradeWorkflow(MajorUpgrade),
    /// Encrypts the data on disk, which cannot be undone: about an hour for 100 GB.
    EnableEncryption(bool),
}

/// An upgrade to a major version of the engine. It makes a new instance with another id from a snapshot of this one, which
/// stays: what is written after the snapshot is lost to the new one, and high availability and ACL are the caller's to set
/// up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into)]
#[must_use]
#[non_exhaustive]
pub struct MajorUpgrade {
    /// One of the instance's `upgradable_version`s.
    #[setters(skip)]
    pub upgradable_version_id: UpgradableVersionId,
    /// Whether the endpoints move to the new instance.
    #[serde(default)]
    pub with_endpoints: bool,
}

impl MajorUpgrade {
    /// An upgrade to this version; the endpoints stay with the old instance.
    pub fn new(version: UpgradableVersionId) -> Self {
        Self { upgradable_version_id: version, with_endpoints: false }
    }
}

/// A request for `CloneInstance`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CloneInstance {
    /// The copy's name.
    #[setters(skip)]
    pub name: String,
    /// The machine that the copy runs on; as the original unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_type: Option<String>,
}

impl CloneInstance {
    /// A copy of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), node_type: None }
    }
}

/// How long an upgrade may take, at least.
const PATIENCE: Duration = Duration::from_mins(45);

/// Whether the instance is at rest. With a full disk, it takes a larger volume and nothing else.
fn can_be_upgraded(instance: &Instance, change: &UpgradeInstance) -> bool {
    match instance.status {
        InstanceStatus::Ready => true,
        InstanceStatus::DiskFull => matches!(change, UpgradeInstance::VolumeSize(_)),
        _ => false,
    }
}

/// # Upgrades
impl Rdb {
    /// `UpgradeInstance`: answers while the change is being made. [`UpgradeInstance::MajorUpgradeWorkflow`] answers the new
    /// instance; any other change, the same one.
    pub async fn upgrade_instance(&self, id: &InstanceId, request: UpgradeInstance) -> Result<Instance> {
        let path = ["instances", id.as_str(), "upgrade"];
        self.api.send(self.api.post("UpgradeInstance", &path).json(&request)).await
    }

    /// Makes the change by `UpgradeInstance` and waits until it is made, in its turn with the other changes of the instance
    /// that this `Rdb` and its clones make. Answers the instance: another one with another id where the
    /// [preflight](Instance::preflight) says so. An instance that is so already is answered at once.
    ///
    /// ```no_run
    /// # use scaleway_core::Size;
    /// # use scaleway_rdb::{InstanceId, Rdb, UpgradeInstance};
    /// # async fn run(rdb: Rdb, id: InstanceId) -> scaleway_rdb::Result<()> {
    /// let growth = UpgradeInstance::VolumeSize(Size::gigabytes(20));
    /// let preflight = rdb.get_instance(&id).await?.preflight(&growth)?;
    /// if !preflight.new_instance {
    ///     let instance = rdb.upgrade_and_wait(&id, growth).await?;
    ///     assert!(instance.volume.is_some_and(|volume| volume.size >= Size::gigabytes(20)));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beside the usual ones: [`Error::InvalidRequest`] for what [`Instance::preflight`] refuses, before anything is sent;
    /// [`Error::StillChanging`] where the instance takes longer than expected. Where the answer of a change that makes a new
    /// instance is lost, [`Error::may_have_happened`] is true: look for the new one before asking again.
    pub async fn upgrade_and_wait(&self, id: &InstanceId, change: UpgradeInstance) -> Result<Instance> {
        let _turn = self.turn(id).await?;
        let mut instance = self.get_instance(id).await?;
        if !can_be_upgraded(&instance, &change) {
            instance = self.wait_for_instance(id).await?;
        }
        let preflight = instance.preflight(&change)?;
        if preflight.already {
            return Ok(instance);
        }
        let sent = self.patiently(id, || self.upgrade_instance(id, change.clone())).await;
        let patience = PATIENCE.max(preflight.typical_duration * 3);
        match sent {
            Ok(answer) if preflight.new_instance => {
                self.wait_for_instance(&answer.id).deadline(patience).await
            }
            Ok(_) => self.wait_for_upgrade(id, change, patience).await,
            Err(error) if error.may_have_happened() && !preflight.new_instance => {
                let instance = self.get_instance(id).await?;
                if can_be_upgraded(&instance, &change) && !is_made(&instance, &change) {
                    return Err(error);
                }
                self.wait_for_upgrade(id, change, patience).await
            }
            Err(error) => Err(error),
        }
    }

    /// Waits until the instance is ready again and reads as it was asked to be.
    fn wait_for_upgrade(
        &self,
        id: &InstanceId,
        change: UpgradeInstance,
        deadline: Duration,
    ) -> Waiter<Instance> {
        let pace = Pace::new(Duration::from_secs(5), deadline);
        let look = self.get_instance_request(id);
        self.api.wait(format!("upgrade of instance {id}"), pace, look, move |instance: Instance| {
            if can_be_upgraded(&instance, &change) && !is_made(&instance, &change) {
                let state = wire::spelled(&instance.status);
                return Progress::Changing(format!("{state}, and not changed yet"));
            }
            instance.progress()
        })
    }

    /// `CloneInstance`: answers the copy while it is still being made.
    pub async fn clone_instance(&self, id: &InstanceId, request: CloneInstance) -> Result<Instance> {
        let path = ["instances", id.as_str(), "clone"];
        self.api.send(self.api.post("CloneInstance", &path).json(&request)).await
    }
}
