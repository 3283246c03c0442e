//! What can go wrong in the engine.

use crate::address::Address;
use crate::input::Unresolved;
use crate::model::Binding;
use crate::state::StateError;

/// Why the engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The state cannot be read, written or locked.
    #[error(transparent)]
    State(#[from] StateError),
    /// Two resources of one address.
    #[error("two resources are called {0}: names are unique within a kind")]
    Duplicate(Address),
    /// A resource refers to one that is not there.
    #[error("{from} refers to {to}, which does not exist")]
    Dangling {
        /// The resource that refers.
        from: Address,
        /// What it refers to.
        to: Address,
    },
    /// Resources that wait for each other.
    #[error("these refer to each other in a circle: {}", listed(members, " → "))]
    Cycle {
        /// The circle; the last refers to the first.
        members: Vec<Address>,
    },
    /// What exists in the cloud could not be found out.
    #[error("{what} cannot be listed")]
    Observe {
        /// The kind.
        what: &'static str,
        /// The cause.
        source: KindError,
    },
    /// The state belongs to another cloud.
    #[error(
        "this state belongs to environment {:?} on {} (project {}, {}), not to {:?} on {} (project {}, {}): use that target and definition, or another state folder",
        bound.environment, bound.endpoint, bound.project_id, bound.region, asked.environment, asked.endpoint, asked.project_id, asked.region
    )]
    OtherCloud {
        /// What the state belongs to.
        bound: Box<Binding>,
        /// What it was to be used with.
        asked: Box<Binding>,
    },
    /// Something must be decided by a person before the plan can be applied.
    #[error("the plan cannot be applied:{}", listed_below(problems))]
    Refused {
        /// What stands in the way, one sentence each.
        problems: Vec<String>,
    },
    /// A plan does not fit what it was made from any more.
    #[error("the plan is out of date: {what}; make a new one")]
    StalePlan {
        /// What has moved.
        what: String,
    },
    /// A file cannot be read or written.
    #[error("{file}: cannot be {done}")]
    File {
        /// The file.
        file: String,
        /// `read` or `written`.
        done: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// A file that would be replaced holds something else than what is to take its place.
    #[error("{file} exists already and is no {what}: it is not replaced")]
    Occupied {
        /// The file.
        file: String,
        /// What alone may be replaced.
        what: &'static str,
    },
    /// A file is not what it should be.
    #[error("{file}: is no {what}")]
    Format {
        /// The file.
        file: String,
        /// What it should be.
        what: &'static str,
        /// The cause.
        source: serde_json::Error,
    },
    /// Secrets have no value to be made from.
    #[error("secrets without a value:{}", listed_below(problems))]
    Secrets {
        /// Each secret, what is wrong, and what to do.
        problems: Vec<String>,
    },
}

impl Error {
    /// The cloud, or the store of the state, does not answer: it may well later, and what is remembered can be shown meanwhile.
    pub fn is_away(&self) -> bool {
        match self {
            Self::State(error) => error.is_unavailable(),
            Self::Observe { source: KindError::Api(error), .. } => error.is_transient(),
            _ => false,
        }
    }
}

/// An error with its causes, in one line.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |error| error.source()).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

fn listed<T: std::fmt::Display>(items: &[T], between: &str) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

fn listed_below(problems: &[String]) -> String {
    format!("\n  {}", problems.join("\n  "))
}

/// Why one resource could not be observed, made, changed or deleted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KindError {
    /// The API's answer, or none.
    #[error(transparent)]
    Api(#[from] scaleway_core::Error),
    /// The API refuses a setting of the database: it names it by its place in the request, the definition by its name.
    #[error("the setting {name:?} of the database is refused")]
    Setting {
        /// Its name, as in `database.settings`.
        name: String,
        /// What the API says.
        source: scaleway_core::Error,
    },
    /// Something that it refers to is not known.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// What is written in plan or state is not a specification of its kind.
    #[error("its written specification cannot be read")]
    Spec(#[from] serde_json::Error),
    /// An id that is none.
    #[error(transparent)]
    Id(#[from] scaleway_core::InvalidId),
    /// Anything else, in a sentence.
    #[error("{0}")]
    Other(String),
}

impl KindError {
    /// Whether the call may have had its effect although it failed.
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::Api(error) | Self::Setting { source: error, .. } if error.may_have_happened())
    }

    /// The API's name for the exchange that failed.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) | Self::Setting { source: error, .. } => error.request_id(),
            _ => None,
        }
    }
}
