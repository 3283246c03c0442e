//! `run_tests`: a dry deployment of all environments, on an emulator that is thrown away.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use console::style;
use evalap_topology::apply::{ApplyOptions, Outcome};
use evalap_topology::definition::Definition;
use evalap_topology::plan::Plan;
use evalap_topology::state::{StateKey, Store};
use evalap_topology::{Engine, Lock, Missing, Sources};
use scaleway_core::{Client, Clock, Config, Random};
use scaleway_emulator::Emulator;

use crate::compliance::{Compliance, ENVIRONMENTS};
use crate::error::Error;
use crate::exit::{self, Exit};
use crate::{desk, text};

/// Checks all environments, deploys each to an emulator in memory, and takes it down again. Nothing else is touched.
#[derive(Debug, Parser)]
#[command(name = "run_tests", after_help = "Exit codes: 0 all is well, 1 something is not, 2 wrong usage.")]
struct Arguments {
    /// The definitions.
    #[arg(value_name = "FILE", default_values = ENVIRONMENTS)]
    files: Vec<PathBuf>,
}

/// Runs `run_tests` by its command line.
#[must_use]
pub fn run_tests() -> ExitCode {
    let arguments = Arguments::parse();
    let clock = Clock::virtual_from(Clock::real().now());
    exit::code(clock.block_on(Box::pin(run(&arguments.files, &clock))).map_err(Error::from).flatten())
}

/// One environment on the emulator.
struct Dry {
    name: String,
    engine: Engine,
}

/// What was found, line by line.
#[derive(Default)]
struct Findings {
    bad: usize,
}

impl Findings {
    /// `Ok` says what is well, `Err` what is not.
    fn say(&mut self, what: &str, found: Result<String, String>) {
        match found {
            Ok(well) => text::say(format!("  {} {what}: {well}", style("✓").green())),
            Err(bad) => {
                self.bad += 1;
                text::say(format!("  {} {what}: {bad}", style("✗").red()));
            }
        }
    }
}

async fn run(files: &[PathBuf], clock: &Clock) -> Result<Exit, Error> {
    let mut findings = Findings::default();
    text::say("Definitions");
    let compliance = Compliance::of(files);
    for error in &compliance.invalid {
        findings.say("definition", Err(error.told()));
    }
    let report = &compliance.report;
    let errors: Vec<String> =
        report.findings().filter(|found| found.waived.is_none()).map(ToString::to_string).collect();
    let counted = report.to_string().lines().last().unwrap_or_default().to_owned();
    findings.say(
        "compliance and isolation",
        if report.has_errors() { Err(errors.join("\n    ")) } else { Ok(counted) },
    );

    let emulator = Emulator::builder().clock(clock.clone()).build()?;
    let client = Client::builder(Config::new("00000000-0000-4000-8000-000000000000"), emulator.clone())
        .clock(clock.clone())
        .build()?;
    let mut deployed = Vec::new();
    for file in files {
        let Ok(decoded) = desk::read(file) else { continue };
        text::say(format!("\n{}", file.display()));
        let dry = Box::pin(Dry::open(&decoded.definition, file, &client)).await?;
        if let Some(dry) = Box::pin(dry.deploy(&mut findings)).await? {
            deployed.push(dry);
        }
    }
    text::say("\nIsolation and destruction");
    while let Some(mut dry) = deployed.pop() {
        Box::pin(dry.destroy(&mut findings)).await?;
        for other in &mut deployed {
            let plan = other.engine.plan().await?;
            findings
                .say(&other.name, unchanged(&plan, &format!("untouched by the destruction of {}", dry.name)));
        }
    }
    text::say(format!("\n{} API requests to the emulator", emulator.requests().total()));
    if findings.bad == 0 {
        text::say("All is well.");
        return Ok(Exit::Done);
    }
    text::say(format!("{} not well, see ✗ above.", findings.bad));
    Ok(Exit::Failed)
}

impl Dry {
    async fn open(definition: &Definition, file: &Path, client: &Client) -> Result<Self, Error> {
        let folder = file.parent().unwrap_or(Path::new("."));
        // Values of the person's own environment have no business here.
        let sources = Sources::read(definition, &|_| None, folder, Missing::StandIn)?;
        let random = Random::system();
        let mut bytes = [0; 32];
        random.fill(&mut bytes)?;
        let store = Store::memory(client.clock().clone(), random);
        let engine =
            Box::pin(Engine::open(client, definition, sources, store, StateKey::new(&bytes)?, "emulator"))
                .await?;
        Ok(Self { name: definition.environment.name.clone(), engine })
    }

    /// Nothing where it could not be made.
    async fn deploy(mut self, findings: &mut Findings) -> Result<Option<Self>, Error> {
        let plan = self.engine.plan().await?;
        findings.say("plan", plan_of_creates(&plan));
        let outcome = self.apply(&plan).await?;
        let complete = outcome.is_complete();
        findings.say("apply", told(&outcome, "made"));
        if !complete {
            return Ok(None);
        }
        let again = self.engine.plan().await?;
        findings.say("plan again", unchanged(&again, "no changes"));
        Ok(Some(self))
    }

    async fn destroy(&mut self, findings: &mut Findings) -> Result<(), Error> {
        let plan = self.engine.plan_destroy().await?;
        let outcome = self.apply(&plan).await?;
        findings.say(&self.name, told(&outcome, "destroyed"));
        // Whatever is left of it would be found again, and adopted or refused instead of made.
        let left = self.engine.plan().await?;
        let anew = plan_of_creates(&left).map(|_| "nothing is left".to_owned());
        findings.say(&self.name, anew);
        Ok(())
    }

    async fn apply(&mut self, plan: &Plan) -> Result<Outcome, Error> {
        let mut options = ApplyOptions::default();
        options.confirm = Some(self.name.clone());
        let lock = Lock::now("run_tests");
        Ok(Box::pin(self.engine.apply(plan, lock, &options, |_| {}, &|_| {})).await?)
    }
}

fn told(outcome: &Outcome, what: &str) -> Result<String, String> {
    if outcome.is_complete() {
        return Ok(format!("{} resources {what}", outcome.done.len()));
    }
    let failed = outcome.failed.iter().map(|failed| format!("{}: {}", failed.address, failed.error));
    Err(format!("{}; not begun: {}", failed.collect::<Vec<_>>().join("; "), text::list(&outcome.skipped)))
}

fn plan_of_creates(plan: &Plan) -> Result<String, String> {
    let others: Vec<_> = plan.effective().filter(|planned| planned.change.verb() != "create").collect();
    match (others.as_slice(), plan.problems.as_slice()) {
        ([], []) => Ok(format!("{} to create", plan.changes.len())),
        ([], problems) => Err(problems.join("; ")),
        (others, _) => Err(format!(
            "exists already: {}",
            text::list(others.iter().map(|planned| format!("{} ({})", planned.address, planned.why)))
        )),
    }
}

fn unchanged(plan: &Plan, well: &str) -> Result<String, String> {
    if plan.is_empty() && plan.problems.is_empty() {
        return Ok(well.to_owned());
    }
    let changes = plan
        .effective()
        .map(|planned| format!("{} {}: {}", planned.change.verb(), planned.address, planned.why));
    Err(changes.chain(plan.problems.iter().cloned()).collect::<Vec<_>>().join("; "))
}
