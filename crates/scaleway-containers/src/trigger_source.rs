//! What triggers listen to, as answers and requests spell it: times, queues, subjects.

use std::collections::BTreeMap;

use derive_setters::Setters;
use scaleway_core::{Region, Secret, wire};
use serde::{Deserialize, Serialize};

/// The times at which a trigger calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CronConfig {
    /// The times, as a UNIX cron expression: `0 3 * * *` is at three every night.
    #[serde(default)]
    pub schedule: String,
    /// The time zone: `Europe/Paris`.
    #[serde(default)]
    pub timezone: String,
    /// What the call sends.
    #[serde(default)]
    pub body: String,
    /// The headers of the call.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// The queue whose messages a trigger passes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SqsConfig {
    /// Where the queue is.
    pub region: Region,
    /// The address of the queue service.
    #[serde(default)]
    pub endpoint: String,
    /// The access key that the queue is read with.
    #[serde(default)]
    pub access_key_id: String,
    /// The address of the queue.
    #[serde(default)]
    pub queue_url: String,
}

/// The subject whose messages a trigger passes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NatsConfig {
    /// The addresses of the NATS servers.
    #[serde(default)]
    pub server_urls: Vec<String>,
    /// The subject.
    #[serde(default)]
    pub subject: String,
}

/// The part of [`CreateTrigger`](crate::CreateTrigger) that says when to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateCronConfig {
    /// The times, as a UNIX cron expression: `0 3 * * *` is at three every night.
    #[setters(skip)]
    pub schedule: String,
    /// The time zone: `Europe/Paris`.
    #[setters(skip)]
    pub timezone: String,
    /// What the call sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The headers of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
}

impl CreateCronConfig {
    /// These times in this time zone.
    pub fn new(schedule: impl Into<String>, timezone: impl Into<String>) -> Self {
        Self { schedule: schedule.into(), timezone: timezone.into(), body: None, headers: None }
    }
}

/// The part of [`CreateTrigger`](crate::CreateTrigger) that says which queue to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CreateSqsConfig {
    /// Where the queue is.
    pub region: Region,
    /// The address of the queue service: `https://sqs.mnq.fr-par.scaleway.com`.
    pub endpoint: String,
    /// The access key to read the queue with.
    pub access_key_id: String,
    /// Its secret key.
    #[serde(serialize_with = "wire::secret")]
    pub secret_access_key: Secret,
    /// The address of the queue.
    pub queue_url: String,
}

impl CreateSqsConfig {
    /// This queue, read with this key.
    pub fn new(
        region: Region,
        endpoint: impl Into<String>,
        queue_url: impl Into<String>,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<Secret>,
    ) -> Self {
        Self {
            region,
            endpoint: endpoint.into(),
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            queue_url: queue_url.into(),
        }
    }
}

/// The part of [`CreateTrigger`](crate::CreateTrigger) that says which subject to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CreateNatsConfig {
    /// The addresses of the NATS servers: `nats://nats.mnq.fr-par.scaleway.com:4222`.
    pub server_urls: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text of the credentials file to read it with.
    #[serde(serialize_with = "wire::secret")]
    pub credentials_file_content: Secret,
}

impl CreateNatsConfig {
    /// This subject, read with these credentials.
    pub fn new(
        server_urls: Vec<String>,
        subject: impl Into<String>,
        credentials_file_content: impl Into<Secret>,
    ) -> Self {
        Self {
            server_urls,
            subject: subject.into(),
            credentials_file_content: credentials_file_content.into(),
        }
    }
}

/// The part of [`UpdateTrigger`](crate::UpdateTrigger) that says when to call: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateCronConfig {
    /// The times, as a UNIX cron expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// What the call sends; an empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// All headers of the call, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
}

/// The part of [`UpdateTrigger`](crate::UpdateTrigger) that says which queue to read: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateSqsConfig {
    /// Where the queue is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The address of the queue service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The access key to read the queue with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// Its secret key.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<Secret>,
    /// The address of the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_url: Option<String>,
}

/// The part of [`UpdateTrigger`](crate::UpdateTrigger) that says which subject to read: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateNatsConfig {
    /// The addresses of the NATS servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_urls: Option<Vec<String>>,
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text of the credentials file to read it with.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub credentials_file_content: Option<Secret>,
}
