use scaleway_core::{Api, Client, Region};

/// The Managed Database API of one region. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Rdb {
    pub(crate) api: Api,
}

impl Rdb {
    /// The API in the client's default region.
    pub fn new(client: &Client) -> Self {
        Self::in_region(client, &client.config().default_region())
    }

    /// The API in `region`.
    pub fn in_region(client: &Client, region: &Region) -> Self {
        Self { api: Api::regional(client, "rdb/v1", region) }
    }
}
