//! Whether each record was its writer's to write, by the log itself.

use evalap_topology::model::State;
use evalap_topology::state::{Entry, LeaseEvent, Record};

/// Whether what the record says was its writer's to say; `holds` is the lease that holds, and moves on.
///
/// A record is written after the one that its writer read last, or not at all. So whoever takes the lock knows who has it.
pub(crate) fn is_fenced(record: &Record<State>, holds: &mut Option<String>) -> bool {
    record.entries.iter().all(|entry| match entry {
        Entry::Lease(LeaseEvent::Claim { lease, over, .. }) => {
            let before = holds.replace(lease.clone());
            record.lease.as_ref() == Some(lease) && *over == before
        }
        Entry::Lease(LeaseEvent::Release { lease }) => {
            let held = holds.take();
            record.lease.as_ref() == Some(lease) && held == record.lease
        }
        // Whoever breaks it has none.
        Entry::Lease(LeaseEvent::Break { lease, .. }) => holds.take().as_ref() == Some(lease),
        Entry::Lease(LeaseEvent::Wait { .. } | LeaseEvent::Leave { .. }) | Entry::Note(_) => true,
        // All else takes the lock.
        _ => record.lease.is_some() && record.lease == *holds,
    })
}

#[cfg(test)]
mod tests {
    use evalap_topology::state::Holder;
    use serde_json::{Value, json};

    use super::*;

    /// A record by the one who has, or had, `lease`.
    fn record(lease: Option<&str>, entry: &Value) -> Record<State> {
        let at = "2026-06-01T00:00:00Z";
        let record = json!({"seq": 1, "previous": "", "at": at, "lease": lease, "entries": [entry]});
        serde_json::from_value(record).expect("a record")
    }

    /// Whether it may be written while `holds` holds, and what holds then.
    fn after(holds: Option<&str>, lease: Option<&str>, entry: &Value) -> (bool, Option<String>) {
        let mut holds = holds.map(str::to_owned);
        let fenced = is_fenced(&record(lease, entry), &mut holds);
        (fenced, holds)
    }

    fn claim(over: Option<&str>) -> Value {
        json!({"lease": {"claim": {"lease": "b", "holder": Holder::current("simulated"), "over": over}}})
    }

    #[test]
    fn an_event_is_for_who_holds_the_lock() {
        let forgotten = json!({"event": {"event": "deleted", "address": "secret.a"}});
        for entry in [forgotten, json!({"lease": "renew"}), json!({"moved_to": {"place": "elsewhere"}})] {
            assert_eq!(after(Some("a"), Some("a"), &entry), (true, Some("a".into())), "{entry}");
            assert!(!after(Some("b"), Some("a"), &entry).0, "another has it: {entry}");
            assert!(!after(Some("b"), None, &entry).0, "by nobody: {entry}");
            assert!(!after(None, Some("a"), &entry).0, "nobody has it any more: {entry}");
            assert!(!after(None, None, &entry).0, "nobody has it, and nobody is named: {entry}");
        }
    }

    #[test]
    fn a_lock_is_taken_from_who_has_it() {
        let b = || Some("b".to_owned());
        assert_eq!(after(None, Some("b"), &claim(None)), (true, b()));
        assert_eq!(after(Some("a"), Some("b"), &claim(Some("a"))), (true, b()));
        assert_eq!(after(Some("a"), Some("b"), &claim(None)), (false, b()), "as if it were free");
        assert_eq!(after(Some("c"), Some("b"), &claim(Some("a"))), (false, b()), "another has it");
        assert_eq!(after(None, Some("b"), &claim(Some("a"))), (false, b()), "it is free");
        assert!(!after(None, Some("c"), &claim(None)).0, "for another");
        assert!(!after(None, None, &claim(None)).0, "by nobody");
    }

    #[test]
    fn a_lock_is_given_back_by_who_has_it_and_broken_by_anyone() {
        let release = json!({"lease": {"release": {"lease": "a"}}});
        assert_eq!(after(Some("a"), Some("a"), &release), (true, None));
        assert!(!after(Some("b"), Some("a"), &release).0, "another has it");
        assert!(!after(Some("a"), None, &release).0, "by nobody");
        assert!(!after(None, Some("a"), &release).0, "it is free");
        let broken = json!({"lease": {"break": {"lease": "a", "by": Holder::current("simulated")}}});
        assert_eq!(after(Some("a"), None, &broken), (true, None));
        assert!(!after(None, None, &broken).0, "it is free");
        assert!(!after(Some("b"), None, &broken).0, "another has it");
    }

    #[test]
    fn a_note_is_for_everyone() {
        let note = json!({"note": {"by": Holder::current("simulated"), "outcome": "planned"}});
        for holds in [None, Some("a")] {
            assert_eq!(after(holds, None, &note), (true, holds.map(str::to_owned)));
        }
    }
}
