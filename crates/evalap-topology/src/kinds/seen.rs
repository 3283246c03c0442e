//! What was found in the cloud.

use serde::Serialize;
use serde_json::Value;

use crate::model::Attributes;

/// A resource that was found in the cloud.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    /// The cloud's id for it.
    pub(crate) id: String,
    /// What tells it from others of its kind: see [`Kind::key`](super::Kind::key).
    pub(crate) key: String,
    /// Whether it says that it is ours.
    pub(crate) claim: Claim,
    /// Whether it can be used.
    pub(crate) status: Status,
    /// Its attributes, named as in the kind's specification; what the API does not tell is left out.
    pub(crate) attributes: Attributes,
    /// What others may refer to.
    pub(crate) outputs: Attributes,
    /// What the API answered, where [`Kind::preflight`](super::Kind::preflight) needs more of it than the attributes.
    pub(crate) facts: Option<Value>,
}

impl Seen {
    /// One of ours of which only the id matters: that others live in it.
    pub(crate) fn parent(id: &str) -> Self {
        let none = Attributes::new;
        Self {
            id: id.to_owned(),
            key: String::new(),
            claim: Claim::Ours,
            status: Status::Ready,
            attributes: none(),
            outputs: none(),
            facts: None,
        }
    }
}

/// Whether a resource says that it is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// It does.
    Ours,
    /// It says that it is not, or says nothing although ours would.
    Foreign,
    /// It cannot say: ours if we remember making it.
    Unmarked,
}

/// Whether a resource can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    /// It can.
    Ready,
    /// Not yet, or not any more: it is in this state.
    Changing(String),
    /// Not without something being done about it.
    Broken {
        /// The state that nothing leads out of by itself.
        state: String,
        /// The platform's own reason.
        reason: String,
    },
}

impl Status {
    /// From the status that the API spells, and its message.
    pub(crate) fn of(status: &impl Serialize, message: Option<&str>) -> Self {
        let state = scaleway_core::wire::spelled(status);
        match state.as_str() {
            "ready" | "enabled" => Self::Ready,
            "error" | "locked" => Self::Broken { state, reason: message.unwrap_or_default().to_owned() },
            _ => Self::Changing(state),
        }
    }
}
