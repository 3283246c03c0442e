//! The kinds of resource: a closed set, one file each.
//!
//! A kind's file holds all that the engine knows of it: what it is made from, how it is found, made, changed and deleted,
//! and who owns it. Nothing else in the engine knows a kind's details.

mod alert_manager;
mod cockpit_token;
mod contact_point;
mod container;
mod container_namespace;
mod data_source;
mod database;
mod database_acl;
mod database_instance;
mod database_privilege;
mod database_user;
mod private_network;
mod profile;
mod secret;
mod secret_version;
mod seen;
mod vpc;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use alert_manager::AlertManager;
pub use cockpit_token::CockpitToken;
pub use contact_point::ContactPoint;
pub use container::{Container, ContainerProbe, DatabaseUrl, SecretUse};
pub use container_namespace::ContainerNamespace;
pub use data_source::DataSource;
pub use database::Database;
pub use database_acl::DatabaseAcl;
pub use database_instance::DatabaseInstance;
pub use database_privilege::DatabasePrivilege;
pub use database_user::DatabaseUser;
pub use private_network::PrivateNetwork;
pub use secret::Secret;
pub use secret_version::{SecretRef, SecretVersion, Source};
pub use vpc::Vpc;

pub(crate) use profile::{Behaviour, Mend, Owner, Profile, Recovery};
pub(crate) use seen::{Claim, Seen, Status};

use crate::address::Address;
use crate::cloud::Cloud;
use crate::error::KindError;
use crate::input::{self, Unresolved};
use crate::model::Attributes;

/// What the engine asks of a kind. Implemented by the kind's specification, which is what a resource is made from.
pub(crate) trait Kind: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What does not depend on the resource.
    const PROFILE: Profile;

    /// What tells this resource from others of its kind in the cloud: usually its name, for what is inside another
    /// resource with that one's id before it. [`Seen::key`] is spelled alike.
    fn key(&self) -> Result<String, Unresolved>;

    /// All resources of the kind that the environment could mean, with one list call where the API has one. `parents`
    /// are those of the kind's [`Profile::parent`] that were seen and are ours.
    async fn observe(cloud: &Cloud, parents: &[Seen]) -> Result<Vec<Seen>, KindError>;

    /// Makes it: answers its id as soon as the API does.
    async fn create(&self, cloud: &Cloud) -> Result<String, KindError>;

    /// Waits until it can be used, and tells what others may refer to.
    async fn ready(&self, cloud: &Cloud, id: &str) -> Result<Attributes, KindError>;

    /// Changes it to what `self` says; `changed` are the attributes that differ. Answers once the API has taken it, with
    /// its id, which for some kinds is a new one.
    async fn update(&self, cloud: &Cloud, id: &str, changed: &[String]) -> Result<String, KindError>;

    /// Whether an attribute is as desired, though it may be spelled otherwise. `written` is what we are sure to have written last.
    fn same(_attribute: &str, desired: &Value, current: &Value, _written: Option<&Value>) -> bool {
        desired == current
    }

    /// As much of what an attribute is as `desired` speaks of: what the platform has filled in beside that is no difference.
    fn named(_attribute: &str, _desired: &Value, current: &Value) -> Value {
        current.clone()
    }

    /// What changing the attributes `changed` of what was seen does beyond them, a sentence each, or why the API would refuse
    /// to; `facts` are [`Seen::facts`].
    fn preflight(&self, _facts: Option<&Value>, _changed: &[&str]) -> Vec<Result<String, String>> {
        Vec::new()
    }

    /// Deletes it and waits until it is gone; that it is gone already is no error.
    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError>;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal: $spec:ty, $label:literal;)*) => {
        /// The name of a kind.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum KindName { $($(#[$doc])* $name,)* }

        impl KindName {
            /// All kinds.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];

            /// As in addresses.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// As in sentences.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }

        /// What a resource is made from.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Spec { $($(#[$doc])* $name($spec),)* }

        impl Spec {
            /// The kind.
            pub fn kind(&self) -> KindName {
                match self { $(Self::$name(_) => KindName::$name,)* }
            }

            /// As it is written in plans and state.
            pub fn attributes(&self) -> Attributes {
                match self { $(Self::$name(spec) => input::written(spec),)* }
            }
        }

        $(impl From<$spec> for Spec {
            fn from(spec: $spec) -> Self {
                Self::$name(spec)
            }
        })*

        impl KindName {
            pub(crate) fn profile(self) -> &'static Profile {
                match self { $(Self::$name => &<$spec as Kind>::PROFILE,)* }
            }

            pub(crate) fn key(self, spec: &Attributes) -> Option<String> {
                match self { $(Self::$name => input::read::<$spec>(spec).ok()?.key().ok(),)* }
            }

            pub(crate) fn same(self, attribute: &str, desired: &Value, current: &Value, written: Option<&Value>) -> bool {
                match self { $(Self::$name => <$spec as Kind>::same(attribute, desired, current, written),)* }
            }

            pub(crate) fn named(self, attribute: &str, desired: &Value, current: &Value) -> Value {
                match self { $(Self::$name => <$spec as Kind>::named(attribute, desired, current),)* }
            }

            pub(crate) fn preflight(self, spec: &Attributes, facts: Option<&Value>, changed: &[&str]) -> Vec<Result<String, String>> {
                match self {
                    $(Self::$name => input::read::<$spec>(spec).map(|spec| spec.preflight(facts, changed)).unwrap_or_default(),)*
                }
            }

            pub(crate) async fn observe(self, cloud: &Cloud, parents: &[Seen]) -> Result<Vec<Seen>, KindError> {
                match self { $(Self::$name => Box::pin(<$spec as Kind>::observe(cloud, parents)).await,)* }
            }

            pub(crate) async fn create(self, cloud: &Cloud, spec: &Attributes) -> Result<String, KindError> {
                match self { $(Self::$name => Box::pin(input::read::<$spec>(spec)?.create(cloud)).await,)* }
            }

            pub(crate) async fn ready(self, cloud: &Cloud, spec: &Attributes, id: &str) -> Result<Attributes, KindError> {
                match self { $(Self::$name => Box::pin(input::read::<$spec>(spec)?.ready(cloud, id)).await,)* }
            }

            pub(crate) async fn update(self, cloud: &Cloud, spec: &Attributes, id: &str, changed: &[String]) -> Result<String, KindError> {
                match self { $(Self::$name => Box::pin(input::read::<$spec>(spec)?.update(cloud, id, changed)).await,)* }
            }

            pub(crate) async fn delete(self, cloud: &Cloud, id: &str) -> Result<(), KindError> {
                match self { $(Self::$name => Box::pin(<$spec as Kind>::delete(cloud, id)).await,)* }
            }
        }
    };
}

kinds! {
    /// A virtual private cloud.
    Vpc = "vpc": Vpc, "VPC";
    /// A private network of a VPC.
    PrivateNetwork = "private_network": PrivateNetwork, "private network";
    /// A secret, without its value.
    Secret = "secret": Secret, "secret";
    /// A secret's value.
    SecretVersion = "secret_version": SecretVersion, "secret version";
    /// A PostgreSQL instance.
    DatabaseInstance = "database_instance": DatabaseInstance, "database instance";
    /// Who may reach an instance's public endpoint.
    DatabaseAcl = "database_acl": DatabaseAcl, "database ACL";
    /// A database on an instance.
    Database = "database": Database, "database";
    /// A user of an instance's databases.
    DatabaseUser = "database_user": DatabaseUser, "database user";
    /// What a user may do in a database.
    DatabasePrivilege = "database_privilege": DatabasePrivilege, "database privilege";
    /// Where metrics, logs or traces go.
    DataSource = "data_source": DataSource, "data source";
    /// What may write to data sources, or read them.
    CockpitToken = "cockpit_token": CockpitToken, "Cockpit token";
    /// What sends alerts.
    AlertManager = "alert_manager": AlertManager, "alert manager";
    /// Whom alerts are sent to.
    ContactPoint = "contact_point": ContactPoint, "contact point";
    /// What containers live in.
    ContainerNamespace = "container_namespace": ContainerNamespace, "container namespace";
    /// A service.
    Container = "container": Container, "container";
}

impl KindName {
    /// The kind that resources of this one live in so that they go when it does: they are not deleted by themselves then.
    pub fn goes_with(self) -> Option<Self> {
        self.profile().goes_with
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A resource that must exist.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Resource {
    /// What it is called.
    pub address: Address,
    /// What it is made from.
    pub spec: Spec,
}

impl Resource {
    /// The resource of this name, made from `spec`.
    pub fn new(name: impl Into<String>, spec: impl Into<Spec>) -> Self {
        let spec = spec.into();
        Self { address: Address::new(spec.kind(), name), spec }
    }
}

/// Attributes from pairs; `null`s are left out.
pub(crate) fn attributes<const N: usize>(pairs: [(&str, Value); N]) -> Attributes {
    pairs
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
