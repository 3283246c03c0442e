//! The life of one process: how many effect boundaries it passes before it dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;

/// Clones are the same process.
#[derive(Debug, Clone)]
pub(crate) struct Fate(Arc<Life>);

#[derive(Debug)]
struct Life {
    passed: AtomicU64,
    dies_at: u64,
    dead: AtomicBool,
    died: Notify,
    written: AtomicU64,
    suspended_at: u64,
    suspended: Notify,
    resumed: Notify,
}

impl Fate {
    /// Dies at that boundary, counted from 1; `None` lives on.
    pub(crate) fn new(dies_at: Option<u64>) -> Self {
        Self::with_suspension(dies_at, None)
    }

    /// And its machine is suspended at the answer to that write of the log, counted from 1.
    pub(crate) fn with_suspension(dies_at: Option<u64>, suspended_at: Option<u64>) -> Self {
        Self(Arc::new(Life {
            passed: AtomicU64::new(0),
            dies_at: dies_at.unwrap_or(u64::MAX),
            dead: AtomicBool::new(false),
            died: Notify::new(),
            written: AtomicU64::new(0),
            suspended_at: suspended_at.unwrap_or(u64::MAX),
            suspended: Notify::new(),
            resumed: Notify::new(),
        }))
    }

    /// The answer to a write of the log has come: to a machine that may be suspended.
    pub(crate) async fn written(&self) {
        if self.0.written.fetch_add(1, Ordering::Relaxed) + 1 == self.0.suspended_at {
            self.0.suspended.notify_one();
            self.0.resumed.notified().await;
        }
    }

    /// Ends when its machine is suspended.
    pub(crate) async fn suspension(&self) {
        self.0.suspended.notified().await;
    }

    /// The machine goes on.
    pub(crate) fn resume(&self) {
        self.0.resumed.notify_one();
    }

    /// How many boundaries it has met.
    pub(crate) fn passed(&self) -> u64 {
        self.0.passed.load(Ordering::Relaxed)
    }

    /// Meets a boundary and goes on, or never does again.
    pub(crate) async fn boundary(&self) {
        self.meet();
        self.alive().await;
    }

    /// Meets the boundary after an answer: who dies here has the answer, and can do nothing with it that anyone sees.
    pub(crate) fn meet(&self) {
        if self.0.passed.fetch_add(1, Ordering::Relaxed) + 1 >= self.0.dies_at {
            self.0.dead.store(true, Ordering::Relaxed);
            self.0.died.notify_one();
        }
    }

    /// Returns where the process lives; what a dead one does reaches nobody.
    pub(crate) async fn alive(&self) {
        if self.0.dead.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }

    /// Ends when it dies.
    pub(crate) async fn death(&self) {
        self.0.died.notified().await;
    }
}
