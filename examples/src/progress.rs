//! An apply while it runs: bars on a terminal, lines elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use console::style;
use evalap_topology::address::Address;
use evalap_topology::apply::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use scaleway_core::Clock;

use crate::text;

/// Shows what an apply does.
pub(crate) struct Display {
    total: usize,
    ended: AtomicUsize,
    begun: AtomicBool,
    bars: Option<Bars>,
}

struct Bars {
    all: MultiProgress,
    overall: ProgressBar,
    running: Mutex<BTreeMap<Address, ProgressBar>>,
    style: ProgressStyle,
}

impl Display {
    /// For an apply of so many steps; times are by `clock`, which may not be the one on the wall.
    pub(crate) fn new(total: usize, clock: &Clock) -> Self {
        let terminal = console::user_attended() && console::user_attended_stderr();
        Self {
            total,
            ended: AtomicUsize::new(0),
            begun: AtomicBool::new(false),
            // On a terminal that can only print (`TERM=dumb`) bars would swallow what is said.
            bars: terminal.then(|| Bars::new(total, clock)).filter(|bars| !bars.all.is_hidden()),
        }
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    pub(crate) fn show(&self, progress: Progress) {
        self.begun.store(true, Ordering::Relaxed);
        match progress {
            Progress::Merged(merged) => self.say(&format!("  {merged}")),
            Progress::Unwritable { error } => self.say(&format!(
                "  The state cannot be written: {error}. What is under way is finished, nothing more is begun."
            )),
            Progress::Started { address, verb } => match &self.bars {
                Some(bars) => bars.start(address, verb),
                None => text::say(format!("  {address}: {verb} …")),
            },
            Progress::Looking { address, interrupted, at_most } => self.say(&format!(
                "  {address}: {}; looking for up to {}, so that nothing is made twice or left behind",
                if interrupted {
                    "an earlier run was interrupted while making it, and its request may still arrive"
                } else {
                    "it was made and is not seen any more, which a list that lags behind would say too"
                },
                text::duration(at_most)
            )),
            Progress::Done { address, verb, took } => {
                let line =
                    format!("{} {address}: {} in {}", style("✓").green(), done(verb), text::duration(took));
                self.end(&address, &line);
            }
            Progress::Failed { address, verb, .. } => {
                self.end(&address, &format!("{} {address}: {verb} failed", style("✗").red()));
            }
            _ => {}
        }
    }

    fn end(&self, address: &Address, line: &str) {
        let ended = self.ended.fetch_add(1, Ordering::Relaxed) + 1;
        let line = format!("  {line}  [{ended}/{}]", self.total);
        match &self.bars {
            Some(bars) => bars.end(address, &line),
            None => text::say(line),
        }
    }

    /// Says something above the bars.
    pub(crate) fn say(&self, what: &str) {
        match &self.bars {
            Some(bars) => bars.say(what),
            None => text::say(what),
        }
    }

    /// Takes the bars away.
    pub(crate) fn finish(&self) {
        if let Some(bars) = &self.bars {
            for bar in std::mem::take(&mut *bars.running()).into_values() {
                bar.finish_and_clear();
            }
            bars.overall.finish_and_clear();
        }
    }
}

impl Bars {
    fn new(total: usize, clock: &Clock) -> Self {
        let all = MultiProgress::new();
        let overall = all.add(ProgressBar::new(total as u64));
        // A template that cannot be read costs the looks, not the run.
        let overall_style = ProgressStyle::with_template("  {bar:30.green/dim} {pos}/{len}  {time}");
        overall.set_style(timed(overall_style.unwrap_or_else(|_| ProgressStyle::default_bar()), clock));
        overall.enable_steady_tick(Duration::from_millis(100));
        let style = ProgressStyle::with_template("  {spinner} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        Self { all, overall, running: Mutex::default(), style }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<Address, ProgressBar>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, address: Address, verb: &str) {
        let bar = self.all.insert_before(&self.overall, ProgressBar::new_spinner());
        bar.set_style(self.style.clone());
        bar.set_message(format!("{address}: {verb}"));
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running().insert(address, bar);
    }

    fn end(&self, address: &Address, line: &str) {
        if let Some(bar) = self.running().remove(address) {
            bar.finish_and_clear();
        }
        self.overall.inc(1);
        self.say(line);
    }

    /// Where the terminal is closed by now, nobody reads it, and what is under way goes on. (`suspend` would panic.)
    fn say(&self, what: &str) {
        let _ = self.all.println(what);
    }
}

/// With `{time}`: what has passed by the clock.
fn timed(style: ProgressStyle, clock: &Clock) -> ProgressStyle {
    let (clock, began) = (clock.clone(), clock.now());
    style.with_key("time", move |_: &ProgressState, out: &mut dyn Write| {
        let _ = out.write_str(&text::duration(clock.now().since(began)));
    })
}

/// What has been done, for what was being done.
pub(crate) fn done(verb: &str) -> &str {
    match verb {
        "create" => "created",
        "update" => "updated",
        "delete" => "deleted",
        "replace" => "replaced",
        "adopt" => "adopted",
        "wait for" => "ready",
        "refresh" => "refreshed",
        "forget" => "forgotten",
        other => other,
    }
}
