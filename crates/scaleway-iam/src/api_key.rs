//! API keys: what a program or a person signs its calls with.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Page, Pager, ProjectId, Result, Secret, Timestamp, wire,
};
use serde::{Deserialize, Serialize};

use crate::{ApplicationId, Iam, UserId};

/// The access key of an [`ApiKey`], which is its id: `SCW` and 17 letters and digits.
pub type AccessKey = Id<ApiKey>;

/// What an application or a user signs its calls with: an access key that names it, and a secret key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApiKey {
    /// Its name, which is no secret.
    pub access_key: AccessKey,
    /// What is sent as `X-Auth-Token`: answered once, by [`create_api_key`](Iam::create_api_key). Whoever loses it
    /// makes another key.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<Secret>,
    /// The application that it is a key of, if it is one of an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The user that it is a key of, if it is one of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// When it stops being valid; never, where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The project that it acts in where a product cannot be told: Object Storage.
    pub default_project_id: ProjectId,
    /// Whether it may be changed.
    #[serde(default)]
    pub editable: bool,
    /// Whether it may be deleted; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletable: Option<bool>,
    /// Whether Scaleway looks after it; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed: Option<bool>,
    /// The address that it was made from.
    #[serde(default)]
    pub creation_ip: String,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for ApiKey {
    const FIELD: &'static str = "api_keys";

    fn identity(&self) -> Cow<'_, str> {
        self.access_key.as_str().into()
    }
}

/// What an API key is a key of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BearerType {
    /// The API does not say.
    UnknownBearerType,
    /// A user.
    User,
    /// An application.
    Application,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateAPIKey`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateApiKey {
    /// The application that it is a key of.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The user that it is a key of.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// When it stops being valid; never unless set, where the organization allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The project that it acts in where a product cannot be told (Object Storage); the organization's default
    /// project unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_project_id: Option<ProjectId>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl CreateApiKey {
    /// A key of this application.
    pub fn for_application(application_id: ApplicationId) -> Self {
        Self {
            application_id: Some(application_id),
            user_id: None,
            expires_at: None,
            default_project_id: None,
            description: None,
        }
    }

    /// A key of this user.
    pub fn for_user(user_id: UserId) -> Self {
        Self {
            application_id: None,
            user_id: Some(user_id),
            expires_at: None,
            default_project_id: None,
            description: None,
        }
    }
}

/// A request for `UpdateAPIKey`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateApiKey {
    /// The project that it acts in where a product cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_project_id: Option<ProjectId>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it stops being valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The order of [`ListApiKeys`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListApiKeysOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// Those that changed longest ago first.
    UpdatedAtAsc,
    /// Those that changed last first.
    UpdatedAtDesc,
    /// Those that expire first, first.
    ExpiresAtAsc,
    /// Those that expire last, first.
    ExpiresAtDesc,
    /// By access key.
    AccessKeyAsc,
    /// By access key, backwards.
    AccessKeyDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListAPIKeys`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListApiKeys {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListApiKeysOrder>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this application; not together with `user_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// Only those of this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Only those that may, or may not, be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editable: Option<bool>,
    /// Only those that have, or have not, expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<bool>,
    /// Only this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<AccessKey>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_keys: Option<Vec<AccessKey>>,
    /// Only those with this description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Only those of the application or the user of this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bearer_id: Option<String>,
    /// Only those of applications, or of users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bearer_type: Option<BearerType>,
}

/// # API keys
impl Iam {
    /// `CreateAPIKey`: the only answer with the [`secret_key`](ApiKey::secret_key). If that answer is lost, delete
    /// the key and make another one.
    pub async fn create_api_key(&self, request: CreateApiKey) -> Result<ApiKey> {
        self.api.send(self.api.post("CreateAPIKey", &["api-keys"]).json(&request)).await
    }

    /// `GetAPIKey`: without its secret key.
    pub async fn get_api_key(&self, access_key: &AccessKey) -> Result<ApiKey> {
        self.api.send(self.api.get("GetAPIKey", &["api-keys", access_key.as_str()])).await
    }

    /// `ListAPIKeys`: without their secret keys.
    pub fn list_api_keys(&self, mut request: ListApiKeys) -> Pager<ApiKey> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListAPIKeys", &["api-keys"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateAPIKey`.
    pub async fn update_api_key(&self, access_key: &AccessKey, request: UpdateApiKey) -> Result<ApiKey> {
        self.api.send(self.api.patch("UpdateAPIKey", &["api-keys", access_key.as_str()]).json(&request)).await
    }

    /// `DeleteAPIKey`: what uses it is refused from now on.
    pub async fn delete_api_key(&self, access_key: &AccessKey) -> Result<()> {
        let delete = self.api.delete("DeleteAPIKey", &["api-keys", access_key.as_str()]);
        self.api.send(delete).await.map(|Empty {}| ())
    }
}
