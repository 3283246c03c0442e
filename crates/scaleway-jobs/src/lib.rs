//! A typed client of Scaleway Serverless Jobs (API serverless-jobs v1alpha2).
//!
//! | resource | operations |
//! |---|---|
//! | [`JobDefinition`] | [create](Jobs::create_job_definition), [get](Jobs::get_job_definition), [list](Jobs::list_job_definitions), [update](Jobs::update_job_definition), [delete](Jobs::delete_job_definition), [start](Jobs::start_job_definition), [run to its end](Jobs::run_job) |
//! | [`JobRun`] | [get](Jobs::get_job_run), [list](Jobs::list_job_runs), [stop](Jobs::stop_job_run), [wait](Jobs::wait_for_job_run) |
//! | [`JobSecret`] | [create](Jobs::create_secrets), [get](Jobs::get_secret), [list](Jobs::list_secrets), [update](Jobs::update_secret), [delete](Jobs::delete_secret) |
//! | [`Trigger`] | [create](Jobs::create_trigger), [get](Jobs::get_trigger), [list](Jobs::list_triggers), [update](Jobs::update_trigger), [delete](Jobs::delete_trigger) |
//! | what a job may have | [pairs of CPU and memory](Jobs::list_job_resources), [numbers of things](Jobs::get_job_limits) |
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use scaleway_core::Client;
//! use scaleway_jobs::{CreateJobDefinition, Jobs, StartJobDefinition};
//!
//! # async fn run() -> Result<(), scaleway_jobs::Error> {
//! let jobs = Jobs::new(&Client::from_env()?);
//! let create = CreateJobDefinition::new("migrate", "rg.fr-par.scw.cloud/evalap/api:1.4.2", 560, 1024)
//!     .startup_command(["alembic".to_owned(), "upgrade".to_owned(), "head".to_owned()])
//!     .job_timeout(Duration::from_mins(10));
//! let job = jobs.create_job_definition(create).await?;
//! let outcome = jobs.run_job(&job.id, StartJobDefinition::default()).await?;
//! println!("{outcome}");
//! let run = outcome.success()?;
//! println!("run {} took {:?}", run.id, run.run_duration);
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do.

mod client;
mod definition;
mod limits;
mod outcome;
mod run;
mod secret;
mod trigger;

pub use client::Jobs;
pub use definition::{
    CreateJobDefinition, CronSchedule, JobDefinition, JobDefinitionId, ListJobDefinitions,
    ListJobDefinitionsOrder, RetryPolicy, StartJobDefinition, StartedJob, UpdateCronSchedule,
    UpdateJobDefinition, UpdateRetryPolicy,
};
pub use limits::{JobLimits, JobResource, JobResources};
pub use outcome::JobOutcome;
pub use run::{JobRun, JobRunId, JobRunReason, JobRunState, ListJobRuns, ListJobRunsOrder};
pub use scaleway_core::{self, Client, Error, Result};
pub use secret::{
    CreateSecrets, CreatedSecrets, JobSecret, JobSecretId, ListSecrets, SecretEnvVar, SecretFile,
    SecretReference, UpdateSecret,
};
pub use trigger::{
    CreateCronConfig, CreateTrigger, CronConfig, ListTriggers, ListTriggersOrder, Trigger, TriggerId,
    UpdateCronConfig, UpdateTrigger,
};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
