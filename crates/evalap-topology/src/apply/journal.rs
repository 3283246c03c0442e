//! One writer for all that happens at once: what comes in while a write is under way goes into the next one.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use scaleway_core::Clock;
use tokio::sync::{mpsc, oneshot};

use super::fence::Fence;
use crate::model::{Event, State};
use crate::state::{Call, Session, StateError};

/// Where steps write what they are about to do and what they have done.
#[derive(Debug, Clone)]
pub(super) struct Journal(mpsc::UnboundedSender<Entry>);

#[derive(Debug)]
struct Entry {
    events: Vec<Event>,
    written: oneshot::Sender<Result<(), Arc<StateError>>>,
}

/// The other end: see [`Writer::run`].
#[derive(Debug)]
pub(super) struct Writer(mpsc::UnboundedReceiver<Entry>);

pub(super) fn journal() -> (Journal, Writer) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Journal(sender), Writer(receiver))
}

impl Journal {
    /// Makes sure that the lock was ours a moment ago, by a write if the last one is too old.
    pub(super) async fn covered(&self) -> Result<(), Unwritten> {
        self.write(Vec::new()).await
    }

    /// Writes the events; they are durable when this returns.
    pub(super) async fn write(&self, events: Vec<Event>) -> Result<(), Unwritten> {
        let (written, answer) = oneshot::channel();
        self.0.send(Entry { events, written }).map_err(|_| Unwritten(None))?;
        answer.await.map_err(|_| Unwritten(None))?.map_err(|error| Unwritten(Some(error)))
    }
}

/// The state could not be written: nothing more may be changed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the state could not be written, so nothing more was changed")]
pub(super) struct Unwritten(#[source] Option<Arc<StateError>>);

/// How often the store is looked at while nothing is written, so that one that is away is noticed within 15 s.
const LOOK: Duration = Duration::from_secs(4);

/// What the writer has not done.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Calls that no record tells yet.
    pub(super) calls: Vec<Call>,
    /// Where events are kept that happened and could not be written.
    pub(super) kept: Vec<String>,
}

impl Writer {
    /// Writes what comes in, and shows that the lock's holder lives while nothing does, until all [`Journal`]s are gone.
    /// After a write has failed nothing more is written: what has happened all the same is kept on this machine.
    pub(super) async fn run(mut self, session: &mut Session<State>, clock: &Clock, fence: &Fence) -> Left {
        let mut failed: Option<Arc<StateError>> = None;
        let mut left = Left::default();
        loop {
            let first = if failed.is_some() {
                self.0.recv().await
            } else if let Some(entry) = clock.timeout(session.renew_in().min(LOOK), self.0.recv()).await {
                entry
            } else {
                failed = session.look().await.err().map(Arc::new);
                continue;
            };
            let Some(first) = first else { break };
            let mut entries = vec![first];
            while let Ok(entry) = self.0.try_recv() {
                entries.push(entry);
            }
            let events: Vec<Event> =
                entries.iter_mut().flat_map(|entry| std::mem::take(&mut entry.events)).collect();
            let happened: Vec<Event> =
                events.iter().filter(|event| tells_of_effect(event)).cloned().collect();
            if failed.is_none() {
                let written = if events.is_empty() {
                    session.cover().await
                } else {
                    session.append_with(events, fence.calls()).await.map(drop)
                };
                failed = written.err().map(Arc::new);
            }
            if failed.is_some() && !happened.is_empty() {
                match session.keep(happened).await {
                    Ok(place) => left.kept.push(place),
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn Error, "what has happened is kept nowhere");
                    }
                }
            }
            for entry in entries {
                // Who does not wait for the answer any more has been given up.
                let _ = entry.written.send(failed.clone().map_or(Ok(()), Err));
            }
        }
        left.calls = fence.calls();
        left
    }
}

/// Whether the event is about what the cloud has done, and not about what was going to be asked of it.
fn tells_of_effect(event: &Event) -> bool {
    matches!(event, Event::Created { .. } | Event::Ready { .. } | Event::Deleted { .. })
}
