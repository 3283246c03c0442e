use scaleway_core::{Api, Client, Region};

/// The Serverless Jobs API of one region. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Jobs {
    pub(crate) api: Api,
}

impl Jobs {
    /// The API in the client's default region.
    pub fn new(client: &Client) -> Self {
        Self::in_region(client, &client.config().default_region())
    }

    /// The API in `region`.
    pub fn in_region(client: &Client, region: &Region) -> Self {
        Self { api: Api::regional(client, "serverless-jobs/v1alpha2", region) }
    }
}
