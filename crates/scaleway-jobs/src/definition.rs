//! Job definitions: what a run runs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Empty, Id, Listed, OrganizationId, Page, Pager, ProjectId, Region, Result, Timestamp, wire,
};
use serde::{Deserialize, Serialize};

use crate::{JobRun, Jobs};

/// The id of a [`JobDefinition`].
pub type JobDefinitionId = Id<JobDefinition>;

/// What a run runs: an image with its command, variables and limits. It runs when it is
/// [started](Jobs::start_job_definition) or [triggered](crate::Trigger). It has no private network: it cannot reach a
/// database that has only a private endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobDefinition {
    /// Its id.
    pub id: JobDefinitionId,
    /// Its name.
    pub name: String,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// The CPU of a run, in thousandths of a virtual CPU.
    #[serde(default)]
    pub cpu_limit: u32,
    /// The memory of a run, in megabytes.
    #[serde(default)]
    pub memory_limit: u32,
    /// The disk of a run, in megabytes.
    #[serde(default)]
    pub local_storage_capacity: u32,
    /// The image.
    #[serde(default)]
    pub image_uri: String,
    /// The command as one line; newer definitions have `startup_command` and `args`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Its variables. Secrets are no variables here: see [`JobSecret`](crate::JobSecret).
    #[serde(default)]
    pub environment_variables: BTreeMap<String, String>,
    /// How long a run may take.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub job_timeout: Option<Duration>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// When it runs by itself; newer definitions have [triggers](crate::Trigger).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron_schedule: Option<CronSchedule>,
    /// What is run in place of the image's entrypoint.
    #[serde(default)]
    pub startup_command: Vec<String>,
    /// The arguments of the command.
    #[serde(default)]
    pub args: Vec<String>,
    /// How often a run that fails is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// Where it is.
    pub region: Region,
}

impl Listed for JobDefinition {
    const FIELD: &'static str = "job_definitions";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// When a job runs by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CronSchedule {
    /// When, in cron's five fields: `0 3 * * *`.
    pub schedule: String,
    /// The time zone that the schedule is in: `Europe/Paris`.
    pub timezone: String,
}

impl CronSchedule {
    /// This schedule in this time zone.
    pub fn new(schedule: impl Into<String>, timezone: impl Into<String>) -> Self {
        Self { schedule: schedule.into(), timezone: timezone.into() }
    }
}

/// What to change of a [`CronSchedule`]: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateCronSchedule {
    /// When, in cron's five fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The time zone that the schedule is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

/// How often a run that fails is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often at most.
    pub max_retries: u32,
}

impl RetryPolicy {
    /// So often at most; 0 is never.
    pub fn new(max_retries: u32) -> Self {
        Self { max_retries }
    }
}

/// What to change of a [`RetryPolicy`]: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateRetryPolicy {
    /// How often at most; 0 is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
}

/// A request for `CreateJobDefinition`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateJobDefinition {
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// The CPU of a run, in thousandths of a virtual CPU.
    #[setters(skip)]
    pub cpu_limit: u32,
    /// The memory of a run, in megabytes. CPU and memory go in pairs:
    /// [`list_job_resources`](Jobs::list_job_resources) tells them.
    #[setters(skip)]
    pub memory_limit: u32,
    /// The disk of a run, in megabytes; the platform's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_storage_capacity: Option<u32>,
    /// The image, for amd64.
    #[setters(skip)]
    pub image_uri: String,
    /// The command as one line. Set `startup_command` and `args` instead: they need no quoting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What is run in place of the image's entrypoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_command: Option<Vec<String>>,
    /// The arguments of the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Its variables. What is secret belongs into [`CreateSecrets`](crate::CreateSecrets).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_variables: Option<BTreeMap<String, String>>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long a run may take.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub job_timeout: Option<Duration>,
    /// When it runs by itself. A [trigger](crate::CreateTrigger) can do the same with arguments of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_schedule: Option<CronSchedule>,
    /// How often a run that fails is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
}

impl CreateJobDefinition {
    /// A job of this name that runs this image with so many thousandths of a virtual CPU and megabytes of memory.
    pub fn new(
        name: impl Into<String>,
        image_uri: impl Into<String>,
        cpu_limit: u32,
        memory_limit: u32,
    ) -> Self {
        Self {
            name: name.into(),
            cpu_limit,
            memory_limit,
            local_storage_capacity: None,
            image_uri: image_uri.into(),
            command: None,
            startup_command: None,
            args: None,
            project_id: None,
            environment_variables: None,
            description: None,
            job_timeout: None,
            cron_schedule: None,
            retry_policy: None,
        }
    }
}

/// A request for `UpdateJobDefinition`: what is not set stays as it is. Runs that have started are not changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateJobDefinition {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The CPU of a run, in thousandths of a virtual CPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_limit: Option<u32>,
    /// The memory of a run, in megabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<u32>,
    /// The disk of a run, in megabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_storage_capacity: Option<u32>,
    /// The image, for amd64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_uri: Option<String>,
    /// The command as one line; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What is run in place of the image's entrypoint; an empty list clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_command: Option<Vec<String>>,
    /// The arguments of the command; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
    /// All variables, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_variables: Option<BTreeMap<String, String>>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long a run may take.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub job_timeout: Option<Duration>,
    /// When it runs by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_schedule: Option<UpdateCronSchedule>,
    /// How often a run that fails is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<UpdateRetryPolicy>,
}

/// The order of [`ListJobDefinitions`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListJobDefinitionsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListJobDefinitions`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListJobDefinitions {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListJobDefinitionsOrder>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
}

/// A request for `StartJobDefinition`: what is not set is as in the definition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct StartJobDefinition {
    /// The command as one line, for this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What is run in place of the image's entrypoint, for this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_command: Option<Vec<String>>,
    /// The arguments of the command, for this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
    /// Variables for this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment_variables: Option<BTreeMap<String, String>>,
    /// How many runs to start; 1 unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
}

/// The runs that `StartJobDefinition` started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StartedJob {
    /// One for each replica.
    #[serde(default)]
    pub job_runs: Vec<JobRun>,
}

/// # Job definitions
impl Jobs {
    /// `CreateJobDefinition`: runs nothing yet, unless it has a schedule.
    pub async fn create_job_definition(&self, mut request: CreateJobDefinition) -> Result<JobDefinition> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreateJobDefinition", &["job-definitions"]).json(&request)).await
    }

    /// `GetJobDefinition`.
    pub async fn get_job_definition(&self, id: &JobDefinitionId) -> Result<JobDefinition> {
        self.api.send(self.api.get("GetJobDefinition", &["job-definitions", id.as_str()])).await
    }

    /// `ListJobDefinitions`.
    pub fn list_job_definitions(&self, request: ListJobDefinitions) -> Pager<JobDefinition> {
        let list = self.api.get::<Page<_>>("ListJobDefinitions", &["job-definitions"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateJobDefinition`.
    pub async fn update_job_definition(
        &self,
        id: &JobDefinitionId,
        request: UpdateJobDefinition,
    ) -> Result<JobDefinition> {
        let update = self.api.patch("UpdateJobDefinition", &["job-definitions", id.as_str()]).json(&request);
        self.api.send(update).await
    }

    /// `DeleteJobDefinition`: deletes its runs, secrets and triggers, too. While a run is running it is refused with
    /// a 403 that says so, and that is not [permission denied](scaleway_core::Error::is_permission_denied):
    /// [stop](Self::stop_job_run) the runs first.
    pub async fn delete_job_definition(&self, id: &JobDefinitionId) -> Result<()> {
        let delete = self.api.delete("DeleteJobDefinition", &["job-definitions", id.as_str()]);
        self.api.send(delete).await.map(|Empty {}| ())
    }

    /// `StartJobDefinition`: answers while the runs are still starting; [wait](Self::wait_for_job_run) for how they
    /// end. Where the answer was lost, [list](Self::list_job_runs) the runs before starting it again.
    pub async fn start_job_definition(
        &self,
        id: &JobDefinitionId,
        request: StartJobDefinition,
    ) -> Result<StartedJob> {
        let start = self.api.post("StartJobDefinition", &["job-definitions", id.as_str(), "start"]);
        self.api.send(start.json(&request)).await
    }
}
