//! A transport that dies at a chosen request, and with it the program that uses it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Request;
use scaleway_core::{Exchange, Transport};
use scaleway_emulator::Emulator;
use tokio::sync::Notify;

/// Where the program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the request reaches the cloud.
    Before,
    /// After it had its effect, and before the answer is known.
    After,
}

/// Passes requests on to the emulator until the chosen one; nothing leaves after it.
#[derive(Debug, Clone)]
pub struct Mortal {
    emulator: Emulator,
    seen: Arc<AtomicU64>,
    last: u64,
    moment: Moment,
    died: Arc<Notify>,
    /// What it died at the sending of.
    on_its_way: Arc<Mutex<Option<Request<Bytes>>>>,
}

impl Mortal {
    /// Dies at the `last` request that changes something, counted from 1.
    pub fn new(emulator: Emulator, last: u64, moment: Moment) -> Self {
        let on_its_way = Arc::default();
        Self { emulator, seen: Arc::default(), last, moment, died: Arc::default(), on_its_way }
    }

    /// Ends when it has died.
    pub async fn death(&self) {
        self.died.notified().await;
    }

    /// Has the request arrive that it died at, having died [`Before`](Moment::Before): it was on its way all the time.
    pub async fn deliver(&self) {
        let request = self.on_its_way.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(request) = request {
            let _ = self.emulator.send(request).await;
        }
    }
}

impl Transport for Mortal {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            if self.seen.load(Ordering::SeqCst) >= self.last {
                return std::future::pending().await;
            }
            if request.method() == http::Method::GET
                || self.seen.fetch_add(1, Ordering::SeqCst) + 1 < self.last
            {
                return self.emulator.send(request).await;
            }
            *self.on_its_way.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
            if self.moment == Moment::After {
                self.deliver().await;
            }
            self.died.notify_one();
            std::future::pending().await
        })
    }
}
