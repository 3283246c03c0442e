//! IAM v1alpha1: who there is in an organisation, their keys, and what they may do.

use crate::router::{Product, Route};

mod access;
mod api_key;
mod application;
mod connection;
mod group;
mod jwt;
mod log;
mod mfa;
mod organization;
mod permission_set;
mod policy;
mod quotum;
mod rule;
mod saml;
mod scim;
mod shared;
mod ssh_key;
mod user;
mod webauthn;

pub(crate) use access::*;

/// The path of what is below the API.
macro_rules! path {
    ($rest:literal) => {
        concat!("/iam/v1alpha1/", $rest)
    };
}

macro_rules! user {
    ($rest:literal) => {
        concat!("/iam/v1alpha1/users/{user_id}", $rest)
    };
}
macro_rules! organization {
    ($rest:literal) => {
        concat!("/iam/v1alpha1/organizations/{organization_id}", $rest)
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "iam",
    regions: &[],
    routes: &[
        Route::new("GET", path!("applications"), "ListApplications", application::list),
        Route::new("POST", path!("applications"), "CreateApplication", application::create),
        Route::new("GET", path!("applications/{application_id}"), "GetApplication", application::get),
        Route::new("PATCH", path!("applications/{application_id}"), "UpdateApplication", application::update),
        Route::new(
            "DELETE",
            path!("applications/{application_id}"),
            "DeleteApplication",
            application::delete,
        ),
        Route::new("GET", path!("api-keys"), "ListAPIKeys", api_key::list),
        Route::new("POST", path!("api-keys"), "CreateAPIKey", api_key::create),
        Route::new("GET", path!("api-keys/{access_key}"), "GetAPIKey", api_key::get),
        Route::new("PATCH", path!("api-keys/{access_key}"), "UpdateAPIKey", api_key::update),
        Route::new("DELETE", path!("api-keys/{access_key}"), "DeleteAPIKey", api_key::delete),
        Route::new("GET", path!("groups"), "ListGroups", group::list),
        Route::new("POST", path!("groups"), "CreateGroup", group::create),
        Route::new("GET", path!("groups/{group_id}"), "GetGroup", group::get),
        Route::new("PATCH", path!("groups/{group_id}"), "UpdateGroup", group::update),
        Route::new("DELETE", path!("groups/{group_id}"), "DeleteGroup", group::delete),
        Route::new("PUT", path!("groups/{group_id}/members"), "SetGroupMembers", group::set_members),
        Route::new("POST", path!("groups/{group_id}/add-member"), "AddGroupMember", group::add_member),
        Route::new("POST", path!("groups/{group_id}/add-members"), "AddGroupMembers", group::add_members),
        Route::new(
            "POST",
            path!("groups/{group_id}/remove-member"),
            "RemoveGroupMember",
            group::remove_member,
        ),
        Route::new("GET", path!("policies"), "ListPolicies", policy::list),
        Route::new("POST", path!("policies"), "CreatePolicy", policy::create),
        Route::new("GET", path!("policies/{policy_id}"), "GetPolicy", policy::get),
        Route::new("PATCH", path!("policies/{policy_id}"), "UpdatePolicy", policy::update),
        Route::new("DELETE", path!("policies/{policy_id}"), "DeletePolicy", policy::delete),
        Route::new("POST", path!("policies/{policy_id}/clone"), "ClonePolicy", policy::clone),
        Route::new("GET", path!("rules"), "ListRules", rule::list),
        Route::new("PUT", path!("rules"), "SetRules", rule::set),
        Route::new("GET", path!("permission-sets"), "ListPermissionSets", permission_set::list),
        Route::new("GET", path!("users"), "ListUsers", user::list),
        Route::new("POST", path!("users"), "CreateUser", user::create),
        Route::new("GET", user!(""), "GetUser", user::get),
        Route::new("PATCH", user!(""), "UpdateUser", user::update),
        Route::new("DELETE", user!(""), "DeleteUser", user::delete),
        Route::new("POST", user!("/update-username"), "UpdateUserUsername", user::update_username),
        Route::new("POST", user!("/update-password"), "UpdateUserPassword", user::update_password).simple(),
        Route::new("POST", user!("/lock"), "LockUser", user::lock),
        Route::new("POST", user!("/unlock"), "UnlockUser", user::unlock),
        Route::new("POST", user!("/mfa-otp"), "CreateUserMFAOTP", mfa::create_otp).simple(),
        Route::new("POST", user!("/validate-mfa-otp"), "ValidateUserMFAOTP", mfa::validate_otp).simple(),
        Route::new("DELETE", user!("/mfa-otp"), "DeleteUserMFAOTP", mfa::delete_otp).simple(),
        Route::new("GET", path!("grace-periods"), "ListGracePeriods", mfa::grace_periods).simple(),
        Route::new("GET", user!("/connections"), "GetUserConnections", connection::get).simple(),
        Route::new("POST", user!("/initiate-connection"), "InitiateUserConnection", connection::initiate)
            .simple(),
        Route::new("POST", user!("/join-connection"), "JoinUserConnection", connection::join).simple(),
        Route::new("POST", user!("/remove-connection"), "RemoveUserConnection", connection::remove).simple(),
        Route::new(
            "POST",
            user!("/start-webauthn-registration"),
            "StartUserWebAuthnRegistration",
            webauthn::start,
        )
        .simple(),
        Route::new(
            "POST",
            user!("/finish-webauthn-registration"),
            "FinishUserWebAuthnRegistration",
            webauthn::finish,
        )
        .simple(),
        Route::new(
            "GET",
            user!("/webauthn-authenticators"),
            "ListUserWebAuthnAuthenticators",
            webauthn::list,
        )
        .simple(),
        Route::new(
            "PATCH",
            path!("webauthn-authenticator/{authenticator_id}"),
            "UpdateWebAuthnAuthenticator",
            webauthn::update,
        )
        .simple(),
        Route::new(
            "DELETE",
            path!("webauthn-authenticator/{authenticator_id}"),
            "DeleteWebAuthnAuthenticator",
            webauthn::delete,
        )
        .simple(),
        Route::new("GET", path!("ssh-keys"), "ListSSHKeys", ssh_key::list),
        Route::new("POST", path!("ssh-keys"), "CreateSSHKey", ssh_key::create),
        Route::new("GET", path!("ssh-keys/{ssh_key_id}"), "GetSSHKey", ssh_key::get),
        Route::new("PATCH", path!("ssh-keys/{ssh_key_id}"), "UpdateSSHKey", ssh_key::update),
        Route::new("DELETE", path!("ssh-keys/{ssh_key_id}"), "DeleteSSHKey", ssh_key::delete),
        Route::new("GET", path!("jwts"), "ListJWTs", jwt::list),
        Route::new("POST", path!("jwts"), "CreateJWT", jwt::create).simple(),
        Route::new("GET", path!("jwts/{jti}"), "GetJWT", jwt::get),
        Route::new("DELETE", path!("jwts/{jti}"), "DeleteJWT", jwt::delete),
        Route::new("GET", path!("logs"), "ListLogs", log::list),
        Route::new("GET", path!("logs/{log_id}"), "GetLog", log::get),
        Route::new("GET", path!("quota"), "ListQuota", quotum::list).simple(),
        Route::new("GET", path!("quota/{quotum_name}"), "GetQuotum", quotum::get).simple(),
        Route::new("GET", organization!(""), "GetOrganization", organization::get),
        Route::new("PUT", organization!("/alias"), "SetOrganizationAlias", organization::set_alias),
        Route::new(
            "PATCH",
            organization!("/login-methods"),
            "UpdateOrganizationLoginMethods",
            organization::update_login_methods,
        ),
        Route::new(
            "GET",
            organization!("/security-settings"),
            "GetOrganizationSecuritySettings",
            organization::get_security_settings,
        ),
        Route::new(
            "PATCH",
            organization!("/security-settings"),
            "UpdateOrganizationSecuritySettings",
            organization::update_security_settings,
        ),
        Route::new("GET", organization!("/saml"), "GetOrganizationSaml", saml::get).simple(),
        Route::new("POST", organization!("/saml"), "EnableOrganizationSaml", saml::enable).simple(),
        Route::new("PATCH", path!("saml/{saml_id}"), "UpdateSaml", saml::update).simple(),
        Route::new("DELETE", path!("saml/{saml_id}"), "DeleteSaml", saml::delete).simple(),
        Route::new("POST", path!("parse-saml-metadata"), "ParseSamlMetadata", saml::parse_metadata),
        Route::new(
            "GET",
            path!("saml/{saml_id}/certificates"),
            "ListSamlCertificates",
            saml::list_certificates,
        )
        .simple(),
        Route::new("POST", path!("saml/{saml_id}/certificates"), "AddSamlCertificate", saml::add_certificate)
            .simple(),
        Route::new(
            "GET",
            path!("saml-certificates/{certificate_id}"),
            "GetSamlCertificate",
            saml::get_certificate,
        )
        .simple(),
        Route::new(
            "DELETE",
            path!("saml-certificates/{certificate_id}"),
            "DeleteSamlCertificate",
            saml::delete_certificate,
        )
        .simple(),
        Route::new("GET", organization!("/scim"), "GetOrganizationScim", scim::get).simple(),
        Route::new("POST", organization!("/scim"), "EnableOrganizationScim", scim::enable).simple(),
        Route::new("DELETE", path!("scim/{scim_id}"), "DeleteScim", scim::delete).simple(),
        Route::new("GET", path!("scim/{scim_id}/tokens"), "ListScimTokens", scim::list_tokens).simple(),
        Route::new("POST", path!("scim/{scim_id}/tokens"), "CreateScimToken", scim::create_token).simple(),
        Route::new("DELETE", path!("scim-tokens/{token_id}"), "DeleteScimToken", scim::delete_token).simple(),
    ],
};
