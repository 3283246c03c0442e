//! What was scheduled by a request, disturbed by a fault: later, or never.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::{Effect, Record, Store};

impl Store {
    /// What was touched until now, so that what a request touches can be told apart; goes back with
    /// [`Store::put_back`].
    pub(crate) fn set_aside(&mut self) -> BTreeSet<(String, String)> {
        std::mem::take(&mut self.touched)
    }

    pub(crate) fn put_back(&mut self, touched: BTreeSet<(String, String)>) {
        self.touched.extend(touched);
    }

    /// What will become of the touched records comes so much later.
    pub(crate) fn postpone(&mut self, by: Duration) {
        self.disturb(|record| {
            for transition in &mut record.pending {
                transition.at = transition.at + by;
            }
        });
    }

    /// The touched records end in `error` where they would have settled.
    pub(crate) fn spoil(&mut self, message: &str) {
        self.disturb(|record| {
            let settling =
                record.pending.iter_mut().rev().find_map(|transition| match &mut transition.effect {
                    Effect::Set { body, hidden } if body.contains_key("status") => Some((body, hidden)),
                    _ => None,
                });
            let Some((body, hidden)) = settling else { return };
            body.insert("status".into(), "error".into());
            if let Some(said) = body.get_mut("error_message") {
                *said = Value::from(message);
            }
            hidden.clear();
        });
    }

    fn disturb(&mut self, how: impl Fn(&mut Record)) {
        for (collection, id) in self.touched.clone() {
            let Some(record) = self.change(&collection, &id) else { continue };
            how(record);
            // What the index says of the time before finds nothing due, and is dropped.
            if let Some(at) = record.pending.first().map(|first| first.at) {
                self.due.insert((at, collection, id));
            }
        }
    }
}
