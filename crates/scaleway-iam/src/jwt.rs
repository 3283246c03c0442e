//! JSON Web Tokens: what a person who has signed in is known by.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, Page, Pager, Result, Secret, Timestamp, wire};
use serde::{Deserialize, Serialize};

use crate::{Iam, UserId};

/// The id of a [`Jwt`].
pub type JwtId = Id<Jwt>;

/// What a person who has signed in is known by, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Jwt {
    /// Its id.
    pub jti: JwtId,
    /// Who made it.
    pub issuer_id: UserId,
    /// Whom it is for.
    pub audience_id: UserId,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// When it stops being valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The address that it was made from.
    #[serde(default)]
    pub ip: String,
    /// The program that it was made with.
    #[serde(default)]
    pub user_agent: String,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for Jwt {
    const FIELD: &'static str = "jwts";

    fn identity(&self) -> Cow<'_, str> {
        self.jti.as_str().into()
    }
}

/// A request for `CreateJWT`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CreateJwt {
    /// Whom it is for.
    pub user_id: UserId,
    /// The address of the page that asks.
    pub referrer: String,
}

impl CreateJwt {
    /// For this user, asked by the page at this address.
    pub fn new(user_id: UserId, referrer: impl Into<String>) -> Self {
        Self { user_id, referrer: referrer.into() }
    }
}

/// A token, and what it is sent as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EncodedJwt {
    /// The token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Jwt>,
    /// What it is sent as: answered once.
    #[serde(serialize_with = "wire::secret")]
    pub token: Secret,
    /// What another one is asked for with: answered once.
    #[serde(serialize_with = "wire::secret")]
    pub renew_token: Secret,
}

/// The order of [`ListJwts`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListJwtsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// Those that changed longest ago first.
    UpdatedAtAsc,
    /// Those that changed last first.
    UpdatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListJWTs`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListJwts {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListJwtsOrder>,
    /// Only those for this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_id: Option<UserId>,
    /// Only those that have, or have not, expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<bool>,
}

/// # JSON Web Tokens
impl Iam {
    /// `CreateJWT`.
    pub async fn create_jwt(&self, request: CreateJwt) -> Result<EncodedJwt> {
        self.api.send(self.api.post("CreateJWT", &["jwts"]).json(&request)).await
    }

    /// `GetJWT`.
    pub async fn get_jwt(&self, id: &JwtId) -> Result<Jwt> {
        self.api.send(self.api.get("GetJWT", &["jwts", id.as_str()])).await
    }

    /// `ListJWTs`.
    pub fn list_jwts(&self, request: ListJwts) -> Pager<Jwt> {
        let list = self.api.get::<Page<_>>("ListJWTs", &["jwts"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `DeleteJWT`: it is refused from now on.
    pub async fn delete_jwt(&self, id: &JwtId) -> Result<()> {
        self.api.send(self.api.delete("DeleteJWT", &["jwts", id.as_str()])).await.map(|Empty {}| ())
    }
}
