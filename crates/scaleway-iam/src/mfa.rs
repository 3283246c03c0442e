//! Second factors by one-time passwords, and how long one may do without.

use derive_setters::Setters;
use scaleway_core::{Empty, Result, Secret, Timestamp, wire};
use serde::{Deserialize, Serialize, Serializer};

use crate::{Iam, UserId};

/// What one-time passwords are made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MfaOtp {
    /// What an authenticator application is set up with.
    #[serde(serialize_with = "wire::secret")]
    pub secret: Secret,
}

/// A request for `ValidateUserMFAOTP`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct ValidateUserMfaOtp {
    /// The password that the authenticator application shows.
    #[serde(serialize_with = "wire::secret")]
    pub one_time_password: Secret,
}

impl ValidateUserMfaOtp {
    /// With this one-time password.
    pub fn new(one_time_password: impl Into<Secret>) -> Self {
        Self { one_time_password: one_time_password.into() }
    }
}

/// What one signs in with once the second factor is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecoveryCodes {
    /// Codes that are valid once each.
    #[serde(default, serialize_with = "secrets")]
    pub recovery_codes: Vec<Secret>,
}

fn secrets<S: Serializer>(secrets: &[Secret], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(secrets.iter().map(Secret::expose))
}

/// A request for `ListGracePeriods`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListGracePeriods {
    /// Those of this user; of the caller unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

/// The time that a user has left to do what is asked of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GracePeriods {
    /// One for each thing that is asked.
    #[serde(default)]
    pub grace_periods: Vec<GracePeriod>,
}

/// The time that is left for one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GracePeriod {
    /// What is asked.
    #[serde(rename = "type")]
    pub kind: GracePeriodType,
    /// When it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When they are locked out for not having done it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What is asked of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GracePeriodType {
    /// The API does not say.
    UnknownGracePeriodType,
    /// To set another password.
    UpdatePassword,
    /// To set up a second factor.
    SetMfa,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// # One-time passwords
impl Iam {
    /// `CreateUserMFAOTP`: begins to set up one-time passwords; the secret is answered once.
    pub async fn create_user_mfa_otp(&self, id: &UserId) -> Result<MfaOtp> {
        let create = self.api.post("CreateUserMFAOTP", &["users", id.as_str(), "mfa-otp"]).json(&Empty {});
        self.api.send(create).await
    }

    /// `ValidateUserMFAOTP`: ends setting up one-time passwords; the codes are answered once.
    pub async fn validate_user_mfa_otp(
        &self,
        id: &UserId,
        request: ValidateUserMfaOtp,
    ) -> Result<RecoveryCodes> {
        let validate = self.api.post("ValidateUserMFAOTP", &["users", id.as_str(), "validate-mfa-otp"]);
        self.api.send(validate.json(&request)).await
    }

    /// `DeleteUserMFAOTP`: they sign in without one-time passwords.
    pub async fn delete_user_mfa_otp(&self, id: &UserId) -> Result<()> {
        let delete = self.api.delete("DeleteUserMFAOTP", &["users", id.as_str(), "mfa-otp"]).json(&Empty {});
        self.api.send(delete).await.map(|Empty {}| ())
    }

    /// `ListGracePeriods`.
    pub async fn list_grace_periods(&self, request: ListGracePeriods) -> Result<GracePeriods> {
        self.api.send(self.api.get("ListGracePeriods", &["grace-periods"]).query(&request)).await
    }
}
