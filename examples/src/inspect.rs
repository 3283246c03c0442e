//! Plan, show and graph: what changes nothing.

use std::fmt::Write;
use std::path::Path;

use evalap_topology::Engine;
use evalap_topology::model::{Binding, Phase, State};
use evalap_topology::plan::{Plan, Scope};
use evalap_topology::state::Session;
use scaleway_core::Clock;
use serde_json::Value;

use crate::desk::Desk;
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::target::Target;
use crate::word::Word;
use crate::{plan_text, text};

/// Shows what would change.
pub(crate) async fn plan(
    desk: &mut Desk,
    scope: &Scope,
    json: bool,
    out: Option<&Path>,
    detailed: bool,
) -> Result<Exit, Error> {
    let mut whole = scope.clone();
    whole.refresh_only = false;
    let mut looked = true;
    let mut plan = match desk.engine.plan_within(&whole).await {
        // What was to be kept, or to be found out about what exists, is not there to be had.
        Err(error) if error.is_away() && !scope.from_memory && out.is_none() && !scope.refresh_only => {
            looked = false;
            remembered(desk, scope, &error).await?
        }
        plan => plan?,
    };
    if scope.from_memory {
        say_if_old(desk.engine.session());
    }
    let mut drifted = false;
    if scope.refresh_only {
        let drift: Vec<_> = plan.drift().collect();
        if !json && !drift.is_empty() {
            text::say(plan_text::drift(&drift, "`apply --refresh-only` leaves them as they are."));
        }
        drifted = !drift.is_empty();
        plan = plan.only_refresh();
    }
    desk.word.detail("plan", plan_text::counts(&plan));
    if json {
        text::say(serde_json::to_string_pretty(&plan)?);
    } else if !plan.is_empty() {
        text::say(plan_text::plan(&plan));
    } else if plan.problems.is_empty() {
        text::say(if scope.refresh_only {
            "Nothing for the state to take note of."
        } else {
            plan_text::nothing(&plan)
        });
    }
    if !json && plan.problems.is_empty() {
        say_if_held(
            desk.engine.session(),
            match out {
                Some(_) => {
                    "plan again when it is done. A plan that is kept now is refused once that run has written"
                }
                None => "plan again when it is done",
            },
        );
    }
    if !plan.problems.is_empty() {
        return Err(evalap_topology::Error::Refused { problems: plan.problems }.into());
    }
    if let Some(file) = out {
        plan.save(file)?;
        if !json {
            text::say(format!("Kept in {0}: `apply {0}` does exactly this.", file.display()));
        }
    }
    Ok(match detailed {
        true if drifted || !plan.is_empty() => Exit::Changes,
        true if !looked => Exit::Failed,
        _ => Exit::Done,
    })
}

/// Shows what a kept plan would change. Asks nobody whether it still holds.
pub(crate) fn kept(file: &Path, json: bool) -> Result<Exit, Error> {
    let plan = Plan::load(file).map_err(Error::NoPlan)?;
    if json {
        text::say(serde_json::to_string_pretty(&plan)?);
        return Ok(Exit::Done);
    }
    let Binding { environment, endpoint, project_id, region, .. } = &plan.basis.binding;
    text::say(format!(
        "{environment} on {endpoint} · project {project_id} · {region}, planned at event {}\n",
        plan.basis.version
    ));
    text::say(if plan.is_empty() { plan_text::nothing(&plan).to_owned() } else { plan_text::plan(&plan) });
    Ok(Exit::Done)
}

/// Says that a state is shown as it was last read, and since when that may be out of date; or that it goes on elsewhere.
pub(crate) fn say_if_old(session: &Session<State>) {
    if let Some(to) = session.moved_to() {
        text::complain(format!(
            "{} was moved to {to}: this is what it said before.\n",
            session.store().place()
        ));
    }
    let Some(away) = session.away() else { return };
    let kept = match away.kept {
        0 => String::new(),
        _ => " What an earlier run here could not write is kept, and not in it.".to_owned(),
    };
    text::complain(format!(
        "{}\nRead-only: this is the state as it was last read at {} (record {}).{kept}\n",
        away.because,
        away.since,
        session.head().seq
    ));
}

/// Says who is at work: what is found now may be what that run does next. `then` says what to do about it.
fn say_if_held(session: &Session<State>, then: &str) {
    if let Some(lease) = session.lease().filter(|lease| !lease.holder.is_gone() && session.away().is_none()) {
        text::say(format!(
            "{} has held the lock since {}, and may be at work: {then}.",
            lease.holder, lease.since
        ));
    }
}

/// What a plan is by the state alone, where the cloud or the state's own place is away; and since when that may be out of
/// date.
async fn remembered(desk: &mut Desk, scope: &Scope, error: &evalap_topology::Error) -> Result<Plan, Error> {
    let session = desk.engine.session();
    let since = match session.away() {
        Some(away) if away.kept > 0 => format!(
            "as it was last read at {}, without what an earlier run here could not write and has kept",
            away.since
        ),
        Some(away) => format!("as it was last read at {}", away.since),
        None => match session.head().at {
            Some(at) => format!("last written at {at}"),
            None => "which is empty".to_owned(),
        },
    };
    let told = text::told(error);
    text::complain(format!(
        "{told}\nRead-only: this plan is made from the state alone, {since} (record {}). What exists was not looked at.\n",
        session.head().seq
    ));
    let mut memory = scope.clone();
    memory.from_memory = true;
    Ok(desk.engine.plan_within(&memory).await?)
}

/// Shows what somebody else has changed, of what --target names and what that cannot be changed without.
pub(crate) async fn drift(desk: &mut Desk, scope: &Scope, json: bool) -> Result<Exit, Error> {
    let (same, named) = match scope.only[..] {
        [] => ("", "everything"),
        _ => (" with the same --target", "what --target names"),
    };
    let plan = desk.engine.plan_within(scope).await?;
    let drift: Vec<_> = plan.drift().collect();
    for (address, told) in plan_text::drift_in_short(&drift) {
        desk.word.detail(address, told);
    }
    if json {
        text::say(serde_json::to_string_pretty(&drift)?);
    } else if !drift.is_empty() {
        let then = format!("`apply`{same} makes them as the definition says.");
        text::say(plan_text::drift(&drift, &then) + &plan_text::warnings(&plan));
    } else if plan.problems.is_empty() {
        text::say(format!("No drift: {named} is as the last run left it."));
    }
    if !json {
        let begun: Vec<_> =
            plan.effective().filter(|planned| planned.unfinished).map(|planned| &planned.address).collect();
        if !begun.is_empty() {
            text::say(format!(
                "Not finished: what an earlier run has begun on {}. `apply`{same} goes on with it; it is no drift.",
                text::list(begun)
            ));
        }
        // With problems it is told among them.
        if plan.problems.is_empty() {
            say_if_held(desk.engine.session(), "look again when it is done");
        }
    }
    // Nothing that a plan would do: an instance in error, one that somebody has made larger.
    if !plan.problems.is_empty() {
        text::complain(format!("\nFor a person to decide:\n  {}", plan.problems.join("\n  ")));
    }
    Ok(if drift.is_empty() && plan.problems.is_empty() { Exit::Done } else { Exit::Changes })
}

/// Shows what the state says exists. Asks nobody else.
pub(crate) async fn show(
    place: &Place,
    target: Option<&Target>,
    command: &str,
    json: bool,
) -> Result<Exit, Error> {
    let client = target.map(|target| &target.client);
    let clock = target.map_or_else(Clock::real, |target| target.clock().clone());
    let (store, key) = Box::pin(place.open(client, &clock)).await?;
    let mut session = Session::<State>::open(store, key).await?;
    say_if_old(&session);
    text::say(if json { serde_json::to_string_pretty(session.state())? } else { state(session.state()) });
    let ended = Ok(Exit::Done);
    Word::default().leave(&mut session, &place.name, command, &ended).await;
    ended
}

/// A state for people.
pub(crate) fn state(state: &State) -> String {
    let Some(binding) = &state.binding else { return "Nothing exists that this state knows of.".to_owned() };
    let mut out = format!(
        "{} on {} · project {} · {} · {} resources\n",
        binding.environment,
        binding.endpoint,
        binding.project_id,
        binding.region,
        state.resources.len()
    );
    let width = state.resources.keys().map(|address| address.to_string().len()).max().unwrap_or_default();
    for (address, tracked) in &state.resources {
        let phase = match tracked.phase {
            Phase::Creating => "being made: it may exist or not",
            Phase::Created => "made or changed, not known to be ready",
            Phase::Updating => "being changed: it may be or not",
            Phase::Deleting => "being deleted",
            Phase::Ready => "",
        };
        let id = tracked.id.as_deref().unwrap_or("-");
        let _ = writeln!(out, "  {:<width$}  {id}  {phase}", address.to_string());
        for output in ["url", "host"] {
            if let Some(value) = tracked.outputs.get(output).and_then(Value::as_str) {
                let _ = writeln!(out, "  {:width$}  {output}: {value}", "");
            }
        }
    }
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Shows what each resource refers to.
pub(crate) fn graph(engine: &Engine, dot: bool) -> Exit {
    let mut out = String::new();
    if dot {
        out.push_str("digraph environment {\n  rankdir = LR;\n  node [shape = box];\n");
    }
    for (address, after) in engine.dependencies() {
        if dot {
            let _ = writeln!(out, "  \"{address}\";");
            for other in after {
                let _ = writeln!(out, "  \"{address}\" -> \"{other}\";");
            }
        } else {
            let _ = writeln!(out, "{address}");
            for other in after {
                let _ = writeln!(out, "  └ {other}");
            }
        }
    }
    text::say(if dot { out + "}" } else { out.trim_end().to_owned() });
    Exit::Done
}
