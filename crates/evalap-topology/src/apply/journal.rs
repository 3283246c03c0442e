//! One writer for all that happens at once: what comes in while a write is under way goes into the next one.

use std::sync::Arc;

use scaleway_core::Clock;
use tokio::sync::{mpsc, oneshot};

use crate::model::{Event, State};
use crate::state::{Session, StateError};

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

impl Writer {
    /// Writes what comes in, and shows that the lock's holder lives while nothing does, until all [`Journal`]s are gone.
    /// After a write has failed nothing more is written.
    pub(super) async fn run(
        mut self,
        session: &mut Session<State>,
        clock: &Clock,
    ) -> Result<(), Arc<StateError>> {
        let mut failed: Option<Arc<StateError>> = None;
        loop {
            let first = if failed.is_some() {
                self.0.recv().await
            } else if let Some(entry) = clock.timeout(session.renew_in(), self.0.recv()).await {
                entry
            } else {
                failed = session.renew().await.err().map(Arc::new);
                continue;
            };
            let Some(first) = first else { break };
            let mut entries = vec![first];
            while let Ok(entry) = self.0.try_recv() {
                entries.push(entry);
            }
            if failed.is_none() {
                let events: Vec<Event> =
                    entries.iter_mut().flat_map(|entry| std::mem::take(&mut entry.events)).collect();
                let written = if events.is_empty() {
                    session.cover().await
                } else {
                    session.append(events).await.map(drop)
                };
                failed = written.err().map(Arc::new);
            }
            for entry in entries {
                // Who does not wait for the answer any more has been given up.
                let _ = entry.written.send(failed.clone().map_or(Ok(()), Err));
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
