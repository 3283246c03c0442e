//! Logs: what the engine of an instance wrote.

use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Pace, Progress, Region, Request, Result, Secret, Size, Timestamp, Waiter, wire,
};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// The id of an [`InstanceLog`].
pub type InstanceLogId = Id<InstanceLog>;

/// The logs of one node in a span of time, made ready for download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceLog {
    /// Where it can be downloaded, once it is ready. Whoever has the address has the log.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub download_url: Option<Secret>,
    /// Its id.
    pub id: InstanceLogId,
    /// What it is doing.
    pub status: InstanceLogStatus,
    /// The node that it is of.
    #[serde(default)]
    pub node_name: String,
    /// When it is deleted of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Where it is.
    pub region: Region,
}

/// What an [`InstanceLog`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InstanceLogStatus {
    /// The API does not say.
    Unknown,
    /// It can be downloaded.
    Ready,
    /// It is being made ready.
    Creating,
    /// It could not be made ready.
    Error,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// How long the logs of an instance are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct LogsPolicy {
    /// Days that a log is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_retention: Option<u32>,
    /// The disk that all logs may fill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_disk_retention: Option<Size>,
}

/// The logs that `PrepareInstanceLogs` and `ListInstanceLogs` answer: all at once, for there are no pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceLogs {
    /// The logs, one a node.
    #[serde(default)]
    pub instance_logs: Vec<InstanceLog>,
}

/// A request for `PrepareInstanceLogs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct PrepareInstanceLogs {
    /// From when; the oldest there are unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    /// Until when; now unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Timestamp>,
}

/// The order of [`ListInstanceLogs`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListInstanceLogsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListInstanceLogs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListInstanceLogs {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListInstanceLogsOrder>,
}

/// A request for `PurgeInstanceLogs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct PurgeInstanceLogs {
    /// Only this file; all of them unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_name: Option<String>,
}

/// What `ListInstanceLogsDetails` answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceLogDetails {
    /// The log files that the instance has.
    #[serde(default)]
    pub details: Vec<InstanceLogDetail>,
}

/// A log file on the disk of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceLogDetail {
    /// Its name.
    pub log_name: String,
    /// Its size.
    #[serde(default)]
    pub size: Size,
}

impl InstanceLog {
    fn progress(self) -> Progress<Self> {
        let state = wire::spelled(&self.status);
        match &self.status {
            InstanceLogStatus::Ready => Progress::Reached(self),
            InstanceLogStatus::Error => Progress::never(state, None),
            _ => Progress::Changing(state),
        }
    }
}

const PACE: Pace = Pace::new(Duration::from_secs(2), Duration::from_mins(15));

/// # Logs
impl Rdb {
    /// `PrepareInstanceLogs`: makes logs ready for download; [wait](Self::wait_for_instance_log) for each.
    pub async fn prepare_instance_logs(
        &self,
        instance: &InstanceId,
        request: PrepareInstanceLogs,
    ) -> Result<InstanceLogs> {
        let path = ["instances", instance.as_str(), "prepare-logs"];
        self.api.send(self.api.post("PrepareInstanceLogs", &path).json(&request)).await
    }

    /// `ListInstanceLogs`: those that were made ready for download.
    pub async fn list_instance_logs(
        &self,
        instance: &InstanceId,
        request: ListInstanceLogs,
    ) -> Result<InstanceLogs> {
        let path = ["instances", instance.as_str(), "logs"];
        self.api.send(self.api.get("ListInstanceLogs", &path).query(&request)).await
    }

    /// `GetInstanceLog`.
    pub async fn get_instance_log(&self, id: &InstanceLogId) -> Result<InstanceLog> {
        self.api.send(self.get_instance_log_request(id)).await
    }

    fn get_instance_log_request(&self, id: &InstanceLogId) -> Request<InstanceLog> {
        self.api.get("GetInstanceLog", &["logs", id.as_str()])
    }

    /// `PurgeInstanceLogs`: deletes log files from the instance's disk.
    pub async fn purge_instance_logs(&self, instance: &InstanceId, request: PurgeInstanceLogs) -> Result<()> {
        let path = ["instances", instance.as_str(), "purge-logs"];
        self.api.send(self.api.post::<Empty>("PurgeInstanceLogs", &path).json(&request)).await.map(|_| ())
    }

    /// `ListInstanceLogsDetails`: which log files are on the instance's disk.
    pub async fn list_instance_logs_details(&self, instance: &InstanceId) -> Result<InstanceLogDetails> {
        let path = ["instances", instance.as_str(), "logs-details"];
        self.api.send(self.api.get("ListInstanceLogsDetails", &path)).await
    }

    /// Waits until the log can be downloaded, 15 minutes at most unless told otherwise; `error` ends it at once.
    pub fn wait_for_instance_log(&self, id: &InstanceLogId) -> Waiter<InstanceLog> {
        self.api.wait(format!("log {id}"), PACE, self.get_instance_log_request(id), InstanceLog::progress)
    }
}
