//! Exporters: what sends the data of Scaleway's products on to somewhere else.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, Pace, Page, Pager, Progress, ProjectId, Region, Request, Result, Secret, Timestamp,
    Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::{Cockpit, DataSourceId};

/// The id of an [`Exporter`].
pub type ExporterId = Id<Exporter>;

/// What sends the data of a data source on, to Datadog or by OTLP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Exporter {
    /// Its id.
    pub id: ExporterId,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The data source whose data it sends on.
    pub datasource_id: DataSourceId,
    /// Where to, if to Datadog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datadog_destination: Option<DatadogDestination>,
    /// Where to, if by OTLP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otlp_destination: Option<OtlpDestination>,
    /// What it is doing.
    pub status: ExporterStatus,
    /// The products whose data is sent on: their [names](crate::Product::name), or `all`.
    #[serde(default)]
    pub exported_products: Vec<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Where it is; not in recorded answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

impl Listed for Exporter {
    const FIELD: &'static str = "exporters";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What an [`Exporter`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExporterStatus {
    /// The API does not say; right after a change it does not know.
    UnknownStatus,
    /// It is being made or changed.
    Creating,
    /// It sends.
    Ready,
    /// It cannot send.
    Error,
    /// It works, but sends nothing.
    Idle,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Datadog, as a destination.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct DatadogDestination {
    /// The key to send with.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub api_key: Option<Secret>,
    /// The address of the Datadog site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

/// What speaks OTLP, as a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct OtlpDestination {
    /// The address to send to.
    #[setters(skip)]
    pub endpoint: String,
    /// What is sent with each request. Most destinations want a key in one of them.
    #[serde(default, serialize_with = "wire::secret_map", skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, Secret>>,
}

impl OtlpDestination {
    /// This address, without headers unless set.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), headers: Some(BTreeMap::new()) }
    }
}

/// A request for `CreateExporter`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateExporter {
    /// The data source whose data is sent on.
    #[setters(skip)]
    pub datasource_id: DataSourceId,
    /// Where to, if to Datadog.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datadog_destination: Option<DatadogDestination>,
    /// Where to, if by OTLP.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_destination: Option<OtlpDestination>,
    /// The products whose data is sent on: their [names](crate::Product::name); all unless set.
    pub exported_products: Vec<String>,
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl CreateExporter {
    /// An exporter of this data source to Datadog.
    pub fn to_datadog(source: DataSourceId, name: impl Into<String>, datadog: DatadogDestination) -> Self {
        Self { datadog_destination: Some(datadog), ..Self::new(source, name.into()) }
    }

    /// An exporter of this data source by OTLP.
    pub fn to_otlp(source: DataSourceId, name: impl Into<String>, otlp: OtlpDestination) -> Self {
        Self { otlp_destination: Some(otlp), ..Self::new(source, name.into()) }
    }

    fn new(datasource_id: DataSourceId, name: String) -> Self {
        Self {
            datasource_id,
            datadog_destination: None,
            otlp_destination: None,
            exported_products: vec!["all".to_owned()],
            name,
            description: None,
        }
    }
}

/// A request for `UpdateExporter`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateExporter {
    /// Where to, if to Datadog; not together with the other destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datadog_destination: Option<DatadogDestination>,
    /// Where to, if by OTLP; not together with the other destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp_destination: Option<OtlpDestination>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All products whose data is sent on, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exported_products: Option<Vec<String>>,
}

/// The order of [`ListExporters`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListExportersOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListExporters`: what is not set does not filter, but for the project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListExporters {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListExportersOrder>,
    /// Those of this project; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of this data source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datasource_id: Option<DataSourceId>,
}

impl Exporter {
    fn progress(self, settled: bool) -> Progress<Self> {
        match &self.status {
            ExporterStatus::Ready | ExporterStatus::Idle if settled => Progress::Reached(self),
            ExporterStatus::Error if settled => Progress::never(wire::spelled(&self.status), None),
            status => Progress::Changing(wire::spelled(status)),
        }
    }
}

const PACE: Pace = Pace::new(Duration::from_secs(1), Duration::from_mins(5));

/// Right after it was made or changed, an exporter is recorded to be in its former status, `unknown_status` and `error`
/// in turn, for up to 9 seconds before it is `creating`, and `ready` 18 seconds later.
const SETTLING: Duration = Duration::from_secs(15);

/// # Exporters
impl Cockpit {
    /// `CreateExporter`: answers while it is still being made; [wait](Self::wait_for_exporter) for it.
    pub async fn create_exporter(&self, request: CreateExporter) -> Result<Exporter> {
        self.api.send(self.api.post("CreateExporter", &["exporters"]).json(&request)).await
    }

    /// `GetExporter`.
    pub async fn get_exporter(&self, id: &ExporterId) -> Result<Exporter> {
        self.api.send(self.get_exporter_request(id)).await
    }

    fn get_exporter_request(&self, id: &ExporterId) -> Request<Exporter> {
        self.api.get("GetExporter", &["exporters", id.as_str()])
    }

    /// `ListExporters`.
    pub fn list_exporters(&self, mut request: ListExporters) -> Pager<Exporter> {
        self.list_project(&mut request.project_id);
        let list = self.api.get::<Page<_>>("ListExporters", &["exporters"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateExporter`: answers while it is still being changed; [wait](Self::wait_for_exporter) for it.
    pub async fn update_exporter(&self, id: &ExporterId, request: UpdateExporter) -> Result<Exporter> {
        self.api.send(self.api.patch("UpdateExporter", &["exporters", id.as_str()]).json(&request)).await
    }

    /// `DeleteExporter`.
    pub async fn delete_exporter(&self, id: &ExporterId) -> Result<()> {
        let delete = self.api.delete("DeleteExporter", &["exporters", id.as_str()]);
        self.api.send(delete).await.map(|Empty {}| ())
    }

    /// Waits until the exporter is ready or idle, 5 minutes at most unless told otherwise; `error` ends it. In the first
    /// 15 seconds neither is believed, for the API shows both before it starts.
    pub fn wait_for_exporter(&self, id: &ExporterId) -> Waiter<Exporter> {
        let clock = self.api.client().clock().clone();
        let started = clock.now();
        let look = self.get_exporter_request(id);
        self.api.wait(format!("exporter {id}"), PACE, look, move |exporter: Exporter| {
            exporter.progress(clock.now().since(started) >= SETTLING)
        })
    }
}
