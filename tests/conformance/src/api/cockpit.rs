//! Cockpit v1, global and regional: query, body and answer of every operation.

use scaleway_cockpit::*;
use scaleway_core::{Empty, Page};

use crate::operation::{Api, Operation, delete, get, patch, post};

pub(super) const GLOBAL: Api =
    Api { facts: "cockpit", client: "scaleway-cockpit", root: "/cockpit/v1", operations: GLOBAL_OPERATIONS };

#[rustfmt::skip] // one line an operation
const GLOBAL_OPERATIONS: &[Operation] = &[
    get::<InProject, (), Grafana>("GetGrafana", "/grafana"),
    post::<(), InProject, Empty>("SyncGrafanaDataSources", "/grafana/sync-data-sources"),
    post::<(), CreateGrafanaUser, GrafanaUser>("CreateGrafanaUser", "/grafana/users"),
    get::<ListGrafanaUsers, (), Page<GrafanaUser>>("ListGrafanaUsers", "/grafana/users"),
    delete::<InProject, (), Empty>("DeleteGrafanaUser", "/grafana/users/{grafana_user_id}"),
    post::<(), InProject, GrafanaUser>("ResetGrafanaUserPassword", "/grafana/users/{grafana_user_id}/reset-password"),
    get::<ListProductDashboards, (), Page<ProductDashboard>>("ListGrafanaProductDashboards", "/grafana/product-dashboards"),
    get::<InProject, (), ProductDashboard>("GetGrafanaProductDashboard", "/grafana/product-dashboards/{dashboard_name}"),
    get::<ListPlans, (), Page<Plan>>("ListPlans", "/plans"),
    patch::<(), SelectPlan, Plan>("SelectPlan", "/plans"),
    get::<InProject, (), Plan>("GetCurrentPlan", "/current-plan"),
];

pub(super) const REGIONAL: Api = Api {
    facts: "cockpit",
    client: "scaleway-cockpit",
    root: "/cockpit/v1/regions/{region}",
    operations: REGIONAL_OPERATIONS,
};

#[rustfmt::skip] // one line an operation
const REGIONAL_OPERATIONS: &[Operation] = &[
    get::<(), (), RetentionLimits>("GetConfig", "/config"),
    post::<(), CreateExporter, Exporter>("CreateExporter", "/exporters"),
    get::<ListExporters, (), Page<Exporter>>("ListExporters", "/exporters"),
    get::<(), (), Exporter>("GetExporter", "/exporters/{exporter_id}"),
    delete::<(), (), Empty>("DeleteExporter", "/exporters/{exporter_id}"),
    patch::<(), UpdateExporter, Exporter>("UpdateExporter", "/exporters/{exporter_id}"),
    post::<(), CreateDataSource, DataSource>("CreateDataSource", "/data-sources"),
    get::<(), (), DataSource>("GetDataSource", "/data-sources/{data_source_id}"),
    delete::<(), (), Empty>("DeleteDataSource", "/data-sources/{data_source_id}"),
    get::<ListDataSources, (), Page<DataSource>>("ListDataSources", "/data-sources"),
    patch::<(), UpdateDataSource, DataSource>("UpdateDataSource", "/data-sources/{data_source_id}"),
    get::<GetUsageOverview, (), UsageOverview>("GetUsageOverview", "/usage-overview"),
    post::<(), CreateToken, Token>("CreateToken", "/tokens"),
    get::<ListTokens, (), Page<Token>>("ListTokens", "/tokens"),
    get::<(), (), Token>("GetToken", "/tokens/{token_id}"),
    delete::<(), (), Empty>("DeleteToken", "/tokens/{token_id}"),
    get::<ListProducts, (), Page<Product>>("ListProducts", "/products"),
    get::<InProject, (), AlertManager>("GetAlertManager", "/alert-manager"),
    post::<(), InProject, AlertManager>("EnableAlertManager", "/alert-manager/enable"),
    post::<(), InProject, AlertManager>("DisableAlertManager", "/alert-manager/disable"),
    get::<InProject, (), RulesCount>("GetRulesCount", "/rules/count"),
    post::<(), CreateContactPoint, ContactPoint>("CreateContactPoint", "/alert-manager/contact-points"),
    get::<ListContactPoints, (), ContactPoints>("ListContactPoints", "/alert-manager/contact-points"),
    patch::<(), UpdateContactPoint, ContactPoint>("UpdateContactPoint", "/alert-manager/contact-points"),
    post::<(), DeleteContactPoint, Empty>("DeleteContactPoint", "/alert-manager/contact-points/delete"),
    get::<ListAlerts, (), Page<Alert>>("ListAlerts", "/alerts"),
    post::<(), InProject, AlertManager>("EnableManagedAlerts", "/alert-manager/managed-alerts/enable"),
    post::<(), InProject, AlertManager>("DisableManagedAlerts", "/alert-manager/managed-alerts/disable"),
    post::<(), AlertRules, EnabledAlertRules>("EnableAlertRules", "/alert-manager/enable-alert-rules"),
    post::<(), AlertRules, DisabledAlertRules>("DisableAlertRules", "/alert-manager/disable-alert-rules"),
    post::<(), InProject, Empty>("TriggerTestAlert", "/alert-manager/trigger-test-alert"),
];
