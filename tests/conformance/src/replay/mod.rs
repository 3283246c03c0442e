//! Recordings, replayed against the emulator: what was asked is asked again, and the answers are compared.

mod by_kind;
mod clock;
mod compare;
mod ids;
mod image;
mod key;
mod offer;
mod recording;
mod report;
mod seed;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use scaleway_core::{Clock, Random, Transport};
use scaleway_emulator::{Emulator, Latency};
use serde_json::Value;
use walkdir::WalkDir;

use compare::{Comparison, Difference, Unordered, each_list};
use ids::Ids;
use key::Keys;
use recording::{Called, Line};
pub use report::{Replay, Tally};
use seed::Seed;

/// Where the emulator is asked. Never connected to.
const ADDRESS: &str = "https://api.scaleway.com";

/// By what time resources become ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Pacing {
    /// When the recording shows them so.
    #[default]
    Recorded,
    /// When the median of all recordings is over.
    Own,
}

/// Puts something between the replay and the emulator.
type Wrap = Arc<dyn Fn(Emulator) -> Arc<dyn Transport> + Send + Sync>;

/// How recordings are replayed.
#[derive(Clone)]
#[must_use]
pub struct Replayer {
    pacing: Pacing,
    wrap: Wrap,
}

impl fmt::Debug for Replayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replayer").field("pacing", &self.pacing).finish_non_exhaustive()
    }
}

impl Default for Replayer {
    fn default() -> Self {
        Self { pacing: Pacing::default(), wrap: Arc::new(|emulator| Arc::new(emulator)) }
    }
}

impl Replayer {
    /// As the recordings pace it, straight to the emulator.
    pub fn new() -> Self {
        Self::default()
    }

    /// By what time resources become ready.
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.pacing = pacing;
        self
    }

    /// Asks what `wrap` makes of each file's emulator, in its place: to see what the replay says of a broken one.
    pub fn through(mut self, wrap: impl Fn(Emulator) -> Arc<dyn Transport> + Send + Sync + 'static) -> Self {
        self.wrap = Arc::new(wrap);
        self
    }

    /// Replays every `*.jsonl` below a folder, or one file, each against a fresh emulator.
    ///
    /// # Errors
    /// Where the folder or a file cannot be read.
    pub fn replay(&self, path: &Path) -> io::Result<Replay> {
        let mut texts = Vec::new();
        for entry in WalkDir::new(path).sort_by_file_name() {
            let entry = entry?;
            let is_named = entry.path().extension().is_some_and(|extension| extension == "jsonl");
            if entry.path().is_file() && (is_named || entry.path() == path) {
                let text = String::from_utf8_lossy(&std::fs::read(entry.path())?).into_owned();
                texts.push((entry.path().display().to_string(), text));
            }
        }
        self.replay_all(&texts)
    }

    /// The same with names and contents of files.
    ///
    /// # Errors
    /// Where the operating system refuses a runtime its resources.
    pub fn replay_all(&self, files: &[(String, String)]) -> io::Result<Replay> {
        let mut replay = Replay::default();
        let read: Vec<_> = files.iter().map(|(file, text)| (file, recording::read(text))).collect();
        let unordered = unordered(read.iter().flat_map(|(_, (lines, _))| lines));
        for (file, (lines, broken)) in &read {
            for (number, error) in broken {
                let (expected, got) = (Some("an exchange".into()), Some(error.clone().into()));
                let difference = Difference { pointer: String::new(), expected, got };
                replay.count(&format!("{file}:{number}"), "unreadable", "(none)", &[difference]);
            }
            self.replay_file(file, lines, &unordered, &mut replay)?;
        }
        Ok(replay)
    }

    fn replay_file(
        &self,
        file: &str,
        lines: &[Line],
        unordered: &Unordered,
        replay: &mut Replay,
    ) -> io::Result<()> {
        let Some(first) = lines.first() else { return Ok(()) };
        let plan = seed::plan(lines);
        let clock = Clock::virtual_from(first.date);
        let mut builder = Emulator::builder()
            .clock(clock.clone())
            .random(Random::seeded(1))
            .latency(Latency::Recorded)
            .images(image::declare(lines))
            .dated(true);
        let (mut ids, mut keys) = (Ids::default(), Keys::default());
        if let Some(organization) = &plan.organization {
            builder = builder.organization(organization);
            ids.unmask(organization);
        }
        let emulator = builder.build().map_err(io::Error::other)?;
        for seed in plan.before {
            let body = seed.body.clone();
            if put(&emulator, seed, &mut replay.seeded) {
                // It has in the emulator the ids that it had then.
                ids.keep_value(&body);
            }
        }
        let transport = (self.wrap)(emulator.clone());
        let (mut injected, mut withdrawn) = (plan.injected, plan.withdrawn);
        clock.block_on(async {
            for line in lines {
                let (product, operation) = match line.called {
                    Called::Operation(api, operation) => {
                        (api.client.trim_start_matches("scaleway-"), operation.name)
                    }
                    Called::Unknown => ("unrouted", "(unknown)"),
                    Called::Older => {
                        replay.older += 1;
                        continue;
                    }
                    Called::Elsewhere => {
                        replay.elsewhere += 1;
                        continue;
                    }
                };
                for seed in injected.remove(&line.number).unwrap_or_default() {
                    let seed =
                        Seed { path: ids.translate(&seed.path), body: ids.translate_value(&seed.body) };
                    put(&emulator, seed, &mut replay.injected);
                }
                for path in withdrawn.remove(&line.number).unwrap_or_default() {
                    emulator.withdraw(&ids.translate(&path));
                }
                match self.pacing {
                    Pacing::Recorded => replay.timed += clock::move_to(&emulator, &clock, line, &ids),
                    Pacing::Own => clock.advance(line.date.since(clock.now())),
                }
                let path = keys.unmask(line);
                let answer = transport.send(request(line, &path, &mut ids)).await;
                let mut comparison = Comparison::new(operation, line.query("order_by"), unordered, &mut ids);
                match answer {
                    Ok(answer) => compare(line, &answer, &mut comparison),
                    Err(error) => comparison.differences.push(Difference {
                        pointer: String::new(),
                        expected: Some(line.code.into()),
                        got: Some(error.to_string().into()),
                    }),
                }
                for (what, count) in std::mem::take(&mut comparison.allowed) {
                    *replay.allowed.entry(what).or_default() += count;
                }
                replay.count(&format!("{file}:{}", line.number), product, operation, &comparison.differences);
            }
        })
    }
}

/// Answers whether the emulator could be given it: else it must make it, or the answers differ.
fn put(emulator: &Emulator, seed: Seed, counts: &mut BTreeMap<&'static str, u64>) -> bool {
    let kind = emulator.seed(&seed.path, seed.body);
    if let Ok(kind) = kind {
        *counts.entry(kind).or_default() += 1;
    }
    kind.is_ok()
}

/// The recorded request in the emulator's words.
fn request(line: &Line, path: &str, ids: &mut Ids) -> Request<Bytes> {
    let pairs: Vec<_> = url::form_urlencoded::parse(line.query.as_bytes()).collect();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &pairs {
        query.append_pair(name, &ids.translate(value));
    }
    let (path, query) = (ids.translate(path), query.finish());
    let body = match &line.request {
        Value::Null => Bytes::new(),
        Value::String(text) => Bytes::from(ids.translate(text)),
        body => Bytes::from(ids.translate_value(body).to_string()),
    };
    for (_, value) in &pairs {
        ids.say(value);
    }
    ids.say_value(&line.request);
    let uri = if query.is_empty() { format!("{ADDRESS}{path}") } else { format!("{ADDRESS}{path}?{query}") };
    let mut request = Request::new(body);
    *request.method_mut() = line.verb.parse().unwrap_or_default();
    // A path that is none is asked for as the root, which nobody answers as recorded.
    *request.uri_mut() = uri.parse().unwrap_or_else(|_| http::Uri::from_static(ADDRESS));
    let token = http::HeaderValue::from_static("11111111-1111-4111-8111-111111111111");
    request.headers_mut().insert("x-auth-token", token);
    request
}

fn compare(line: &Line, answer: &Response<Bytes>, comparison: &mut Comparison<'_>) {
    let own = match answer.body().as_ref() {
        [] => Value::Null,
        body => serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into()),
    };
    if answer.status().as_u16() != line.code {
        let got = format!("{} {own}", answer.status().as_u16());
        let (expected, got) = (Some(line.code.into()), Some(got.into()));
        comparison.differences.push(Difference { pointer: "status".into(), expected, got });
        if !answer.status().is_success() || !line.is_success() {
            return;
        }
    }
    comparison.bodies(&line.response, &own);
}

/// The lists that the recordings show with the same content in two orders, by operation and pointer.
fn unordered<'l>(lines: impl Iterator<Item = &'l Line>) -> Unordered {
    let mut orders: BTreeMap<(String, String, Vec<String>), BTreeSet<Vec<String>>> = BTreeMap::new();
    for line in lines {
        let Called::Operation(_, operation) = line.called else { continue };
        each_list(&line.response, "", &mut |pointer, items| {
            if items.len() < 2 {
                return;
            }
            let order: Vec<String> = items.iter().map(essence).collect();
            let mut content = order.clone();
            content.sort();
            orders.entry((operation.name.to_owned(), pointer, content)).or_default().insert(order);
        });
    }
    let several = orders.into_iter().filter(|(_, orders)| orders.len() > 1);
    several.map(|((operation, pointer, _), _)| (operation, pointer)).collect()
}

/// What tells an item of a list from the others: its id, or all of it.
fn essence(item: &Value) -> String {
    match item["id"].as_str().filter(|id| !id.is_empty()) {
        Some(id) => id.to_owned(),
        None => item.to_string(),
    }
}
