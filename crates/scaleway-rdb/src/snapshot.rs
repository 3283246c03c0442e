//! Snapshots: a whole instance at one moment, from which another can be made.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Id, Listed, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Region, Request, Result, Size,
    Timestamp, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::{HighAvailabilityMode, Instance, InstanceId, Rdb, StorageClass, VolumeType};

/// The id of a [`Snapshot`].
pub type SnapshotId = Id<Snapshot>;

/// The disk of an instance at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// The instance it was made of.
    pub instance_id: InstanceId,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// What it is doing.
    pub status: SnapshotStatus,
    /// Its size, once it has been made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// When it is deleted of itself; a year after it was made unless told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The name of the instance it was made of.
    #[serde(default)]
    pub instance_name: String,
    /// The machine that the instance ran on.
    #[serde(default)]
    pub node_type: String,
    /// The volume that the instance had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<SnapshotVolume>,
    /// Where it is.
    pub region: Region,
}

impl Listed for Snapshot {
    const FIELD: &'static str = "snapshots";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// The volume that a [`Snapshot`] was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SnapshotVolume {
    /// The kind of disk.
    #[serde(rename = "type")]
    pub kind: VolumeType,
    /// The storage behind it.
    pub class: StorageClass,
}

/// What a [`Snapshot`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SnapshotStatus {
    /// The API does not say.
    Unknown,
    /// It is being made.
    Creating,
    /// It can be used.
    Ready,
    /// An instance is being made of it.
    Restoring,
    /// It is being deleted.
    Deleting,
    /// It cannot be used.
    Error,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateSnapshot`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateSnapshot {
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// When it is deleted of itself; after a year unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl CreateSnapshot {
    /// A snapshot of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), expires_at: None }
    }
}

/// A request for `UpdateSnapshot`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateSnapshot {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it is deleted of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A request for `CreateInstanceFromSnapshot`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateInstanceFromSnapshot {
    /// The new instance's name.
    #[setters(skip)]
    pub instance_name: String,
    /// Whether it has a standby node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ha_cluster: Option<bool>,
    /// Where the standby node is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_availability_mode: Option<HighAvailabilityMode>,
    /// The machine that it runs on; as the snapshot's instance unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_type: Option<String>,
}

impl CreateInstanceFromSnapshot {
    /// An instance of this name.
    pub fn new(instance_name: impl Into<String>) -> Self {
        Self {
            instance_name: instance_name.into(),
            is_ha_cluster: None,
            high_availability_mode: None,
            node_type: None,
        }
    }
}

/// The order of [`ListSnapshots`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListSnapshotsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// The next one to be deleted first.
    ExpiresAtAsc,
    /// The next one to be deleted last.
    ExpiresAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListSnapshots`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListSnapshots {
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListSnapshotsOrder>,
    /// Only those made of this instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<InstanceId>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

impl Snapshot {
    fn progress(self) -> Progress<Self> {
        let state = wire::spelled(&self.status);
        match &self.status {
            SnapshotStatus::Ready => Progress::Reached(self),
            SnapshotStatus::Error | SnapshotStatus::Locked => Progress::never(state, None),
            _ => Progress::Changing(state),
        }
    }
}

const PACE: Pace = Pace::new(Duration::from_secs(2), Duration::from_hours(1));

/// # Snapshots
impl Rdb {
    /// `CreateSnapshot`: answers while it is still being made; [wait](Self::wait_for_snapshot) before using it.
    pub async fn create_snapshot(&self, instance: &InstanceId, request: CreateSnapshot) -> Result<Snapshot> {
        let path = ["instances", instance.as_str(), "snapshots"];
        self.api.send(self.api.post("CreateSnapshot", &path).json(&request)).await
    }

    /// `GetSnapshot`.
    pub async fn get_snapshot(&self, id: &SnapshotId) -> Result<Snapshot> {
        self.api.send(self.get_snapshot_request(id)).await
    }

    fn get_snapshot_request(&self, id: &SnapshotId) -> Request<Snapshot> {
        self.api.get("GetSnapshot", &["snapshots", id.as_str()])
    }

    /// `ListSnapshots`.
    pub fn list_snapshots(&self, request: ListSnapshots) -> Pager<Snapshot> {
        Pager::new(&self.api, self.api.get::<Page<_>>("ListSnapshots", &["snapshots"]).query(&request))
    }

    /// `UpdateSnapshot`.
    pub async fn update_snapshot(&self, id: &SnapshotId, request: UpdateSnapshot) -> Result<Snapshot> {
        self.api.send(self.api.patch("UpdateSnapshot", &["snapshots", id.as_str()]).json(&request)).await
    }

    /// `DeleteSnapshot`: answers while it is still being deleted.
    pub async fn delete_snapshot(&self, id: &SnapshotId) -> Result<Snapshot> {
        self.api.send(self.api.delete("DeleteSnapshot", &["snapshots", id.as_str()])).await
    }

    /// `CreateInstanceFromSnapshot`: answers the new instance while it is still being made.
    pub async fn create_instance_from_snapshot(
        &self,
        id: &SnapshotId,
        request: CreateInstanceFromSnapshot,
    ) -> Result<Instance> {
        let path = ["snapshots", id.as_str(), "create-instance"];
        self.api.send(self.api.post("CreateInstanceFromSnapshot", &path).json(&request)).await
    }

    /// Waits until the snapshot is ready, one hour at most unless told otherwise; `error` and `locked` end it at once.
    pub fn wait_for_snapshot(&self, id: &SnapshotId) -> Waiter<Snapshot> {
        self.api.wait(format!("snapshot {id}"), PACE, self.get_snapshot_request(id), Snapshot::progress)
    }

    /// Waits until the snapshot is gone.
    pub fn wait_until_snapshot_gone(&self, id: &SnapshotId) -> Waiter<()> {
        self.api.wait_until_gone(format!("snapshot {id}"), PACE, self.get_snapshot_request(id), |snapshot| {
            (wire::spelled(&snapshot.status), None)
        })
    }
}
