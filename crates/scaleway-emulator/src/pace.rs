//! What is about to happen by itself, and when: for whoever knows better than the recorded medians.

use scaleway_core::Timestamp;
use serde_json::Value;

use crate::Emulator;
use crate::store::Effect;

/// A resource by its id, with what is about to happen to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// What it is: `containers.containers`, …
    pub kind: String,
    /// Its status now; empty where it has none.
    pub status: String,
    /// What comes, in order.
    pub coming: Vec<Coming>,
}

/// Something that happens to a resource by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coming {
    /// When.
    pub at: Timestamp,
    /// What it comes to.
    pub end: End,
}

/// What a resource comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// Another status, or the same one with other fields.
    Status(String),
    /// It is gone.
    Gone,
    /// Its product decides in that moment.
    Open,
}

impl Emulator {
    /// What the resource of that id is and what is about to happen to it; `None` where there is no such thing.
    pub fn pace(&self, id: &str) -> Option<Pace> {
        let kernel = self.lock();
        let mut records = kernel.world.store.everything();
        let (kind, _, record) = records.find(|(_, own, _)| *own == id)?;
        let mut status = status_of(&record.body);
        let pace = |status: &str| status.to_owned();
        let (now, mut coming) = (pace(status), Vec::new());
        for transition in &record.pending {
            let end = match &transition.effect {
                Effect::Set { body, .. } => {
                    status = if status_of(body).is_empty() { status } else { status_of(body) };
                    End::Status(status.to_owned())
                }
                Effect::Delete => End::Gone,
                Effect::Wake => End::Open,
            };
            coming.push(Coming { at: transition.at, end });
        }
        Some(Pace { kind: kind.to_owned(), status: now, coming })
    }

    /// Moves what is about to happen to the resource so that the first of it happens at `at`, and the rest as long
    /// after as before. Nothing happens where nothing is to come.
    pub fn reschedule(&self, id: &str, at: Timestamp) {
        let mut kernel = self.lock();
        kernel.world.store.reschedule(id, at);
        let now = self.clock().now();
        kernel.world.settle(now);
    }
}

/// Most kinds have a `status`, some call it `state`.
fn status_of(body: &crate::store::Body) -> &str {
    let text = |field: &str| body.get(field).and_then(Value::as_str);
    text("status").or_else(|| text("state")).unwrap_or_default()
}
