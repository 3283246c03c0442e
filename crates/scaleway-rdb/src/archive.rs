//! Copies: backups, exports, snapshots and logs, asked for and waited for in one call.

use std::time::Duration;

use scaleway_core::{Pace, Progress, Result, Secret, Timestamp};

use crate::{
    CreateDatabaseBackup, CreateInstanceFromSnapshot, CreateSnapshot, DatabaseBackup, DatabaseBackupId,
    DatabaseBackupStatus, Instance, InstanceId, InstanceLog, ListDatabaseBackups, ListSnapshots,
    PrepareInstanceLogs, Rdb, RestoreDatabaseBackup, Snapshot, SnapshotId, SnapshotStatus,
    UpdateDatabaseBackup, UpdateSnapshot,
};

/// Where a backup can be downloaded. Whoever has the address has the data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackupDownload {
    /// The address.
    pub url: Secret,
    /// Until when it can be downloaded there, where the API says so.
    pub expires_at: Option<Timestamp>,
}

impl BackupDownload {
    fn of(backup: &DatabaseBackup) -> Option<Self> {
        let url = backup.download_url.clone().filter(|url| !url.expose().is_empty())?;
        Some(Self { url, expires_at: backup.download_url_expires_at })
    }
}

/// An address is answered again only if this is left of its time.
const STILL_USEFUL: Duration = Duration::from_mins(5);

const EXPORT: Pace = Pace::new(Duration::from_secs(2), Duration::from_hours(2));

/// # Copies, waited for
impl Rdb {
    /// Makes the backup, by `CreateDatabaseBackup`, unless the database has one of that name that is of use, and waits until
    /// it can be restored; one that is there gets the expiry that is asked for, by `UpdateDatabaseBackup`. So give each
    /// backup a name of its own, such as one with the day in it, and a lost call can be repeated.
    ///
    /// ```no_run
    /// # use scaleway_core::Timestamp;
    /// # use scaleway_rdb::{CreateDatabaseBackup, InstanceId, Rdb, RestoreDatabaseBackup};
    /// # async fn run(rdb: Rdb, id: InstanceId, in_a_month: Timestamp) -> scaleway_rdb::Result<()> {
    /// let request = CreateDatabaseBackup::new(id.clone(), "evalap", "before-2.4").expires_at(in_a_month);
    /// let backup = rdb.ensure_database_backup(request).await?;
    /// // … and back, into a database beside the first:
    /// let into = RestoreDatabaseBackup::new(id).database_name("evalap_before_2_4");
    /// rdb.restore_database_backup_and_wait(&backup.id, into).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ensure_database_backup(&self, request: CreateDatabaseBackup) -> Result<DatabaseBackup> {
        let instance = &request.instance_id;
        let _turn = self.turn(instance).await?;
        let look = || self.find_database_backup(&request);
        let found = match look().await? {
            Some(found) => found,
            None => match self.patiently(instance, || self.create_database_backup(request.clone())).await {
                Err(error) => self.made_after_all(error, look).await?,
                Ok(made) => made,
            },
        };
        let backup = self.wait_for_database_backup(&found.id).await?;
        match request.expires_at {
            Some(expiry) if backup.expires_at != Some(expiry) => {
                let update = UpdateDatabaseBackup::default().expires_at(expiry);
                self.update_database_backup(&backup.id, update).await
            }
            _ => Ok(backup),
        }
    }

    /// Writes the backup over what the database holds, by `RestoreDatabaseBackup`, and waits until that is done. It takes
    /// its turn with the other changes of the instance, as [`ensure_database`](Self::ensure_database).
    ///
    /// # Errors
    /// Beside the usual ones: where the answer is lost and the backup is not being restored,
    /// [`Error::may_have_happened`](crate::Error::may_have_happened) is true; it is not sent again of itself, since that
    /// would undo what was written in between.
    pub async fn restore_database_backup_and_wait(
        &self,
        id: &DatabaseBackupId,
        request: RestoreDatabaseBackup,
    ) -> Result<DatabaseBackup> {
        let instance = &request.instance_id;
        let _turn = self.turn(instance).await?;
        let sent = self.patiently(instance, || self.restore_database_backup(id, request.clone())).await;
        if let Err(error) = sent {
            let lost = error.may_have_happened();
            if !lost || self.get_database_backup(id).await?.status != DatabaseBackupStatus::Restoring {
                return Err(error);
            }
        }
        self.wait_for_database_backup(id).await
    }

    /// Makes the backup ready for download, by `ExportDatabaseBackup`, and waits for the address; an address that was made
    /// before and can still be used for some minutes is answered at once.
    ///
    /// ```no_run
    /// # use scaleway_rdb::{DatabaseBackupId, Rdb};
    /// # async fn run(rdb: Rdb, id: DatabaseBackupId) -> scaleway_rdb::Result<()> {
    /// let download = rdb.export_database_backup_and_wait(&id).await?;
    /// let address: &str = download.url.expose();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn export_database_backup_and_wait(&self, id: &DatabaseBackupId) -> Result<BackupDownload> {
        let backup = self.wait_for_database_backup(id).await?;
        let useful = |download: &BackupDownload| {
            let now = self.api.client().clock().now();
            download.expires_at.is_some_and(|until| until > now + STILL_USEFUL)
        };
        if let Some(download) = BackupDownload::of(&backup).filter(useful) {
            return Ok(download);
        }
        let before = BackupDownload::of(&backup);
        // To ask twice does no harm.
        match self.export_database_backup(id).await {
            Err(error) if !error.may_have_happened() && !error.is_transient_state() => return Err(error),
            _ => {}
        }
        let look = self.get_database_backup_request(id);
        let export =
            self.api.wait(format!("export of backup {id}"), EXPORT, look, move |backup: DatabaseBackup| {
                backup.progress().and_then(|backup| {
                    BackupDownload::of(&backup)
                        .filter(|download| before.as_ref() != Some(download))
                        .map_or_else(
                            || Progress::Changing("ready, and has no new address yet".into()),
                            Progress::Reached,
                        )
                })
            });
        export.await
    }

    /// Makes the snapshot, by `CreateSnapshot`, unless the instance has one of that name that is of use, and waits until it
    /// is ready; one that is there gets the expiry that is asked for, by `UpdateSnapshot`.
    ///
    /// ```no_run
    /// # use scaleway_rdb::{CreateInstanceFromSnapshot, CreateSnapshot, InstanceId, Rdb};
    /// # async fn run(rdb: Rdb, id: InstanceId) -> scaleway_rdb::Result<()> {
    /// let snapshot = rdb.ensure_snapshot(&id, CreateSnapshot::new("before-2.4")).await?;
    /// let request = CreateInstanceFromSnapshot::new("evalap-rehearsal");
    /// let copy = rdb.create_instance_from_snapshot_and_wait(&snapshot.id, request).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ensure_snapshot(&self, instance: &InstanceId, request: CreateSnapshot) -> Result<Snapshot> {
        let _turn = self.turn(instance).await?;
        let look = || self.find_snapshot(instance, &request.name);
        let found = match look().await? {
            Some(found) => found,
            None => {
                match self.patiently(instance, || self.create_snapshot(instance, request.clone())).await {
                    Err(error) => self.made_after_all(error, look).await?,
                    Ok(made) => made,
                }
            }
        };
        let snapshot = self.wait_for_snapshot(&found.id).await?;
        match request.expires_at {
            Some(expiry) if snapshot.expires_at != Some(expiry) => {
                self.update_snapshot(&snapshot.id, UpdateSnapshot::default().expires_at(expiry)).await
            }
            _ => Ok(snapshot),
        }
    }

    /// Waits until the snapshot is ready, makes an instance of it, by `CreateInstanceFromSnapshot`, and waits until that is
    /// ready. Its public endpoint lets everyone in until its ACL is set.
    ///
    /// # Errors
    /// Beside the usual ones: where the answer is lost,
    /// [`Error::may_have_happened`](crate::Error::may_have_happened) is true; look for an instance of that name before
    /// asking again.
    pub async fn create_instance_from_snapshot_and_wait(
        &self,
        id: &SnapshotId,
        request: CreateInstanceFromSnapshot,
    ) -> Result<Instance> {
        self.wait_for_snapshot(id).await?;
        let made = self.create_instance_from_snapshot(id, request).await?;
        self.wait_for_instance(&made.id).await
    }

    /// Makes logs ready for download, by `PrepareInstanceLogs`, and waits until all of them, one a node, have their address.
    ///
    /// ```no_run
    /// # use scaleway_core::Timestamp;
    /// # use scaleway_rdb::{InstanceId, PrepareInstanceLogs, Rdb};
    /// # async fn run(rdb: Rdb, id: InstanceId, noon: Timestamp) -> scaleway_rdb::Result<()> {
    /// for log in rdb.prepare_instance_logs_and_wait(&id, PrepareInstanceLogs::default().start_date(noon)).await? {
    ///     println!("{}: ready, address known: {}", log.node_name, log.download_url.is_some());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn prepare_instance_logs_and_wait(
        &self,
        instance: &InstanceId,
        request: PrepareInstanceLogs,
    ) -> Result<Vec<InstanceLog>> {
        let asked =
            self.patiently(instance, || self.prepare_instance_logs(instance, request.clone())).await?;
        let mut ready = Vec::with_capacity(asked.instance_logs.len());
        for log in asked.instance_logs {
            ready.push(self.wait_for_instance_log(&log.id).await?);
        }
        Ok(ready)
    }

    /// A backup of that database and of that name, unless it is of no use.
    async fn find_database_backup(&self, wanted: &CreateDatabaseBackup) -> Result<Option<DatabaseBackup>> {
        use DatabaseBackupStatus::{Deleting, Error, Locked};
        let list = ListDatabaseBackups::default().name(&wanted.name).instance_id(wanted.instance_id.clone());
        let found = self.list_database_backups(list).all().await?;
        Ok(found.into_iter().find(|backup| {
            let same = backup.name == wanted.name && backup.database_name == wanted.database_name;
            same && !matches!(backup.status, Error | Locked | Deleting)
        }))
    }

    /// A snapshot of that name of the instance, unless it is of no use.
    async fn find_snapshot(&self, instance: &InstanceId, name: &str) -> Result<Option<Snapshot>> {
        use SnapshotStatus::{Deleting, Error, Locked};
        let list = ListSnapshots::default().name(name).instance_id(instance.clone());
        let found = self.list_snapshots(list).all().await?;
        Ok(found
            .into_iter()
            .find(|snapshot| snapshot.name == name && !matches!(snapshot.status, Error | Locked | Deleting)))
    }
}
