//! A typed client of Scaleway IAM (API iam v1alpha1): who may do what.
//!
//! | resource | operations |
//! |---|---|
//! | [`Application`] | [create](Iam::create_application), [get](Iam::get_application), [list](Iam::list_applications), [update](Iam::update_application), [delete](Iam::delete_application) |
//! | [`ApiKey`] | [create](Iam::create_api_key), [get](Iam::get_api_key), [list](Iam::list_api_keys), [update](Iam::update_api_key), [delete](Iam::delete_api_key) |
//! | [`Group`] | [create](Iam::create_group), [get](Iam::get_group), [list](Iam::list_groups), [update](Iam::update_group), [set members](Iam::set_group_members), [add a member](Iam::add_group_member), [add members](Iam::add_group_members), [remove a member](Iam::remove_group_member), [delete](Iam::delete_group) |
//! | [`Policy`] | [create](Iam::create_policy), [get](Iam::get_policy), [list](Iam::list_policies), [update](Iam::update_policy), [clone](Iam::clone_policy), [delete](Iam::delete_policy) |
//! | [`Rule`] | [set](Iam::set_rules), [list](Iam::list_rules); [permission sets](Iam::list_permission_sets) to choose from |
//! | [`SshKey`] | [create](Iam::create_ssh_key), [get](Iam::get_ssh_key), [list](Iam::list_ssh_keys), [update](Iam::update_ssh_key), [delete](Iam::delete_ssh_key) |
//! | [`User`] | [create](Iam::create_user), [get](Iam::get_user), [list](Iam::list_users), [update](Iam::update_user), [user name](Iam::update_user_username), [password](Iam::update_user_password), [lock](Iam::lock_user), [unlock](Iam::unlock_user), [delete](Iam::delete_user) |
//! | a user's second factor | [begin](Iam::create_user_mfa_otp), [validate](Iam::validate_user_mfa_otp) and [delete](Iam::delete_user_mfa_otp) one-time passwords; [grace periods](Iam::list_grace_periods) |
//! | [`WebAuthnAuthenticator`] | [begin](Iam::start_user_webauthn_registration) and [end](Iam::finish_user_webauthn_registration) registering, [list](Iam::list_user_webauthn_authenticators), [update](Iam::update_webauthn_authenticator), [delete](Iam::delete_webauthn_authenticator) |
//! | [`Connection`] | [list](Iam::get_user_connections), [begin](Iam::initiate_user_connection), [join](Iam::join_user_connection), [remove](Iam::remove_user_connection) |
//! | [`Jwt`] | [create](Iam::create_jwt), [get](Iam::get_jwt), [list](Iam::list_jwts), [delete](Iam::delete_jwt) |
//! | [`Quotum`] | [get](Iam::get_quotum), [list](Iam::list_quota) |
//! | [`Log`] | [get](Iam::get_log), [list](Iam::list_logs) |
//! | an organization | [get](Iam::get_organization), [alias](Iam::set_organization_alias), [login methods](Iam::update_organization_login_methods), [security settings](Iam::get_organization_security_settings), [update those](Iam::update_organization_security_settings) |
//! | [`Saml`] | [enable](Iam::enable_organization_saml), [get](Iam::get_organization_saml), [update](Iam::update_saml), [delete](Iam::delete_saml), [read metadata](Iam::parse_saml_metadata) |
//! | [`SamlCertificate`] | [add](Iam::add_saml_certificate), [get](Iam::get_saml_certificate), [list](Iam::list_saml_certificates), [delete](Iam::delete_saml_certificate) |
//! | [`Scim`] | [enable](Iam::enable_organization_scim), [get](Iam::get_organization_scim), [delete](Iam::delete_scim) |
//! | [`ScimToken`] | [create](Iam::create_scim_token), [list](Iam::list_scim_tokens), [delete](Iam::delete_scim_token) |
//!
//! | to … | see |
//! |---|---|
//! | replace an API key without a gap | [`rotate_api_key`](Iam::rotate_api_key) |
//! | grant a service, CI or an operator no more than it needs | [`Preset`] |
//!
//! Nothing here takes time on the platform's side; but what a change of policies permits or forbids may take up to two
//! minutes to hold everywhere, five for Object Storage.
//!
//! ```no_run
//! use scaleway_core::{Client, ProjectId};
//! use scaleway_iam::{CreateApiKey, CreateApplication, CreatePolicy, Iam, Preset};
//!
//! # async fn run(project: ProjectId) -> Result<(), scaleway_iam::Error> {
//! let scaleway = Client::from_env()?;
//! let iam = Iam::new(&scaleway);
//! let application = iam.create_application(CreateApplication::new("evalap-ci")).await?;
//! let rules = Preset::CI.rules([project], scaleway.config().default_organization()?);
//! iam.create_policy(CreatePolicy::for_application("evalap-ci", application.id.clone(), rules)).await?;
//! let key = iam.create_api_key(CreateApiKey::for_application(application.id)).await?;
//! println!("made the key {}; its secret key will not be answered again", key.access_key);
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do.

mod api_key;
mod application;
mod client;
mod connection;
mod group;
mod jwt;
mod log;
mod mfa;
mod organization;
mod permission_set;
mod policy;
mod preset;
mod quotum;
mod rotate;
mod rule;
mod saml;
mod scim;
mod ssh_key;
mod user;
mod webauthn;

pub use api_key::{AccessKey, ApiKey, BearerType, CreateApiKey, ListApiKeys, ListApiKeysOrder, UpdateApiKey};
pub use application::{
    Application, ApplicationId, CreateApplication, ListApplications, ListApplicationsOrder, UpdateApplication,
};
pub use client::Iam;
pub use connection::{
    ConnectedOrganization, ConnectedUser, Connection, ConnectionToken, Connections, JoinUserConnection,
    RemoveUserConnection,
};
pub use group::{
    CreateGroup, Group, GroupId, GroupMember, GroupMembers, ListGroups, ListGroupsOrder, UpdateGroup,
};
pub use jwt::{CreateJwt, EncodedJwt, Jwt, JwtId, ListJwts, ListJwtsOrder};
pub use log::{ListLogs, ListLogsOrder, Log, LogAction, LogId, LogResourceType};
pub use mfa::{
    GracePeriod, GracePeriodType, GracePeriods, ListGracePeriods, MfaOtp, RecoveryCodes, ValidateUserMfaOtp,
};
pub use organization::{
    OrganizationLogin, SecuritySettings, SetOrganizationAlias, UpdateLoginMethods, UpdateSecuritySettings,
};
pub use permission_set::{
    ListPermissionSets, ListPermissionSetsOrder, PermissionSet, PermissionSetId, PermissionSetScope,
};
pub use policy::{CreatePolicy, ListPolicies, ListPoliciesOrder, Policy, PolicyId, UpdatePolicy};
pub use preset::Preset;
pub use quotum::{GetQuotum, ListQuota, ListQuotaOrder, LocalityType, Quotum, QuotumLimit};
pub use rotate::KeyRotation;
pub use rule::{ListRules, Rule, RuleId, RuleSpec, Rules, SetRules};
pub use saml::{
    AddSamlCertificate, MetadataFile, ParseSamlMetadata, Saml, SamlCertificate, SamlCertificateId,
    SamlCertificateOrigin, SamlCertificateType, SamlCertificates, SamlId, SamlMetadata, SamlServiceProvider,
    SamlStatus, UpdateSaml,
};
pub use scaleway_core::{self, Client, Error, Result};
pub use scim::{CreatedScimToken, ListScimTokens, ListScimTokensOrder, Scim, ScimId, ScimToken, ScimTokenId};
pub use ssh_key::{CreateSshKey, ListSshKeys, ListSshKeysOrder, SshKey, SshKeyId, UpdateSshKey};
pub use user::{
    CreateUser, ListUsers, ListUsersOrder, NewMember, UpdateUser, UpdateUserPassword, UpdateUserUsername,
    User, UserId, UserStatus, UserType,
};
pub use webauthn::{
    FinishWebAuthnRegistration, ListWebAuthnAuthenticators, ListWebAuthnAuthenticatorsOrder,
    RegisteredWebAuthn, StartWebAuthnRegistration, UpdateWebAuthnAuthenticator, WebAuthnAuthenticator,
    WebAuthnAuthenticatorId, WebAuthnCeremony,
};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
