//! Organizations: how their people sign in.

use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{OrganizationId, Result, wire};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// How the people of an organization sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationLogin {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// The name that members sign in under.
    #[serde(default)]
    pub alias: String,
    /// Whether by password; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_password_enabled: Option<bool>,
    /// Whether by a code that is sent to them; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_magic_code_enabled: Option<bool>,
    /// Whether by an account elsewhere (OAuth 2); older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_oauth2_enabled: Option<bool>,
    /// Whether by the organization's own identity provider (SAML); older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_saml_enabled: Option<bool>,
}

/// What an organization asks of its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecuritySettings {
    /// Whether passwords must be renewed.
    #[serde(default)]
    pub enforce_password_renewal: bool,
    /// How long one has to do what is asked.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub grace_period_duration: Option<Duration>,
    /// After how many wrong passwords one is locked out.
    #[serde(default)]
    pub login_attempts_before_locked: u32,
    /// How long one stays signed in at most.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub max_login_session_duration: Option<Duration>,
    /// How long an API key is valid at most; without limit, where there is none.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub max_api_key_expiration_duration: Option<Duration>,
}

/// A request for `UpdateOrganizationSecuritySettings`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateSecuritySettings {
    /// Whether passwords must be renewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enforce_password_renewal: Option<bool>,
    /// How long one has to do what is asked.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub grace_period_duration: Option<Duration>,
    /// After how many wrong passwords one is locked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_attempts_before_locked: Option<u32>,
    /// How long one stays signed in at most.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub max_login_session_duration: Option<Duration>,
    /// How long an API key is valid at most.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub max_api_key_expiration_duration: Option<Duration>,
}

/// A request for `SetOrganizationAlias`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct SetOrganizationAlias {
    /// The name that members sign in under.
    pub alias: String,
}

impl SetOrganizationAlias {
    /// Sign in under this name.
    pub fn new(alias: impl Into<String>) -> Self {
        Self { alias: alias.into() }
    }
}

/// A request for `UpdateOrganizationLoginMethods`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateLoginMethods {
    /// Whether one signs in by password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_password_enabled: Option<bool>,
    /// Whether by an account elsewhere (OAuth 2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_oauth2_enabled: Option<bool>,
    /// Whether by a code that is sent to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_magic_code_enabled: Option<bool>,
    /// Whether by the organization's own identity provider (SAML).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_saml_enabled: Option<bool>,
}

/// # Organizations
impl Iam {
    /// `GetOrganizationSecuritySettings`.
    pub async fn get_organization_security_settings(&self, id: &OrganizationId) -> Result<SecuritySettings> {
        let get = self
            .api
            .get("GetOrganizationSecuritySettings", &["organizations", id.as_str(), "security-settings"]);
        self.api.send(get).await
    }

    /// `UpdateOrganizationSecuritySettings`.
    pub async fn update_organization_security_settings(
        &self,
        id: &OrganizationId,
        request: UpdateSecuritySettings,
    ) -> Result<SecuritySettings> {
        let update = self.api.patch(
            "UpdateOrganizationSecuritySettings",
            &["organizations", id.as_str(), "security-settings"],
        );
        self.api.send(update.json(&request)).await
    }

    /// `SetOrganizationAlias`.
    pub async fn set_organization_alias(
        &self,
        id: &OrganizationId,
        request: SetOrganizationAlias,
    ) -> Result<OrganizationLogin> {
        let set = self.api.put("SetOrganizationAlias", &["organizations", id.as_str(), "alias"]);
        self.api.send(set.json(&request)).await
    }

    /// `GetOrganization`.
    pub async fn get_organization(&self, id: &OrganizationId) -> Result<OrganizationLogin> {
        self.api.send(self.api.get("GetOrganization", &["organizations", id.as_str()])).await
    }

    /// `UpdateOrganizationLoginMethods`.
    pub async fn update_organization_login_methods(
        &self,
        id: &OrganizationId,
        request: UpdateLoginMethods,
    ) -> Result<OrganizationLogin> {
        let update = self
            .api
            .patch("UpdateOrganizationLoginMethods", &["organizations", id.as_str(), "login-methods"]);
        self.api.send(update.json(&request)).await
    }
}
