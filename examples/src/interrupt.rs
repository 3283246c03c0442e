//! Ctrl-C (and SIGTERM): the first finishes what is in flight, the second stops at once.

use std::future::Future;
use std::io;
use std::pin::pin;

use evalap_topology::apply::Stop;

/// What is said after the first.
const STOPPING: &str =
    "\nStopping: what is under way is finished, nothing more is begun. Ctrl-C again stops at once.\n";

/// `work` stopped at once: nothing is known of what it was doing.
#[derive(Debug)]
pub(crate) struct Interrupted;

/// What asks a program to stop.
#[derive(Debug)]
pub(crate) struct Interrupts {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Interrupts {
    /// From here on Ctrl-C does not end the program.
    pub(crate) fn new() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// The next one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }

    /// Does `work`. The first interrupt asks it to stop, if it has `begun` anything; the next (or the first, if not)
    /// gives it up.
    pub(crate) async fn around<T>(
        &mut self,
        stop: &Stop,
        begun: impl Fn() -> bool,
        say: impl Fn(&str),
        work: impl Future<Output = T>,
    ) -> Result<T, Interrupted> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                () = self.next() => {
                    if stop.is_stopped() || !begun() {
                        return Err(Interrupted);
                    }
                    stop.stop();
                    say(STOPPING);
                }
                done = &mut work => return Ok(done),
            }
        }
    }
}
