use scaleway_core::{Api, Client, Region};

/// The VPC API of one region. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Vpcs {
    pub(crate) api: Api,
}

impl Vpcs {
    /// The API in the client's default region.
    pub fn new(client: &Client) -> Self {
        Self::in_region(client, &client.config().default_region())
    }

    /// The API in `region`.
    pub fn in_region(client: &Client, region: &Region) -> Self {
        Self { api: Api::regional(client, "vpc/v2", region) }
    }
}

/// The IPAM API of one region. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Ipam {
    pub(crate) api: Api,
}

impl Ipam {
    /// The API in the client's default region.
    pub fn new(client: &Client) -> Self {
        Self::in_region(client, &client.config().default_region())
    }

    /// The API in `region`.
    pub fn in_region(client: &Client, region: &Region) -> Self {
        Self { api: Api::regional(client, "ipam/v1", region) }
    }
}
