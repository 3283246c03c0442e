use scaleway_core::{Api, Client, OrganizationId, Result};

/// The IAM API, which is in no region. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Iam {
    pub(crate) api: Api,
}

impl Iam {
    /// The API.
    pub fn new(client: &Client) -> Self {
        Self { api: Api::global(client, "iam/v1alpha1") }
    }

    /// The default organization where a request names none.
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
