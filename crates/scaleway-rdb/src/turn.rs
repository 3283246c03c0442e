//! Turns: one change of an instance at a time, and patience with one that is busy.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use scaleway_core::{Error, Result, Waiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{InstanceId, Rdb};

/// The queues of the instances that somebody is changing or waits to change. A queue lives as long as somebody is in it.
#[derive(Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<BTreeMap<String, Weak<Semaphore>>>>);

/// The right to change an instance; dropping it lets the next one in.
#[must_use]
pub(crate) struct Turn(#[expect(dead_code, reason = "held, not looked at")] Option<OwnedSemaphorePermit>);

impl Turns {
    fn queue(&self, instance: &InstanceId) -> Arc<Semaphore> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queues.retain(|_, queue| queue.strong_count() > 0);
        queues.get(instance.as_str()).and_then(Weak::upgrade).unwrap_or_else(|| {
            let queue = Arc::new(Semaphore::new(1));
            queues.insert(instance.to_string(), Arc::downgrade(&queue));
            queue
        })
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns")
    }
}

/// How long a call waits for its turn: those before it may be upgrading the instance.
const QUEUE: Duration = Duration::from_hours(1);

/// How long an instance may be busy with changes of others.
const PATIENCE: Duration = Duration::from_mins(15);

/// The pauses after a refusal by a busy instance: they double, and a random part of each is left out.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Rdb {
    /// Waits for the calls that asked before, in their order.
    pub(crate) async fn turn(&self, instance: &InstanceId) -> Result<Turn> {
        let queue = self.turns.queue(instance);
        match self.api.client().clock().timeout(QUEUE, queue.acquire_owned()).await {
            // The queue is never closed.
            Some(permit) => Ok(Turn(permit.ok())),
            None => Err(Error::StillChanging {
                what: format!("instance {instance}"),
                state: "being changed by calls before this one".into(),
                waited: QUEUE,
            }),
        }
    }

    /// Sends again what the instance refuses because it is changing, once it is ready.
    pub(crate) async fn patiently<T, F>(&self, instance: &InstanceId, send: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let (clock, random) = (self.api.client().clock(), self.api.client().random());
        let started = clock.now();
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match send().await {
                Err(error) if is_busy(&error) => error,
                answer => return answer,
            };
            let left = PATIENCE.saturating_sub(clock.now().since(started));
            if left.is_zero() {
                return Err(error);
            }
            let half = u64::try_from(pause.as_millis() / 2).unwrap_or(u64::MAX);
            clock.sleep(pause.saturating_sub(Duration::from_millis(random.below(half))).min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            self.wait_for_instance(instance).deadline(left).await?;
        }
    }

    /// What a call that answered `error` has made all the same, if it did: looks for as long as what was just made may not
    /// be visible.
    pub(crate) async fn made_after_all<T, F>(&self, error: Error, look: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<Option<T>>>,
    {
        if !may_be_there(&error) {
            return Err(error);
        }
        let clock = self.api.client().clock();
        let started = clock.now();
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if clock.now().since(started) >= Waiter::<()>::GRACE {
                return Err(error);
            }
            clock.sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Whether the instance takes the same call later: it is changing, or two writes of its catalogue met.
fn is_busy(error: &Error) -> bool {
    let Error::Api(answer) = error else { return false };
    let message = answer.body.message.as_deref().unwrap_or_default();
    error.is_transient_state() || error.is_conflict() && message.contains("concurrently updated")
}

/// Whether what was to be made may be there: by the call that was lost, or by another's.
fn may_be_there(error: &Error) -> bool {
    error.may_have_happened() || error.is_conflict() && !is_busy(error)
}
