//! Read replicas: copies of an instance that follow it and answer queries.

use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Pace, Progress, Region, Request, Result, Waiter, wire};
use serde::{Deserialize, Serialize};

use crate::{Endpoint, Instance, InstanceId, PrivateNetworkSpec, Rdb};

/// The id of a [`ReadReplica`].
pub type ReadReplicaId = Id<ReadReplica>;

/// A copy of an instance that follows it and answers queries. There is no list of them: the instance names its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReadReplica {
    /// Its id.
    pub id: ReadReplicaId,
    /// Where it can be reached: at most one public and one private endpoint.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// What it is doing.
    pub status: ReadReplicaStatus,
    /// Where it is.
    pub region: Region,
    /// Whether it is in the zone of the instance; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_zone: Option<bool>,
    /// The instance that it follows; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<InstanceId>,
}

/// What a [`ReadReplica`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReadReplicaStatus {
    /// The API does not say.
    Unknown,
    /// Its node is being made.
    Provisioning,
    /// It is copying the instance.
    Initializing,
    /// It can be used.
    Ready,
    /// It is being deleted.
    Deleting,
    /// It cannot be used: Scaleway's support knows why.
    Error,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// Its settings are being changed.
    Configuring,
    /// It is becoming an instance of its own.
    Promoting,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What an endpoint of a read replica shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReadReplicaEndpointSpec {
    /// Public: see [`direct_access`](Self::direct_access).
    DirectAccess(Empty),
    /// In a private network.
    PrivateNetwork(PrivateNetworkSpec),
}

impl ReadReplicaEndpointSpec {
    /// A public endpoint, the node's own.
    pub fn direct_access() -> Self {
        Self::DirectAccess(Empty {})
    }
}

/// A request for `CreateReadReplica`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateReadReplica {
    /// The instance to follow.
    #[setters(skip)]
    pub instance_id: InstanceId,
    /// Where it shall be reached.
    #[setters(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_spec: Option<Vec<ReadReplicaEndpointSpec>>,
    /// Whether it shall be in the zone of the instance; it is unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_zone: Option<bool>,
}

impl CreateReadReplica {
    /// A replica of `instance` with these endpoints.
    pub fn new(instance: InstanceId, endpoints: impl Into<Vec<ReadReplicaEndpointSpec>>) -> Self {
        Self { instance_id: instance, endpoint_spec: Some(endpoints.into()), same_zone: None }
    }
}

/// A request for `CreateReadReplicaEndpoint`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CreateReadReplicaEndpoint {
    /// What shall be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_spec: Option<Vec<ReadReplicaEndpointSpec>>,
}

impl CreateReadReplicaEndpoint {
    /// These endpoints.
    pub fn new(endpoints: impl Into<Vec<ReadReplicaEndpointSpec>>) -> Self {
        Self { endpoint_spec: Some(endpoints.into()) }
    }
}

impl ReadReplica {
    fn progress(self) -> Progress<Self> {
        let state = wire::spelled(&self.status);
        match &self.status {
            ReadReplicaStatus::Ready => Progress::Reached(self),
            ReadReplicaStatus::Error | ReadReplicaStatus::Locked => Progress::never(state, None),
            _ => Progress::Changing(state),
        }
    }
}

const PACE: Pace =
    Pace::new(Duration::from_secs(3), Duration::from_mins(45)).growing_from(Duration::from_millis(200));

/// # Read replicas
impl Rdb {
    /// `CreateReadReplica`: answers while it is still being made (about three minutes);
    /// [wait](Self::wait_for_read_replica) before using it.
    pub async fn create_read_replica(&self, request: CreateReadReplica) -> Result<ReadReplica> {
        self.api.send(self.api.post("CreateReadReplica", &["read-replicas"]).json(&request)).await
    }

    /// `GetReadReplica`.
    pub async fn get_read_replica(&self, id: &ReadReplicaId) -> Result<ReadReplica> {
        self.api.send(self.get_read_replica_request(id)).await
    }

    fn get_read_replica_request(&self, id: &ReadReplicaId) -> Request<ReadReplica> {
        self.api.get("GetReadReplica", &["read-replicas", id.as_str()])
    }

    /// `DeleteReadReplica`: answers while it is still being deleted.
    pub async fn delete_read_replica(&self, id: &ReadReplicaId) -> Result<ReadReplica> {
        self.api.send(self.api.delete("DeleteReadReplica", &["read-replicas", id.as_str()])).await
    }

    /// `ResetReadReplica`: copies the instance anew, for a replica that has fallen behind.
    pub async fn reset_read_replica(&self, id: &ReadReplicaId) -> Result<ReadReplica> {
        let path = ["read-replicas", id.as_str(), "reset"];
        self.api.send(self.api.post("ResetReadReplica", &path).json(&Empty {})).await
    }

    /// `PromoteReadReplica`: makes it an instance of its own, and answers that; it follows no other any more.
    pub async fn promote_read_replica(&self, id: &ReadReplicaId) -> Result<Instance> {
        let path = ["read-replicas", id.as_str(), "promote"];
        self.api.send(self.api.post("PromoteReadReplica", &path).json(&Empty {})).await
    }

    /// `CreateReadReplicaEndpoint`: a replica has at most one public and one private endpoint.
    pub async fn create_read_replica_endpoint(
        &self,
        id: &ReadReplicaId,
        request: CreateReadReplicaEndpoint,
    ) -> Result<ReadReplica> {
        let path = ["read-replicas", id.as_str(), "endpoints"];
        self.api.send(self.api.post("CreateReadReplicaEndpoint", &path).json(&request)).await
    }

    /// Waits until the replica is ready, 45 minutes at most unless told otherwise; `error` and `locked` end it at once.
    pub fn wait_for_read_replica(&self, id: &ReadReplicaId) -> Waiter<ReadReplica> {
        self.api.wait(
            format!("read replica {id}"),
            PACE,
            self.get_read_replica_request(id),
            ReadReplica::progress,
        )
    }

    /// Waits until the replica is gone.
    pub fn wait_until_read_replica_gone(&self, id: &ReadReplicaId) -> Waiter<()> {
        self.api.wait_until_gone(
            format!("read replica {id}"),
            PACE,
            self.get_read_replica_request(id),
            |replica| (wire::spelled(&replica.status), None),
        )
    }
}
