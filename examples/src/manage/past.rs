//! What a state shall be again, or was elsewhere: restored, imported. Nobody forgets a resource by it unawares.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use evalap_topology::address::Address;
use evalap_topology::model::{Binding, State};
use serde::{Deserialize, Serialize};

use super::change::Locked;
use super::{Opened, own};
use crate::error::Error;
use crate::exit::Exit;
use crate::{consent, text};

/// What an exported state is called, so that nothing else is imported for one.
pub(super) const FORMAT: &str = "evalap-state-export/1";

/// What stands for standard output, or input, where a file is named.
pub(super) const STANDARD: &str = "-";

/// An exported state.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Export {
    pub(super) format: String,
    pub(super) environment: String,
    pub(super) seq: u64,
    /// The key that its digests are made with.
    #[serde(default)]
    pub(super) key: String,
    pub(super) state: State,
}

/// As many resources are named; of the others it is told how many they are.
const NAMED: usize = 5;

/// What another state in the place of this one remembers otherwise.
#[derive(Debug, Default, PartialEq)]
struct Turn {
    forgotten: BTreeSet<Address>,
    back: BTreeSet<Address>,
    changed: BTreeSet<Address>,
}

impl Turn {
    fn between(now: &State, then: &State) -> Self {
        let (now, then) = (&now.resources, &then.resources);
        let differs =
            |address: &&Address| then.get(*address).is_some_and(|tracked| now[*address] != *tracked);
        Self {
            forgotten: now.keys().filter(|address| !then.contains_key(address)).cloned().collect(),
            back: then.keys().filter(|address| !now.contains_key(address)).cloned().collect(),
            changed: now.keys().filter(differs).cloned().collect(),
        }
    }

    /// Whether who has agreed to this has agreed to `other`.
    fn covers(&self, other: &Self) -> bool {
        other.forgotten.is_subset(&self.forgotten)
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |what: &str, addresses: &BTreeSet<Address>| {
            (!addresses.is_empty()).then(|| format!("{what} {}", some(addresses)))
        };
        let parts: Vec<_> = [
            part("forgets", &self.forgotten),
            part("brings back", &self.back),
            part("remembers otherwise", &self.changed),
        ]
        .into_iter()
        .flatten()
        .collect();
        f.write_str(&if parts.is_empty() {
            "it remembers the same resources".to_owned()
        } else {
            format!("it {}", text::list(parts))
        })
    }
}

/// `7 resources (container.a, container.b … and 2 more)`.
fn some(addresses: &BTreeSet<Address>) -> String {
    let named: Vec<_> = addresses.iter().take(NAMED).map(ToString::to_string).collect();
    let more = match addresses.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{} ({}{more})", text::count(addresses.len(), "resource"), named.join(", "))
}

/// Asks whether resources may be forgotten, if any are, before anybody is kept from the lock: what was agreed to.
async fn agree(
    opened: &mut Opened<'_>,
    then: &State,
    what: &str,
    confirmed: Option<&str>,
) -> Result<Turn, Error> {
    let name = opened.name;
    let now = opened.session().await?.state();
    own(now, name)?;
    let turn = Turn::between(now, then);
    if !turn.forgotten.is_empty() {
        let forgets = format!("{what} does not know {}, which the state would forget", some(&turn.forgotten));
        // Where nobody can be asked, the refusal says so.
        if confirmed.is_none() && io::stdin().is_terminal() {
            text::say(format!("{forgets}. They stay in the cloud."));
        }
        consent::by_name(&forgets, name, confirmed)?;
    }
    Ok(turn)
}

/// Somebody has made something between the question and the lock.
fn moved_on() -> Error {
    Error::refused(
        "the state has come to know resources meanwhile, which this would forget; nothing was changed",
        "run the command again",
    )
}

pub(super) async fn restore(
    opened: &mut Opened<'_>,
    version: u64,
    confirmed: Option<&str>,
    wait: Duration,
) -> Result<Exit, Error> {
    let then = opened.at(version).await?;
    own(&then, opened.name)?;
    let agreed = agree(opened, &then, &format!("version {version}"), confirmed).await?;
    let locked = Locked::take(opened, "restore", wait).await?;
    let turn = Turn::between(locked.session.state(), &then);
    if !agreed.covers(&turn) {
        return Err(locked.refuse(moved_on()).await);
    }
    let done = Box::pin(locked.session.restore(version)).await;
    let said = |seq| {
        format!(
            "The state is as it was after record {version} (record {seq}): {turn}. `manage_state restore {}` takes this \
             back.\nThe cloud is as it is: run `plan` to see what differs.",
            seq - 1
        )
    };
    locked.end(done, ("version", version.to_string()), said).await
}

pub(super) async fn import(
    opened: &mut Opened<'_>,
    file: &Path,
    confirmed: Option<&str>,
    wait: Duration,
) -> Result<Exit, Error> {
    let standard = file == Path::new(STANDARD);
    let shown = if standard { "standard input".to_owned() } else { file.display().to_string() };
    let failed = |source| evalap_topology::Error::File { file: shown.clone(), done: "read", source };
    let read = if standard { io::read_to_string(io::stdin()) } else { std::fs::read_to_string(file) };
    let text = read.map_err(failed)?;
    let what = "exported state (see `manage_state export`)";
    let format = |source| evalap_topology::Error::Format { file: shown.clone(), what, source };
    let export: Export = serde_json::from_str(&text).map_err(format)?;
    if export.format != FORMAT {
        return Err(Error::refused(
            format!("{shown}: its format is {:?}, not {FORMAT:?}", export.format),
            "export it again with this version",
        ));
    }
    own(&export.state, opened.name)?;
    let agreed = agree(opened, &export.state, &shown, confirmed).await?;
    let locked = Locked::take(opened, "import", wait).await?;
    let bound = &locked.session.state().binding;
    if bound.is_some() && *bound != export.state.binding {
        let error = Error::refused(
            format!(
                "{shown} is of another cloud, project or region than this state: of {}, and this one is of {}",
                whose(export.state.binding.as_ref()),
                whose(locked.session.state().binding.as_ref())
            ),
            "import it where it came from, or into an environment without a state",
        );
        return Err(locked.refuse(error).await);
    }
    let turn = Turn::between(locked.session.state(), &export.state);
    if !agreed.covers(&turn) {
        return Err(locked.refuse(moved_on()).await);
    }
    let source = format!("{shown}, version {} of {}", export.seq, export.environment);
    let other_key = !export.key.is_empty() && export.key != locked.session.key().id();
    let done = Box::pin(locked.session.import(source, export.state)).await;
    let said = |seq| {
        format!(
            "The state is what {shown} says (record {seq}): {turn}. `manage_state restore {}` takes this back.\n\
             The cloud is as it is: run `plan` to see what differs.{}",
            seq - 1,
            if other_key {
                "\nIts digests were made with another key: a plan cannot tell that secrets are the same, and the next apply writes them once more."
            } else {
                ""
            }
        )
    };
    locked.end(done, ("file", shown.clone()), said).await
}

/// What a state belongs to, for people.
fn whose(binding: Option<&Binding>) -> String {
    binding.map_or_else(
        || "none yet".to_owned(),
        |bound| format!("{}, project {}, {}", bound.endpoint, bound.project_id, bound.region),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use evalap_topology::model::Event;
    use evalap_topology::state::Fold;
    use serde_json::Map;

    fn state(names: &[&str]) -> State {
        let mut state = State::default();
        for name in names {
            let (address, depends_on) = (format!("container.{name}").parse().unwrap(), Vec::new());
            state.apply(Event::Creating { address, spec: Map::new(), depends_on }).unwrap();
        }
        state
    }

    #[test]
    fn what_is_forgotten_and_brought_back_is_counted_and_some_of_it_named() {
        let turn = Turn::between(&state(&["a", "b", "c", "d", "e", "f", "g"]), &state(&["g", "h"]));
        let told = "it forgets 6 resources (container.a, container.b, container.c, container.d, container.e and 1 more) \
                    and brings back 1 resource (container.h)";
        assert_eq!(turn.to_string(), told);
        let mut then = state(&["a"]);
        then.apply(Event::Created { address: "container.a".parse().unwrap(), id: "1".into() }).unwrap();
        let changed = Turn::between(&state(&["a"]), &then);
        assert_eq!(changed.to_string(), "it remembers otherwise 1 resource (container.a)");
        assert_eq!(Turn::default().to_string(), "it remembers the same resources");
        assert!(turn.covers(&changed) && !changed.covers(&turn));
    }
}
