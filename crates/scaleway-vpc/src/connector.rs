//! Connectors: what joins two VPCs.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use ipnet::IpNet;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Region, Request, Result,
    Timestamp, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::{SubnetId, VpcId, Vpcs};

/// The id of a [`Connector`].
pub type ConnectorId = Id<Connector>;

/// One half of a joint between two VPCs (the API's `VPCConnector`): traffic flows once the other VPC has one in the opposite
/// direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connector {
    /// Its id.
    pub id: ConnectorId,
    /// Its name; not unique.
    pub name: String,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// The VPC that it starts at.
    pub vpc_id: VpcId,
    /// The VPC that it leads to.
    pub target_vpc_id: VpcId,
    /// Whether the other half is there.
    pub status: ConnectorStatus,
    /// Who owns the VPC that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_info: Option<ConnectorPeer>,
    /// Where it is.
    pub region: Region,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Its Scaleway resource name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Connector {
    const FIELD: &'static str = "vpc_connectors";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// Whether the other half of a [`Connector`] is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectorStatus {
    /// The API does not say.
    UnknownVpcConnectorStatus,
    /// The other VPC has no connector in the opposite direction.
    Orphan,
    /// Both halves are there.
    Peered,
    /// The two VPCs have [subnets that overlap](SubnetOverlap).
    Conflict,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Who owns the VPC that a [`Connector`] leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConnectorPeer {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The project.
    pub project_id: ProjectId,
    /// The name of the VPC.
    pub vpc_name: String,
}

/// Two subnets that have addresses in common, so that their VPCs cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubnetOverlap {
    /// The subnet in the connector's VPC.
    pub subnet_id: SubnetId,
    /// Its addresses.
    pub subnet: IpNet,
    /// The subnet in the VPC that the connector leads to.
    pub target_subnet_id: SubnetId,
    /// Its addresses.
    pub target_subnet: IpNet,
}

impl Listed for SubnetOverlap {
    const FIELD: &'static str = "subnet_overlaps";

    fn identity(&self) -> Cow<'_, str> {
        format!("{} {}", self.subnet_id, self.target_subnet_id).into()
    }
}

/// A request for `CreateVPCConnector`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateConnector {
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// The VPC that it starts at.
    #[setters(skip)]
    pub vpc_id: VpcId,
    /// The VPC that it leads to.
    #[setters(skip)]
    pub target_vpc_id: VpcId,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl CreateConnector {
    /// A connector from a VPC to another.
    pub fn new(name: impl Into<String>, vpc_id: VpcId, target_vpc_id: VpcId) -> Self {
        Self { name: name.into(), vpc_id, target_vpc_id, tags: None }
    }
}

/// A request for `UpdateVPCConnector`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateConnector {
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All tags, in place of those there are; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// The order of [`ListConnectors`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListConnectorsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListVPCConnectors`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListConnectors {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListConnectorsOrder>,
    /// Only those whose name contains this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only those that have one of these tags, or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those that start at this VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<VpcId>,
    /// Only those that lead to this VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_vpc_id: Option<VpcId>,
    /// Only those of this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ConnectorStatus>,
}

/// The order of [`ListSubnetOverlaps`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListSubnetOverlapsOrder {
    /// By the subnet in the connector's VPC.
    SubnetAsc,
    /// By the subnet in the connector's VPC, backwards.
    SubnetDesc,
    /// By the subnet in the other VPC.
    TargetSubnetAsc,
    /// By the subnet in the other VPC, backwards.
    TargetSubnetDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListSubnetOverlaps`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListSubnetOverlaps {
    /// The order; by the subnet in the connector's VPC unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListSubnetOverlapsOrder>,
}

impl Connector {
    fn progress(self) -> Progress<Self> {
        match &self.status {
            ConnectorStatus::Peered => Progress::Reached(self),
            ConnectorStatus::Conflict => {
                Progress::never(wire::spelled(&self.status), Some("the two VPCs have subnets that overlap"))
            }
            status => Progress::Changing(wire::spelled(status)),
        }
    }
}

const PACE: Pace = Pace::new(Duration::from_secs(1), Duration::from_mins(5));

/// # Connectors
impl Vpcs {
    /// `CreateVPCConnector`: an orphan until there is one in the opposite direction;
    /// [wait](Self::wait_for_connector) for that.
    pub async fn create_connector(&self, request: CreateConnector) -> Result<Connector> {
        self.api.send(self.api.post("CreateVPCConnector", &["vpc-connectors"]).json(&request)).await
    }

    /// `GetVPCConnector`.
    pub async fn get_connector(&self, id: &ConnectorId) -> Result<Connector> {
        self.api.send(self.get_connector_request(id)).await
    }

    fn get_connector_request(&self, id: &ConnectorId) -> Request<Connector> {
        self.api.get("GetVPCConnector", &["vpc-connectors", id.as_str()])
    }

    /// `ListVPCConnectors`.
    pub fn list_connectors(&self, request: ListConnectors) -> Pager<Connector> {
        let list = self.api.get::<Page<_>>("ListVPCConnectors", &["vpc-connectors"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateVPCConnector`.
    pub async fn update_connector(&self, id: &ConnectorId, request: UpdateConnector) -> Result<Connector> {
        let update = self.api.patch("UpdateVPCConnector", &["vpc-connectors", id.as_str()]);
        self.api.send(update.json(&request)).await
    }

    /// `DeleteVPCConnector`: the other half stays, as an orphan.
    pub async fn delete_connector(&self, id: &ConnectorId) -> Result<()> {
        let delete = self.api.delete::<Empty>("DeleteVPCConnector", &["vpc-connectors", id.as_str()]);
        self.api.send(delete).await.map(drop)
    }

    /// `ListSubnetOverlaps`: what keeps the two VPCs of a connector from being joined.
    pub fn list_subnet_overlaps(
        &self,
        id: &ConnectorId,
        request: ListSubnetOverlaps,
    ) -> Pager<SubnetOverlap> {
        let path = ["vpc-connectors", id.as_str(), "subnet-overlaps"];
        Pager::new(&self.api, self.api.get::<Page<_>>("ListSubnetOverlaps", &path).query(&request))
    }

    /// Waits until both halves are there, 5 minutes at most unless told otherwise; `conflict` ends it at once.
    pub fn wait_for_connector(&self, id: &ConnectorId) -> Waiter<Connector> {
        self.api.wait(
            format!("VPC connector {id}"),
            PACE,
            self.get_connector_request(id),
            Connector::progress,
        )
    }
}
