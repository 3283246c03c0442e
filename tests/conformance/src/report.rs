//! A folder of recordings, checked.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use crate::compare::Leniencies;
use crate::exchange::Exchange;
use crate::outcome::{Outcome, check};

/// What checking recordings found; its `Display` is the program's output.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Exchanges that call an operation of the clients, and lines that are no exchange.
    pub routed: u64,
    /// Those of them whose query, request and answer were read.
    pub decoded: u64,
    /// Those of them of which nothing was lost.
    pub lossless: u64,
    /// Exchanges of the clients' products that call no known operation.
    pub unrouted: u64,
    /// Exchanges of Serverless Containers v1beta1, which no client speaks.
    pub older: u64,
    /// Exchanges of other products.
    pub elsewhere: u64,
    /// How many exchanges called each operation.
    pub operations: BTreeMap<&'static str, u64>,
    /// A line for every exchange that fell short.
    pub failures: Vec<String>,
    leniencies: Leniencies,
}

/// Checks every `*.jsonl` below a folder, in the order of their names.
///
/// # Errors
/// Where the folder or a file cannot be read.
pub fn decode(folder: &Path) -> io::Result<Report> {
    let mut report = Report::default();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "jsonl") && !entry.path().is_dir() {
            let bytes = std::fs::read(entry.path())?;
            report.read(&entry.path().display().to_string(), &String::from_utf8_lossy(&bytes));
        }
    }
    Ok(report)
}

impl Report {
    /// Checks the exchanges of one file.
    pub fn read(&mut self, file: &str, text: &str) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = format!("{file}:{}", number + 1);
            match Exchange::read(line) {
                Ok(exchange) => self.count(&place, &exchange),
                Err(error) => {
                    self.routed += 1;
                    self.failures.push(format!("{place}: expected an exchange, got {error}"));
                }
            }
        }
    }

    fn count(&mut self, place: &str, exchange: &Exchange<'_>) {
        match check(exchange) {
            Outcome::Routed(verdict) => {
                self.routed += 1;
                self.decoded += u64::from(verdict.decoded);
                self.lossless += u64::from(verdict.is_lossless());
                *self.operations.entry(verdict.operation).or_default() += 1;
                if let [first, others @ ..] = &verdict.findings[..] {
                    let more =
                        if others.is_empty() { String::new() } else { format!(" (+{} more)", others.len()) };
                    self.failures.push(format!("{place}: {} {first}{more}", verdict.operation));
                }
                for (leniency, count) in verdict.leniencies {
                    *self.leniencies.entry(leniency).or_default() += count;
                }
            }
            Outcome::Unrouted => {
                self.unrouted += 1;
                self.failures.push(format!("{place}: unrouted {} {}", exchange.verb, exchange.path));
            }
            Outcome::Older => self.older += 1,
            Outcome::Elsewhere => self.elsewhere += 1,
        }
    }

    /// Whether everything was routed and read, and nothing lost.
    pub fn is_complete(&self) -> bool {
        self.decoded == self.routed && self.lossless == self.routed && self.unrouted == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{failure}")?;
        }
        for (leniency, count) in &self.leniencies {
            writeln!(f, "allowed {count}: {leniency}")?;
        }
        writeln!(f, "{} operations called", self.operations.len())?;
        writeln!(f, "out of scope: containers v1beta1 {}, other products {}", self.older, self.elsewhere)?;
        let Self { routed, decoded, lossless, unrouted, .. } = self;
        write!(f, "decoded {decoded}/{routed} lossless {lossless}/{routed} unrouted {unrouted}")
    }
}
