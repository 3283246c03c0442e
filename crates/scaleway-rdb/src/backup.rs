//! Backups: dumps of one database, which outlive it and can be restored into another.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Region, Request, Result,
    Secret, Size, Timestamp, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// The id of a [`DatabaseBackup`].
pub type DatabaseBackupId = Id<DatabaseBackup>;

/// A dump of one database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseBackup {
    /// Its id.
    pub id: DatabaseBackupId,
    /// The instance it was made of.
    pub instance_id: InstanceId,
    /// The database it was made of.
    #[serde(default)]
    pub database_name: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// What it is doing.
    pub status: DatabaseBackupStatus,
    /// Its size, once it has been made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// When it is deleted of itself; never where it is `None`.
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
    /// Where it can be downloaded, once it was [exported](Rdb::export_database_backup). Whoever has the address has the
    /// data.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub download_url: Option<Secret>,
    /// Until when it can be downloaded there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download_url_expires_at: Option<Timestamp>,
    /// Where it is.
    pub region: Region,
    /// Whether that is the instance's region.
    #[serde(default)]
    pub same_region: bool,
}

impl Listed for DatabaseBackup {
    const FIELD: &'static str = "database_backups";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`DatabaseBackup`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DatabaseBackupStatus {
    /// The API does not say.
    Unknown,
    /// It is being made.
    Creating,
    /// It can be restored or exported.
    Ready,
    /// It is being restored.
    Restoring,
    /// It is being deleted.
    Deleting,
    /// It cannot be used.
    Error,
    /// It is being made ready for download.
    Exporting,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// When backups of an instance are made of themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BackupSchedule {
    /// Hours from one backup to the next; 24 unless told otherwise.
    pub frequency: u32,
    /// Days that a backup is kept; 7 unless told otherwise.
    pub retention: u32,
    /// Whether none are made.
    pub disabled: bool,
    /// When the next one is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_run_at: Option<Timestamp>,
}

/// A request for `CreateDatabaseBackup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateDatabaseBackup {
    /// The instance.
    #[setters(skip)]
    pub instance_id: InstanceId,
    /// The database.
    #[setters(skip)]
    pub database_name: String,
    /// The backup's name.
    #[setters(skip)]
    pub name: String,
    /// When it is deleted of itself; never unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl CreateDatabaseBackup {
    /// A backup of this name, of a database of an instance.
    pub fn new(instance: InstanceId, database: impl Into<String>, name: impl Into<String>) -> Self {
        Self { instance_id: instance, database_name: database.into(), name: name.into(), expires_at: None }
    }
}

/// A request for `UpdateDatabaseBackup`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateDatabaseBackup {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it is deleted of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A request for `RestoreDatabaseBackup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct RestoreDatabaseBackup {
    /// The database to restore into; that of the backup's own name unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_name: Option<String>,
    /// The instance to restore into.
    #[setters(skip)]
    pub instance_id: InstanceId,
}

impl RestoreDatabaseBackup {
    /// Into this instance.
    pub fn new(instance: InstanceId) -> Self {
        Self { database_name: None, instance_id: instance }
    }
}

/// The order of [`ListDatabaseBackups`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListDatabaseBackupsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// By status.
    StatusAsc,
    /// By status, backwards.
    StatusDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListDatabaseBackups`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListDatabaseBackups {
    /// Only those of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListDatabaseBackupsOrder>,
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

impl DatabaseBackup {
    pub(crate) fn progress(self) -> Progress<Self> {
        let state = wire::spelled(&self.status);
        match &self.status {
            DatabaseBackupStatus::Ready => Progress::Reached(self),
            DatabaseBackupStatus::Error | DatabaseBackupStatus::Locked => Progress::never(state, None),
            _ => Progress::Changing(state),
        }
    }
}

const PACE: Pace = Pace::new(Duration::from_secs(2), Duration::from_hours(2));

/// # Backups
impl Rdb {
    /// `CreateDatabaseBackup`: answers while it is still being made; [wait](Self::wait_for_database_backup) before relying
    /// on it.
    pub async fn create_database_backup(&self, request: CreateDatabaseBackup) -> Result<DatabaseBackup> {
        self.api.send(self.api.post("CreateDatabaseBackup", &["backups"]).json(&request)).await
    }

    /// `GetDatabaseBackup`.
    pub async fn get_database_backup(&self, id: &DatabaseBackupId) -> Result<DatabaseBackup> {
        self.api.send(self.get_database_backup_request(id)).await
    }

    pub(crate) fn get_database_backup_request(&self, id: &DatabaseBackupId) -> Request<DatabaseBackup> {
        self.api.get("GetDatabaseBackup", &["backups", id.as_str()])
    }

    /// `ListDatabaseBackups`.
    pub fn list_database_backups(&self, request: ListDatabaseBackups) -> Pager<DatabaseBackup> {
        let list = self.api.get::<Page<_>>("ListDatabaseBackups", &["backups"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateDatabaseBackup`.
    pub async fn update_database_backup(
        &self,
        id: &DatabaseBackupId,
        request: UpdateDatabaseBackup,
    ) -> Result<DatabaseBackup> {
        self.api.send(self.api.patch("UpdateDatabaseBackup", &["backups", id.as_str()]).json(&request)).await
    }

    /// `DeleteDatabaseBackup`: answers while it is still being deleted.
    pub async fn delete_database_backup(&self, id: &DatabaseBackupId) -> Result<DatabaseBackup> {
        self.api.send(self.api.delete("DeleteDatabaseBackup", &["backups", id.as_str()])).await
    }

    /// `RestoreDatabaseBackup`: writes over what the database holds. Answers while it is still being restored.
    pub async fn restore_database_backup(
        &self,
        id: &DatabaseBackupId,
        request: RestoreDatabaseBackup,
    ) -> Result<DatabaseBackup> {
        let path = ["backups", id.as_str(), "restore"];
        self.api.send(self.api.post("RestoreDatabaseBackup", &path).json(&request)).await
    }

    /// `ExportDatabaseBackup`: makes it ready for download. Once it is ready again, it has a `download_url`.
    pub async fn export_database_backup(&self, id: &DatabaseBackupId) -> Result<DatabaseBackup> {
        let path = ["backups", id.as_str(), "export"];
        self.api.send(self.api.post("ExportDatabaseBackup", &path).json(&Empty {})).await
    }

    /// Waits until the backup is made, restored or exported, two hours at most unless told otherwise; `error` and `locked`
    /// end it at once.
    pub fn wait_for_database_backup(&self, id: &DatabaseBackupId) -> Waiter<DatabaseBackup> {
        self.api.wait(
            format!("backup {id}"),
            PACE,
            self.get_database_backup_request(id),
            DatabaseBackup::progress,
        )
    }

    /// Waits until the backup is gone.
    pub fn wait_until_database_backup_gone(&self, id: &DatabaseBackupId) -> Waiter<()> {
        self.api.wait_until_gone(
            format!("backup {id}"),
            PACE,
            self.get_database_backup_request(id),
            |backup| (wire::spelled(&backup.status), None),
        )
    }
}
