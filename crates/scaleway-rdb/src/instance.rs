//! Instances: a database engine on nodes of its own.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Region, Request, Result,
    Secret, Size, Timestamp, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::{
    BackupSchedule, EncryptionAtRest, Endpoint, EndpointSpec, HighAvailabilityMode, InstanceSetting,
    LogsPolicy, Maintenance, Rdb, ReadReplica, UpgradableVersion, Volume, VolumeType,
};

/// The id of an [`Instance`].
pub type InstanceId = Id<Instance>;

/// A database engine on one node, or on two where it is highly available; databases, users and privileges live in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instance {
    /// Its id; a major upgrade makes another instance with another one.
    pub id: InstanceId,
    /// Its name; several instances of a project may share one.
    pub name: String,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// What it is doing.
    pub status: InstanceStatus,
    /// Engine and major version: `PostgreSQL-16`.
    pub engine: String,
    /// The versions that it can be upgraded to; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgradable_version: Option<Vec<UpgradableVersion>>,
    /// The machine that a node is: `db-dev-s`. Answers spell it in lower case, whatever the request did.
    #[serde(default)]
    pub node_type: String,
    /// Where its data is; `None` only where the API does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
    /// Whether it has a standby node.
    #[serde(default)]
    pub is_ha_cluster: bool,
    /// Where the standby node is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_availability_mode: Option<HighAvailabilityMode>,
    /// Its first endpoint; kept by the API for old clients: [`endpoints`](Self::endpoints) has all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// Where it can be reached; empty until it is ready for the first time.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The engine's settings that differ from the engine's own defaults.
    #[serde(default)]
    pub settings: Vec<InstanceSetting>,
    /// The settings that could be given at creation only.
    #[serde(default)]
    pub init_settings: Vec<InstanceSetting>,
    /// When backups are made of themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_schedule: Option<BackupSchedule>,
    /// Whether backups stay in the instance's region.
    #[serde(default)]
    pub backup_same_region: bool,
    /// Its read replicas.
    #[serde(default)]
    pub read_replicas: Vec<ReadReplica>,
    /// How long its logs are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs_policy: Option<LogsPolicy>,
    /// What Scaleway has done or will do to it.
    #[serde(default)]
    pub maintenances: Vec<Maintenance>,
    /// Whether its data is encrypted on disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<EncryptionAtRest>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Where it is.
    pub region: Region,
}

impl Listed for Instance {
    const FIELD: &'static str = "instances";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What an [`Instance`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InstanceStatus {
    /// The API does not say.
    Unknown,
    /// It can be used.
    Ready,
    /// Its nodes are being made.
    Provisioning,
    /// Its settings are being changed.
    Configuring,
    /// It is being deleted, with all that is in it.
    Deleting,
    /// It cannot be used: Scaleway's support knows why.
    Error,
    /// A node that failed is being replaced.
    Autohealing,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// The engine, an endpoint or a standby node is being set up.
    Initializing,
    /// Its disk is full, and it takes no writes: a larger volume ([`UpgradeInstance`](crate::UpgradeInstance)) helps.
    DiskFull,
    /// A backup is being made of it.
    Backuping,
    /// A snapshot is being made of it.
    Snapshotting,
    /// It is being restarted.
    Restarting,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateInstance`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateInstance {
    /// The organization, in whose default project it is made; older than `project_id`, and not to be set with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// Engine and major version, as [`list_database_engines`](Rdb::list_database_engines) spells them: `PostgreSQL-16`.
    #[setters(skip)]
    pub engine: String,
    /// The first user, an administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The first user's password: 8 to 128 characters, with a digit, an upper case letter, a lower case letter and a
    /// special character; see [`Password`](crate::Password).
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// The machine that a node is, as [`list_node_types`](Rdb::list_node_types) spells it: `DB-DEV-S`.
    #[setters(skip)]
    pub node_type: String,
    /// Whether it has a standby node, which cannot be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_ha_cluster: Option<bool>,
    /// Where the standby node is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_availability_mode: Option<HighAvailabilityMode>,
    /// Whether no backups are made of themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_backup: Option<bool>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Settings that the engine takes at creation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init_settings: Option<Vec<InstanceSetting>>,
    /// What its data lies on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<VolumeType>,
    /// How large its volume is, by steps of 5 GB; it can grow later, never shrink. 0 with [`VolumeType::Lssd`], whose size
    /// is the node type's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_size: Option<Size>,
    /// Where it can be reached; at a public endpoint unless set. A private one alone takes its place. A public endpoint is
    /// open to the whole internet until the ACL is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init_endpoints: Option<Vec<EndpointSpec>>,
    /// Whether backups stay in the instance's region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_same_region: Option<bool>,
    /// Whether its data is encrypted on disk, which cannot be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<EncryptionAtRest>,
}

impl CreateInstance {
    /// An instance of this name, with `engine` (`PostgreSQL-16`) on a machine of `node_type` (`DB-DEV-S`).
    pub fn new(name: impl Into<String>, engine: impl Into<String>, node_type: impl Into<String>) -> Self {
        Self {
            organization_id: None,
            project_id: None,
            name: name.into(),
            engine: engine.into(),
            user_name: None,
            password: None,
            node_type: node_type.into(),
            is_ha_cluster: None,
            high_availability_mode: None,
            disable_backup: None,
            tags: None,
            init_settings: None,
            volume_type: None,
            volume_size: None,
            init_endpoints: None,
            backup_same_region: None,
            encryption: None,
        }
    }
}

/// A request for `UpdateInstance`: what is not set stays as it is. Node, volume and version change by
/// [`upgrade_instance`](Rdb::upgrade_instance), settings by [`set_instance_settings`](Rdb::set_instance_settings).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateInstance {
    /// Hours from one backup to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_schedule_frequency: Option<u32>,
    /// Days that a backup is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_schedule_retention: Option<u32>,
    /// Whether no backups are made of themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_backup_schedule_disabled: Option<bool>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// How long its logs are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs_policy: Option<LogsPolicy>,
    /// Whether backups stay in the instance's region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_same_region: Option<bool>,
    /// The hour of the day (UTC, 0 to 23) at which the day's first backup is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_schedule_start_hour: Option<u32>,
}

/// The order of [`ListInstances`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListInstancesOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// By region.
    Region,
    /// By status.
    StatusAsc,
    /// By status, backwards.
    StatusDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListInstances`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListInstances {
    /// Only those that have all these tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Only those whose name matches this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListInstancesOrder>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those with a maintenance before them, or only those without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_maintenances: Option<bool>,
}

impl Instance {
    pub(crate) fn progress(self) -> Progress<Self> {
        let state = wire::spelled(&self.status);
        match &self.status {
            InstanceStatus::Ready => Progress::Reached(self),
            InstanceStatus::Error | InstanceStatus::Locked => Progress::never(state, None),
            InstanceStatus::DiskFull => Progress::never(
                state,
                Some("it takes no writes until its volume is enlarged by UpgradeInstance"),
            ),
            _ => Progress::Changing(state),
        }
    }
}

const PACE: Pace =
    Pace::new(Duration::from_secs(3), Duration::from_mins(45)).growing_from(Duration::from_millis(200));

/// # Instances
impl Rdb {
    /// `CreateInstance`: answers while it is still being made (about four minutes); [wait](Self::wait_for_instance) before
    /// using it.
    pub async fn create_instance(&self, mut request: CreateInstance) -> Result<Instance> {
        if request.organization_id.is_none() {
            self.api.fill_project(&mut request.project_id)?;
        }
        self.api.send(self.api.post("CreateInstance", &["instances"]).json(&request)).await
    }

    /// `GetInstance`.
    pub async fn get_instance(&self, id: &InstanceId) -> Result<Instance> {
        self.api.send(self.get_instance_request(id)).await
    }

    pub(crate) fn get_instance_request(&self, id: &InstanceId) -> Request<Instance> {
        self.api.get("GetInstance", &["instances", id.as_str()])
    }

    /// `ListInstances`.
    pub fn list_instances(&self, request: ListInstances) -> Pager<Instance> {
        let list = self.api.get::<Page<_>>("ListInstances", &["instances"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateInstance`.
    pub async fn update_instance(&self, id: &InstanceId, request: UpdateInstance) -> Result<Instance> {
        self.api.send(self.api.patch("UpdateInstance", &["instances", id.as_str()]).json(&request)).await
    }

    /// `DeleteInstance`: deletes the databases in it, too. Answers while it is still being deleted.
    pub async fn delete_instance(&self, id: &InstanceId) -> Result<Instance> {
        self.api.send(self.api.delete("DeleteInstance", &["instances", id.as_str()])).await
    }

    /// `RestartInstance`: its connections break.
    pub async fn restart_instance(&self, id: &InstanceId) -> Result<Instance> {
        let path = ["instances", id.as_str(), "restart"];
        self.api.send(self.api.post("RestartInstance", &path).json(&Empty {})).await
    }

    /// Waits until the instance is ready, 45 minutes at most unless told otherwise; `error`, `locked` and `disk_full` end it
    /// at once.
    pub fn wait_for_instance(&self, id: &InstanceId) -> Waiter<Instance> {
        self.api.wait(format!("instance {id}"), PACE, self.get_instance_request(id), Instance::progress)
    }

    /// Waits until the instance is gone.
    pub fn wait_until_instance_gone(&self, id: &InstanceId) -> Waiter<()> {
        self.api.wait_until_gone(format!("instance {id}"), PACE, self.get_instance_request(id), |instance| {
            (wire::spelled(&instance.status), None)
        })
    }
}
