//! IAM v1alpha1: who there is in an organisation, their keys, and what they may do.

use crate::router::{Product, Route};

mod access;
mod api_key;
mod application;
mod group;
mod jwt;
mod log;
mod organization;
mod permission_set;
mod policy;
mod rule;
mod shared;
mod user;

pub(crate) use access::*;

/// The path of what is below the API.
macro_rules! path {
    ($rest:literal) => {
        concat!("/iam/v1alpha1/", $rest)
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
        Route::new("GET", path!("users/{user_id}"), "GetUser", user::get),
        Route::new("PATCH", path!("users/{user_id}"), "UpdateUser", user::update),
        Route::new("DELETE", path!("users/{user_id}"), "DeleteUser", user::delete),
        Route::new(
            "POST",
            path!("users/{user_id}/update-username"),
            "UpdateUserUsername",
            user::update_username,
        ),
        Route::new(
            "POST",
            path!("users/{user_id}/update-password"),
            "UpdateUserPassword",
            user::update_password,
        )
        .simple(),
        Route::new("POST", path!("users/{user_id}/lock"), "LockUser", user::lock),
        Route::new("POST", path!("users/{user_id}/unlock"), "UnlockUser", user::unlock),
        Route::new("GET", path!("jwts"), "ListJWTs", jwt::list),
        Route::new("POST", path!("jwts"), "CreateJWT", jwt::create).simple(),
        Route::new("GET", path!("jwts/{jti}"), "GetJWT", jwt::get),
        Route::new("DELETE", path!("jwts/{jti}"), "DeleteJWT", jwt::delete),
        Route::new("GET", path!("logs"), "ListLogs", log::list),
        Route::new("GET", path!("logs/{log_id}"), "GetLog", log::get),
        Route::new("GET", path!("organizations/{organization_id}"), "GetOrganization", organization::get),
        Route::new(
            "PUT",
            path!("organizations/{organization_id}/alias"),
            "SetOrganizationAlias",
            organization::set_alias,
        ),
        Route::new(
            "PATCH",
            path!("organizations/{organization_id}/login-methods"),
            "UpdateOrganizationLoginMethods",
            organization::update_login_methods,
        ),
        Route::new(
            "GET",
            path!("organizations/{organization_id}/security-settings"),
            "GetOrganizationSecuritySettings",
            organization::get_security_settings,
        ),
        Route::new(
            "PATCH",
            path!("organizations/{organization_id}/security-settings"),
            "UpdateOrganizationSecuritySettings",
            organization::update_security_settings,
        ),
    ],
};
