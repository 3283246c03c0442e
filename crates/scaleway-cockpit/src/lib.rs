//! A typed client of Scaleway Cockpit (API cockpit v1): metrics, logs, traces, and alerts on them.
//!
//! | resource | operations |
//! |---|---|
//! | [`DataSource`] | [create](Cockpit::create_data_source), [get](Cockpit::get_data_source), [list](Cockpit::list_data_sources), [update](Cockpit::update_data_source), [delete](Cockpit::delete_data_source); [usage](Cockpit::get_usage_overview), [retention limits](Cockpit::get_config) |
//! | [`Metrics`] | [open](Cockpit::metrics), [query](Metrics::query), [query a range](Metrics::query_range), [push](Metrics::push), [own rules](Metrics::rules) |
//! | [`Logs`] | [open](Cockpit::logs), [query](Logs::query), [query a range](Logs::query_range), [push](Logs::push), [own rules](Logs::rules) |
//! | [`OwnRules`] | [set](OwnRules::set), [list](OwnRules::list), [delete a group](OwnRules::delete_group), [delete a namespace](OwnRules::delete_namespace) |
//! | [`Token`] | [create](Cockpit::create_token), [get](Cockpit::get_token), [list](Cockpit::list_tokens), [delete](Cockpit::delete_token) |
//! | [`AlertManager`] | [get](Cockpit::get_alert_manager), [enable](Cockpit::enable_alert_manager), [disable](Cockpit::disable_alert_manager), [enable managed alerts](Cockpit::enable_managed_alerts), [disable managed alerts](Cockpit::disable_managed_alerts), [test](Cockpit::trigger_test_alert) |
//! | [`ContactPoint`] | [create](Cockpit::create_contact_point), [list](Cockpit::list_contact_points), [first page](Cockpit::first_contact_points), [update](Cockpit::update_contact_point), [delete](Cockpit::delete_contact_point) |
//! | [`Alert`] | [list](Cockpit::list_alerts), [count](Cockpit::get_rules_count), [enable](Cockpit::enable_alert_rules), [disable](Cockpit::disable_alert_rules) |
//! | [`Exporter`] | [create](Cockpit::create_exporter), [get](Cockpit::get_exporter), [list](Cockpit::list_exporters), [update](Cockpit::update_exporter), [delete](Cockpit::delete_exporter), [wait](Cockpit::wait_for_exporter); [products](Cockpit::list_products) |
//! | [`Grafana`] | [get](Cockpit::get_grafana), [sync data sources](Cockpit::sync_grafana_data_sources) |
//! | [`GrafanaUser`] | [create](Cockpit::create_grafana_user), [list](Cockpit::list_grafana_users), [reset password](Cockpit::reset_grafana_user_password), [delete](Cockpit::delete_grafana_user) |
//! | [`ProductDashboard`] | [get](Cockpit::get_product_dashboard), [list](Cockpit::list_product_dashboards) |
//! | [`Plan`] | [list](Cockpit::list_plans), [select](Cockpit::select_plan), [current](Cockpit::get_current_plan) |
//!
//! ```no_run
//! use scaleway_cockpit::{Cockpit, CreateContactPoint, CreateDataSource, CreateToken, DataSourceKind, InProject, TokenScope};
//! use scaleway_core::Client;
//!
//! # async fn run() -> Result<(), scaleway_cockpit::Error> {
//! let cockpit = Cockpit::new(&Client::from_env()?);
//! let logs = CreateDataSource::new("evalap-staging", DataSourceKind::Logs).retention_days(30u32);
//! let logs = cockpit.create_data_source(logs).await?;
//! let token = cockpit.create_token(CreateToken::new("evalap-staging", [TokenScope::WriteOnlyLogs])).await?;
//! println!("write to {} with the token {}", logs.url, token.name);
//!
//! cockpit.enable_alert_manager(InProject::default()).await?;
//! cockpit.create_contact_point(CreateContactPoint::new("on-call@example.org")).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Grafana and plans are in no region; everything else is in the region of the [`Cockpit`]. [`Metrics`] and [`Logs`] speak to
//! a data source's own address, with a token instead of the client's key:
//!
//! ```no_run
//! # async fn run(cockpit: scaleway_cockpit::Cockpit, source: scaleway_cockpit::DataSource, token: scaleway_core::Secret) -> Result<(), scaleway_cockpit::Error> {
//! use scaleway_cockpit::{Rule, RuleGroup};
//!
//! let metrics = cockpit.metrics(&source, &token)?;
//! let down = Rule::alert("EvalapDown", "up == 0")
//!     .hold(std::time::Duration::from_secs(300))
//!     .label("severity", "critical");
//! metrics.rules().set("evalap-staging", &RuleGroup::new("availability", [down])).await?;
//! println!("{:?}", metrics.query("up").await?);
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do.

mod alert;
mod alert_manager;
mod client;
mod contact_point;
mod dashboard;
mod data_source;
mod endpoint;
mod exporter;
mod grafana;
mod limits;
mod logs;
mod metrics;
mod plan;
mod product;
mod query;
mod rules;
mod token;
mod usage;

pub use alert::{
    Alert, AlertRuleId, AlertRules, AlertState, AlertStatus, DataSourceRulesCount, DisabledAlertRules,
    EnabledAlertRules, ListAlerts, PreconfiguredRule, RulesCount,
};
pub use alert_manager::AlertManager;
pub use client::{Cockpit, InProject};
pub use contact_point::{
    ContactPoint, ContactPoints, CreateContactPoint, DeleteContactPoint, Email, ListContactPoints,
    UpdateContactPoint,
};
pub use dashboard::{ListProductDashboards, ProductDashboard};
pub use data_source::{
    CreateDataSource, DataSource, DataSourceId, DataSourceKind, DataSourceOrigin, ListDataSources,
    ListDataSourcesOrder, UpdateDataSource,
};
pub use exporter::{
    CreateExporter, DatadogDestination, Exporter, ExporterId, ExporterStatus, ListExporters,
    ListExportersOrder, OtlpDestination, UpdateExporter,
};
pub use grafana::{
    CreateGrafanaUser, Grafana, GrafanaUser, GrafanaUserId, GrafanaUserRole, ListGrafanaUsers,
    ListGrafanaUsersOrder,
};
pub use limits::{RetentionLimit, RetentionLimits};
pub use logs::{LogRange, Logs};
pub use metrics::Metrics;
pub use plan::{ListPlans, ListPlansOrder, Plan, PlanName, SelectPlan};
pub use product::{ListProducts, ListProductsOrder, Product};
pub use query::{LogLine, Point, QueryResult, Sample, Series, Stream};
pub use rules::{EvaluatedGroup, EvaluatedRule, OwnRules, Rule, RuleGroup};
pub use scaleway_core::{self, Client, Error, Result};
pub use token::{CreateToken, ListTokens, ListTokensOrder, Token, TokenId, TokenScope};
pub use usage::{GetUsageOverview, Usage, UsageOverview, UsageUnit};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
