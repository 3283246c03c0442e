//! What the emulator was asked.

use std::collections::{BTreeMap, VecDeque};

use scaleway_core::Timestamp;
use serde::Serialize;

/// How many requests are kept one by one.
const KEPT: usize = 10_000;

/// One request. It holds neither headers nor bodies nor the query, so no secret either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RequestEntry {
    /// From 1, in the order in which they arrived.
    pub number: u64,
    /// When, by the emulator's clock.
    pub at: Timestamp,
    /// The host that was addressed.
    pub host: String,
    /// The HTTP method.
    pub verb: String,
    /// The path without its query.
    pub path: String,
    /// The product, where the route is known.
    pub product: Option<&'static str>,
    /// The API's name of the operation, where the route is known.
    pub operation: Option<&'static str>,
    /// The status that was answered; `None` where a fault lost the answer.
    pub status: Option<u16>,
}

/// What was asked so far: counts of everything, and the last requests one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requests {
    total: u64,
    by_operation: BTreeMap<(&'static str, &'static str), u64>,
    recent: VecDeque<RequestEntry>,
}

impl Requests {
    /// All requests, whether known or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many requests there were of an operation: `ListNamespaces`, or `containers.ListNamespaces` where products
    /// share a name.
    pub fn count(&self, operation: &str) -> u64 {
        let (product, name) = match operation.split_once('.') {
            Some((product, name)) => (Some(product), name),
            None => (None, operation),
        };
        let counted = self.by_operation.iter();
        counted
            .filter(|((of, have), _)| *have == name && product.is_none_or(|product| *of == product))
            .map(|(_, count)| count)
            .sum()
    }

    /// `product.Operation` and how many requests there were of it.
    pub fn by_operation(&self) -> impl Iterator<Item = (String, u64)> {
        self.by_operation.iter().map(|((product, name), count)| (format!("{product}.{name}"), *count))
    }

    /// The last 10,000 requests, oldest first.
    pub fn recent(&self) -> impl DoubleEndedIterator<Item = &RequestEntry> {
        self.recent.iter()
    }

    pub(crate) fn note(&mut self, mut entry: RequestEntry) {
        self.total += 1;
        entry.number = self.total;
        if let (Some(product), Some(operation)) = (entry.product, entry.operation) {
            *self.by_operation.entry((product, operation)).or_default() += 1;
        }
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back(entry);
    }
}
