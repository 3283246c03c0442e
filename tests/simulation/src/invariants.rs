//! What must hold when a scenario is over.
//!
//! - Exactly what the definition says exists, once, and nothing else that we made: as a calm run leaves it.
//! - The state says what the cloud has, and nothing is under way in it.
//! - Doing it again changes nothing.
//! - The lock is free, the log is whole, and nothing was written in it under a lock that another had by then.
//! - What was kept on a deployer's machine while the store was away is in the state, or known to be out of date.
//! - No secret's value is in anything durable, however it is spelled. What lay on the disk before the scenario was looked
//!   through once, when its world was made ready.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use evalap_topology::Engine;
use evalap_topology::model::{Phase, State};
use evalap_topology::plan::Plan;
use evalap_topology::state::{Session, Store};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::path::Path;
use scaleway_core::Random;
use scaleway_emulator::{Emulator, Existing};
use serde_json::Value;

use crate::deployer::{Process, told};
use crate::disk;
use crate::fencing::is_fenced;
use crate::stage::VARIABLES;

/// What exists, each thing by its kind, its names and what it lives in: the same for two worlds that differ in ids only.
pub(crate) fn inventory(cloud: &Emulator) -> Vec<String> {
    lines(&cloud.inventory())
}

fn lines(all: &[Existing]) -> Vec<String> {
    let known: BTreeMap<&str, &Existing> = all.iter().map(|thing| (thing.id.as_str(), thing)).collect();
    let mut lines: Vec<String> =
        all.iter().filter(|thing| counts(thing, &known)).map(|thing| line(thing, &known)).collect();
    lines.sort();
    lines
}

/// Projects are taken at their word, with their own VPC; an administrator has its privileges whether they were written or
/// not; a version that was made again is disabled, not deleted: what the others hold is in the plan that must be empty;
/// an alert manager that is off is as good as none; and deleted secrets are kept for a while.
fn counts(thing: &Existing, known: &BTreeMap<&str, &Existing>) -> bool {
    let lives = |thing: &Existing| thing.text("deletion_requested_at").is_empty();
    match thing.kind.as_str() {
        "account.projects" | "rdb.privileges" => false,
        // Where the state lies, if it does.
        kind if kind.starts_with("object_storage.") => false,
        "vpc.vpcs" => thing.text("name") != "default",
        "cockpit.alert_managers" => thing.body.get("alert_manager_enabled") == Some(&Value::Bool(true)),
        "secret-manager.versions" => {
            let parent = thing.parent.as_ref().and_then(|(_, id)| known.get(id.as_str()));
            thing.text("status") == "enabled" && parent.is_some_and(|secret| lives(secret))
        }
        _ => lives(thing),
    }
}

fn line(thing: &Existing, known: &BTreeMap<&str, &Existing>) -> String {
    let mut names: Vec<String> = NAMES.iter().map(|field| thing.text(field)).map(str::to_owned).collect();
    names.retain(|name| !name.is_empty());
    // Names that the platform makes from an id are as good as none.
    names.retain(|name| !known.keys().any(|id| id.len() > 8 && name.contains(&id[..8])));
    let parent = thing.parent.as_ref().and_then(|(_, id)| known.get(id.as_str()));
    let parent = parent.map(|parent| format!(" in {}", line(parent, known))).unwrap_or_default();
    format!("{} {}{parent}", thing.kind, names.join("/"))
}

/// The fields that tell two things of a kind apart, or what they are for.
const NAMES: [&str; 8] =
    ["name", "hostname", "email", "username", "database_name", "user_name", "permission", "type"];

/// Holds everything against a world at rest, opened and planned for once more; what does not hold is told.
pub(crate) async fn hold(
    process: &Process<'_>,
    engine: Engine,
    plan: &Plan,
    reference: &[String],
) -> Vec<String> {
    let mut broken = repeated(plan);
    let all = process.world.cloud.inventory();
    broken.extend(remembered(engine.state(), &all));
    broken.extend(log(process, engine, plan).await);
    broken.extend(existing(&lines(&all), reference));
    broken
}

fn repeated(plan: &Plan) -> Vec<String> {
    let changes = plan.effective();
    let changes = changes.map(|planned| {
        format!("doing it again changes {}: {} ({})", planned.address, planned.change.verb(), planned.why)
    });
    changes
        .chain(plan.problems.iter().map(|problem| format!("doing it again is refused: {problem}")))
        .collect()
}

fn remembered(state: &State, all: &[Existing]) -> Vec<String> {
    let ids: BTreeSet<&str> = all.iter().map(|thing| thing.id.as_str()).collect();
    let mut broken = Vec::new();
    for (address, tracked) in &state.resources {
        if tracked.phase != Phase::Ready {
            broken.push(format!("the state has {address} as {:?}", tracked.phase));
        }
        let id = tracked.id.as_deref().unwrap_or_default();
        let first = id.split('/').next().unwrap_or_default();
        if first.len() == 36 && !ids.contains(first) {
            broken.push(format!("the state has {address} as {id}, which does not exist"));
        }
    }
    broken
}

/// What there was before a scenario: what has been looked through for secrets, and those themselves.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// How many records of the log.
    records: u64,
    /// Objects as they were written.
    objects: BTreeSet<(Path, Option<String>)>,
    /// Made once, so that it may take its time and be quick then.
    secrets: Option<Search>,
}

impl Known {
    /// All that is on the disk, and in the cloud.
    pub(crate) async fn all(disk: &dyn ObjectStore, cloud: &Emulator) -> Self {
        let objects: BTreeSet<_> = disk::listed(disk).await.into_iter().collect();
        let is_record = |(place, _): &&(Path, _)| place.as_ref().starts_with("log/");
        let secrets = Some(Search::new(values(cloud), AhoCorasickKind::DFA));
        Self { records: objects.iter().filter(is_record).count() as u64, objects, secrets }
    }
}

async fn log(process: &Process<'_>, mut engine: Engine, plan: &Plan) -> Vec<String> {
    let mut broken = Vec::new();
    if let Some(lease) = engine.session().lease() {
        broken.push(format!("the lock is held by {}", lease.holder));
    }
    let mut durable = vec![("the plan".to_owned(), serde_json::to_vec(plan).expect("a plan"))];
    let (mut records, mut unwritten, mut holds) = (Vec::new(), 0, None);
    // From the disk itself: that the log can be read over the net was seen when it was opened.
    let (clock, random) = (process.clock.clone(), Random::seeded(process.seed));
    let disk = process.world.disk.itself(&process.world.cloud);
    let store = Store::new(disk.clone(), process.world.disk.place(), clock, random);
    let verified = Session::<State>::verify_each(store, process.world.key.clone(), |record| {
        if !is_fenced(record, &mut holds) {
            broken
                .push(format!("record {} was written under a lock that its writer did not have", record.seq));
        }
        if record.seq > process.world.known.records {
            unwritten += usize::from(serde_json::to_writer(&mut records, record).is_err());
        }
    });
    match verified.await {
        Ok(verified) if verified.unsound.is_empty() && verified.unsound_segments.is_empty() => {}
        Ok(verified) => broken.push(format!("snapshots or segments are unsound: {verified:?}")),
        Err(error) => broken.push(format!("the log is not whole: {}", told(&error))),
    }
    assert_eq!(unwritten, 0, "records are JSON");
    durable.push(("the log".into(), records));
    durable.push(("the state".into(), serde_json::to_vec(engine.state()).expect("a state")));
    durable.extend(disk::read(&*disk, |object| process.world.known.objects.contains(object)).await);
    for refuge in &process.world.refuges {
        if has_kept(refuge).await {
            broken.push("what was kept on a deployer's machine was not merged".to_owned());
        }
        durable.extend(disk::read(refuge, |_| false).await);
    }
    broken.extend(secrets(process, &durable));
    broken
}

/// Whether events lie there that could not be written.
pub(crate) async fn has_kept(refuge: &InMemory) -> bool {
    disk::listed(refuge).await.iter().any(|(place, _)| place.as_ref().starts_with("kept/"))
}

/// Where a secret's value is in what lasts.
fn secrets(process: &Process<'_>, durable: &[(String, Vec<u8>)]) -> Vec<String> {
    let known = process.world.known.secrets.as_ref();
    let mut new = values(&process.world.cloud);
    new.retain(|value| known.is_none_or(|known| !known.values.contains(value)));
    let new = (!new.is_empty()).then(|| Search::new(new, AhoCorasickKind::ContiguousNFA));
    known.into_iter().chain(&new).flat_map(|search| search.found(durable)).collect()
}

/// All that is secret there: what environments take from outside, and what the cloud keeps.
fn values(cloud: &Emulator) -> BTreeSet<String> {
    VARIABLES.iter().map(|(_, value)| (*value).to_owned()).chain(cloud.secret_values()).collect()
}

/// What is looked for.
#[derive(Debug)]
struct Search {
    values: BTreeSet<String>,
    spellings: Vec<String>,
    automaton: AhoCorasick,
}

impl Search {
    fn new(values: BTreeSet<String>, kind: AhoCorasickKind) -> Self {
        let spellings: Vec<String> = values.iter().flat_map(|value| spellings(value)).collect();
        let automaton = AhoCorasick::builder().kind(Some(kind)).build(&spellings);
        Self { values, automaton: automaton.expect("a few short texts"), spellings }
    }

    fn found(&self, durable: &[(String, Vec<u8>)]) -> impl Iterator<Item = String> {
        durable.iter().filter_map(|(place, bytes)| {
            let found = self.automaton.find(bytes)?;
            Some(format!("{place} holds a secret, as {:?}", self.spellings[found.pattern().as_usize()]))
        })
    }
}

/// All the ways in which a value could be spelled.
fn spellings(value: &str) -> Vec<String> {
    let hex = data_encoding::HEXLOWER.encode(value.as_bytes());
    let percent = value.bytes().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    let json = Value::from(value).to_string();
    let base64 = |text: &str| data_encoding::BASE64.encode(text.as_bytes()).trim_end_matches('=').to_owned();
    // Inside a longer text, base64 depends on where the value begins: the middle of each of three shifts is the same.
    let shifted = (0..3).map(|shift| {
        let encoded = base64(&format!("{}{value}", "x".repeat(shift)));
        encoded[4..encoded.len() - 4].to_owned()
    });
    let mut all = vec![value.to_owned(), hex.to_uppercase(), hex, json.trim_matches('"').to_owned()];
    all.push(percent.collect());
    all.extend(shifted);
    all.retain(|spelling| spelling.len() >= 6);
    all.sort_unstable();
    // Most values are spelled the same in several ways.
    all.dedup();
    all
}

fn existing(found: &[String], reference: &[String]) -> Vec<String> {
    let count = |lines: &[String]| {
        let mut counts = BTreeMap::<String, i64>::new();
        for line in lines {
            *counts.entry(line.clone()).or_default() += 1;
        }
        counts
    };
    let mut difference = count(found);
    for (line, expected) in count(reference) {
        *difference.entry(line).or_default() -= expected;
    }
    let told = difference.into_iter().filter(|(_, more)| *more != 0).map(|(line, more)| {
        if more > 0 { format!("{more} too many: {line}") } else { format!("{} missing: {line}", -more) }
    });
    told.collect()
}
