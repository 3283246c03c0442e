//! Triggers: what starts a job by itself.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, Page, Pager, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{JobDefinitionId, Jobs};

/// The id of a [`Trigger`].
pub type TriggerId = Id<Trigger>;

/// What starts a job by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trigger {
    /// Its id.
    pub id: TriggerId,
    /// The job that it starts.
    pub job_definition_id: JobDefinitionId,
    /// Its name.
    pub name: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// There where it starts the job at set times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron_config: Option<CronConfig>,
}

impl Listed for Trigger {
    const FIELD: &'static str = "triggers";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// Times at which a trigger starts its job, and what it runs then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CronConfig {
    /// When, in cron's five fields: `0 3 * * *`.
    pub schedule: String,
    /// The time zone that the schedule is in: `Europe/Paris`.
    pub timezone: String,
    /// What is run in place of the definition's command.
    #[serde(default)]
    pub startup_command: Vec<String>,
    /// The arguments of the command.
    #[serde(default)]
    pub args: Vec<String>,
}

/// A request for `CreateTrigger`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CreateTrigger {
    /// The job that it starts.
    pub job_definition_id: JobDefinitionId,
    /// Its name.
    pub name: String,
    /// When it starts the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_config: Option<CreateCronConfig>,
}

impl CreateTrigger {
    /// A trigger of this name that starts this job at set times.
    pub fn cron(
        job_definition_id: JobDefinitionId,
        name: impl Into<String>,
        cron_config: CreateCronConfig,
    ) -> Self {
        Self { job_definition_id, name: name.into(), cron_config: Some(cron_config) }
    }
}

/// Times at which a new trigger starts its job, and what it runs then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateCronConfig {
    /// When, in cron's five fields: `0 3 * * *`.
    #[setters(skip)]
    pub schedule: String,
    /// The time zone that the schedule is in: `Europe/Paris`.
    #[setters(skip)]
    pub timezone: String,
    /// What is run in place of the definition's command; the definition's unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_command: Option<Vec<String>>,
    /// The arguments of the command; the definition's unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
}

impl CreateCronConfig {
    /// This schedule in this time zone.
    pub fn new(schedule: impl Into<String>, timezone: impl Into<String>) -> Self {
        Self { schedule: schedule.into(), timezone: timezone.into(), startup_command: None, args: None }
    }
}

/// A request for `UpdateTrigger`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateTrigger {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it starts the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_config: Option<UpdateCronConfig>,
}

/// What to change of a [`CronConfig`]: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateCronConfig {
    /// When, in cron's five fields: `0 3 * * *`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The time zone that the schedule is in: `Europe/Paris`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// What is run in place of the definition's command; an empty list clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_command: Option<Vec<String>>,
    /// The arguments of the command; an empty list clears them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
}

/// The order of [`ListTriggers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListTriggersOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListTriggers`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListTriggers {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListTriggersOrder>,
    /// Only those that start this job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_definition_id: Option<JobDefinitionId>,
}

/// # Triggers
impl Jobs {
    /// `CreateTrigger`.
    pub async fn create_trigger(&self, request: CreateTrigger) -> Result<Trigger> {
        self.api.send(self.api.post("CreateTrigger", &["triggers"]).json(&request)).await
    }

    /// `GetTrigger`.
    pub async fn get_trigger(&self, id: &TriggerId) -> Result<Trigger> {
        self.api.send(self.api.get("GetTrigger", &["triggers", id.as_str()])).await
    }

    /// `ListTriggers`.
    pub fn list_triggers(&self, request: ListTriggers) -> Pager<Trigger> {
        let list = self.api.get::<Page<_>>("ListTriggers", &["triggers"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateTrigger`.
    pub async fn update_trigger(&self, id: &TriggerId, request: UpdateTrigger) -> Result<Trigger> {
        self.api.send(self.api.patch("UpdateTrigger", &["triggers", id.as_str()]).json(&request)).await
    }

    /// `DeleteTrigger`: runs that it has started go on.
    pub async fn delete_trigger(&self, id: &TriggerId) -> Result<()> {
        self.api.send(self.api.delete("DeleteTrigger", &["triggers", id.as_str()])).await.map(|Empty {}| ())
    }
}
