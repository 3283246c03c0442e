//! What a job may have: pairs of CPU and memory, numbers of things.

use scaleway_core::{Result, Size};
use serde::{Deserialize, Serialize};

use crate::Jobs;

/// The pairs of CPU and memory that a job may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobResources {
    /// The pairs.
    #[serde(default)]
    pub resources: Vec<JobResource>,
}

/// A pair of CPU and memory that a job may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobResource {
    /// The CPU, in thousandths of a virtual CPU.
    #[serde(default)]
    pub compute_limit_mvcpu: u32,
    /// The memory.
    #[serde(default)]
    pub memory_limit_bytes: Size,
}

/// How many of a thing a job may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobLimits {
    /// Secrets of one job.
    #[serde(default)]
    pub secrets_per_job_definition: u32,
}

/// # Limits
impl Jobs {
    /// `ListJobResources`: the pairs of CPU and memory to choose from.
    pub async fn list_job_resources(&self) -> Result<JobResources> {
        self.api.send(self.api.get("ListJobResources", &["job-resources"])).await
    }

    /// `GetJobLimits`.
    pub async fn get_job_limits(&self) -> Result<JobLimits> {
        self.api.send(self.api.get("GetJobLimits", &["job-limits"])).await
    }
}
