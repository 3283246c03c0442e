//! What has left goes on: requests and writes on their way do not die with their sender.

use std::fmt;
use std::pin::{Pin, pin};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where things are given that are on their way from now on. Clones are the same net.
#[derive(Clone)]
pub struct Net(mpsc::UnboundedSender<Job>);

/// The other end: what moves them.
pub struct Carrier(mpsc::UnboundedReceiver<Job>);

/// A net, and what moves things in it.
pub fn net() -> (Net, Carrier) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Net(sender), Carrier(receiver))
}

impl Net {
    /// Sends something on its way. What becomes of it can be waited for, or not.
    pub async fn carry<T: Send + 'static>(&self, job: impl Future<Output = T> + Send + 'static) -> T {
        let (done, outcome) = oneshot::channel();
        let job = Box::pin(async move {
            // Whoever sent it may be dead.
            let _ = done.send(job.await);
        });
        let sent = self.0.send(job);
        match outcome.await {
            Ok(outcome) if sent.is_ok() => outcome,
            // The simulation is over.
            _ => std::future::pending().await,
        }
    }
}

impl Carrier {
    /// Moves everything until `work` is done.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut moving = FuturesUnordered::new();
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(job) = self.0.recv() => moving.push(job),
                Some(()) = moving.next() => {}
            }
        }
    }
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Net")
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carrier")
    }
}
