//! Merged segments: a thousand records in one object, `seg/<from>-<to>-<key id>`, so that a long log is read at once.
//!
//! Like snapshots they are a cache: the records stay where they are. Those of a key that is not in use any more are left
//! alone, since whoever has that key could have made them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::envelope::{self, Unopened};
use super::log::{self, Head, Log};
use super::{Fold, Record, Session, StateError};

/// How many records are merged.
pub(super) const SEGMENT: u64 = 1024;

/// How many segments are fetched ahead.
const AHEAD: usize = 4;

/// The segments that there are: each begins after a multiple of [`SEGMENT`].
#[derive(Debug, Default)]
pub(super) struct Segments(BTreeMap<u64, u64>);

/// What a log is of that is only copied: events and states stay the text that they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Unread(Option<Box<RawValue>>);

impl Fold for Unread {
    type Event = Box<RawValue>;
    type Illegal = Infallible;

    fn apply(&mut self, _: Self::Event) -> Result<(), Infallible> {
        Ok(())
    }
}

fn object<S: Fold>(log: &Log<S>, from: u64) -> String {
    format!("seg/{from:020}-{:020}-{}", from + SEGMENT - 1, log.key.id())
}

impl Segments {
    pub(super) async fn list<S: Fold>(log: &Log<S>) -> Result<Self, StateError> {
        let range = |name: &str| -> Option<(u64, u64)> {
            let (from, rest) = name.split_once('-')?;
            let (to, key) = rest.split_once('-')?;
            let range = (from.parse().ok()?, to.parse().ok()?);
            (key == log.key.id() && range.1 + 1 == range.0 + SEGMENT).then_some(range)
        };
        let names = log.store.names("seg").await?;
        Ok(Self(names.iter().filter_map(|name| range(name)).collect()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A comparison of all of them with the records.
    pub(super) fn check(&self) -> Check {
        Check { starts: self.0.keys().copied().collect(), told: BTreeMap::new() }
    }

    /// Moves `head` through the segments that follow it, up to `listed`. Gives the last record that must be read by
    /// itself after that.
    pub(super) async fn read<S: Fold>(
        &self,
        log: &Log<S>,
        head: &mut Head,
        listed: u64,
        each: &mut impl FnMut(Record<S>, &Head) -> Result<(), StateError>,
    ) -> Result<u64, StateError> {
        let follow = |from: &u64| self.0.get(from).filter(|to| **to <= listed).map(|to| to + 1);
        let mut starts: Vec<u64> = std::iter::successors(Some(head.seq + 1), follow).collect();
        // The last one is where no segment starts.
        starts.pop();
        let mut found = stream::iter(starts)
            .map(|from| async move { (from, log.store.get(&object(log, from)).await) })
            .buffered(AHEAD);
        while let Some((from, sealed)) = found.next().await {
            if !take(log, from, sealed?, head, each)? {
                return Ok(from + SEGMENT - 1);
            }
        }
        // One that goes beyond is of no use, nor is any after it.
        let next = self.0.range(head.seq + 1..).next().filter(|(_, to)| **to <= listed);
        Ok(next.map_or(listed, |(from, _)| from - 1))
    }
}

/// Reads a segment; `false` if it is of no use: then its records are read.
fn take<S: Fold>(
    log: &Log<S>,
    from: u64,
    sealed: Option<Bytes>,
    head: &mut Head,
    each: &mut impl FnMut(Record<S>, &Head) -> Result<(), StateError>,
) -> Result<bool, StateError> {
    let object = object(log, from);
    let Some(sealed) = sealed else { return Ok(false) };
    let opened = match envelope::open(&log.key, &object, &sealed) {
        Ok(opened) if opened.key == log.key.id() => opened,
        Ok(_) => return Ok(false),
        Err(Unopened::Damaged(what)) => {
            tracing::warn!(object, what, "a segment of the state's log is skipped");
            return Ok(false);
        }
        Err(other) => return Err(log.unopened(head, &object, other)),
    };
    for line in opened.payload.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Some((record, next)) = parse::<S>(line, head) else {
            tracing::warn!(object, "a segment of the state's log does not fit and is skipped");
            return Ok(false);
        };
        *head = next;
        each(record, head)?;
    }
    Ok(head.seq == from + SEGMENT - 1)
}

/// A line: hash, size and key of the record as it lies in the log, and what it says.
fn line<S: Fold>(record: &Record<S>, before: &Head, head: &Head) -> Result<String, StateError> {
    let mut line = format!("{} {} {} ", head.hash, head.size - before.size, head.key);
    let text = serde_json::to_string(record).map_err(StateError::Encode)?;
    let _ = writeln!(line, "{text}");
    Ok(line)
}

fn parse<S: Fold>(line: &[u8], before: &Head) -> Option<(Record<S>, Head)> {
    let mut parts = line.splitn(4, |byte| *byte == b' ');
    let mut word = || std::str::from_utf8(parts.next()?).ok();
    let (hash, size, key) = (word()?, word()?.parse::<u64>().ok()?, word()?);
    let record: Record<S> = serde_json::from_slice(parts.next()?).ok()?;
    if record.seq != before.seq + 1 || record.previous != before.hash {
        return None;
    }
    let head = Head {
        seq: record.seq,
        hash: hash.to_owned(),
        size: before.size + size,
        key: key.to_owned(),
        at: Some(record.at),
    };
    Some((record, head))
}

/// What the segments must say, by the records themselves.
pub(super) struct Check {
    starts: Vec<u64>,
    /// A digest of the lines of each.
    told: BTreeMap<u64, Sha256>,
}

impl Check {
    pub(super) fn met<S: Fold>(
        &mut self,
        record: &Record<S>,
        before: &Head,
        head: &Head,
    ) -> Result<(), StateError> {
        let from = (head.seq - 1) / SEGMENT * SEGMENT + 1;
        if self.starts.binary_search(&from).is_ok() {
            self.told.entry(from).or_default().update(line(record, before, head)?);
        }
        Ok(())
    }

    /// The first records of those that say something else, or cannot be read.
    pub(super) async fn compare<S: Fold>(mut self, log: &Log<S>) -> Result<Vec<u64>, StateError> {
        let mut unsound = Vec::new();
        for from in self.starts {
            let object = object(log, from);
            let sealed = log.store.get(&object).await?.unwrap_or_default();
            let told = self.told.remove(&from).map(Sha256::finalize);
            let sound = envelope::open(&log.key, &object, &sealed)
                .is_ok_and(|opened| Some(Sha256::digest(opened.payload)) == told);
            if !sound {
                unsound.push(from);
            }
        }
        Ok(unsound)
    }
}

impl<S: Fold> Session<S> {
    /// Merges what lies in the log by itself, at most `most` segments of it. Nothing is removed, and no lock is needed:
    /// what two make of the same records says the same. Gives how many were made.
    pub async fn merge(&self, most: usize) -> Result<usize, StateError> {
        let whole = self.folded.head.seq / SEGMENT;
        if whole == 0 {
            return Ok(0);
        }
        let there = Segments::list(&self.log).await?;
        let missing: Vec<u64> = (0..whole).filter(|at| !there.0.contains_key(&(at * SEGMENT + 1))).collect();
        let unread = Log::<Unread>::with_keys(self.log.store.clone(), self.key().clone());
        let mut made = 0;
        for at in missing.into_iter().take(most) {
            let from = at * SEGMENT + 1;
            let mut before = self.head_at(from - 1).await?;
            let mut text = String::new();
            unread
                .read_with(
                    &Segments::default(),
                    before.clone(),
                    from + SEGMENT - 1,
                    from + SEGMENT - 1,
                    &mut |record, head| {
                        text.push_str(&line(&record, &before, head)?);
                        before = head.clone();
                        Ok(())
                    },
                )
                .await?;
            let object = object(&unread, from);
            let sealed = envelope::seal(&unread.key, &self.log.store.random, &object, text.as_bytes())?;
            self.log.store.create(&object, &sealed).await?;
            made += 1;
        }
        Ok(made)
    }

    /// The end of the log as it was at record `seq`, its size not counted.
    async fn head_at(&self, seq: u64) -> Result<Head, StateError> {
        if seq == 0 {
            return Ok(Head::default());
        }
        let before = Head { seq: seq - 1, ..Head::default() };
        let sealed = self.log.store.get(&log::object(seq)).await?;
        let sealed = sealed.ok_or_else(|| self.log.corrupt(&before, "is missing"))?;
        let key = envelope::key_id(&sealed).unwrap_or_default().to_owned();
        Ok(Head { seq, hash: envelope::hash(&sealed), key, ..Head::default() })
    }
}
