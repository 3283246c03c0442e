//! SCIM: users who are kept in step with the organization's own directory.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, OrganizationId, Page, Pager, Result, Secret, Timestamp, wire};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// The id of a [`Scim`].
pub type ScimId = Id<Scim>;

/// The id of a [`ScimToken`].
pub type ScimTokenId = Id<ScimToken>;

/// How users are kept in step with the organization's own directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scim {
    /// Its id.
    pub id: ScimId,
    /// When it was enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// What a directory is let in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimToken {
    /// Its id.
    pub id: ScimTokenId,
    /// What it lets in to.
    pub scim_id: ScimId,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it stops being valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl Listed for ScimToken {
    const FIELD: &'static str = "scim_tokens";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A new token, and what it is sent as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedScimToken {
    /// The token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<ScimToken>,
    /// What it is sent as: answered once.
    #[serde(serialize_with = "wire::secret")]
    pub bearer_token: Secret,
}

/// The order of [`ListScimTokens`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListScimTokensOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListScimTokens`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListScimTokens {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListScimTokensOrder>,
}

/// # SCIM
impl Iam {
    /// `GetOrganizationScim`.
    pub async fn get_organization_scim(&self, id: &OrganizationId) -> Result<Scim> {
        self.api.send(self.api.get("GetOrganizationScim", &["organizations", id.as_str(), "scim"])).await
    }

    /// `EnableOrganizationScim`.
    pub async fn enable_organization_scim(&self, id: &OrganizationId) -> Result<Scim> {
        let enable = self.api.post("EnableOrganizationScim", &["organizations", id.as_str(), "scim"]);
        self.api.send(enable.json(&Empty {})).await
    }

    /// `DeleteScim`: the users stay.
    pub async fn delete_scim(&self, id: &ScimId) -> Result<()> {
        self.api.send(self.api.delete("DeleteScim", &["scim", id.as_str()])).await.map(|Empty {}| ())
    }

    /// `ListScimTokens`.
    pub fn list_scim_tokens(&self, id: &ScimId, request: ListScimTokens) -> Pager<ScimToken> {
        let list =
            self.api.get::<Page<_>>("ListScimTokens", &["scim", id.as_str(), "tokens"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `CreateScimToken`: the only answer with what it is sent as.
    pub async fn create_scim_token(&self, id: &ScimId) -> Result<CreatedScimToken> {
        self.api.send(self.api.post("CreateScimToken", &["scim", id.as_str(), "tokens"])).await
    }

    /// `DeleteScimToken`: a directory that uses it is refused from now on.
    pub async fn delete_scim_token(&self, id: &ScimTokenId) -> Result<()> {
        let delete = self.api.delete("DeleteScimToken", &["scim-tokens", id.as_str()]);
        self.api.send(delete).await.map(|Empty {}| ())
    }
}
