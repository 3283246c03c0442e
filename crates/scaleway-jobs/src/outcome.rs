//! How runs end: starting a job and waiting for its outcome.

use std::fmt;
use std::time::Duration;

use scaleway_core::{Error, Pace, Progress, Result, Waiter, wire};

use crate::{JobDefinitionId, JobRun, JobRunId, JobRunReason, JobRunState, Jobs, StartJobDefinition};

/// How a run ended. An outcome that is not good is no error of the API's: look at it, or ask for
/// [`success`](Self::success).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a run may have failed"]
#[non_exhaustive]
pub enum JobOutcome {
    /// The command ended well.
    Succeeded(JobRun),
    /// The command ended badly, or could not be run.
    Failed(JobRun),
    /// The run was stopped.
    Interrupted(JobRun),
}

impl JobOutcome {
    fn progress(run: JobRun) -> Progress<Self> {
        match run.state {
            JobRunState::Succeeded => Progress::Reached(Self::Succeeded(run)),
            JobRunState::Failed => Progress::Reached(Self::Failed(run)),
            JobRunState::Interrupted => Progress::Reached(Self::Interrupted(run)),
            state => Progress::Changing(wire::spelled(&state)),
        }
    }

    /// The run, as it was when it had ended.
    pub fn run(&self) -> &JobRun {
        match self {
            Self::Succeeded(run) | Self::Failed(run) | Self::Interrupted(run) => run,
        }
    }

    /// Whether the command ended well.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded(_))
    }

    /// Why the run failed or was interrupted.
    pub fn reason(&self) -> Option<&JobRunReason> {
        self.run().reason.as_ref()
    }

    /// What the command exited with, where it ran to its end.
    pub fn exit_code(&self) -> Option<i32> {
        self.run().exit_code
    }

    /// The run, where it ended well.
    ///
    /// # Errors
    /// [`Error::Never`] where it did not, with reason, exit code and the platform's own message.
    pub fn success(self) -> Result<JobRun> {
        match self {
            Self::Succeeded(run) => Ok(run),
            Self::Failed(run) | Self::Interrupted(run) => Err(Error::Never {
                what: format!("job run {}", run.id),
                state: wire::spelled(&run.state),
                reason: why(&run),
            }),
        }
    }
}

impl fmt::Display for JobOutcome {
    /// `failed: exited_with_error, exit code 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&wire::spelled(&self.run().state))?;
        why(self.run()).map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}

/// What is known of why a run ended as it did.
fn why(run: &JobRun) -> Option<String> {
    let parts: Vec<String> = [
        run.reason.as_ref().map(wire::spelled),
        run.exit_code.map(|code| format!("exit code {code}")),
        run.error_message.clone().filter(|message| !message.is_empty()),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A run may take as long as its definition's time-out says: the waiter only has to outlast that.
const PACE: Pace = Pace::new(Duration::from_secs(1), Duration::from_hours(25));

/// # Running to the end
impl Jobs {
    /// Starts one run of a job and waits for how it ends, as long as that takes: `StartJobDefinition`, then `GetJobRun`.
    /// To see its progress or to give up earlier, [start](Self::start_job_definition) and
    /// [wait](Self::wait_for_job_run) yourself. Dropping the future leaves the run running.
    ///
    /// # Errors
    /// Beside the usual ones: [`Error::InvalidRequest`] where the request asks for more than one run.
    pub async fn run_job(&self, id: &JobDefinitionId, request: StartJobDefinition) -> Result<JobOutcome> {
        if let Some(replicas) = request.replicas.filter(|replicas| *replicas != 1) {
            return Err(Error::InvalidRequest {
                operation: "StartJobDefinition",
                field: "replicas".to_owned(),
                problem: format!("{replicas} runs cannot be followed as one: use `start_job_definition`"),
            });
        }
        let started = self.start_job_definition(id, request).await?;
        let run = started.job_runs.first().ok_or_else(|| Error::Never {
            what: format!("a run of job {id}"),
            state: "not started".to_owned(),
            reason: Some("the API answered no run; list the job's runs before starting it again".to_owned()),
        })?;
        self.wait_for_job_run(&run.id).await
    }

    /// Waits until the run has ended, well or badly, for a little longer than a day at most unless told otherwise.
    pub fn wait_for_job_run(&self, id: &JobRunId) -> Waiter<JobOutcome> {
        self.api.wait(format!("job run {id}"), PACE, self.get_job_run_request(id), JobOutcome::progress)
    }
}
