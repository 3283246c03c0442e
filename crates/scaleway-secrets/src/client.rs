use scaleway_core::{Api, Client, Region};

/// The Secret Manager API of one region. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Secrets {
    pub(crate) api: Api,
}

impl Secrets {
    /// The API in the client's default region.
    pub fn new(client: &Client) -> Self {
        Self::in_region(client, &client.config().default_region())
    }

    /// The API in `region`.
    pub fn in_region(client: &Client, region: &Region) -> Self {
        Self { api: Api::regional(client, "secret-manager/v1beta1", region) }
    }
}
