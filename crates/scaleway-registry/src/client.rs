use scaleway_core::{Api, Client, Region};

/// The Container Registry API of one region. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(crate) api: Api,
}

impl Registry {
    /// The API in the client's default region.
    pub fn new(client: &Client) -> Self {
        Self::in_region(client, &client.config().default_region())
    }

    /// The API in `region`.
    pub fn in_region(client: &Client, region: &Region) -> Self {
        Self { api: Api::regional(client, "registry/v1", region) }
    }
}
