//! Nothing that changes the cloud leaves unless the lock was ours by the log a moment ago; and what leaves is told.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use scaleway_core::{Exchange, Transport, TransportError};

use super::journal::Journal;
use crate::address::Address;
use crate::sabotage::{self, Flaw};
use crate::state::Call;

/// What stands between the clients and the cloud: calls that change something pass only while the lock is held, for the
/// API itself knows of no lock. Clones are the same fence.
#[derive(Clone, Default)]
pub(crate) struct Fence(Arc<Mutex<Gate>>);

#[derive(Default)]
struct Gate {
    journal: Option<Journal>,
    /// What has passed and is in no record yet.
    calls: Vec<Call>,
}

tokio::task_local! {
    /// The resource that is being worked on.
    static RESOURCE: Address;
}

/// Does `work`, whose calls are for `resource`.
pub(super) async fn of<T>(resource: Address, work: impl Future<Output = T>) -> T {
    RESOURCE.scope(resource, work).await
}

impl Fence {
    /// While the guard lives, every change is checked against the lock that `journal` writes under.
    pub(super) fn raise(&self, journal: Journal) -> Raised {
        self.set(Some(journal));
        Raised(self.clone())
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, journal: Option<Journal>) {
        self.gate().journal = journal;
    }

    fn journal(&self) -> Option<Journal> {
        self.gate().journal.clone()
    }

    /// The calls that have passed and were not [told](Self::told).
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.gate().calls.clone()
    }

    /// The first `count` of [`calls`](Self::calls) are in a record, or kept. Until then they stay here, whoever is given up.
    pub(crate) fn told(&self, count: usize) {
        let calls = &mut self.gate().calls;
        calls.drain(..count.min(calls.len()));
    }

    /// A transport that asks at this fence.
    pub(crate) fn around(&self, transport: Arc<dyn Transport>) -> Fenced {
        Fenced { fence: self.clone(), transport }
    }
}

impl fmt::Debug for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fence")
    }
}

/// A raised [`Fence`].
pub(super) struct Raised(Fence);

impl Drop for Raised {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

/// A call that has left. It is told when it ends, and where it is given up, as one that is not waited for any longer is.
struct Sent<'a> {
    fence: &'a Fence,
    call: Option<Call>,
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        self.fence.gate().calls.extend(self.call.take());
    }
}

/// A transport with a [`Fence`] before it.
#[derive(Debug)]
pub(crate) struct Fenced {
    fence: Fence,
    transport: Arc<dyn Transport>,
}

impl Transport for Fenced {
    fn send(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        if request.method() == http::Method::GET || sabotage::is(Flaw::NoFencing) {
            return self.transport.send(request);
        }
        Box::pin(async move {
            let Some(journal) = self.fence.journal() else { return self.transport.send(request).await };
            journal.covered().await.map_err(TransportError::withheld)?;
            let resource = RESOURCE.try_with(ToString::to_string).ok();
            let call = Call::new(resource, request.method().as_str(), request.uri().path());
            let mut sent = Sent { fence: &self.fence, call: Some(call) };
            let answer = self.transport.send(request).await;
            if let (Some(call), Ok(answer)) = (&mut sent.call, &answer) {
                let id = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok());
                (call.status, call.request_id) = (Some(answer.status().as_u16()), id.map(str::to_owned));
            }
            answer
        })
    }
}
