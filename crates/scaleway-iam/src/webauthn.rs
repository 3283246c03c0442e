//! Second factors by `WebAuthn`: security keys and passkeys.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, Page, Pager, Result, Timestamp, wire};
use serde::{Deserialize, Serialize};

use crate::{Iam, UserId};

/// The id of a [`WebAuthnAuthenticator`].
pub type WebAuthnAuthenticatorId = Id<WebAuthnAuthenticator>;

/// A security key or a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebAuthnAuthenticator {
    /// Its id.
    pub id: WebAuthnAuthenticatorId,
    /// Its name.
    pub name: String,
    /// When it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When someone last signed in with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Timestamp>,
}

impl Listed for WebAuthnAuthenticator {
    const FIELD: &'static str = "authenticators";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `StartUserWebAuthnRegistration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct StartWebAuthnRegistration {
    /// The address of the page that registers: `https://console.example.org`.
    pub origin: String,
}

impl StartWebAuthnRegistration {
    /// From the page at this address.
    pub fn new(origin: impl Into<String>) -> Self {
        Self { origin: origin.into() }
    }
}

/// What a browser is asked to register an authenticator with. Bytes are in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebAuthnCeremony {
    /// What [`finish_user_webauthn_registration`](Iam::finish_user_webauthn_registration) must name.
    pub ceremony_id: String,
    /// What the authenticator signs.
    #[serde(default)]
    pub challenge: String,
    /// The algorithms to choose from, by their COSE numbers.
    #[serde(default)]
    pub public_key_algorithms: Vec<i32>,
    /// How long the ceremony may take.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Authenticators that are registered already.
    #[serde(default)]
    pub exclude_credentials: Vec<String>,
}

/// A request for `FinishUserWebAuthnRegistration`: what the browser answered, all of it. Bytes are in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct FinishWebAuthnRegistration {
    /// The ceremony.
    #[setters(skip)]
    pub ceremony_id: String,
    /// The name to give the authenticator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_name: Option<String>,
    /// The address of the page that registers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The credential's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_id: Option<String>,
    /// The client data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_data_json: Option<String>,
    /// The authenticator data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_data: Option<String>,
    /// The attestation object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation_object: Option<String>,
    /// The public key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// The algorithm, by its COSE number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key_algorithm: Option<i32>,
}

impl FinishWebAuthnRegistration {
    /// In this ceremony.
    pub fn new(ceremony_id: impl Into<String>) -> Self {
        Self {
            ceremony_id: ceremony_id.into(),
            authenticator_name: None,
            origin: None,
            raw_id: None,
            client_data_json: None,
            authenticator_data: None,
            attestation_object: None,
            public_key: None,
            public_key_algorithm: None,
        }
    }
}

/// The authenticator that was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegisteredWebAuthn {
    /// Its id.
    pub authenticator_id: WebAuthnAuthenticatorId,
}

/// The order of [`ListWebAuthnAuthenticators`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListWebAuthnAuthenticatorsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListUserWebAuthnAuthenticators`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListWebAuthnAuthenticators {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListWebAuthnAuthenticatorsOrder>,
}

/// A request for `UpdateWebAuthnAuthenticator`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateWebAuthnAuthenticator {
    /// Its name.
    #[serde(rename = "authenticator_name", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// # Security keys and passkeys
impl Iam {
    /// `StartUserWebAuthnRegistration`: begins to register an authenticator.
    pub async fn start_user_webauthn_registration(
        &self,
        id: &UserId,
        request: StartWebAuthnRegistration,
    ) -> Result<WebAuthnCeremony> {
        let start = self
            .api
            .post("StartUserWebAuthnRegistration", &["users", id.as_str(), "start-webauthn-registration"]);
        self.api.send(start.query(&request)).await
    }

    /// `FinishUserWebAuthnRegistration`: ends registering an authenticator.
    pub async fn finish_user_webauthn_registration(
        &self,
        id: &UserId,
        request: FinishWebAuthnRegistration,
    ) -> Result<RegisteredWebAuthn> {
        let finish = self
            .api
            .post("FinishUserWebAuthnRegistration", &["users", id.as_str(), "finish-webauthn-registration"]);
        self.api.send(finish.json(&request)).await
    }

    /// `ListUserWebAuthnAuthenticators`.
    pub fn list_user_webauthn_authenticators(
        &self,
        id: &UserId,
        request: ListWebAuthnAuthenticators,
    ) -> Pager<WebAuthnAuthenticator> {
        let list = self
            .api
            .get::<Page<_>>(
                "ListUserWebAuthnAuthenticators",
                &["users", id.as_str(), "webauthn-authenticators"],
            )
            .query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateWebAuthnAuthenticator`.
    pub async fn update_webauthn_authenticator(
        &self,
        id: &WebAuthnAuthenticatorId,
        request: UpdateWebAuthnAuthenticator,
    ) -> Result<WebAuthnAuthenticator> {
        let update = self.api.patch("UpdateWebAuthnAuthenticator", &["webauthn-authenticator", id.as_str()]);
        self.api.send(update.json(&request)).await
    }

    /// `DeleteWebAuthnAuthenticator`: nobody can sign in with it any more.
    pub async fn delete_webauthn_authenticator(&self, id: &WebAuthnAuthenticatorId) -> Result<()> {
        let delete = self.api.delete("DeleteWebAuthnAuthenticator", &["webauthn-authenticator", id.as_str()]);
        self.api.send(delete.json(&Empty {})).await.map(|Empty {}| ())
    }
}
