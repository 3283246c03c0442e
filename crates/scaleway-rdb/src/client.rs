use scaleway_core::{Api, Client, Region};

use crate::turn::Turns;

/// The Managed Database API of one region. Cheap to make and to clone; clones share the order in which calls such as
/// [`ensure_user`](Self::ensure_user) change an instance.
#[derive(Debug, Clone)]
pub struct Rdb {
    pub(crate) api: Api,
    pub(crate) turns: Turns,
}

impl Rdb {
    /// The API in the client's default region.
    pub fn new(client: &Client) -> Self {
        Self::in_region(client, &client.config().default_region())
    }

    /// The API in `region`.
    pub fn in_region(client: &Client, region: &Region) -> Self {
        Self { api: Api::regional(client, "rdb/v1", region), turns: Turns::default() }
    }
}
