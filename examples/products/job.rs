//! Runs a program to its end, says what became of it, and deletes the job.
//!
//! `cargo run --example job`: on an emulator in this process; with `-- scaleway`, on your account, for a fraction of a cent.

use std::error::Error;
use std::time::Duration;

use scaleway_jobs::{CreateJobDefinition, Jobs, StartJobDefinition};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scaleway = evalap_examples::scaleway()?; // in your program: scaleway_core::Client::from_env()?
    let jobs = Jobs::new(&scaleway);

    let create = CreateJobDefinition::new("newcomer", "docker.io/library/alpine:3.22", 140, 256)
        .startup_command(["echo".to_owned(), "it works".to_owned()])
        .job_timeout(Duration::from_mins(5));
    let job = jobs.create_job_definition(create).await?;

    let outcome = jobs.run_job(&job.id, StartJobDefinition::default()).await;
    jobs.delete_job_definition(&job.id).await?;

    // Succeeded, or why not: the exit code, an image that is not there, a time-out.
    let run = outcome?.success()?;
    println!("run {} took {:?}", run.id, run.run_duration);
    Ok(())
}
