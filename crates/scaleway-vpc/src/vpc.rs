//! VPCs: what private networks live in.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Pace, Page, Pager, ProjectId, Region, Request, Result, Timestamp,
    Waiter,
};
use serde::{Deserialize, Serialize};

use crate::Vpcs;

/// The id of a [`Vpc`].
pub type VpcId = Id<Vpc>;

/// What private networks live in: those of one VPC can reach each other, those of two cannot, unless a
/// [connector](crate::Connector) joins them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Vpc {
    /// Its id.
    pub id: VpcId,
    /// Its name; not unique.
    pub name: String,
    /// The organization it belongs to.
    pub organization_id: OrganizationId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Where it is.
    pub region: Region,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether it is the VPC that the project was given in this region: the place of private networks that name none.
    #[serde(default)]
    pub is_default: bool,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// How many private networks it holds; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_network_count: Option<u32>,
    /// Whether traffic is routed between its private networks; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_enabled: Option<bool>,
    /// Whether its custom routes are announced to what is attached to its private networks; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_routes_propagation_enabled: Option<bool>,
    /// Whether traffic that comes from one connector may leave by another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transitivity_enabled: Option<bool>,
    /// Whether Object Storage can be reached from within, without the public Internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_integration_enabled: Option<bool>,
    /// Its Scaleway resource name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Vpc {
    const FIELD: &'static str = "vpcs";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreateVPC`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateVpc {
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whether traffic is routed between its private networks. The API is recorded to route in every new VPC, whatever is
    /// asked for here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_routing: Option<bool>,
    /// Whether traffic that comes from one connector may leave by another; not unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_transitivity: Option<bool>,
}

impl CreateVpc {
    /// A VPC of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            project_id: None,
            tags: None,
            enable_routing: None,
            enable_transitivity: None,
        }
    }
}

/// A request for `UpdateVPC`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateVpc {
    /// Its new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All tags, in place of those there are; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// The order of [`ListVpcs`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListVpcsOrder {
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

/// A request for `ListVPCs`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListVpcs {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListVpcsOrder>,
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
    /// Only the default ones, or only the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
    /// Only those that route between their private networks, or only those that do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_enabled: Option<bool>,
    /// Only those with an endpoint of Object Storage, or only those without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_integration_enabled: Option<bool>,
}

const PACE: Pace = Pace::new(Duration::from_millis(500), Duration::from_mins(3));

/// # VPCs
impl Vpcs {
    /// `CreateVPC`: it can be used at once.
    pub async fn create_vpc(&self, mut request: CreateVpc) -> Result<Vpc> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreateVPC", &["vpcs"]).json(&request)).await
    }

    /// `GetVPC`.
    pub async fn get_vpc(&self, id: &VpcId) -> Result<Vpc> {
        self.api.send(self.get_vpc_request(id)).await
    }

    fn get_vpc_request(&self, id: &VpcId) -> Request<Vpc> {
        self.api.get("GetVPC", &["vpcs", id.as_str()])
    }

    /// `ListVPCs`.
    pub fn list_vpcs(&self, request: ListVpcs) -> Pager<Vpc> {
        Pager::new(&self.api, self.api.get::<Page<_>>("ListVPCs", &["vpcs"]).query(&request))
    }

    /// `UpdateVPC`.
    pub async fn update_vpc(&self, id: &VpcId, request: UpdateVpc) -> Result<Vpc> {
        self.api.send(self.api.patch("UpdateVPC", &["vpcs", id.as_str()]).json(&request)).await
    }

    /// `DeleteVPC`: refused while it holds private networks, and for a default VPC.
    pub async fn delete_vpc(&self, id: &VpcId) -> Result<()> {
        self.api.send(self.api.delete::<Empty>("DeleteVPC", &["vpcs", id.as_str()])).await.map(drop)
    }

    /// `EnableRouting`: routes between the VPC's private networks. It cannot be undone.
    pub async fn enable_routing(&self, id: &VpcId) -> Result<Vpc> {
        let enable = self.api.post("EnableRouting", &["vpcs", id.as_str(), "enable-routing"]);
        self.api.send(enable.json(&Empty {}).repeatable()).await
    }

    /// `EnableCustomRoutesPropagation`: announces custom routes to what is attached to the VPC's private networks. It
    /// cannot be undone.
    pub async fn enable_custom_routes_propagation(&self, id: &VpcId) -> Result<Vpc> {
        let path = ["vpcs", id.as_str(), "enable-custom-routes-propagation"];
        let enable = self.api.post("EnableCustomRoutesPropagation", &path);
        self.api.send(enable.json(&Empty {}).repeatable()).await
    }

    /// Waits until the VPC is gone, 3 minutes at most unless told otherwise.
    pub fn wait_until_vpc_gone(&self, id: &VpcId) -> Waiter<()> {
        self.api.wait_until_gone(format!("VPC {id}"), PACE, self.get_vpc_request(id), |_| {
            ("there".to_owned(), None)
        })
    }
}
