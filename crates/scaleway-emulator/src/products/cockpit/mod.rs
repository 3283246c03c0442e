//! Cockpit v1: where metrics, logs and traces go, who may read and write them, and who is told when something breaks.

use serde_json::Value;

use crate::call::Call;
use crate::refusal::{Problem, Refusal};
use crate::router::{Product, Route};
use crate::store::{Body, Kind};

mod alert;
mod alert_manager;
mod contact_point;
mod data_source;
mod endpoint;
mod exporter;
mod grafana;
mod grafana_user;
mod plan;
mod token;
mod usage;

pub(crate) use endpoint::{
    Door as DataSourceDoor, OPERATIONS as DATA_SOURCE_OPERATIONS, door as data_source_door,
};

macro_rules! global {
    ($rest:literal) => {
        concat!("/cockpit/v1/", $rest)
    };
}
macro_rules! regional {
    ($rest:literal) => {
        concat!("/cockpit/v1/regions/{region}/", $rest)
    };
}
macro_rules! manager {
    ($rest:literal) => {
        concat!("/cockpit/v1/regions/{region}/alert-manager", $rest)
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "cockpit",
    regions: &["fr-par", "nl-ams", "pl-waw"],
    routes: &[
        Route::new("GET", global!("grafana"), "GetGrafana", grafana::get),
        Route::new("POST", global!("grafana/sync-data-sources"), "SyncGrafanaDataSources", grafana::sync),
        Route::new(
            "GET",
            global!("grafana/product-dashboards"),
            "ListGrafanaProductDashboards",
            grafana::dashboards,
        )
        .simple(),
        Route::new(
            "GET",
            global!("grafana/product-dashboards/{dashboard_name}"),
            "GetGrafanaProductDashboard",
            grafana::dashboard,
        )
        .simple(),
        Route::new("POST", global!("grafana/users"), "CreateGrafanaUser", grafana_user::create),
        Route::new("GET", global!("grafana/users"), "ListGrafanaUsers", grafana_user::list),
        Route::new(
            "DELETE",
            global!("grafana/users/{grafana_user_id}"),
            "DeleteGrafanaUser",
            grafana_user::delete,
        ),
        Route::new(
            "POST",
            global!("grafana/users/{grafana_user_id}/reset-password"),
            "ResetGrafanaUserPassword",
            grafana_user::reset_password,
        ),
        Route::new("GET", global!("plans"), "ListPlans", plan::list),
        Route::new("PATCH", global!("plans"), "SelectPlan", plan::select),
        Route::new("GET", global!("current-plan"), "GetCurrentPlan", plan::current),
        Route::new("GET", regional!("config"), "GetConfig", data_source::config),
        Route::new("POST", regional!("data-sources"), "CreateDataSource", data_source::create),
        Route::new("GET", regional!("data-sources"), "ListDataSources", data_source::list),
        Route::new("GET", regional!("data-sources/{data_source_id}"), "GetDataSource", data_source::get),
        Route::new(
            "PATCH",
            regional!("data-sources/{data_source_id}"),
            "UpdateDataSource",
            data_source::update,
        ),
        Route::new(
            "DELETE",
            regional!("data-sources/{data_source_id}"),
            "DeleteDataSource",
            data_source::delete,
        ),
        Route::new("POST", regional!("exporters"), "CreateExporter", exporter::create),
        Route::new("GET", regional!("exporters"), "ListExporters", exporter::list),
        Route::new("GET", regional!("exporters/{exporter_id}"), "GetExporter", exporter::get),
        Route::new("PATCH", regional!("exporters/{exporter_id}"), "UpdateExporter", exporter::update),
        Route::new("DELETE", regional!("exporters/{exporter_id}"), "DeleteExporter", exporter::delete),
        Route::new("POST", regional!("tokens"), "CreateToken", token::create),
        Route::new("GET", regional!("tokens"), "ListTokens", token::list),
        Route::new("GET", regional!("tokens/{token_id}"), "GetToken", token::get),
        Route::new("DELETE", regional!("tokens/{token_id}"), "DeleteToken", token::delete),
        Route::new("GET", regional!("products"), "ListProducts", usage::products),
        Route::new("GET", regional!("usage-overview"), "GetUsageOverview", usage::overview).simple(),
        Route::new("GET", manager!(""), "GetAlertManager", alert_manager::get),
        Route::new("POST", manager!("/enable"), "EnableAlertManager", alert_manager::enable),
        Route::new("POST", manager!("/disable"), "DisableAlertManager", alert_manager::disable),
        Route::new(
            "POST",
            manager!("/managed-alerts/enable"),
            "EnableManagedAlerts",
            alert_manager::enable_alerts,
        ),
        Route::new(
            "POST",
            manager!("/managed-alerts/disable"),
            "DisableManagedAlerts",
            alert_manager::disable_alerts,
        ),
        Route::new("POST", manager!("/trigger-test-alert"), "TriggerTestAlert", alert_manager::test).simple(),
        Route::new("POST", manager!("/contact-points"), "CreateContactPoint", contact_point::create),
        Route::new("GET", manager!("/contact-points"), "ListContactPoints", contact_point::list),
        Route::new("PATCH", manager!("/contact-points"), "UpdateContactPoint", contact_point::update),
        Route::new("POST", manager!("/contact-points/delete"), "DeleteContactPoint", contact_point::delete),
        Route::new("POST", manager!("/enable-alert-rules"), "EnableAlertRules", alert::enable),
        Route::new("POST", manager!("/disable-alert-rules"), "DisableAlertRules", alert::disable),
        Route::new("GET", regional!("alerts"), "ListAlerts", alert::list).simple(),
        Route::new("GET", regional!("rules/count"), "GetRulesCount", alert::count).simple(),
    ],
};

/// The project that the request's body must name.
fn project(call: &Call<'_>) -> Result<String, Refusal> {
    match call.text("project_id") {
        "" => Err(Refusal::invalid_arguments(&[Problem::required("project_id")])),
        project => Ok(project.to_owned()),
    }
}

/// The project that the query must name.
fn queried_project<'c>(call: &'c Call<'_>) -> Result<&'c str, Refusal> {
    let project = call.query("project_id").filter(|project| !project.is_empty());
    project.ok_or_else(|| Refusal::invalid_arguments(&[Problem::required("project_id")]))
}

/// The key of what a project has once a region.
fn singleton(call: &Call<'_>, project: &str) -> String {
    format!("{}/{project}", call.region())
}

/// Lays `patch` over the record of that key, and makes it where it does not exist.
fn put(call: &mut Call<'_>, kind: Kind, key: &str, project: &str, patch: Body) {
    if let Some(record) = call.world.store.get_mut(kind, key) {
        record.body.extend(patch);
        return;
    }
    call.world.remember_project(project);
    let record = call.draft(project, patch);
    call.world.store.insert(kind, key, record);
}

/// A query parameter, unless it is empty or one of the SDKs' `unknown_…`.
fn wanted<'c>(call: &'c Call<'_>, name: &str) -> Option<&'c str> {
    call.query(name).filter(|value| !value.is_empty() && !value.starts_with("unknown"))
}

/// `name_asc` → whether it is descending; refuses fields other than those.
fn order<'o>(call: &'o Call<'_>, default: &'o str, fields: &[&str]) -> Result<(&'o str, bool), Refusal> {
    let order = wanted(call, "order_by").unwrap_or(default);
    match order.rsplit_once('_') {
        Some((field, direction @ ("asc" | "desc"))) if fields.contains(&field) => {
            Ok((field, direction == "desc"))
        }
        _ => {
            let help = format!("must be one of {} with _asc or _desc", fields.join(", "));
            Err(Refusal::constraint("order_by", help))
        }
    }
}

/// Sorts by a text, without regard to case (recorded).
fn sort(items: &mut [Value], (field, descending): (&str, bool)) {
    items.sort_by(|a, b| {
        let key = |item: &Value| item[field].as_str().map(str::to_lowercase);
        let order = key(a).cmp(&key(b));
        if descending { order.reverse() } else { order }
    });
}
