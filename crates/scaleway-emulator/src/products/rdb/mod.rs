//! Managed Database (PostgreSQL and `MySQL`) v1.

use crate::router::{Product, Route};

mod acl;
mod backup;
mod catalogue;
mod certificate;
mod cluster;
mod copy;
mod database;
mod endpoint;
mod instance;
mod log;
mod maintenance;
mod metric;
mod network;
mod node;
mod pace;
mod privilege;
mod read_replica;
mod setting;
mod snapshot;
mod upgrade;
mod user;

pub(crate) use cluster::{Clusters, Installed};
pub(super) use cluster::{follow, look, reopened};

/// A path below the region.
macro_rules! path {
    ($path:literal) => {
        concat!("/rdb/v1/regions/{region}/", $path)
    };
}

/// A path below an instance.
macro_rules! of {
    ($path:literal) => {
        concat!("/rdb/v1/regions/{region}/instances/{instance_id}/", $path)
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "rdb",
    regions: &["fr-par", "nl-ams", "pl-waw"],
    routes: &[
        Route::new("GET", path!("database-engines"), "ListDatabaseEngines", catalogue::list_engines),
        Route::new("GET", path!("node-types"), "ListNodeTypes", node::list).simple(),
        Route::new("GET", path!("instances"), "ListInstances", instance::list),
        Route::new("POST", path!("instances"), "CreateInstance", instance::create),
        Route::new("GET", path!("instances/{instance_id}"), "GetInstance", instance::get),
        Route::new("PATCH", path!("instances/{instance_id}"), "UpdateInstance", instance::update),
        Route::new("DELETE", path!("instances/{instance_id}"), "DeleteInstance", instance::delete),
        Route::new("POST", of!("upgrade"), "UpgradeInstance", upgrade::upgrade),
        Route::new("POST", of!("clone"), "CloneInstance", copy::clone),
        Route::new("POST", of!("restart"), "RestartInstance", instance::restart),
        Route::new("GET", of!("certificate"), "GetInstanceCertificate", certificate::get).simple(),
        Route::new("POST", of!("renew-certificate"), "RenewInstanceCertificate", certificate::renew).simple(),
        Route::new("GET", of!("metrics"), "GetInstanceMetrics", metric::get).simple(),
        Route::new("POST", of!("apply-maintenance"), "ApplyInstanceMaintenance", maintenance::apply).simple(),
        Route::new("GET", of!("acls"), "ListInstanceACLRules", acl::list),
        Route::new("POST", of!("acls"), "AddInstanceACLRules", acl::add),
        Route::new("PUT", of!("acls"), "SetInstanceACLRules", acl::set),
        Route::new("DELETE", of!("acls"), "DeleteInstanceACLRules", acl::delete),
        Route::new("POST", of!("settings"), "AddInstanceSettings", setting::add),
        Route::new("PUT", of!("settings"), "SetInstanceSettings", setting::set),
        Route::new("DELETE", of!("settings"), "DeleteInstanceSettings", setting::delete),
        Route::new("GET", of!("users"), "ListUsers", user::list),
        Route::new("POST", of!("users"), "CreateUser", user::create),
        Route::new("PATCH", of!("users/{name}"), "UpdateUser", user::update),
        Route::new("DELETE", of!("users/{name}"), "DeleteUser", user::delete),
        Route::new("GET", of!("databases"), "ListDatabases", database::list),
        Route::new("POST", of!("databases"), "CreateDatabase", database::create),
        Route::new("DELETE", of!("databases/{name}"), "DeleteDatabase", database::delete),
        Route::new("GET", of!("privileges"), "ListPrivileges", privilege::list),
        Route::new("PUT", of!("privileges"), "SetPrivilege", privilege::set),
        Route::new("POST", of!("endpoints"), "CreateEndpoint", endpoint::create),
        Route::new("GET", path!("endpoints/{endpoint_id}"), "GetEndpoint", endpoint::get),
        Route::new("DELETE", path!("endpoints/{endpoint_id}"), "DeleteEndpoint", endpoint::delete),
        Route::new("POST", path!("endpoints/{endpoint_id}/migrate"), "MigrateEndpoint", endpoint::migrate),
        Route::new("POST", of!("snapshots"), "CreateSnapshot", snapshot::create),
        Route::new("GET", path!("snapshots"), "ListSnapshots", snapshot::list),
        Route::new("GET", path!("snapshots/{snapshot_id}"), "GetSnapshot", snapshot::get),
        Route::new("PATCH", path!("snapshots/{snapshot_id}"), "UpdateSnapshot", snapshot::update),
        Route::new("DELETE", path!("snapshots/{snapshot_id}"), "DeleteSnapshot", snapshot::delete),
        Route::new(
            "POST",
            path!("snapshots/{snapshot_id}/create-instance"),
            "CreateInstanceFromSnapshot",
            copy::from_snapshot,
        ),
        Route::new("GET", path!("backups"), "ListDatabaseBackups", backup::list),
        Route::new("POST", path!("backups"), "CreateDatabaseBackup", backup::create),
        Route::new("GET", path!("backups/{database_backup_id}"), "GetDatabaseBackup", backup::get),
        Route::new("PATCH", path!("backups/{database_backup_id}"), "UpdateDatabaseBackup", backup::update),
        Route::new("DELETE", path!("backups/{database_backup_id}"), "DeleteDatabaseBackup", backup::delete),
        Route::new(
            "POST",
            path!("backups/{database_backup_id}/restore"),
            "RestoreDatabaseBackup",
            backup::restore,
        )
        .simple(),
        Route::new(
            "POST",
            path!("backups/{database_backup_id}/export"),
            "ExportDatabaseBackup",
            backup::export,
        )
        .simple(),
        Route::new("POST", path!("read-replicas"), "CreateReadReplica", read_replica::create),
        Route::new("GET", path!("read-replicas/{read_replica_id}"), "GetReadReplica", read_replica::get),
        Route::new(
            "DELETE",
            path!("read-replicas/{read_replica_id}"),
            "DeleteReadReplica",
            read_replica::delete,
        ),
        Route::new(
            "POST",
            path!("read-replicas/{read_replica_id}/reset"),
            "ResetReadReplica",
            read_replica::reset,
        ),
        Route::new(
            "POST",
            path!("read-replicas/{read_replica_id}/promote"),
            "PromoteReadReplica",
            copy::promote,
        ),
        Route::new(
            "POST",
            path!("read-replicas/{read_replica_id}/endpoints"),
            "CreateReadReplicaEndpoint",
            read_replica::add_endpoints,
        ),
        Route::new("POST", of!("prepare-logs"), "PrepareInstanceLogs", log::prepare).simple(),
        Route::new("GET", of!("logs"), "ListInstanceLogs", log::list),
        Route::new("GET", path!("logs/{instance_log_id}"), "GetInstanceLog", log::get).simple(),
        Route::new("POST", of!("purge-logs"), "PurgeInstanceLogs", log::purge).simple(),
        Route::new("GET", of!("logs-details"), "ListInstanceLogsDetails", log::details).simple(),
    ],
};
