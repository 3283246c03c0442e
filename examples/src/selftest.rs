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
#[command(
    name = "run_tests",
    version,
    after_help = "Exit codes: 0 all is well, 1 something is not, 64 wrong usage."
)]
struct Arguments {
    /// The definitions.
    #[arg(value_name = "FILE", default_values = ENVIRONMENTS)]
    files: Vec<PathBuf>,
}

/// How it is told the definitions.
const NAMED: &str = "run_tests FILE …";

/// Runs `run_tests` by its command line.
#[must_use]
pub fn run_tests() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| exit::usage(error));
    let clock = Clock::virtual_from(Clock::real().now());
    exit::code(clock.block_on(Box::pin(run(&arguments.files, &clock))).map_err(Error::from).flatten())
}

/// One environment on the emulator.
struct Dry {
    definition: Definition,
    folder: PathBuf,
    client: Client,
    store: Store,
    key: StateKey,
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
    let compliance = Compliance::of(files, NAMED);
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
        let Ok(decoded) = desk::read(file, NAMED) else { continue };
        text::say(format!("\n{}", file.display()));
        let dry = Dry::new(decoded.definition, file, &client)?;
        if Box::pin(dry.deploy(&mut findings)).await? {
            deployed.push(dry);
        }
    }
    text::say("\nIsolation and destruction");
    while let Some(mut dry) = deployed.pop() {
        Box::pin(dry.destroy(&mut findings)).await?;
        for other in &deployed {
            let plan = other.engine().await?.plan().await?;
            let well = format!("untouched by the destruction of {}", dry.name());
            findings.say(other.name(), unchanged(&plan, &well));
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
    fn new(definition: Definition, file: &Path, client: &Client) -> Result<Self, Error> {
        let (folder, random) = (file.parent().unwrap_or(Path::new(".")).to_owned(), Random::system());
        let mut bytes = [0; 32];
        random.fill(&mut bytes)?;
        let store = Store::memory(client.clock().clone(), random);
        Ok(Self { definition, folder, client: client.clone(), store, key: StateKey::new(&bytes)? })
    }

    fn name(&self) -> &str {
        &self.definition.environment.name
    }

    /// As every run of a program does: all that one knows of another is in the state.
    async fn engine(&self) -> Result<Engine, Error> {
        // Values of the person's own environment have no business here.
        let sources = Sources::read(&self.definition, &|_| None, &self.folder, Missing::StandIn)?;
        let (store, key) = (self.store.clone(), self.key.clone());
        Ok(Box::pin(Engine::open(&self.client, &self.definition, sources, store, key, "emulator")).await?)
    }

    /// Whether all of it was made.
    async fn deploy(&self, findings: &mut Findings) -> Result<bool, Error> {
        let mut engine = self.engine().await?;
        let plan = engine.plan().await?;
        findings.say("plan", only_creates(&plan));
        let outcome = self.apply(&mut engine, &plan).await?;
        findings.say("apply", told(&outcome, "made"));
        if outcome.is_complete() {
            findings.say("plan again", unchanged(&self.engine().await?.plan().await?, "no changes"));
        }
        Ok(outcome.is_complete())
    }

    async fn destroy(&mut self, findings: &mut Findings) -> Result<(), Error> {
        if self.definition.secrets.values().any(|secret| secret.protected) {
            self.definition.secrets.values_mut().for_each(|secret| secret.protected = false);
            let mut engine = self.engine().await?;
            let plan = engine.plan().await?;
            let outcome = self.apply(&mut engine, &plan).await?;
            findings.say(self.name(), told(&outcome, "no longer protected from deletion"));
        }
        let mut engine = self.engine().await?;
        let plan = engine.plan_destroy().await?;
        let outcome = self.apply(&mut engine, &plan).await?;
        findings.say(self.name(), told(&outcome, "destroyed"));
        // Whatever is left of it would be found again, and adopted or refused instead of made.
        let left = self.engine().await?.plan().await?;
        findings.say(self.name(), only_creates(&left).map(|_| "nothing is left".to_owned()));
        Ok(())
    }

    async fn apply(&self, engine: &mut Engine, plan: &Plan) -> Result<Outcome, Error> {
        let mut options = ApplyOptions::default();
        options.confirm = Some(self.name().to_owned());
        Ok(Box::pin(engine.apply(plan, Lock::now("run_tests"), &options, |_| {}, &|_| {})).await?)
    }
}

fn told(outcome: &Outcome, what: &str) -> Result<String, String> {
    if outcome.is_complete() {
        return Ok(format!("{} resources {what}", outcome.done.len()));
    }
    let failed = outcome.failed.iter().map(|failed| format!("{}: {}", failed.address, failed.error));
    Err(format!("{}; not begun: {}", failed.collect::<Vec<_>>().join("; "), text::list(&outcome.skipped)))
}

fn only_creates(plan: &Plan) -> Result<String, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
