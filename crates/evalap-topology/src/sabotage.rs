//! What the simulation breaks on purpose, to be seen to notice it: only a copy of this crate that a test makes for itself is
//! built with `cfg(sabotage)`; everywhere else every answer is no.

/// A rule that the engine keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(sabotage),
    allow(dead_code, unreachable_pub, reason = "a name in a question whose answer is no")
)]
pub enum Flaw {
    /// No intent is written before a create.
    NoIntent = 1,
    /// Whose a resource is, is not asked.
    NoOwnerCheck,
    /// Who lost the lock goes on.
    NoFencing,
    /// A create whose answer was lost is sent again.
    LostPostSentAgain,
    /// A snapshot is written before the record that it holds.
    SnapshotFirst,
    /// A delete is written down as done before it is.
    DeletedTooSoon,
}

/// Whether the engine breaks this rule.
#[cfg(not(sabotage))]
pub(crate) const fn is(_: Flaw) -> bool {
    false
}

#[cfg(sabotage)]
static BROKEN: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);

/// Whether the engine breaks this rule.
#[cfg(sabotage)]
pub(crate) fn is(flaw: Flaw) -> bool {
    BROKEN.load(std::sync::atomic::Ordering::Relaxed) == flaw as u8
}

/// Breaks a rule from now on, in this process; or none.
#[cfg(sabotage)]
pub fn commit(flaw: Option<Flaw>) {
    BROKEN.store(flaw.map_or(0, |flaw| flaw as u8), std::sync::atomic::Ordering::Relaxed);
}
