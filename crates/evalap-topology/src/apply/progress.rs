use std::time::Duration;

use crate::address::Address;
use crate::state::Merged;

/// What happens while a plan is applied, as it happens: progress bars, lines and timelines are all made from this.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Progress {
    /// What an earlier run could not write to the state was written now.
    Merged(Merged),
    /// The state cannot be written any more: what is under way is finished, nothing more is begun. Said once, when it is
    /// noticed, which may be long before what is under way ends.
    Unwritable {
        /// Why, with its causes.
        error: String,
    },
    /// A change has begun.
    Started {
        /// The resource.
        address: Address,
        /// What is being done: `create`, `update`, `delete`, …
        verb: &'static str,
    },
    /// This was not seen and may be there all the same: it is looked for before it is made anew or forgotten, so that
    /// nothing is made twice and nothing is left behind.
    Looking {
        /// The resource.
        address: Address,
        /// Whether an earlier run was interrupted while making it: its request may still arrive. Else we remember it, and a
        /// list may lag behind.
        interrupted: bool,
        /// How long it is looked for.
        at_most: Duration,
    },
    /// A change is done.
    Done {
        /// The resource.
        address: Address,
        /// What was done.
        verb: &'static str,
        /// How long it took.
        took: Duration,
    },
    /// A change has failed; what depends on it is not begun.
    Failed {
        /// The resource.
        address: Address,
        /// What was being done.
        verb: &'static str,
        /// Why, with its causes.
        error: String,
    },
}

/// A change that was carried out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Done {
    /// The resource.
    pub address: Address,
    /// What was done: a replacement is done in two parts.
    pub verb: &'static str,
    /// When it began, counted from the beginning of the apply.
    pub began: Duration,
    /// How long it took.
    pub took: Duration,
}

/// A change that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failed {
    /// The resource.
    pub address: Address,
    /// What was being done.
    pub verb: &'static str,
    /// Why, with its causes.
    pub error: String,
}

/// What became of an apply.
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "an apply that failed says so here"]
#[non_exhaustive]
pub struct Outcome {
    /// What was done, in the order in which it ended.
    pub done: Vec<Done>,
    /// What failed.
    pub failed: Vec<Failed>,
    /// What was not begun: it depends on what failed, or the apply was stopped.
    pub skipped: Vec<Address>,
    /// Whether the apply was stopped.
    pub stopped: bool,
    /// How long it took.
    pub took: Duration,
    /// Where on this machine is kept what happened and could not be written to the state: the next run does it.
    pub kept: Vec<String>,
    /// Why the lock could not be given back, where it could not and is still ours: the next run on this machine takes it over
    /// in its turn, another when the lease has ended. What was done is remembered all the same.
    pub locked: Option<String>,
    /// The chain of changes, each begun when the one before was done, that the apply took as long as.
    pub critical_path: Vec<Address>,
}

impl Outcome {
    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty()
    }
}
