//! What a namespace, an image or a tag is doing: the API has the same statuses for the three.

use std::time::Duration;

use scaleway_core::{Pace, Progress, wire};
use serde::{Deserialize, Serialize};

/// What a [`Namespace`](crate::Namespace), an [`Image`](crate::Image) or a [`Tag`](crate::Tag) is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// The API does not say.
    Unknown,
    /// It can be used.
    Ready,
    /// It is being deleted, with all that is in it.
    Deleting,
    /// It cannot be used: see its `status_message`, where it has one.
    Error,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

impl Status {
    /// Whether `value`, whose status this is, has become ready. What is being deleted never will.
    pub(crate) fn progress<T>(&self, value: T, message: Option<&str>) -> Progress<T> {
        match self {
            Self::Ready => Progress::Reached(value),
            Self::Deleting | Self::Error | Self::Locked => Progress::never(wire::spelled(self), message),
            Self::Unknown | Self::Other(_) => Progress::Changing(wire::spelled(self)),
        }
    }
}

/// Everything here is ready as soon as it is made, and gone about a second after it is deleted.
pub(crate) const PACE: Pace = Pace::new(Duration::from_millis(500), Duration::from_mins(5));
