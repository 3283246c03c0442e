//! A typed client of Scaleway Managed Databases (API rdb v1).
//!
mod acl;
mod certificate;
mod client;
mod database;
mod endpoint;
mod engine;
mod hardware;
mod instance;
mod maintenance;
mod node_type;
mod password;
mod privilege;
mod read_replica;
mod setting;
mod upgrade;
mod user;

pub use acl::{
    AclRule, AclRuleAction, AclRuleDirection, AclRuleProtocol, AclRuleSpec, AclRules, DeleteAclRules,
    WriteAclRules,
};
pub use certificate::Certificate;
pub use client::Rdb;
pub use database::{CreateDatabase, Database, ListDatabases, ListDatabasesOrder};
pub use endpoint::{
    CreateEndpoint, Endpoint, EndpointId, EndpointSpec, MigrateEndpoint, PrivateNetworkEndpoint,
    PrivateNetworkSpec, ProvisioningMode,
};
pub use engine::{DatabaseEngine, EngineSetting, EngineSettingType, EngineVersion, ListDatabaseEngines};
pub use hardware::{EncryptionAtRest, HighAvailabilityMode, StorageClass, Volume, VolumeType};
pub use instance::{
    BackupSchedule, CreateInstance, Instance, InstanceId, InstanceStatus, ListInstances, ListInstancesOrder,
    LogsPolicy, UpdateInstance,
};
pub use maintenance::{Maintenance, MaintenanceStatus};
pub use node_type::{ListNodeTypes, NodeType, NodeTypeGeneration, NodeTypeStock, NodeVolume, VolumeSizes};
pub use password::{InvalidPassword, Password};
pub use privilege::{ListPrivileges, ListPrivilegesOrder, Permission, Privilege, SetPrivilege};
pub use read_replica::{
    CreateReadReplica, CreateReadReplicaEndpoint, ReadReplica, ReadReplicaEndpointSpec, ReadReplicaId,
    ReadReplicaStatus,
};
pub use scaleway_core::{Error, Result};
pub use setting::{DeleteInstanceSettings, InstanceSetting, InstanceSettings};
pub use upgrade::{CloneInstance, MajorUpgrade, UpgradableVersion, UpgradableVersionId, UpgradeInstance};
pub use user::{CreateUser, ListUsers, ListUsersOrder, UpdateUser, User};
