//! Nothing that changes the cloud leaves unless the lock was ours by the log a moment ago.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use scaleway_core::{Exchange, Transport, TransportError};

use super::journal::Journal;
use crate::sabotage::{self, Flaw};

/// What stands between the clients and the cloud: calls that change something pass only while the lock is held, for the
/// API itself knows of no lock. Clones are the same fence.
#[derive(Clone, Default)]
pub(crate) struct Fence(Arc<Mutex<Option<Journal>>>);

impl Fence {
    /// While the guard lives, every change is checked against the lock that `journal` writes under.
    pub(super) fn raise(&self, journal: Journal) -> Raised {
        self.set(Some(journal));
        Raised(self.clone())
    }

    fn set(&self, journal: Option<Journal>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = journal;
    }

    fn journal(&self) -> Option<Journal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
            if let Some(journal) = self.fence.journal() {
                journal
                    .covered()
                    .await
                    .map_err(|_| TransportError::never_sent("the state's lock is not ours any more"))?;
            }
            self.transport.send(request).await
        })
    }
}
