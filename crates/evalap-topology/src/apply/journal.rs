//! One writer for all that happens at once: what comes in while a write is under way goes into the next one.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use scaleway_core::Clock;
use tokio::sync::{mpsc, oneshot, watch};

use super::fence::Fence;
use super::progress::Progress;
use crate::error::told;
use crate::model::{Event, State};
use crate::state::{Cover, Session, StateError};

/// Where steps write what they are about to do and what they have done.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    entries: mpsc::UnboundedSender<Entry>,
    covered: watch::Receiver<Told>,
    clock: Clock,
}

/// What the writer says without being asked.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    /// As long as what was written last allows calls to leave.
    cover: Option<Cover>,
    /// Nothing is written any more.
    over: bool,
}

#[derive(Debug)]
struct Entry {
    events: Vec<Event>,
    written: oneshot::Sender<Result<(), Arc<StateError>>>,
}

/// The other end: see [`Writer::run`].
#[derive(Debug)]
pub(super) struct Writer {
    entries: mpsc::UnboundedReceiver<Entry>,
    covered: watch::Sender<Told>,
    clock: Clock,
}

pub(super) fn journal(clock: &Clock) -> (Journal, Writer) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let (told, covered) = watch::channel(Told::default());
    let journal = Journal { entries: sender, covered, clock: clock.clone() };
    (journal, Writer { entries: receiver, covered: told, clock: clock.clone() })
}

impl Journal {
    /// Makes sure that the lock was ours a moment ago, by a write if the last one is too old.
    pub(super) async fn covered(&self) -> Result<(), Unwritten> {
        // Not behind what others write.
        let Told { cover, .. } = *self.covered.borrow();
        if cover.is_some_and(|cover| cover.holds(self.clock.now())) {
            return Ok(());
        }
        self.write(Vec::new()).await
    }

    /// Whether nothing is written any more, so that nothing may be begun.
    pub(super) fn is_over(&self) -> bool {
        self.covered.borrow().over
    }

    /// Writes the events; they are durable when this returns.
    pub(super) async fn write(&self, events: Vec<Event>) -> Result<(), Unwritten> {
        self.begin(events).done().await
    }

    /// Begins to write the events: whatever is written later is durable no sooner than they are.
    pub(super) fn begin(&self, events: Vec<Event>) -> Writing {
        let (written, answer) = oneshot::channel();
        // Where nobody writes any more, the answer is that nobody gives one.
        let _ = self.entries.send(Entry { events, written });
        Writing(answer)
    }
}

/// A write that is under way.
#[derive(Debug)]
pub(super) struct Writing(oneshot::Receiver<Result<(), Arc<StateError>>>);

impl Writing {
    /// Waits until it is durable.
    pub(super) async fn done(self) -> Result<(), Unwritten> {
        self.0.await.map_err(|_| Unwritten(None))?.map_err(|error| Unwritten(Some(error)))
    }
}

/// The state could not be written: nothing more may be changed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the state could not be written, so nothing more was changed")]
pub(super) struct Unwritten(#[source] Option<Arc<StateError>>);

/// How often the store is looked at while nothing is written, so that one that is away is noticed within 15 s.
const LOOK: Duration = Duration::from_secs(4);

impl Writer {
    /// Writes what comes in, and shows that the lock's holder lives while nothing does, until all [`Journal`]s are gone.
    /// After a write has failed nothing more is written, which `report` is told: what has happened all the same is kept on
    /// this machine. Gives where.
    pub(super) async fn run(
        mut self,
        session: &mut Session<State>,
        fence: &Fence,
        report: &(dyn Fn(Progress) + Sync),
    ) -> Vec<String> {
        let noticed = |error: StateError| {
            report(Progress::Unwritable { error: told(&error) });
            Arc::new(error)
        };
        let mut failed: Option<Arc<StateError>> = None;
        let mut kept = Vec::new();
        let mut remembered = session.head().seq;
        loop {
            let patience = session.renew_in().min(LOOK);
            let first = if failed.is_some() {
                self.entries.recv().await
            } else if let Some(entry) = self.clock.timeout(patience, self.entries.recv()).await {
                entry
            } else {
                failed = session.look().await.err().map(noticed);
                // Whoever kills us in a long wait can be told no more than this while the store is away.
                if remembered < session.head().seq {
                    session.remember().await;
                    remembered = session.head().seq;
                }
                self.tell_cover(session, failed.is_none());
                continue;
            };
            let Some(first) = first else { break };
            let mut entries = vec![first];
            while let Ok(entry) = self.entries.try_recv() {
                entries.push(entry);
            }
            let events: Vec<Event> =
                entries.iter_mut().flat_map(|entry| std::mem::take(&mut entry.events)).collect();
            let happened: Vec<Event> =
                events.iter().filter(|event| tells_of_effect(event)).cloned().collect();
            let calls = fence.calls();
            let sent = calls.len();
            if failed.is_none() {
                let written = if events.is_empty() {
                    session.cover().await
                } else {
                    session.append_with(events, calls.clone()).await.map(|_| fence.told(sent))
                };
                failed = written.err().map(noticed);
            }
            if failed.is_some() && !happened.is_empty() {
                match session.keep(happened, calls).await {
                    Ok(place) => {
                        fence.told(sent);
                        kept.push(place);
                    }
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn Error, "what has happened is kept nowhere");
                    }
                }
            }
            self.tell_cover(session, failed.is_none());
            for entry in entries {
                // Who does not wait for the answer any more has been given up.
                let _ = entry.written.send(failed.clone().map_or(Ok(()), Err));
            }
        }
        kept
    }

    /// Tells who asks how long calls may leave.
    fn tell_cover(&self, session: &Session<State>, writes: bool) {
        let cover = session.cover_given().filter(|_| writes);
        self.covered.send_replace(Told { cover, over: !writes });
    }
}

/// Whether the event is about what the cloud has done, and not about what was going to be asked of it.
fn tells_of_effect(event: &Event) -> bool {
    matches!(
        event,
        Event::Created { .. } | Event::Updated { .. } | Event::Ready { .. } | Event::Deleted { .. }
    )
}
