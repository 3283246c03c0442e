//! Triggers: what calls a container by itself, at times or for messages.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Id, Listed, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Request, Result, Timestamp, Waiter,
    wire,
};
use serde::{Deserialize, Serialize};

use crate::trigger_source::{
    CreateCronConfig, CreateNatsConfig, CreateSqsConfig, CronConfig, NatsConfig, SqsConfig, UpdateCronConfig,
    UpdateNatsConfig, UpdateSqsConfig,
};
use crate::{ContainerId, Containers, NamespaceId};

/// The id of a [`Trigger`].
pub type TriggerId = Id<Trigger>;

/// What calls a container by itself: at times (cron), or for each message of a queue (SQS) or subject (NATS).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trigger {
    /// Its id.
    pub id: TriggerId,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What it is doing.
    pub status: TriggerStatus,
    /// Why it is in error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The container it calls.
    pub container_id: ContainerId,
    /// How it calls the container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<TriggerDestination>,
    /// What it listens to: says which one of the three below is there.
    pub source_type: TriggerSource,
    /// The times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron_config: Option<CronConfig>,
    /// The queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqs_config: Option<SqsConfig>,
    /// The subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats_config: Option<NatsConfig>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

impl Listed for Trigger {
    const FIELD: &'static str = "triggers";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`Trigger`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerStatus {
    /// The API does not say.
    UnknownStatus,
    /// It calls.
    Ready,
    /// It is being deleted.
    Deleting,
    /// It cannot call: see its `error_message`.
    Error,
    /// It is being changed.
    Updating,
    /// It is being made.
    Creating,
    /// It is being locked.
    Locking,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// It is moving to a new version of the platform.
    Upgrading,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What a trigger listens to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TriggerSource {
    /// The API does not say.
    UnknownSourceType,
    /// Times.
    Cron,
    /// A queue.
    Sqs,
    /// A NATS subject.
    Nats,
    /// A source that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// How a trigger calls its container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TriggerDestination {
    /// The path: `/nightly`.
    #[serde(default)]
    pub http_path: String,
    /// The method.
    pub http_method: HttpMethod,
}

impl TriggerDestination {
    /// Calls by this method at this path.
    #[must_use]
    pub fn new(method: HttpMethod, path: impl Into<String>) -> Self {
        Self { http_path: path.into(), http_method: method }
    }
}

/// The method of a trigger's call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HttpMethod {
    /// Not said: the platform's default, or as it is.
    UnknownHttpMethod,
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
    /// A method that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateTrigger`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateTrigger {
    /// The container to call.
    #[setters(skip)]
    pub container_id: ContainerId,
    /// Its name.
    #[setters(skip)]
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// How to call the container; POST at `/` unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<TriggerDestination>,
    /// The times.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_config: Option<CreateCronConfig>,
    /// The queue.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqs_config: Option<CreateSqsConfig>,
    /// The subject.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nats_config: Option<CreateNatsConfig>,
}

impl CreateTrigger {
    /// A trigger of this name that calls this container at these times.
    pub fn cron(container_id: ContainerId, name: impl Into<String>, cron: CreateCronConfig) -> Self {
        Self { cron_config: Some(cron), ..Self::of(container_id, name.into()) }
    }

    /// A trigger of this name that calls this container for each message of this queue.
    pub fn sqs(container_id: ContainerId, name: impl Into<String>, sqs: CreateSqsConfig) -> Self {
        Self { sqs_config: Some(sqs), ..Self::of(container_id, name.into()) }
    }

    /// A trigger of this name that calls this container for each message of this subject.
    pub fn nats(container_id: ContainerId, name: impl Into<String>, nats: CreateNatsConfig) -> Self {
        Self { nats_config: Some(nats), ..Self::of(container_id, name.into()) }
    }

    fn of(container_id: ContainerId, name: String) -> Self {
        Self {
            container_id,
            name,
            description: None,
            tags: None,
            destination_config: None,
            cron_config: None,
            sqs_config: None,
            nats_config: None,
        }
    }
}

/// A request for `UpdateTrigger`: what is not set stays as it is. A trigger cannot change from one kind of source to
/// another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateTrigger {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// How to call the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<UpdateTriggerDestination>,
    /// The times, where it listens to times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron_config: Option<UpdateCronConfig>,
    /// The queue, where it listens to a queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqs_config: Option<UpdateSqsConfig>,
    /// The subject, where it listens to a subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nats_config: Option<UpdateNatsConfig>,
}

/// The part of [`UpdateTrigger`] that says how to call the container: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateTriggerDestination {
    /// The path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_path: Option<String>,
    /// The method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<HttpMethod>,
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
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
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
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of this namespace's containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_id: Option<NamespaceId>,
    /// Only those of this container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_id: Option<ContainerId>,
    /// Only those that listen to this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_type: Option<TriggerSource>,
}

impl Trigger {
    fn progress(self) -> Progress<Self> {
        match &self.status {
            TriggerStatus::Ready => Progress::Reached(self),
            TriggerStatus::Error | TriggerStatus::Locked => {
                Progress::never(wire::spelled(&self.status), self.error_message.as_deref())
            }
            status => Progress::Changing(wire::spelled(status)),
        }
    }
}

const PACE: Pace = Pace::new(Duration::from_millis(500), Duration::from_mins(5));

/// # Triggers
impl Containers {
    /// `CreateTrigger`: answers while it is still being made; [wait](Self::wait_for_trigger) for it.
    pub async fn create_trigger(&self, request: CreateTrigger) -> Result<Trigger> {
        self.api.send(self.api.post("CreateTrigger", &["triggers"]).json(&request)).await
    }

    /// `GetTrigger`.
    pub async fn get_trigger(&self, id: &TriggerId) -> Result<Trigger> {
        self.api.send(self.get_trigger_request(id)).await
    }

    fn get_trigger_request(&self, id: &TriggerId) -> Request<Trigger> {
        self.api.get("GetTrigger", &["triggers", id.as_str()])
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

    /// `DeleteTrigger`: answers while it is still being deleted.
    pub async fn delete_trigger(&self, id: &TriggerId) -> Result<Trigger> {
        self.api.send(self.api.delete("DeleteTrigger", &["triggers", id.as_str()])).await
    }

    /// Waits until the trigger is ready, 5 minutes at most unless told otherwise; `error` and `locked` end it at once.
    pub fn wait_for_trigger(&self, id: &TriggerId) -> Waiter<Trigger> {
        self.api.wait(format!("trigger {id}"), PACE, self.get_trigger_request(id), Trigger::progress)
    }

    /// Waits until the trigger is gone.
    pub fn wait_until_trigger_gone(&self, id: &TriggerId) -> Waiter<()> {
        self.api.wait_until_gone(format!("trigger {id}"), PACE, self.get_trigger_request(id), |trigger| {
            (wire::spelled(&trigger.status), trigger.error_message)
        })
    }
}
