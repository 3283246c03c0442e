//! Data sources: where metrics, logs and traces are kept.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, Page, Pager, ProjectId, Region, Result, Size, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Cockpit;

/// The id of a [`DataSource`].
pub type DataSourceId = Id<DataSource>;

/// A store of metrics, logs or traces, with an address of its own to write to and to query. It can be used as soon as it
/// is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataSource {
    /// Its id.
    pub id: DataSourceId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Its name.
    pub name: String,
    /// Its address: data is written and queried, and own alert rules are set, below it, with a
    /// [token](crate::Token).
    #[serde(default)]
    pub url: String,
    /// What it keeps.
    #[serde(rename = "type")]
    pub kind: DataSourceKind,
    /// Where its data comes from.
    pub origin: DataSourceOrigin,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Whether Grafana shows its present configuration; see
    /// [`sync_grafana_data_sources`](Cockpit::sync_grafana_data_sources).
    #[serde(default)]
    pub synchronized_with_grafana: bool,
    /// For how many days data is kept; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Where it is.
    pub region: Region,
    /// How much was written to it this month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_month_usage: Option<Size>,
}

impl Listed for DataSource {
    const FIELD: &'static str = "data_sources";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`DataSource`] keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DataSourceKind {
    /// The API does not say.
    UnknownType,
    /// Metrics, in the manner of Prometheus.
    Metrics,
    /// Logs, in the manner of Loki.
    Logs,
    /// Traces, in the manner of Tempo.
    Traces,
    /// A kind that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Where the data of a [`DataSource`] comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DataSourceOrigin {
    /// The API does not say; as a filter: from anywhere.
    UnknownOrigin,
    /// Scaleway's own products: the platform makes and fills it.
    Scaleway,
    /// The project's own applications, as `custom`.
    External,
    /// The project's own applications: made by [`create_data_source`](Cockpit::create_data_source).
    Custom,
    /// An origin that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateDataSource`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateDataSource {
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// What it keeps.
    #[setters(skip)]
    #[serde(rename = "type")]
    pub kind: DataSourceKind,
    /// For how many days data is kept: 1 to 1825; unless set 31 for metrics, 7 for logs and traces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
}

impl CreateDataSource {
    /// A data source of this name for metrics, logs or traces.
    pub fn new(name: impl Into<String>, kind: DataSourceKind) -> Self {
        Self { project_id: None, name: name.into(), kind, retention_days: None }
    }
}

/// A request for `UpdateDataSource`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateDataSource {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For how many days data is kept: 1 to 1825.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
}

/// The order of [`ListDataSources`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListDataSourcesOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// By what they keep.
    TypeAsc,
    /// By what they keep, backwards.
    TypeDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListDataSources`: what is not set does not filter, but for the project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListDataSources {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListDataSourcesOrder>,
    /// Those of this project; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those with data from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<DataSourceOrigin>,
    /// Only those that keep one of these.
    #[serde(rename = "types", skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<DataSourceKind>>,
}

/// # Data sources
impl Cockpit {
    /// `CreateDataSource`: it can be used at once.
    pub async fn create_data_source(&self, mut request: CreateDataSource) -> Result<DataSource> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreateDataSource", &["data-sources"]).json(&request)).await
    }

    /// `GetDataSource`.
    pub async fn get_data_source(&self, id: &DataSourceId) -> Result<DataSource> {
        self.api.send(self.api.get("GetDataSource", &["data-sources", id.as_str()])).await
    }

    /// `ListDataSources`: the project's own and those that the platform fills.
    pub fn list_data_sources(&self, mut request: ListDataSources) -> Pager<DataSource> {
        self.list_project(&mut request.project_id);
        let list = self.api.get::<Page<_>>("ListDataSources", &["data-sources"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateDataSource`.
    pub async fn update_data_source(
        &self,
        id: &DataSourceId,
        request: UpdateDataSource,
    ) -> Result<DataSource> {
        self.api.send(self.api.patch("UpdateDataSource", &["data-sources", id.as_str()]).json(&request)).await
    }

    /// `DeleteDataSource`: deletes the data in it, too.
    pub async fn delete_data_source(&self, id: &DataSourceId) -> Result<()> {
        let delete = self.api.delete("DeleteDataSource", &["data-sources", id.as_str()]);
        self.api.send(delete).await.map(|Empty {}| ())
    }
}
