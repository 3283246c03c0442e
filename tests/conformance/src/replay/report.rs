//! What a replay found, and how it is told.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde_json::Value;

use super::compare::{Allowed, Difference, wild};

/// Exchanges of a product.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Those that were sent to the emulator.
    pub replayed: u64,
    /// Those of them that it answered as recorded.
    pub equal: u64,
}

/// What replaying recordings found; its `Display` is the program's output.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Replay {
    /// By product.
    pub products: BTreeMap<&'static str, Tally>,
    /// What was there before a recording began, by kind.
    pub seeded: BTreeMap<&'static str, u64>,
    /// What another product or protocol made in the middle of a recording, by kind.
    pub injected: BTreeMap<&'static str, u64>,
    /// How often a resource was as far as the recording shows it only because the clock was held or hurried.
    pub timed: u64,
    /// Exchanges of Serverless Containers v1beta1.
    pub older: u64,
    /// Exchanges of other products.
    pub elsewhere: u64,
    pub(super) allowed: Allowed,
    pub(super) lines: Vec<String>,
    groups: BTreeMap<(&'static str, String, String), Group>,
}

#[derive(Debug, Default)]
struct Group {
    count: u64,
    /// The first of them.
    example: String,
}

impl Tally {
    fn percentage(self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "some thousands")]
        let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        100.0 * share(self.equal, self.replayed)
    }
}

impl Replay {
    /// All products together.
    pub fn total(&self) -> Tally {
        self.products.values().fold(Tally::default(), |sum, tally| Tally {
            replayed: sum.replayed + tally.replayed,
            equal: sum.equal + tally.equal,
        })
    }

    /// The share of exchanges that are equal, in per cent.
    pub fn percentage(&self) -> f64 {
        self.total().percentage()
    }

    /// The share of a product's exchanges that are equal, in per cent; 100 where there are none.
    pub fn percentage_of(&self, product: &str) -> f64 {
        self.products.get(product).copied().unwrap_or_default().percentage()
    }

    pub(super) fn count(
        &mut self,
        place: &str,
        product: &'static str,
        operation: &str,
        differences: &[Difference],
    ) {
        let tally = self.products.entry(product).or_default();
        tally.replayed += 1;
        tally.equal += u64::from(differences.is_empty());
        for Difference { pointer, expected, got } in differences {
            let shown_pointer = if pointer.is_empty() { "(whole)" } else { pointer };
            let what = format!("expected {}, got {}", shown(expected.as_ref()), shown(got.as_ref()));
            self.lines.push(format!("{place}: {operation} {shown_pointer}: {what}"));
            let group = self.groups.entry((product, operation.to_owned(), wild(pointer))).or_default();
            if group.count == 0 {
                group.example = format!("{place}: {what}");
            }
            group.count += 1;
        }
    }

    /// The differences grouped by product, operation and pointer, the most frequent first, and the totals.
    pub fn summary(&self) -> String {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
        let mut text = String::new();
        for ((product, operation, pointer), Group { count, example }) in groups {
            // Writing to a string does not fail.
            _ = writeln!(text, "{count:5} {product} {operation} {pointer}  e.g. {example}");
        }
        _ = write!(text, "{}", Totals(self));
        text
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        write!(f, "{}", Totals(self))
    }
}

struct Totals<'a>(&'a Replay);

impl fmt::Display for Totals<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let replay = self.0;
        for (what, kinds) in [("seeded", &replay.seeded), ("injected", &replay.injected)] {
            for (kind, count) in kinds {
                writeln!(f, "{what} {count}: {kind}")?;
            }
        }
        for (what, count) in &replay.allowed {
            writeln!(f, "allowed {count}: {what}")?;
        }
        writeln!(f, "timed {}", replay.timed)?;
        writeln!(
            f,
            "out of scope: containers v1beta1 {}, other products {}",
            replay.older, replay.elsewhere
        )?;
        for (product, tally) in &replay.products {
            let (Tally { replayed, equal }, percentage) = (tally, tally.percentage());
            writeln!(f, "{product}: replayed {replayed} equal {equal} ({percentage:.1} %)")?;
        }
        let (Tally { replayed, equal }, percentage) = (replay.total(), replay.percentage());
        let sum = |kinds: &BTreeMap<_, u64>| kinds.values().sum::<u64>();
        let (seeded, injected) = (sum(&replay.seeded), sum(&replay.injected));
        write!(f, "replayed {replayed} equal {equal} ({percentage:.1} %) seeded {seeded} injected {injected}")
    }
}

/// A value in a line, cut where it is long.
fn shown(value: Option<&Value>) -> String {
    const SHOWN: usize = 200;
    let Some(value) = value else { return "nothing".into() };
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
