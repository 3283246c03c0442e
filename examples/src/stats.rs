//! What a run has cost, for measurements.

use crate::desk::Desk;
use crate::text;

/// Says it in one line that programs read; what cannot be known is left out.
pub(crate) fn say(desk: &mut Desk, appends_before: u64) {
    let appends = desk.engine.session().head().seq.saturating_sub(appends_before);
    let requests =
        desk.target.emulator().map(|emulator| format!(" requests={}", emulator.requests().total()));
    let peak = peak_kb().map(|peak| format!(" peak_kb={peak}"));
    text::complain(format!(
        "stats: appends={appends}{}{}",
        requests.unwrap_or_default(),
        peak.unwrap_or_default()
    ));
}

/// The most memory that this process has held, as Linux tells it.
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
