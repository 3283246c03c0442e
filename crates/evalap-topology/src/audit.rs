//! Who did what, when, from where, and what became of it: the log, told by commands.

use std::collections::{BTreeMap, BTreeSet};

use scaleway_core::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::model::{Attributes, Event, State};
use crate::state::{Call, Entry, Fold, Holder, LeaseEvent, Note, Record};

/// One command that has left records.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Run {
    /// Who, from where, and what was run.
    pub by: Holder,
    /// Its first record.
    pub first: u64,
    /// When that was written, by the writer's clock.
    pub began: Timestamp,
    /// When its last record was written.
    pub ended: Timestamp,
    /// How it ended: its own words, or that it left none.
    pub outcome: String,
    /// What else it said of its end.
    pub details: BTreeMap<String, String>,
    /// What it changed, in their order.
    pub changes: Vec<Changed>,
    /// The calls that it sent to the cloud to do so, with the API's names for them.
    pub calls: Vec<Call>,
    #[serde(skip)]
    lease: Option<String>,
}

impl Run {
    /// Whether it is one of this run's: where the answer of a record is lost, the next one tells its calls once more.
    fn has(&self, call: &Call) -> bool {
        call.request_id.is_some() && self.calls.iter().any(|known| known.request_id == call.request_id)
    }
}

/// One thing that was changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// The record.
    pub seq: u64,
    /// The resource; none for the state as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What was done.
    pub what: String,
    /// From what to what; values of secrets are digests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// One attribute that was changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Field {
    /// The attribute.
    pub name: String,
    /// What it was, if it was.
    pub from: Option<Value>,
    /// What it is, if it is.
    pub to: Option<Value>,
}

/// What attributes differ, and how.
pub fn differences(before: &Attributes, after: &Attributes) -> Vec<Field> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let names = after.keys().chain(gone);
    let field = |name: &String| {
        let (from, to) = (before.get(name).cloned(), after.get(name).cloned());
        (from != to).then(|| Field { name: name.clone(), from, to })
    };
    names.filter_map(field).collect()
}

const NO_END: &str = "left no word of its end";

/// Tells the log, from its first record on, by commands. Records that only show that a command lives, or waits, tell nothing.
pub fn audit(history: &[Record<State>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut state = State::default();
    let mut noted = BTreeSet::new();
    for record in history {
        for entry in &record.entries {
            if let Entry::Note(Note { id: Some(id), .. }) = entry
                && !noted.insert(id)
            {
                // Its answer was lost, or two commands found it where it was kept.
                continue;
            }
            take(&mut runs, &mut state, record, entry);
        }
    }
    runs
}

fn take(runs: &mut Vec<Run>, state: &mut State, record: &Record<State>, entry: &Entry<State>) {
    match entry {
        Entry::Lease(LeaseEvent::Claim { lease, holder, over, .. }) => {
            let mut run = begun(holder, record, NO_END);
            run.lease = Some(lease.clone());
            if over.is_some() {
                run.changes.push(whole(record, "took the lock over"));
            }
            runs.push(run);
        }
        Entry::Lease(LeaseEvent::Break { by, lease }) => {
            let robbed = runs.iter().rev().find(|run| run.lease.as_ref() == Some(lease));
            let who = robbed.map_or_else(|| "somebody".to_owned(), |run| run.by.to_string());
            let mut run = begun(by, record, "done");
            run.changes.push(whole(record, format!("broke the lock of {who}")));
            runs.push(run);
        }
        Entry::Lease(_) => touch(runs, record),
        Entry::Note(note) => {
            let details = note.details.clone().into_iter();
            if let Some(at) = note.at {
                late(runs, record, note, at);
                return;
            }
            touch(runs, record);
            if let Some(run) = of(runs, record) {
                run.outcome.clone_from(&note.outcome);
                run.details.extend(details);
            } else if let Some(run) = continued(runs, note) {
                run.ended = record.at;
                run.details.extend(details);
            } else {
                let mut run = begun(&note.by, record, &note.outcome);
                run.details.extend(details);
                runs.push(run);
            }
        }
        Entry::Calls(calls) => {
            touch(runs, record);
            if let Some(run) = of(runs, record) {
                let new: Vec<_> = calls.iter().filter(|call| !run.has(call)).cloned().collect();
                run.calls.extend(new);
            }
        }
        Entry::Merged { since, taken, known, .. } => {
            let what = format!(
                "merged what could not be written at {since}: {taken} events, {known} more were known"
            );
            tell(runs, record, whole(record, what));
        }
        Entry::Event(event) => {
            let changed = changed(state, record, event);
            // What does not fit was never written by us.
            let _ = state.apply(event.clone());
            tell(runs, record, changed);
        }
        Entry::Restored { from, state: then } => {
            tell(runs, record, whole(record, format!("restored the state of record {from}")));
            replaced(runs, state, record, then);
        }
        Entry::Imported { source, state: then } => {
            tell(runs, record, whole(record, format!("imported the state from {source}")));
            replaced(runs, state, record, then);
        }
        Entry::Rekeyed { from, to, state: then, .. } => {
            *state = then.clone();
            tell(runs, record, whole(record, format!("changed the key from {from} to {to}")));
        }
        Entry::MovedTo { place } => {
            tell(runs, record, whole(record, format!("moved the state to {place}")));
        }
    }
}

/// The run that a note says more of, which has given its lock back: the same process', the same end, other details.
fn continued<'a>(runs: &'a mut [Run], note: &Note) -> Option<&'a mut Run> {
    let run = runs.iter_mut().rev().find(|run| run.by == note.by && run.lease.is_some())?;
    let is_new = note.details.keys().all(|name| !run.details.contains_key(name));
    let says_more = is_new && !note.details.is_empty() && !run.details.is_empty();
    (says_more && run.outcome == note.outcome).then_some(run)
}

/// A note that could not be written when it was time, and is not of the run that writes it.
fn late(runs: &mut Vec<Run>, record: &Record<State>, note: &Note, at: Timestamp) {
    let began = |run: &&mut Run| run.by == note.by && run.lease.is_some() && run.began <= at;
    let mut theirs = runs.iter_mut().rev().filter(began);
    // Where its answer was lost, and it was written in time, it says the same.
    let is_its_end = |run: &&mut Run| {
        run.outcome == NO_END || (run.outcome == note.outcome && run.details == note.details)
    };
    if let Some(run) = theirs.find(is_its_end) {
        run.outcome.clone_from(&note.outcome);
        run.details.clone_from(&note.details);
        run.ended = run.ended.max(at);
        return;
    }
    let mut run = begun(&note.by, record, &note.outcome);
    (run.began, run.ended) = (at, at);
    run.details.extend(note.details.clone());
    runs.push(run);
}

/// Another state took the place of the one before.
fn replaced(runs: &mut [Run], state: &mut State, record: &Record<State>, then: &State) {
    let none = Attributes::new();
    let gone = state.resources.keys().filter(|address| !then.resources.contains_key(*address));
    for address in then.resources.keys().chain(gone) {
        let (before, after) = (state.resources.get(address), then.resources.get(address));
        let [was, is] = [before, after].map(|tracked| tracked.map_or(&none, |tracked| &tracked.spec));
        let fields = differences(was, is);
        let what = match (before, after) {
            (None, _) => "tracked again".to_owned(),
            (_, None) => "tracked no longer".to_owned(),
            (Some(before), Some(after)) if before.id != after.id || !fields.is_empty() => {
                format!("remembered as {}", after.id.as_deref().unwrap_or("about to be made"))
            }
            _ => continue,
        };
        tell(runs, record, Changed { seq: record.seq, address: Some(address.to_string()), what, fields });
    }
    state.clone_from(then);
}

fn begun(by: &Holder, record: &Record<State>, outcome: &str) -> Run {
    Run {
        by: by.clone(),
        first: record.seq,
        began: record.at,
        ended: record.at,
        outcome: outcome.to_owned(),
        details: BTreeMap::new(),
        changes: Vec::new(),
        calls: Vec::new(),
        lease: None,
    }
}

/// The run whose lease the record was written under.
fn of<'a>(runs: &'a mut [Run], record: &Record<State>) -> Option<&'a mut Run> {
    let lease = record.lease.as_ref()?;
    runs.iter_mut().rev().find(|run| run.lease.as_ref() == Some(lease))
}

fn touch(runs: &mut [Run], record: &Record<State>) {
    if let Some(run) = of(runs, record) {
        run.ended = record.at;
    }
}

fn tell(runs: &mut [Run], record: &Record<State>, changed: Changed) {
    touch(runs, record);
    if let Some(run) = of(runs, record) {
        run.changes.push(changed);
    }
}

fn whole(record: &Record<State>, what: impl Into<String>) -> Changed {
    Changed { seq: record.seq, address: None, what: what.into(), fields: Vec::new() }
}

fn changed(state: &State, record: &Record<State>, event: &Event) -> Changed {
    let none = Attributes::new();
    let before = |address| state.resources.get(address).map_or(&none, |tracked| &tracked.spec);
    let (address, what, fields) = match event {
        Event::Bound { binding } => {
            let what = format!("bound the state to {}, project {}", binding.endpoint, binding.project_id);
            return whole(record, what);
        }
        Event::Creating { address, spec, .. } => (address, "create".to_owned(), differences(&none, spec)),
        Event::Created { address, id } => (address, format!("created, {id}"), Vec::new()),
        Event::Updating { address, spec, .. } => {
            (address, "update".to_owned(), differences(before(address), spec))
        }
        Event::Updated { address, .. } => (address, "updated".to_owned(), Vec::new()),
        Event::Ready { address, outputs, .. } => {
            let was = state.resources.get(address).map_or(&none, |tracked| &tracked.outputs);
            (address, "ready".to_owned(), differences(was, outputs))
        }
        Event::Adopted { address, id, spec, .. } => {
            (address, format!("adopted, {id}"), differences(before(address), spec))
        }
        Event::Deleting { address } => (address, "delete".to_owned(), differences(before(address), &none)),
        Event::Deleted { address } => (address, "deleted".to_owned(), Vec::new()),
        Event::Forgotten { address } => {
            (address, "forgotten".to_owned(), differences(before(address), &none))
        }
        Event::Renamed { from, to } => (from, format!("called {to} from now on"), Vec::new()),
    };
    Changed { seq: record.seq, address: Some(address.to_string()), what, fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(seq: u64, entries: Vec<Entry<State>>) -> Record<State> {
        let at = Timestamp::from_unix_millis(i64::try_from(seq).unwrap());
        Record { seq, previous: String::new(), at, lease: Some("alice's".into()), entries }
    }

    fn claim() -> Entry<State> {
        let holder = Holder::current("apply");
        Entry::Lease(LeaseEvent::Claim { lease: "alice's".into(), holder, over: None, waited: Vec::new() })
    }

    #[test]
    fn calls_that_were_written_twice_are_told_once() {
        let call = |id: &str| {
            let mut call = Call::new(None, "POST", "/x");
            call.request_id = Some(id.into());
            call
        };
        let calls = |ids: &[&str]| Entry::Calls(ids.iter().map(|id| call(id)).collect());
        let history =
            [record(1, vec![claim()]), record(2, vec![calls(&["a"])]), record(3, vec![calls(&["a", "b"])])];
        assert_eq!(audit(&history)[0].calls, [call("a"), call("b")]);
    }

    #[test]
    fn a_note_that_was_written_twice_is_told_once() {
        let looked = |id: &str, at: Option<u64>| {
            let mut note = Note::new(&Holder::current("plan"), "done");
            note.id = Some(id.into());
            note.at = at.map(|at| Timestamp::from_unix_millis(i64::try_from(at).unwrap()));
            let mut record = record(5, vec![Entry::Note(note)]);
            record.lease = None;
            record
        };
        for told in [None, Some(4)] {
            let history = [looked("a", told), looked("a", Some(4)), looked("b", Some(4))];
            assert_eq!(audit(&history).len(), 2, "first {told:?}");
        }
    }
}
