//! What happened, line by line, for whoever looks at a failing seed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use scaleway_core::Clock;

/// Clones are the same trace. One that is off costs nothing.
#[derive(Debug, Clone)]
pub(crate) struct Trace(Option<Arc<Mutex<Vec<String>>>>);

impl Trace {
    pub(crate) fn new(on: bool) -> Self {
        Self(on.then(Arc::default))
    }

    /// Notes what `what` says, where anybody looks.
    pub(crate) fn note<T: fmt::Display>(&self, clock: &Clock, who: usize, what: impl FnOnce() -> T) {
        if let Some(lines) = &self.0 {
            let line = format!("{} [{who}] {}", clock.now(), what());
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.0.as_ref().map(|lines| lines.lock().unwrap_or_else(PoisonError::into_inner).clone());
        lines.unwrap_or_default()
    }
}
