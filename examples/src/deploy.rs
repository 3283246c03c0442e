//! Deploy, apply and destroy.

use std::cell::Cell;
use std::process::ExitCode;
use std::time::Duration;

use evalap_topology::apply::{ApplyOptions, Outcome};
use evalap_topology::plan::{Plan, Scope};
use evalap_topology::state::{Holder, Wait};
use evalap_topology::{Engine, Lock};
use scaleway_core::Clock;

use crate::arguments::{Arguments, Command, Look, Options, Program};
use crate::desk::{self, Desk, Values};
use crate::error::Error;
use crate::exit::{self, Exit};
use crate::interrupt::{Interrupted, Interrupts};
use crate::place::Place;
use crate::progress::Display;
use crate::target::Target;
use crate::{consent, inspect, kept, plan_text, serve, smoke, stats, summary, text};

/// Runs a program that deploys one kind of environment, by its command line.
#[must_use]
pub fn deploy(program: Program) -> ExitCode {
    let Arguments { options, command } = Arguments::of(&program, std::env::args_os());
    text::trace(options.verbose);
    exit::code(run(&program, &options, command))
}

fn run(program: &Program, options: &Options, command: Option<Command>) -> Result<Exit, Error> {
    kept::data_folder(&options.data)?;
    let decoded = desk::definition(program, options)?;
    let file = options.definition(program.environment);
    let place = Place::of(&decoded.definition, &file, &options.data);
    let told = format!("{} {}", program.name, Command::name(command.as_ref()));
    if let Some(Command::Show { plan: Some(file), json }) = &command {
        return inspect::kept(file, *json);
    }
    if let Some(Command::Show { json, .. }) = command
        && !place.is_remote()
    {
        return Clock::real().block_on(inspect::show(&place, None, &told, json))?;
    }
    // Before what takes long.
    if let Some(Command::Plan { out: Some(file), .. }) = &command {
        kept::outside_of(&options.data, file)?;
        Plan::fits_in(file)?;
    }
    let Some(kind) = options.target(program) else { return Ok(Exit::Failed) };
    let target = Target::open(kind, options)?;
    let clock = target.clock().clone();
    if let Some(Command::Show { json, .. }) = command {
        return clock.block_on(inspect::show(&place, Some(&target), &told, json))?;
    }
    let quiet = matches!(
        command,
        Some(Command::Plan { json: true, .. } | Command::Drift { json: true } | Command::Graph { .. })
    );
    let line = target.line(&decoded.definition.environment);
    if !quiet {
        text::say(&line);
    }
    let planned = match &command {
        Some(Command::Apply { plan: Some(file), .. }) => Some(Plan::load(file).map_err(Error::NoPlan)?),
        _ => None,
    };
    let values = match command {
        Some(Command::Destroy | Command::Graph { .. } | Command::Plan { destroy: true, .. }) => {
            Values::Unused
        }
        _ if planned.as_ref().is_some_and(|plan| plan.basis.destroy) => Values::Unused,
        _ => Values::Needed,
    };
    if values == Values::Needed {
        desk::check(&decoded, quiet)?;
    }
    let exit = clock.block_on(async {
        let mut desk = Box::pin(Desk::open(decoded, &file, target, &options.data, values)).await?;
        if !quiet {
            desk.say_stand_ins();
        }
        let before = desk.engine.session().head().seq;
        let run = Run { program, options, desk: &mut desk };
        let exit = match command {
            None => Box::pin(run.deploy(None, &options.scope(Look::default()))).await,
            Some(Command::Apply { look, .. }) => {
                Box::pin(run.deploy(planned.as_ref(), &options.scope(look))).await
            }
            Some(Command::Drift { json }) => {
                inspect::drift(run.desk, &options.scope(Look::default()), json).await
            }
            Some(Command::Destroy) => Box::pin(run.destroy()).await,
            Some(Command::Plan { look, destroy, json, out, detailed_exitcode }) => {
                let mut scope = options.scope(look);
                scope.destroy = destroy;
                inspect::plan(run.desk, &scope, json, out.as_deref(), detailed_exitcode).await
            }
            Some(Command::Graph { dot }) => Ok(inspect::graph(&run.desk.engine, dot)),
            Some(Command::Show { .. }) => Ok(Exit::Done),
        };
        let exit = exit.map_err(|error| error.waited(options.lock_timeout()));
        let word = std::mem::take(&mut desk.word);
        word.leave(desk.engine.session(), &desk.definition.environment.name, &told, &exit).await;
        if options.stats {
            stats::say(&mut desk, before);
        }
        exit
    })??;
    if !quiet {
        text::say(format!("\n{line}"));
    }
    Ok(exit)
}

/// One run of a command that changes something.
struct Run<'a> {
    program: &'a Program,
    options: &'a Options,
    desk: &'a mut Desk,
}

impl Run<'_> {
    /// Makes the definition true, or does what a kept plan says, and calls the services. With `--serve` the emulator
    /// answers others all the while.
    async fn deploy(mut self, kept: Option<&Plan>, scope: &Scope) -> Result<Exit, Error> {
        let Some(port) = self.options.serve else { return Box::pin(self.make(kept, scope)).await };
        let server = serve::bind(&self.desk.target, port).await?;
        let (url, address) = (server.url(), server.addr());
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let work = async {
            let mut exit = Box::pin(self.make(kept, scope)).await;
            if matches!(exit, Ok(Exit::Done)) {
                let until = serve::until_interrupted(
                    &url,
                    address.port(),
                    &self.desk.definition,
                    self.desk.engine.state(),
                );
                exit = until.await.map(|()| Exit::Done);
            }
            // Whoever does not listen has stopped.
            let _ = stop.send(());
            exit
        };
        let (exit, ()) = tokio::join!(work, server.serve(async { drop(stopped.await) }));
        exit
    }

    async fn make(&mut self, kept: Option<&Plan>, scope: &Scope) -> Result<Exit, Error> {
        self.merge("apply").await?;
        let (exit, plan) = loop {
            self.desk.word.set_told(false);
            let plan = match kept {
                Some(plan) => {
                    self.desk.engine.look_again(plan).await?;
                    plan.clone()
                }
                None => self.desk.engine.plan_within(scope).await?,
            };
            match Box::pin(self.carry_out(&plan, kept.is_some())).await {
                Err(Error::Engine(evalap_topology::Error::StalePlan { what })) if kept.is_none() => {
                    text::say(format!("Planned again, since {what}.\n"));
                }
                ended => break (ended?, plan),
            }
        };
        if exit != Exit::Done || plan.basis.destroy {
            return Ok(exit);
        }
        let changed = plan.effective().any(|planned| planned.change.touches_cloud());
        self.call(if changed { smoke::SETTLING } else { Duration::ZERO }).await
    }

    /// Calls the services. What was to be changed is: that one does not answer is told beside it.
    async fn call(&mut self, settling: Duration) -> Result<Exit, Error> {
        let Desk { target, definition, engine, word, .. } = &mut *self.desk;
        // An apply before it has taken Ctrl-C from the system.
        let mut interrupts = Interrupts::new()?;
        let silent = tokio::select! {
            biased;
            _ = interrupts.next() => {
                text::complain("\nStopped at once: the deployment is done, and not every service has been called.");
                return Ok(Exit::Interrupted);
            }
            silent = smoke::call(target, definition, engine.state(), settling) => silent,
        };
        if silent.is_empty() {
            return Ok(Exit::Done);
        }
        word.detail("unreachable", text::list(silent.iter().map(|one| &one.name)));
        word.set_told(false);
        Err(Error::Silent(silent))
    }

    /// Deletes everything that is ours.
    async fn destroy(mut self) -> Result<Exit, Error> {
        self.merge("destroy").await?;
        let mut scope = self.options.scope(Look::default());
        scope.destroy = true;
        let plan = self.desk.engine.plan_within(&scope).await?;
        Box::pin(self.carry_out(&plan, false)).await
    }

    /// Takes into the state what an earlier run here could not write, before anything is planned.
    async fn merge(&mut self, verb: &str) -> Result<(), Error> {
        let mut lock = Lock::now(format!("{} {verb}", self.program.name));
        lock.wait = self.options.lock_timeout();
        let told = Cell::new(0);
        if let Some(merged) = self.desk.engine.merge_kept(lock, |wait| waiting(wait, &told)).await? {
            text::say(format!("{merged}\n"));
        }
        Ok(())
    }

    /// Shows a plan, asks, applies it and says what became of it.
    async fn carry_out(&mut self, plan: &Plan, kept: bool) -> Result<Exit, Error> {
        let verb = if plan.basis.destroy { "destroy" } else { "apply" };
        let command = format!("{} {verb}", self.program.name);
        if plan.is_empty() && plan.problems.is_empty() {
            text::say(plan_text::nothing(plan));
            self.desk.word.detail("changes", "0");
            if let Some(lease) = self.desk.engine.free_abandoned(Holder::current(&command)).await? {
                self.desk.word.set_told(true);
                text::say(format!(
                    "The lock is free again: {} had taken it at {} and died.",
                    lease.holder, lease.since
                ));
            }
            return Ok(Exit::Done);
        }
        if !plan.is_empty() {
            text::say(plan_text::plan(plan));
        }
        if !plan.problems.is_empty() {
            return Err(evalap_topology::Error::Refused { problems: plan.problems.clone() }.into());
        }
        let Desk { definition, target, engine, word, .. } = &mut *self.desk;
        let matters = target.is_scaleway() && !kept;
        let confirm = consent::consent(plan, &definition.environment.name, self.options, matters)?;

        word.set_told(true);
        let (began, clock) = (Clock::real().now(), target.clock().clone());
        text::say("");
        let outcome = Box::pin(apply(engine, plan, &command, confirm, self.options, &clock)).await?;
        let Ok(outcome) = outcome else {
            text::complain(format!(
                "\nStopped at once. What had been begun is remembered: `{command}` goes on from there."
            ));
            return Ok(Exit::Interrupted);
        };
        if !outcome.is_complete() {
            text::complain(summary::failure(&outcome, &command));
            return Ok(Exit::Failed);
        }
        text::say(summary::timeline(&outcome, target, Clock::real().now().since(began)));
        let unwritten = summary::unwritten(&outcome);
        if !unwritten.is_empty() {
            text::complain(unwritten.trim_end());
        }
        Ok(Exit::Done)
    }
}

/// Says who holds the lock, and which place is ours: once for each, `told` being the last.
fn waiting(wait: &Wait<'_>, told: &Cell<usize>) {
    if told.replace(wait.place) != wait.place {
        let who = wait.lease.map_or_else(
            || "which is about to be taken".to_owned(),
            |lease| format!("which {} has held since {}", lease.holder, lease.since),
        );
        text::say(format!("Waiting for the lock, {who}: place {} of {} …", wait.place, wait.of));
    }
}

/// Applies a plan with live progress; Ctrl-C stops it.
async fn apply(
    engine: &mut Engine,
    plan: &Plan,
    command: &str,
    confirm: Option<String>,
    options: &Options,
    clock: &Clock,
) -> Result<Result<Outcome, Interrupted>, Error> {
    let display = Display::new(
        plan.effective().map(|planned| 1 + usize::from(planned.change.verb() == "replace")).sum(),
        clock,
    );
    let mut how = ApplyOptions::default();
    how.parallelism = options.parallelism;
    how.confirm = confirm;
    let mut lock = Lock::now(command);
    lock.wait = options.lock_timeout();
    let told = Cell::new(0);
    let waiting = |wait: &Wait<'_>| waiting(wait, &told);
    let report = |progress| display.show(progress);
    let work = Box::pin(engine.apply(plan, lock, &how, waiting, &report));
    let outcome =
        Interrupts::new()?.around(&how.stop, || display.has_begun(), |what| display.say(what), work).await;
    display.finish();
    match outcome {
        Ok(outcome) => Ok(Ok(outcome?)),
        Err(interrupted) => Ok(Err(interrupted)),
    }
}
