//! A typed client of Scaleway Managed Databases (API rdb v1).
//!
//! | resource | operations |
//! |---|---|
//! | [`Instance`] | [create](Rdb::create_instance), [get](Rdb::get_instance), [list](Rdb::list_instances), [update](Rdb::update_instance), [upgrade](Rdb::upgrade_instance), [clone](Rdb::clone_instance), [restart](Rdb::restart_instance), [delete](Rdb::delete_instance), [wait](Rdb::wait_for_instance), [wait until gone](Rdb::wait_until_instance_gone) |
//! | [`Endpoint`] | [create](Rdb::create_endpoint), [get](Rdb::get_endpoint), [migrate](Rdb::migrate_endpoint), [delete](Rdb::delete_endpoint) |
//! | [`AclRule`] | [list](Rdb::list_instance_acl_rules), [add](Rdb::add_instance_acl_rules), [set](Rdb::set_instance_acl_rules), [delete](Rdb::delete_instance_acl_rules) |
//! | [`Database`] | [create](Rdb::create_database), [list](Rdb::list_databases), [delete](Rdb::delete_database) |
//! | [`User`] | [create](Rdb::create_user), [list](Rdb::list_users), [update](Rdb::update_user), [delete](Rdb::delete_user) |
//! | [`Privilege`] | [list](Rdb::list_privileges), [set](Rdb::set_privilege) |
//! | [`Certificate`] | [get](Rdb::get_instance_certificate), [renew](Rdb::renew_instance_certificate) |
//! | [`InstanceSetting`] | [add](Rdb::add_instance_settings), [set](Rdb::set_instance_settings), [delete](Rdb::delete_instance_settings) |
//! | [`DatabaseBackup`] | [create](Rdb::create_database_backup), [get](Rdb::get_database_backup), [list](Rdb::list_database_backups), [update](Rdb::update_database_backup), [restore](Rdb::restore_database_backup), [export](Rdb::export_database_backup), [delete](Rdb::delete_database_backup), [wait](Rdb::wait_for_database_backup), [wait until gone](Rdb::wait_until_database_backup_gone) |
//! | [`Snapshot`] | [create](Rdb::create_snapshot), [get](Rdb::get_snapshot), [list](Rdb::list_snapshots), [update](Rdb::update_snapshot), [make an instance of it](Rdb::create_instance_from_snapshot), [delete](Rdb::delete_snapshot), [wait](Rdb::wait_for_snapshot), [wait until gone](Rdb::wait_until_snapshot_gone) |
//! | [`ReadReplica`] | [create](Rdb::create_read_replica), [get](Rdb::get_read_replica), [add an endpoint](Rdb::create_read_replica_endpoint), [reset](Rdb::reset_read_replica), [promote](Rdb::promote_read_replica), [delete](Rdb::delete_read_replica), [wait](Rdb::wait_for_read_replica), [wait until gone](Rdb::wait_until_read_replica_gone) |
//! | [`InstanceLog`] | [prepare](Rdb::prepare_instance_logs), [get](Rdb::get_instance_log), [list](Rdb::list_instance_logs), [list files](Rdb::list_instance_logs_details), [purge files](Rdb::purge_instance_logs), [wait](Rdb::wait_for_instance_log) |
//! | [`InstanceMetrics`] | [get](Rdb::get_instance_metrics) |
//! | [`Maintenance`] | [apply](Rdb::apply_instance_maintenance) |
//! | [`DatabaseEngine`] | [list](Rdb::list_database_engines) |
//! | [`NodeType`] | [list](Rdb::list_node_types) |
//!
//! Beside the operations, by task:
//!
//! | to … | see |
//! |---|---|
//! | have a database, a user, a privilege, whatever is there | [`ensure_database`](Rdb::ensure_database), [`ensure_user`](Rdb::ensure_user), [`ensure_privilege`](Rdb::ensure_privilege) |
//! | know what an upgrade would do | [`Instance::preflight`] |
//! | upgrade, one change at a time | [`upgrade_and_wait`](Rdb::upgrade_and_wait) |
//! | change one setting or access rule and leave the others | [`edit_instance_settings`](Rdb::edit_instance_settings), [`edit_instance_acl_rules`](Rdb::edit_instance_acl_rules) |
//! | make a password that the platform takes | [`Password`] |
//! | reach a database, and know that it is the right one | [`ConnectionUrl`], [`verified_connection`](Rdb::verified_connection) |
//! | back up, restore, download | [`ensure_database_backup`](Rdb::ensure_database_backup), [`restore_database_backup_and_wait`](Rdb::restore_database_backup_and_wait), [`export_database_backup_and_wait`](Rdb::export_database_backup_and_wait) |
//! | copy an instance as it was | [`ensure_snapshot`](Rdb::ensure_snapshot), [`create_instance_from_snapshot_and_wait`](Rdb::create_instance_from_snapshot_and_wait) |
//! | read logs and metrics | [`prepare_instance_logs_and_wait`](Rdb::prepare_instance_logs_and_wait), [`InstanceMetrics::of`] |
//!
//! An instance takes one such change at a time. These calls take turns, in the order in which they came, on one [`Rdb`] and
//! its clones; nothing but the turn is held while the network is waited for, and a call that is dropped gives its turn to
//! the next. A turn is waited for an hour at most, and changes by others (409 `transient_state`) 15 minutes.
//!
//! ```no_run
//! use scaleway_core::{Client, PrivateNetworkId, Secret, Size};
//! use scaleway_rdb::{
//!     ConnectionUrl, CreateDatabase, CreateInstance, CreateUser, EndpointSpec, Password, Permission, Rdb, SetPrivilege,
//!     VolumeType,
//! };
//!
//! # async fn run(network: PrivateNetworkId) -> Result<(), Box<dyn std::error::Error>> {
//! let scaleway = Client::from_env()?;
//! let rdb = Rdb::new(&scaleway);
//! let create = CreateInstance::new("evalap", "PostgreSQL-16", "DB-DEV-S")
//!     .user_name("admin")
//!     .password(Password::generate(scaleway.random())?)
//!     .volume_type(VolumeType::Sbs5k)
//!     .volume_size(Size::gigabytes(10))
//!     .init_endpoints(vec![EndpointSpec::private_network(network)]);
//! let id = rdb.create_instance(create).await?.id;
//! let instance = rdb.wait_for_instance(&id).await?;
//!
//! let password = Secret::from(Password::generate(scaleway.random())?);
//! rdb.ensure_database(&id, CreateDatabase::new("evalap")).await?;
//! rdb.ensure_user(&id, CreateUser::new("api", password.clone())).await?;
//! rdb.ensure_privilege(&id, SetPrivilege::new("evalap", "api", Permission::All)).await?;
//!
//! let endpoint = instance.private_endpoint().ok_or("no private endpoint")?;
//! let url: Secret = ConnectionUrl::new(endpoint, "evalap", "api", password)?.secret();
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do.

mod acl;
mod archive;
mod backup;
mod certificate;
mod client;
mod connection;
mod database;
mod edit;
mod endpoint;
mod engine;
mod ensure;
mod hardware;
mod instance;
mod log;
mod maintenance;
mod metric;
mod node_type;
mod password;
mod preflight;
mod privilege;
mod read_replica;
mod setting;
mod snapshot;
mod turn;
mod upgrade;
mod user;

pub use acl::{
    AclRule, AclRuleAction, AclRuleDirection, AclRuleProtocol, AclRuleSpec, AclRules, DeleteAclRules,
    WriteAclRules,
};
pub use archive::BackupDownload;
pub use backup::{
    BackupSchedule, CreateDatabaseBackup, DatabaseBackup, DatabaseBackupId, DatabaseBackupStatus,
    ListDatabaseBackups, ListDatabaseBackupsOrder, RestoreDatabaseBackup, UpdateDatabaseBackup,
};
pub use certificate::Certificate;
pub use client::Rdb;
pub use connection::{ConnectionUrl, NoAddress, SslMode, VerifiedConnection};
pub use database::{CreateDatabase, Database, ListDatabases, ListDatabasesOrder};
pub use edit::{AclEdit, SettingsEdit};
pub use endpoint::{
    CreateEndpoint, Endpoint, EndpointId, EndpointSpec, MigrateEndpoint, PrivateNetworkEndpoint,
    PrivateNetworkSpec, ProvisioningMode,
};
pub use engine::{DatabaseEngine, EngineSetting, EngineSettingType, EngineVersion, ListDatabaseEngines};
pub use hardware::{EncryptionAtRest, HighAvailabilityMode, StorageClass, Volume, VolumeType};
pub use instance::{
    CreateInstance, Instance, InstanceId, InstanceStatus, ListInstances, ListInstancesOrder, UpdateInstance,
};
pub use log::{
    InstanceLog, InstanceLogDetail, InstanceLogDetails, InstanceLogId, InstanceLogStatus, InstanceLogs,
    ListInstanceLogs, ListInstanceLogsOrder, LogsPolicy, PrepareInstanceLogs, PurgeInstanceLogs,
};
pub use maintenance::{Maintenance, MaintenanceStatus};
pub use metric::{GetInstanceMetrics, InstanceMetrics, Point, TimeSeries};
pub use node_type::{ListNodeTypes, NodeType, NodeTypeGeneration, NodeTypeStock, NodeVolume, VolumeSizes};
pub use password::{InvalidPassword, Password};
pub use preflight::{Fate, UpgradePreflight};
pub use privilege::{ListPrivileges, ListPrivilegesOrder, Permission, Privilege, SetPrivilege};
pub use read_replica::{
    CreateReadReplica, CreateReadReplicaEndpoint, ReadReplica, ReadReplicaEndpointSpec, ReadReplicaId,
    ReadReplicaStatus,
};
pub use scaleway_core::{self, Client, Error, Result};
pub use setting::{DeleteInstanceSettings, InstanceSetting, InstanceSettings};
pub use snapshot::{
    CreateInstanceFromSnapshot, CreateSnapshot, ListSnapshots, ListSnapshotsOrder, Snapshot, SnapshotId,
    SnapshotStatus, SnapshotVolume, UpdateSnapshot,
};
pub use upgrade::{CloneInstance, MajorUpgrade, UpgradableVersion, UpgradableVersionId, UpgradeInstance};
pub use user::{CreateUser, ListUsers, ListUsersOrder, UpdateUser, User};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
