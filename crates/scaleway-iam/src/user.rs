//! Users: the people of an organization.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, OrganizationId, Page, Pager, Result, Secret, Timestamp, wire};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// The id of a [`User`].
pub type UserId = Id<User>;

/// Someone of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their e-mail address.
    #[serde(default)]
    pub email: String,
    /// The name to sign in with; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// First name; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Phone number; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Language: `fr_FR`; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// When they were added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When they last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The organization they belong to.
    pub organization_id: OrganizationId,
    /// Whether they may be removed.
    #[serde(default)]
    pub deletable: bool,
    /// When they last signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Timestamp>,
    /// Owner or member.
    #[serde(rename = "type")]
    pub kind: UserType,
    /// As `mfa`, which takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two_factor_enabled: Option<bool>,
    /// Whether they have taken up the invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<UserStatus>,
    /// Whether they sign in with a second factor; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<bool>,
    /// The root user of their account; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_root_user_id: Option<UserId>,
    /// Their tags; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whether they are locked out; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// Their name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

impl Listed for User {
    const FIELD: &'static str = "users";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`User`] is in an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserType {
    /// The API does not say.
    UnknownType,
    /// The one the organization belongs to.
    Owner,
    /// One whom the organization has made.
    Member,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Whether a [`User`] has taken up the invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserStatus {
    /// The API does not say.
    UnknownStatus,
    /// They have not, yet.
    InvitationPending,
    /// They have.
    Activated,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateUser`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateUser {
    /// The organization to add them to; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The address to send an invitation to.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The member to make.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<NewMember>,
    /// Their tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl CreateUser {
    /// Whoever reads this e-mail address, by invitation.
    pub fn invite(email: impl Into<String>) -> Self {
        Self { organization_id: None, email: Some(email.into()), member: None, tags: None }
    }

    /// A member with a user name and a password.
    pub fn member(member: NewMember) -> Self {
        Self { organization_id: None, email: None, member: Some(member), tags: None }
    }
}

/// A member whom the organization makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct NewMember {
    /// Their e-mail address.
    #[setters(skip)]
    pub email: String,
    /// Whether their password is sent to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_password_email: Option<bool>,
    /// Whether a welcome is sent to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_welcome_email: Option<bool>,
    /// The name to sign in with.
    #[setters(skip)]
    pub username: String,
    /// Their password.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Language: `fr_FR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl NewMember {
    /// A member of this e-mail address and user name.
    pub fn new(email: impl Into<String>, username: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            send_password_email: None,
            send_welcome_email: None,
            username: username.into(),
            password: None,
            first_name: None,
            last_name: None,
            phone_number: None,
            locale: None,
        }
    }
}

/// A request for `UpdateUser`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateUser {
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Their e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// First name; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Phone number; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Language: `fr_FR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// A request for `UpdateUserUsername`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct UpdateUserUsername {
    /// The name to sign in with.
    pub username: String,
}

impl UpdateUserUsername {
    /// Sign in with this name.
    pub fn new(username: impl Into<String>) -> Self {
        Self { username: username.into() }
    }
}

/// A request for `UpdateUserPassword`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct UpdateUserPassword {
    /// The password.
    #[serde(serialize_with = "wire::secret")]
    pub password: Secret,
}

impl UpdateUserPassword {
    /// Sign in with this password.
    pub fn new(password: impl Into<Secret>) -> Self {
        Self { password: password.into() }
    }
}

/// The order of [`ListUsers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListUsersOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// Those that changed longest ago first.
    UpdatedAtAsc,
    /// Those that changed last first.
    UpdatedAtDesc,
    /// By e-mail address.
    EmailAsc,
    /// By e-mail address, backwards.
    EmailDesc,
    /// Those that signed in longest ago first.
    LastLoginAsc,
    /// Those that signed in last first.
    LastLoginDesc,
    /// By user name.
    UsernameAsc,
    /// By user name, backwards.
    UsernameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListUsers`: what is not set does not filter, but for the organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListUsers {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListUsersOrder>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
    /// Only those who sign in with, or without, a second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa: Option<bool>,
    /// Only those with this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only owners, or only members.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<UserType>,
}

/// # Users
impl Iam {
    /// `ListUsers`.
    pub fn list_users(&self, mut request: ListUsers) -> Pager<User> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListUsers", &["users"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `GetUser`.
    pub async fn get_user(&self, id: &UserId) -> Result<User> {
        self.api.send(self.api.get("GetUser", &["users", id.as_str()])).await
    }

    /// `CreateUser`: sends them the e-mails that were asked for.
    pub async fn create_user(&self, mut request: CreateUser) -> Result<User> {
        self.fill_organization(&mut request.organization_id)?;
        self.api.send(self.api.post("CreateUser", &["users"]).json(&request)).await
    }

    /// `UpdateUser`.
    pub async fn update_user(&self, id: &UserId, request: UpdateUser) -> Result<User> {
        self.api.send(self.api.patch("UpdateUser", &["users", id.as_str()]).json(&request)).await
    }

    /// `UpdateUserUsername`: of a member.
    pub async fn update_user_username(&self, id: &UserId, request: UpdateUserUsername) -> Result<User> {
        let update = self.api.post("UpdateUserUsername", &["users", id.as_str(), "update-username"]);
        self.api.send(update.json(&request).repeatable()).await
    }

    /// `UpdateUserPassword`: of a member.
    pub async fn update_user_password(&self, id: &UserId, request: UpdateUserPassword) -> Result<User> {
        let update = self.api.post("UpdateUserPassword", &["users", id.as_str(), "update-password"]);
        self.api.send(update.json(&request).repeatable()).await
    }

    /// `LockUser`: they cannot sign in any more.
    pub async fn lock_user(&self, id: &UserId) -> Result<User> {
        let lock = self.api.post("LockUser", &["users", id.as_str(), "lock"]).json(&Empty {}).repeatable();
        self.api.send(lock).await
    }

    /// `UnlockUser`: they can sign in again.
    pub async fn unlock_user(&self, id: &UserId) -> Result<User> {
        let unlock = self.api.post("UnlockUser", &["users", id.as_str(), "unlock"]);
        self.api.send(unlock.json(&Empty {}).repeatable()).await
    }

    /// `DeleteUser`: removes them from the organization.
    pub async fn delete_user(&self, id: &UserId) -> Result<()> {
        self.api.send(self.api.delete("DeleteUser", &["users", id.as_str()])).await.map(|Empty {}| ())
    }
}
