//! What went wrong, in one message: what, why, and what to do.

use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use evalap_topology::KindError;
use evalap_topology::definition::Problems;
use evalap_topology::state::StateError;
use scaleway_core::{ConfigError, TransportError};
use scaleway_emulator::EmulatorError;

use crate::smoke::Silent;
use crate::text;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{}: the definition cannot be read", file.display())]
    Definition {
        file: PathBuf,
        /// How this program is told another one.
        named: &'static str,
        source: io::Error,
    },
    /// Shown with the lines of the file.
    #[error("{}", .0.render(console::colors_enabled_stderr()))]
    Problems(Problems),
    #[error("the definition breaks {0} rule(s) that a deployment needs: see above")]
    Check(usize),
    #[error(transparent)]
    Engine(evalap_topology::Error),
    #[error(transparent)]
    Emulator(#[from] EmulatorError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Api(#[from] scaleway_core::Error),
    #[error("no connection can be made")]
    Transport(#[from] TransportError),
    #[error("the system refuses what a program needs to run")]
    System(#[from] io::Error),
    #[error("{0}")]
    Encode(#[from] serde_json::Error),
    /// Anything that a person must decide or do otherwise; with what to do.
    #[error("{what}")]
    Refused { what: String, remedy: String },
    /// A key that is in use already; with what to do.
    #[error("the state's key is {key} from now on, and could not take the old one's place")]
    KeyBeside { key: String, remedy: String, source: Box<StateError> },
    /// A key that may be in use or not; with what to do.
    #[error("whether the state's key is {key} by now is not known")]
    KeyInDoubt { key: String, remedy: String, source: Box<StateError> },
    /// A kept plan cannot be read.
    #[error(transparent)]
    NoPlan(evalap_topology::Error),
    /// The lock was waited for as long as was said.
    #[error("the state's lock was waited for, and not to be had in {}", text::duration(*waited))]
    Waited { waited: Duration, source: Box<Self> },
    /// The deployment is done, and these services do not answer.
    #[error("the deployment is done, and {}", not_answering(.0))]
    Silent(Vec<Silent>),
    /// What was asked for is done, and something after it is not; with what to do.
    #[error("{what}")]
    Afterwards { what: String, remedy: String, source: Box<Self> },
}

impl From<evalap_topology::Error> for Error {
    fn from(error: evalap_topology::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<StateError> for Error {
    fn from(error: StateError) -> Self {
        Self::Engine(error.into())
    }
}

impl Error {
    pub(crate) fn refused(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), remedy: remedy.into() }
    }

    /// The same, with how long the lock was waited for in vain.
    pub(crate) fn waited(self, waited: Duration) -> Self {
        match self {
            Self::Engine(evalap_topology::Error::State(StateError::Held { .. })) if !waited.is_zero() => {
                Self::Waited { waited, source: Box::new(self) }
            }
            other => other,
        }
    }

    /// Whether a person was asked to decide something, or to do it otherwise.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Engine(evalap_topology::Error::Refused { .. }))
    }

    /// Whether all that was asked for is done, for all that there is to say.
    pub(crate) fn is_after_all(&self) -> bool {
        matches!(self, Self::Silent(_))
    }

    /// Whether a record of the state is damaged or gone.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Engine(evalap_topology::Error::State(StateError::Corrupt { .. })))
    }

    /// Whether the state is written with another key than the one that was found.
    pub(crate) fn is_wrong_key(&self) -> bool {
        matches!(self, Self::Engine(evalap_topology::Error::State(error)) if error.is_wrong_key())
    }

    /// Whether there is no key where it was looked for.
    pub(crate) fn is_key_lost(&self) -> bool {
        matches!(self, Self::Engine(evalap_topology::Error::State(StateError::KeyLost { .. })))
    }

    /// Whether the store of the state does not answer.
    pub(crate) fn is_state_away(&self) -> bool {
        matches!(self, Self::Engine(evalap_topology::Error::State(error)) if error.is_unavailable())
    }

    /// The message with its causes and the remedy.
    pub(crate) fn told(&self) -> String {
        if let Self::Problems(problems) = self {
            let count = problems.len();
            let end = if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") };
            return format!("{self}\n\n{end} in the definition; nothing was changed");
        }
        let mut told = format!("error: {}", text::causes(self).join("\n  because: "));
        if let Some(remedy) = self.remedy() {
            let _ = write!(told, "\n  what to do: {remedy}");
        }
        told
    }

    /// What to do, where the message does not say so itself.
    fn remedy(&self) -> Option<String> {
        use evalap_topology::Error as Engine;
        Some(match self {
            Self::Refused { remedy, .. }
            | Self::KeyBeside { remedy, .. }
            | Self::KeyInDoubt { remedy, .. }
            | Self::Afterwards { remedy, .. } => remedy.clone(),
            Self::Silent(_) => {
                "look at their logs in Cockpit, and mend the service or its definition; `apply` calls them again, and \
                 changes nothing where nothing is to be changed"
                    .into()
            }
            Self::Definition { named, source, .. } => match source.kind() {
                io::ErrorKind::NotFound => {
                    format!("run this from the root of the workspace, or name a file that is there: {named}")
                }
                io::ErrorKind::InvalidData => "save it as UTF-8, in which TOML is written".into(),
                io::ErrorKind::IsADirectory => format!("it is a folder: name a file in it: {named}"),
                io::ErrorKind::PermissionDenied => "give yourself the right to read it".into(),
                _ => format!("mend that, or name another file: {named}"),
            },
            Self::Waited { .. } => {
                "wait longer (--lock-timeout), or find out what the lock's holder is doing".into()
            }
            Self::NoPlan(_) => "make one, and read it: `plan --out FILE`".into(),
            Self::Engine(Engine::StalePlan { .. }) => {
                "make a new one, and read it: `plan --out FILE`; if it was the apply of this very plan that moved the state on, \
                 nothing more is needed"
                    .into()
            }
            Self::Check(_) => "mend the definition, or add a [[waivers]] with a reason".into(),
            Self::Config(ConfigError::Missing { key: "secret_key", .. }) => {
                "make an API key in Scaleway's console and export SCW_ACCESS_KEY and SCW_SECRET_KEY; \
                 without an account: --target emulator"
                    .into()
            }
            Self::Engine(Engine::Occupied { .. }) => {
                "name another file, or move that one away if it is of no use".into()
            }
            Self::Engine(Engine::Observe { source: KindError::Api(error), .. }) => api_remedy(error)?.into(),
            Self::Engine(Engine::State(StateError::Unavailable { .. })) => {
                "run the command again when it answers; `plan` and `show` of the program that deploys tell what was last read"
                    .into()
            }
            Self::Engine(Engine::State(StateError::Fenced { .. })) => {
                "find out who took the lock over (manage_state history), then run the command again".into()
            }
            _ => return None,
        })
    }
}

/// How many services do not answer, and what they do instead, one on a line.
fn not_answering(silent: &[Silent]) -> String {
    let do_not = if silent.len() == 1 { "does not" } else { "do not" };
    let first = format!("{} {do_not} answer:", text::count(silent.len(), "service"));
    let each = silent.iter().map(|one| format!("  {}: {}", one.name, one.why));
    std::iter::once(first).chain(each).collect::<Vec<_>>().join("\n")
}

/// What to do about an error of the API.
fn api_remedy(error: &scaleway_core::Error) -> Option<&'static str> {
    Some(if error.is_unauthenticated() {
        "check SCW_ACCESS_KEY and SCW_SECRET_KEY: the key is unknown or has expired"
    } else if error.is_permission_denied() {
        "give the key's IAM application the rights that the message names, on this project"
    } else if error.is_transient() {
        "nothing was changed: run the command again in a moment"
    } else {
        return None;
    })
}
