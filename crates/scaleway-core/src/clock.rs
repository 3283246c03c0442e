//! Injected time: real, scaled or virtual.
//!
//! Everything that waits or asks for the time does it through a [`Clock`], so that a deployment that takes four
//! recorded minutes can be watched in seconds or tested in milliseconds. A virtual clock stands still while anything
//! runs and jumps to the next sleeper when the thread has nothing left to do ([`Clock::block_on`]) and nothing is in
//! flight outside of it ([`Clock::busy`]: sockets, the disk).

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures_util::future::{Either, select};

use crate::Timestamp;

/// A clock that is cheap to clone; clones are the same clock.
#[derive(Clone)]
pub struct Clock(Kind);

#[derive(Clone)]
enum Kind {
    Real,
    Scaled { factor: f64, virtual_start: Timestamp, real_start: Timestamp },
    Virtual(Arc<Virtual>),
    Ahead { of: Arc<Clock>, by: Duration },
}

struct Virtual {
    jumps: bool,
    state: Mutex<State>,
}

struct State {
    now: Timestamp,
    /// In the order in which they wake; the number tells sleepers of one instant apart, first come first.
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
    next_sleeper: u64,
    busy: usize,
}

impl Clock {
    /// The system's clock.
    pub fn real() -> Self {
        Self(Kind::Real)
    }

    /// A clock that starts at `start` and runs `factor` times as fast as the system's. A factor that is not a positive
    /// number counts as 1.
    pub fn scaled(factor: f64, start: Timestamp) -> Self {
        let factor = if factor.is_finite() && factor > 0.0 { factor } else { 1.0 };
        Self(Kind::Scaled { factor, virtual_start: start, real_start: Timestamp::system() })
    }

    /// A clock that starts at `start` and jumps whenever nothing else can happen: see [`Clock::block_on`].
    pub fn virtual_from(start: Timestamp) -> Self {
        Self::new_virtual(start, true)
    }

    /// A clock that starts at `start` and moves only by [`Clock::advance`].
    pub fn manual_from(start: Timestamp) -> Self {
        Self::new_virtual(start, false)
    }

    /// This clock as a machine shows it whose time is wrong: `by` ahead, and as fast. It moves with this one.
    #[must_use]
    pub fn ahead(&self, by: Duration) -> Self {
        Self(Kind::Ahead { of: Arc::new(self.clone()), by })
    }

    fn new_virtual(now: Timestamp, jumps: bool) -> Self {
        let state = State { now, sleepers: BTreeMap::new(), next_sleeper: 0, busy: 0 };
        Self(Kind::Virtual(Arc::new(Virtual { jumps, state: Mutex::new(state) })))
    }

    /// The time by this clock.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::Real => Timestamp::system(),
            Kind::Scaled { factor, virtual_start, real_start } => {
                *virtual_start + seconds(Timestamp::system().since(*real_start).as_secs_f64() * *factor)
            }
            Kind::Virtual(clock) => clock.lock().now,
            Kind::Ahead { of, by } => of.now() + *by,
        }
    }

    /// Waits for `duration` by this clock. Dropping the future forgets the wait.
    pub async fn sleep(&self, duration: Duration) {
        #[expect(clippy::disallowed_methods, reason = "the one place where the runtime's timer is used")]
        match &self.0 {
            Kind::Real => tokio::time::sleep(duration).await,
            Kind::Scaled { factor, .. } => {
                tokio::time::sleep(seconds(duration.as_secs_f64() / *factor)).await;
            }
            Kind::Virtual(clock) => clock.sleep(duration).await,
            Kind::Ahead { of, .. } => Box::pin(of.sleep(duration)).await,
        }
    }

    /// What `future` gives, or `None` once `limit` has passed by this clock.
    pub async fn timeout<F: Future>(&self, limit: Duration, future: F) -> Option<F::Output> {
        match select(pin!(future), pin!(self.sleep(limit))).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(((), _)) => None,
        }
    }

    /// Says that something is in flight that this thread cannot see (a socket, the disk): while the guard lives, a
    /// virtual clock does not jump. Other clocks do not mind.
    #[must_use = "the clock is held only while the guard lives"]
    pub fn busy(&self) -> Busy {
        let Some(clock) = self.below() else { return Busy(None) };
        clock.lock().busy += 1;
        Busy(Some(clock.clone()))
    }

    /// The virtual clock that this one is, or shows.
    fn below(&self) -> Option<&Arc<Virtual>> {
        match &self.0 {
            Kind::Virtual(clock) => Some(clock),
            Kind::Ahead { of, .. } => of.below(),
            Kind::Real | Kind::Scaled { .. } => None,
        }
    }

    /// Moves a virtual or manual clock on, waking who slept until then in the order of their times. Other clocks do
    /// not move.
    pub fn advance(&self, duration: Duration) {
        let Some(clock) = self.below() else { return };
        let target = clock.lock().now + duration;
        while clock.wake_next(Some(target)) {}
        let mut state = clock.lock();
        state.now = state.now.max(target);
    }

    /// Moves a virtual clock to the time of its next sleeper and wakes all who slept until then: for executors that have
    /// nothing else to do. False where nobody sleeps, where something is [`busy`](Clock::busy), and with other clocks.
    pub fn jump(&self) -> bool {
        self.below().is_some_and(|clock| clock.jumps && clock.wake_next(None))
    }

    /// Runs `future` to its end on a runtime of its own, in this thread. With a virtual clock the time jumps to the
    /// next sleeper whenever the thread would otherwise wait and nothing is [`busy`](Clock::busy).
    ///
    /// # Errors
    /// When the operating system refuses the runtime its resources.
    pub fn block_on<F: Future>(&self, future: F) -> std::io::Result<F::Output> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all();
        if let Some(clock) = self.below()
            && clock.jumps
        {
            let (clock, root) = (clock.clone(), Arc::new(Mutex::new(None::<Waker>)));
            let of_hook = root.clone();
            runtime.on_thread_park(move || {
                let root = of_hook.lock().unwrap_or_else(PoisonError::into_inner).clone();
                // Who sleeps may be in something that is polled no more for now, and waking it wake nobody: without a
                // poll of the whole the thread would park for good, with others still asleep.
                if clock.wake_next(None)
                    && let Some(root) = root
                {
                    root.wake();
                }
            });
            let mut future = pin!(future);
            let rooted = poll_fn(|context| {
                let mut root = root.lock().unwrap_or_else(PoisonError::into_inner);
                root.get_or_insert_with(|| context.waker().clone()).clone_from(context.waker());
                drop(root);
                future.as_mut().poll(context)
            });
            let output = runtime.build()?.block_on(rooted);
            // The waker holds the runtime, whose hook holds the waker: one of them has to go.
            *root.lock().unwrap_or_else(PoisonError::into_inner) = None;
            return Ok(output);
        }
        Ok(runtime.build()?.block_on(future))
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::real()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Real => f.write_str("Clock(real)"),
            Kind::Scaled { factor, .. } => write!(f, "Clock(×{factor})"),
            Kind::Virtual(clock) => write!(f, "Clock(virtual, {})", clock.lock().now),
            Kind::Ahead { of, by } => write!(f, "{of:?} + {by:?}"),
        }
    }
}

impl Virtual {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves to the first sleeper's time, if it is not after `limit`, and wakes all who wait for that time.
    fn wake_next(&self, limit: Option<Timestamp>) -> bool {
        let due: Vec<Waker> = {
            let mut state = self.lock();
            let Some((&(time, _), _)) = state.sleepers.first_key_value() else { return false };
            if limit.map_or(state.busy > 0, |limit| time > limit) {
                return false;
            }
            state.now = state.now.max(time);
            let mut due = Vec::new();
            while let Some(sleeper) = state.sleepers.first_entry().filter(|sleeper| sleeper.key().0 <= time) {
                due.push(sleeper.remove());
            }
            due
        };
        due.into_iter().for_each(Waker::wake);
        true
    }

    async fn sleep(&self, duration: Duration) {
        let time = self.lock().now + duration;
        let mut entry = Entry { clock: self, key: None };
        poll_fn(|context| {
            let mut state = self.lock();
            if state.now >= time {
                return Poll::Ready(());
            }
            let key = *entry.key.get_or_insert_with(|| {
                state.next_sleeper += 1;
                (time, state.next_sleeper)
            });
            state
                .sleepers
                .entry(key)
                .and_modify(|waker| waker.clone_from(context.waker()))
                .or_insert_with(|| context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// What is too long for a [`Duration`] is as long as that can be.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// A sleeper's place in the queue, given up when its future is dropped.
struct Entry<'a> {
    clock: &'a Virtual,
    key: Option<(Timestamp, u64)>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.clock.lock().sleepers.remove(&key);
        }
    }
}

/// Holds a virtual clock still: see [`Clock::busy`].
pub struct Busy(Option<Arc<Virtual>>);

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(clock) = &self.0 {
            clock.lock().busy -= 1;
        }
    }
}

impl fmt::Debug for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Busy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::{join, join_all};

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn a_virtual_clock_jumps_from_sleeper_to_sleeper() {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let order = Mutex::new(Vec::new());
        let sleeper = |name: u32| {
            let (clock, order) = (&clock, &order);
            async move {
                clock.sleep(HOUR * name).await;
                order.lock().unwrap().push((name, clock.now()));
            }
        };
        clock.block_on(join_all([sleeper(3), sleeper(1), sleeper(2)])).unwrap();
        let at = |hours: u32| Timestamp::UNIX_EPOCH + HOUR * hours;
        assert_eq!(*order.lock().unwrap(), [(1, at(1)), (2, at(2)), (3, at(3))]);
    }

    #[test]
    fn no_factor_is_too_large_or_too_small() {
        let (fast, slow) =
            (Clock::scaled(1e99, Timestamp::UNIX_EPOCH), Clock::scaled(1e-320, Timestamp::UNIX_EPOCH));
        fast.block_on(fast.sleep(HOUR)).unwrap();
        assert!(fast.now() > Timestamp::UNIX_EPOCH + HOUR);
        assert_eq!(slow.now(), Timestamp::UNIX_EPOCH);
        assert_eq!(slow.block_on(fast.timeout(HOUR, slow.sleep(HOUR))).unwrap(), None);
    }

    #[test]
    fn an_executor_of_its_own_can_let_it_jump() {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let mut sleep = pin!(clock.sleep(HOUR));
        let mut context = std::task::Context::from_waker(Waker::noop());
        assert!(!clock.jump(), "nobody sleeps");
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        let busy = clock.busy();
        assert!(!clock.jump(), "something is in flight");
        drop(busy);
        assert!(clock.jump());
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + HOUR);
        assert!(sleep.as_mut().poll(&mut context).is_ready());
        assert!(!Clock::manual_from(Timestamp::UNIX_EPOCH).jump() && !Clock::real().jump());
    }

    #[test]
    fn it_does_not_jump_while_something_is_in_flight() {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let seen = clock
            .block_on(async {
                let outside = async {
                    let _busy = clock.busy();
                    tokio::task::spawn_blocking(move || {
                        std::thread::yield_now();
                        sender.send(()).unwrap();
                    });
                    receiver.await.unwrap();
                    clock.now()
                };
                join(outside, clock.sleep(HOUR)).await.0
            })
            .unwrap();
        assert_eq!(seen, Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + HOUR);
    }

    #[test]
    fn a_time_out_wins_over_what_never_ends_and_leaves_no_sleeper() {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let (never, at_once) = clock
            .block_on(async {
                let never = clock.timeout(HOUR, std::future::pending::<()>()).await;
                (never, clock.timeout(HOUR, async { 7 }).await)
            })
            .unwrap();
        assert_eq!((never, at_once), (None, Some(7)));
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + HOUR);
        let Kind::Virtual(inner) = &clock.0 else { unreachable!() };
        assert!(inner.lock().sleepers.is_empty());
    }

    #[test]
    fn a_clock_that_is_wrong_moves_with_the_right_one() {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let wrong = clock.ahead(HOUR);
        wrong.block_on(join(wrong.sleep(HOUR), clock.sleep(HOUR * 2))).unwrap();
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + HOUR * 2);
        assert_eq!(wrong.now(), clock.now() + HOUR);
    }

    #[test]
    fn who_is_not_polled_does_not_hold_up_the_others() {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let suspended = async {
            let within = [clock.sleep(HOUR), clock.sleep(HOUR * 2), clock.sleep(HOUR * 3)];
            let mut all: futures_util::stream::FuturesUnordered<_> = [join_all(within)].into_iter().collect();
            assert!(futures_util::poll!(futures_util::StreamExt::next(&mut all)).is_pending());
            clock.sleep(HOUR * 9).await;
            futures_util::StreamExt::next(&mut all).await;
        };
        clock.block_on(suspended).unwrap();
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + HOUR * 9);
    }

    #[test]
    fn a_manual_clock_moves_by_hand_only() {
        let clock = Clock::manual_from(Timestamp::UNIX_EPOCH);
        let asleep = clock.sleep(HOUR);
        let hand = async {
            tokio::task::yield_now().await;
            clock.advance(HOUR / 2);
            clock.advance(HOUR);
        };
        clock.block_on(join(asleep, hand)).unwrap();
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + HOUR * 3 / 2);
    }
}
