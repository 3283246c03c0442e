//! Ctrl-C (and SIGTERM): the first finishes what is in flight, the second stops at once. A closed terminal (SIGHUP) is as
//! the first, however often it is told.

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
    /// None where whoever started the program wants it to outlive the terminal.
    #[cfg(unix)]
    hangup: Option<tokio::signal::unix::Signal>,
}

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Somebody asks the program to stop.
    ToStop,
    /// The terminal is closed. Kernel, shell and session manager each may say so, one after the other: a second one says
    /// nothing new.
    HungUp,
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
                hangup: if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// The next one.
    pub(crate) async fn next(&mut self) -> Asked {
        #[cfg(unix)]
        {
            let hangup = async {
                match &mut self.hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.interrupt.recv() => Asked::ToStop,
                _ = self.terminate.recv() => Asked::ToStop,
                _ = hangup => Asked::HungUp,
            }
        }
        #[cfg(not(unix))]
        {
            let _ = tokio::signal::ctrl_c().await;
            Asked::ToStop
        }
    }

    /// Does `work`. The first interrupt asks it to stop, if it has `begun` anything; the next (or the first, if not)
    /// gives it up, unless it says only that the terminal is closed.
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
                asked = self.next() => {
                    if asked == Asked::HungUp && stop.is_stopped() {
                        continue;
                    }
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

/// Whether the program was started with SIGHUP ignored, as `nohup` does: a handler would take that back. Told where there
/// is a `/proc`.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

/// Reads the mask of ignored signals; the lowest bit is SIGHUP's.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_says_whether_a_hangup_is() {
        assert!(ignores_hangup("SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\n"));
        assert!(!ignores_hangup(""));
    }
}
