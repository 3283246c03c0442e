//! What a state says and said: nothing here changes it.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use evalap_topology::audit::{self, Run, differences};
use evalap_topology::model::{Attributes, Event, State, Tracked};
use evalap_topology::state::{Entry, LeaseEvent, Record, Session};
use scaleway_core::Clock;
use serde_json::{Value, json};

use super::past::{Export, FORMAT, STANDARD};
use super::{Opened, own};
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::{inspect, kept, text};

fn say_json(value: &impl serde::Serialize) -> Result<Exit, Error> {
    text::say(serde_json::to_string_pretty(value)?);
    Ok(Exit::Done)
}

/// The states in the folders of `data`. One that cannot be read hides no other, and is a failure all the same; but not where
/// its key is not missed in its file, since its definition keeps it `elsewhere`.
pub(super) async fn list(
    data: &Path,
    clock: &Clock,
    as_json: bool,
    elsewhere: impl Fn(&str) -> bool,
) -> Result<Exit, Error> {
    let (mut told, mut exit) = (Vec::new(), Exit::Done);
    for name in names(data)? {
        let opened = match Place::usual(&name, data).open(None, clock).await {
            Ok((store, key)) => Session::<State>::open(store, key).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        told.push(match opened {
            Ok(session) => line_of(&name, &session),
            // Moved here from a bucket, it has the key that the definition names still, and nothing is wrong with it.
            Err(error) if error.is_wrong_key() || (error.is_key_lost() && elsewhere(&name)) => {
                let line = format!(
                    "{name}: not with the key that is looked for here ({}); if its definition keeps the key elsewhere, \
                     `manage_state --environment {name} --target … show` reads it, else put the right key there",
                    text::told(&error)
                );
                (json!({"name": name, "error": error.told()}), line)
            }
            Err(error) => {
                exit = Exit::Failed;
                (json!({"name": name, "error": error.told()}), format!("{name}: {}", error.told()))
            }
        });
    }
    if as_json {
        say_json(&told.into_iter().map(|(json, _)| json).collect::<Vec<_>>())?;
        return Ok(exit);
    }
    if told.is_empty() {
        text::say(format!(
            "There is no state in {}. One in a bucket is found through its definition: manage_state --definition FILE --target … show",
            data.display()
        ));
    }
    for (_, line) in told {
        text::say(line);
    }
    Ok(exit)
}

/// What the folders of the states are called. Where there is no data folder yet, there is none.
fn names(data: &Path) -> Result<Vec<String>, Error> {
    let states = data.join("state");
    let failed =
        |source| evalap_topology::Error::File { file: states.display().to_string(), done: "read", source };
    let folders = match std::fs::read_dir(&states) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        folders => folders.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in folders {
        let entry = entry.map_err(failed)?;
        // A file is no state, whoever has left it there.
        if !entry.path().is_file()
            && let Ok(name) = entry.file_name().into_string()
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn line_of(name: &str, session: &Session<State>) -> (Value, String) {
    let (state, head) = (session.state(), session.head());
    let bound = state.binding.as_ref().map_or("nothing yet", |binding| &binding.endpoint);
    // One that was moved says last, under the lock, where to: the lock was given back there.
    let lease = session.lease().filter(|_| session.moved_to().is_none());
    let gone = lease.is_some_and(|lease| lease.holder.is_gone());
    let then = if gone { " (its process is gone, the next run takes it over)" } else { "" };
    let lock = lease.map(|lease| format!(", locked by {}{then}", lease.holder)).unwrap_or_default();
    let waiting = match session.queue().len() {
        0 => String::new(),
        count => format!(", {count} waiting"),
    };
    let moved = session.moved_to().map(|place| format!(", moved to {place}")).unwrap_or_default();
    let (count, records) = (state.resources.len(), head.seq);
    let line = format!("{name}: {count} resources on {bound}, {records} records{lock}{waiting}{moved}");
    let json = json!({
        "name": name, "place": session.store().place(), "bound_to": state.binding, "records": records,
        "resources": count, "last_written": head.at, "key": head.key, "lock": lease,
        "lock_abandoned": gone, "waiting": session.queue(), "moved_to": session.moved_to(),
    });
    (json, line)
}

pub(super) async fn show(
    opened: &mut Opened<'_>,
    version: Option<u64>,
    as_json: bool,
) -> Result<Exit, Error> {
    let (_, state) = version_or_newest(opened, version).await?;
    own(&state, opened.name)?;
    text::say(if as_json { serde_json::to_string_pretty(&state)? } else { inspect::state(&state) });
    Ok(Exit::Done)
}

pub(super) async fn history(opened: &mut Opened<'_>, as_json: bool) -> Result<Exit, Error> {
    let records = opened.session().await?.history().await?;
    if as_json {
        return say_json(&records);
    }
    for record in &records {
        text::say(line(record));
    }
    Ok(Exit::Done)
}

/// What differs between two versions; the newest unless said.
pub(super) async fn diff(
    opened: &mut Opened<'_>,
    from: u64,
    to: Option<u64>,
    as_json: bool,
) -> Result<Exit, Error> {
    let before = opened.at(from).await?;
    let (_, after) = version_or_newest(opened, to).await?;
    let addresses: BTreeSet<_> = before.resources.keys().chain(after.resources.keys()).collect();
    let (mut lines, mut told) = (Vec::new(), Vec::new());
    for address in addresses {
        let (old, new) = (before.resources.get(address), after.resources.get(address));
        let sign = match (old, new) {
            (None, _) => "+",
            (_, None) => "-",
            (old, new) if old == new => continue,
            _ => "~",
        };
        let fields = differences(&flat(old), &flat(new));
        lines.push(format!("{sign} {address}"));
        lines.extend(fields.iter().map(|field| format!("    {}", told_field(field))));
        told.push(json!({"address": address, "change": sign, "fields": fields}));
    }
    if as_json {
        return say_json(&told);
    }
    text::say(if lines.is_empty() { "Both versions say the same.".to_owned() } else { lines.join("\n") });
    Ok(Exit::Done)
}

/// All that is known of a resource, by name.
fn flat(tracked: Option<&Tracked>) -> Attributes {
    let Some(tracked) = tracked else { return Attributes::new() };
    let mut all = tracked.spec.clone();
    all.extend(tracked.outputs.iter().map(|(name, value)| (format!("output {name}"), value.clone())));
    all.insert("(id)".to_owned(), json!(tracked.id));
    all.insert("(phase)".to_owned(), json!(tracked.phase));
    all
}

/// The version that is asked for, which needs nothing of what came after it; else the newest.
async fn version_or_newest(opened: &mut Opened<'_>, seq: Option<u64>) -> Result<(u64, State), Error> {
    if let Some(seq) = seq {
        return Ok((seq, opened.at(seq).await?));
    }
    let session = opened.session().await?;
    inspect::say_if_old(session);
    Ok((session.head().seq, session.state().clone()))
}

/// `name: from → to`, cut where it is long.
fn told_field(field: &audit::Field) -> String {
    let whole = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
    let (from, to) = text::cut(&whole(&field.from), &whole(&field.to), 60);
    format!("{}: {from} → {to}", field.name)
}

/// The whole state as JSON, for `import` or for other programs. It holds no secret value.
pub(super) async fn export(
    opened: &mut Opened<'_>,
    file: Option<&Path>,
    version: Option<u64>,
) -> Result<Exit, Error> {
    let (seq, state) = version_or_newest(opened, version).await?;
    own(&state, opened.name)?;
    let (environment, key) = (opened.name.to_owned(), opened.key.id().to_owned());
    let export = Export { format: FORMAT.to_owned(), environment, seq, key, state };
    let text = serde_json::to_string_pretty(&export)?;
    let file = file.filter(|file| *file != Path::new(STANDARD));
    let shown = file.map_or_else(|| "standard output".to_owned(), |file| file.display().to_string());
    let failed = |source| evalap_topology::Error::File { file: shown.clone(), done: "written", source };
    let Some(file) = file else {
        // Half of a state is none: whoever takes it must be told, of a pipe that is closed, too.
        let mut out = io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush()).map_err(failed)?;
        return Ok(Exit::Done);
    };
    kept::write(file, &(text + "\n"), "exported state", is_export)?;
    text::say(format!("Version {seq} is in {shown}. It holds ids and digests, no secret value."));
    Ok(Exit::Done)
}

/// Whether it is an export, of whatever version.
fn is_export(text: &str) -> bool {
    let family = FORMAT.split_inclusive('/').next().unwrap_or(FORMAT);
    let json = serde_json::from_str::<Value>(text);
    json.is_ok_and(|json| json["format"].as_str().is_some_and(|format| format.starts_with(family)))
}

pub(super) async fn verify(opened: &mut Opened<'_>, as_json: bool) -> Result<Exit, Error> {
    let place = opened.store.place().to_owned();
    let found = opened.verify().await?;
    let sound = found.unsound.is_empty() && found.unsound_segments.is_empty();
    let exit = if sound { Exit::Done } else { Exit::Failed };
    if as_json {
        say_json(&json!({
            "place": place, "records": found.head.seq, "hash": found.head.hash, "snapshots": found.snapshots,
            "unsound_snapshots": found.unsound, "segments": found.segments,
            "unsound_segments": found.unsound_segments,
        }))?;
        return Ok(exit);
    }
    text::say(format!(
        "{place}: {} records, all whole and in a chain; {} and {} agree\n\
         The last record's hash is {}: who keeps it elsewhere can tell later that no end was cut off.",
        found.head.seq,
        text::count(found.snapshots.len(), "snapshot"),
        text::count(found.segments, "merged segment"),
        found.head.hash
    ));
    if !found.unsound.is_empty() {
        text::say(format!(
            "Snapshots that cannot be used, and may be removed: {}",
            text::list(&found.unsound)
        ));
    }
    if !found.unsound_segments.is_empty() {
        let first = text::list(&found.unsound_segments);
        text::say(format!(
            "Merged segments that cannot be used, and may be removed, by their first record: {first}"
        ));
    }
    Ok(exit)
}

/// Who did what: the log by commands.
pub(super) async fn audit(
    opened: &mut Opened<'_>,
    verify: bool,
    changed: bool,
    as_json: bool,
) -> Result<Exit, Error> {
    let verified = if verify { Some(opened.verify().await?.head) } else { None };
    let mut runs = audit::audit(&opened.session().await?.history().await?);
    runs.retain(|run| !changed || !run.changes.is_empty() || !run.calls.is_empty());
    if as_json {
        let chain = verified.map(|head| json!({"records": head.seq, "hash": head.hash, "whole": true}));
        return say_json(&json!({"runs": runs, "chain": chain}));
    }
    for run in &runs {
        text::say(told_run(run));
    }
    if let Some(head) = verified {
        text::say(format!(
            "The chain is whole: {} records, each naming the one before it; the last one's hash is {}.",
            head.seq, head.hash
        ));
    }
    Ok(Exit::Done)
}

fn told_run(run: &Run) -> String {
    let from = run.by.from.as_ref().map(|from| format!(", from {from}")).unwrap_or_default();
    let mut lines =
        vec![format!("{}  {}{from}: {}{}", run.began, run.by, run.outcome, told_details(&run.details))];
    for changed in &run.changes {
        let address = changed.address.as_ref().map(|address| format!("{address}: ")).unwrap_or_default();
        lines.push(format!("  {:>5}  {address}{}", changed.seq, changed.what));
        lines.extend(changed.fields.iter().map(|field| format!("           {}", told_field(field))));
    }
    for call in &run.calls {
        let of = call.resource.as_ref().map(|resource| format!(" for {resource}")).unwrap_or_default();
        let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let id = call.request_id.as_ref().map(|id| format!(" [request {id}]")).unwrap_or_default();
        lines.push(format!("         {} {}{of}: {status}{id}", call.method, call.path));
    }
    lines.join("\n")
}

fn told_details<'a>(details: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let details: Vec<String> = details.into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) }
}

fn line(record: &Record<State>) -> String {
    let told: Vec<String> = record.entries.iter().map(entry).collect();
    format!("{:>5}  {}  {}", record.seq, record.at, told.join("\n              "))
}

fn entry(entry: &Entry<State>) -> String {
    match entry {
        Entry::Event(event) => happened(event),
        Entry::Lease(LeaseEvent::Claim { holder, over: None, .. }) => format!("lock taken by {holder}"),
        Entry::Lease(LeaseEvent::Claim { holder, .. }) => format!("lock taken over by {holder}"),
        Entry::Lease(LeaseEvent::Release { .. }) => "lock given back".to_owned(),
        Entry::Lease(LeaseEvent::Break { by, .. }) => format!("lock broken by {by}"),
        Entry::Lease(LeaseEvent::Wait { holder, .. }) => format!("{holder} waits for the lock"),
        Entry::Lease(LeaseEvent::Leave { .. }) => "somebody waits no longer".to_owned(),
        Entry::Note(note) => {
            let then =
                note.at.map(|at| format!(" at {at}, when it could not be written")).unwrap_or_default();
            format!("{}: {}{then}{}", note.by, note.outcome, told_details(&note.details))
        }
        Entry::Merged { since, taken, known, .. } => {
            format!("merged what could not be written at {since}: {taken} events, {known} more were known")
        }
        Entry::Calls(calls) => format!("{} sent", text::count(calls.len(), "call")),
        Entry::Restored { from, .. } => format!("restored to what it was after record {from}"),
        Entry::Imported { source, .. } => format!("imported from {source}"),
        Entry::Rekeyed { from, to, .. } => format!("key {from} gave its place to {to}"),
        Entry::MovedTo { place } => format!("moved to {place}: nothing is written here any more"),
        _ => "the lock's holder lives".to_owned(),
    }
}

fn happened(event: &Event) -> String {
    match event {
        Event::Bound { binding } => format!("bound to {}, project {}", binding.endpoint, binding.project_id),
        Event::Creating { address, .. } => format!("{address}: about to be made"),
        Event::Created { address, id } => format!("{address}: made, {id}"),
        Event::Updating { address, .. } => format!("{address}: about to be changed"),
        Event::Updated { address, .. } => format!("{address}: changed"),
        Event::Ready { address, .. } => format!("{address}: ready"),
        Event::Adopted { address, id, .. } => format!("{address}: adopted, {id}"),
        Event::Deleting { address } => format!("{address}: about to be deleted"),
        Event::Deleted { address } => format!("{address}: deleted"),
        Event::Forgotten { address } => format!("{address}: forgotten"),
        Event::Renamed { from, to } => format!("{from}: called {to} from now on"),
        _ => "something that this program does not know".to_owned(),
    }
}
