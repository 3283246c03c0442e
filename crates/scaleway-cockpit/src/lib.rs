//! A typed client of Scaleway Cockpit (API cockpit v1).

mod alert;
mod alert_manager;
mod client;
mod contact_point;
mod data_source;
mod token;

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
pub use data_source::{
    CreateDataSource, DataSource, DataSourceId, DataSourceKind, DataSourceOrigin, ListDataSources,
    ListDataSourcesOrder, UpdateDataSource,
};
pub use scaleway_core::{Error, Result};
pub use token::{CreateToken, ListTokens, ListTokensOrder, Token, TokenId, TokenScope};
