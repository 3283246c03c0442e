//! Runs: a job at work, and how that ended.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Page, Pager, ProjectId, Region, Request, Result, Timestamp, wire,
};
use serde::{Deserialize, Serialize};

use crate::{JobDefinitionId, Jobs};

/// The id of a [`JobRun`].
pub type JobRunId = Id<JobRun>;

/// One run of a job, with the configuration that it was started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobRun {
    /// Its id.
    pub id: JobRunId,
    /// What it runs.
    pub job_definition_id: JobDefinitionId,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// When it started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminated_at: Option<Timestamp>,
    /// How long it took.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub run_duration: Option<Duration>,
    /// What it is doing.
    pub state: JobRunState,
    /// Why it failed or was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<JobRunReason>,
    /// What the command exited with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it failed, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Its CPU, in thousandths of a virtual CPU.
    #[serde(default)]
    pub cpu_limit: u32,
    /// Its memory, in megabytes.
    #[serde(default)]
    pub memory_limit: u32,
    /// Its disk, in megabytes.
    #[serde(default)]
    pub local_storage_capacity: u32,
    /// The command as one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Its variables.
    #[serde(default)]
    pub environment_variables: BTreeMap<String, String>,
    /// What is run in place of the image's entrypoint.
    #[serde(default)]
    pub startup_command: Vec<String>,
    /// The arguments of the command.
    #[serde(default)]
    pub args: Vec<String>,
    /// How often it has been tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// Where it is.
    pub region: Region,
}

impl Listed for JobRun {
    const FIELD: &'static str = "job_runs";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`JobRun`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobRunState {
    /// The API does not say.
    UnknownState,
    /// It was asked for.
    Initialized,
    /// Its configuration holds.
    Validated,
    /// It waits for a machine.
    Queued,
    /// It runs.
    Running,
    /// It has ended well.
    Succeeded,
    /// It has ended badly: see its `reason`.
    Failed,
    /// It is being stopped.
    Interrupting,
    /// It was stopped.
    Interrupted,
    /// It failed and will be tried again.
    Retrying,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Why a [`JobRun`] failed or was interrupted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobRunReason {
    /// The API does not say.
    UnknownReason,
    /// What was asked for cannot be run.
    InvalidRequest,
    /// It took longer than it may.
    Timeout,
    /// Someone stopped it.
    Cancellation,
    /// The platform failed.
    TechnicalError,
    /// There is no such image.
    ImageNotFound,
    /// The image cannot be run.
    InvalidImage,
    /// It used more memory than it may.
    MemoryUsageExceeded,
    /// It used more disk than it may.
    StorageUsageExceeded,
    /// The command ended badly: see the run's `exit_code`.
    ExitedWithError,
    /// A version of a secret that it needs is disabled.
    SecretDisabled,
    /// A secret that it needs is not there.
    SecretNotFound,
    /// A quota is used up.
    QuotaExceeded,
    /// The command could not be started.
    ApplicationNotStarted,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The order of [`ListJobRuns`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListJobRunsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListJobRuns`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListJobRuns {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListJobRunsOrder>,
    /// Only those of this job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_definition_id: Option<JobDefinitionId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<JobRunState>,
    /// Only those in one of these states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<Vec<JobRunState>>,
    /// Only those that ended for one of these reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<JobRunReason>>,
}

/// # Runs
impl Jobs {
    /// `GetJobRun`.
    pub async fn get_job_run(&self, id: &JobRunId) -> Result<JobRun> {
        self.api.send(self.get_job_run_request(id)).await
    }

    pub(crate) fn get_job_run_request(&self, id: &JobRunId) -> Request<JobRun> {
        self.api.get("GetJobRun", &["job-runs", id.as_str()])
    }

    /// `ListJobRuns`.
    pub fn list_job_runs(&self, request: ListJobRuns) -> Pager<JobRun> {
        let list = self.api.get::<Page<_>>("ListJobRuns", &["job-runs"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `StopJobRun`: answers while it is still being stopped.
    pub async fn stop_job_run(&self, id: &JobRunId) -> Result<JobRun> {
        let stop = self.api.post("StopJobRun", &["job-runs", id.as_str(), "stop"]);
        self.api.send(stop.json(&Empty {}).repeatable()).await
    }
}
