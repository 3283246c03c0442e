//! Runs a world: nothing in it waits for anything outside of this thread, so it needs no runtime.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use scaleway_core::Clock;

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What `future` gives; the time jumps to the next sleeper whenever nothing else can happen.
pub(crate) fn block_on<F: Future>(clock: &Clock, future: F) -> F::Output {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        // Who sleeps may be in something that is polled no more for now, and waking it wake nobody.
        while !woken.0.swap(false, Ordering::Relaxed) {
            assert!(clock.jump(), "all wait, and for nothing");
        }
    }
}
