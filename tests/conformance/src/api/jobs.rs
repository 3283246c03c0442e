//! Serverless Jobs v1alpha2: query, body and answer of every operation.

use scaleway_core::{Empty, Page};
use scaleway_jobs::*;

use crate::operation::{Api, Operation, delete, get, patch, post};

pub(super) const API: Api = Api {
    facts: "jobs",
    client: "scaleway-jobs",
    root: "/serverless-jobs/v1alpha2/regions/{region}",
    operations: OPERATIONS,
};

#[rustfmt::skip] // one line an operation
const OPERATIONS: &[Operation] = &[
    post::<(), CreateJobDefinition, JobDefinition>("CreateJobDefinition", "/job-definitions"),
    get::<(), (), JobDefinition>("GetJobDefinition", "/job-definitions/{job_definition_id}"),
    get::<ListJobDefinitions, (), Page<JobDefinition>>("ListJobDefinitions", "/job-definitions"),
    patch::<(), UpdateJobDefinition, JobDefinition>("UpdateJobDefinition", "/job-definitions/{job_definition_id}"),
    delete::<(), (), Empty>("DeleteJobDefinition", "/job-definitions/{job_definition_id}"),
    post::<(), StartJobDefinition, StartedJob>("StartJobDefinition", "/job-definitions/{job_definition_id}/start"),
    get::<(), (), JobRun>("GetJobRun", "/job-runs/{job_run_id}"),
    get::<ListJobRuns, (), Page<JobRun>>("ListJobRuns", "/job-runs"),
    post::<(), Empty, JobRun>("StopJobRun", "/job-runs/{job_run_id}/stop"),
    post::<(), CreateSecrets, CreatedSecrets>("CreateSecrets", "/secrets"),
    get::<(), (), JobSecret>("GetSecret", "/secrets/{secret_id}"),
    get::<ListSecrets, (), Page<JobSecret>>("ListSecrets", "/secrets"),
    patch::<(), UpdateSecret, JobSecret>("UpdateSecret", "/secrets/{secret_id}"),
    delete::<(), (), Empty>("DeleteSecret", "/secrets/{secret_id}"),
    post::<(), CreateTrigger, Trigger>("CreateTrigger", "/triggers"),
    get::<(), (), Trigger>("GetTrigger", "/triggers/{trigger_id}"),
    get::<ListTriggers, (), Page<Trigger>>("ListTriggers", "/triggers"),
    patch::<(), UpdateTrigger, Trigger>("UpdateTrigger", "/triggers/{trigger_id}"),
    delete::<(), (), Empty>("DeleteTrigger", "/triggers/{trigger_id}"),
    get::<(), (), JobResources>("ListJobResources", "/job-resources"),
    get::<(), (), JobLimits>("GetJobLimits", "/job-limits"),
];
