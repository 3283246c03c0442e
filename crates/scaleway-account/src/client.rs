use scaleway_core::{Api, Client, OrganizationId, Result};

/// The Account API, which is in no region. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Accounts {
    pub(crate) api: Api,
}

impl Accounts {
    /// The API.
    pub fn new(client: &Client) -> Self {
        Self { api: Api::global(client, "account/v3") }
    }

    /// Puts the client's default organization where a request names none.
    pub(crate) fn fill_organization(&self, organization: &mut Option<OrganizationId>) -> Result<()> {
        if organization.is_none() {
            *organization = Some(self.api.client().config().default_organization()?.clone());
        }
        Ok(())
    }

    /// The default organization, if there is one, where a list names none: lists are of one organization.
    pub(crate) fn list_organization(&self, organization: &mut Option<OrganizationId>) {
        if organization.is_none() {
            *organization = self.api.client().config().default_organization().ok().cloned();
        }
    }
}
