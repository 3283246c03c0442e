//! All that exists, with the time by which it exists.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use scaleway_core::{Random, Timestamp};
use serde_json::json;

use crate::blobs::Blobs;
use crate::builder::{HashCost, WhileChanging};
use crate::call::body;
use crate::image::ImageBook;
use crate::object_storage;
use crate::products::{self, Clusters, Processes};
use crate::refusal::Refusal;
use crate::store::{Body, Effect, Kind, Record, Store, Transition};
use crate::timings::{Latency, Timings};
use crate::traffic::Traffic;

/// A project that some request named.
pub(crate) const PROJECT: Kind = Kind { collection: "account.projects", resource: "project_id" };

/// What a builder decided.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) latency: Latency,
    pub(crate) hash_cost: HashCost,
    pub(crate) while_changing: WhileChanging,
    pub(crate) images: ImageBook,
    /// Whether what was never pushed to the registry cannot be started.
    pub(crate) strict_registry: bool,
    /// Whether jobs are run as processes of this machine.
    pub(crate) exec_jobs: bool,
    /// Whether answers lack what the API did not answer yet at the clock's date.
    pub(crate) dated: bool,
    pub(crate) organization: String,
    /// Whether a key must have been made through IAM.
    pub(crate) strict_auth: bool,
    /// Of what is left to chance.
    pub(crate) seed: u64,
    /// Limits in place of the documented ones, by the name of the quota.
    pub(crate) quotas: BTreeMap<String, u64>,
}

impl Settings {
    pub(crate) fn accepts_changes_in_transit(&self) -> bool {
        self.while_changing == WhileChanging::Accept
    }
}

/// The records and what is needed to change them.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    pub(crate) settings: Settings,
    pub(crate) traffic: Traffic,
    pub(crate) processes: Processes,
    pub(crate) clusters: Clusters,
    /// The midnight by which lifecycles of objects were last looked after.
    pub(crate) last_midnight: Option<Timestamp>,
    random: Random,
    chances: Random,
    now: Timestamp,
}

impl World {
    pub(crate) fn new(
        store: Store,
        blobs: Blobs,
        settings: Settings,
        random: Random,
        now: Timestamp,
    ) -> Self {
        let chances = Random::seeded(settings.seed);
        let (traffic, processes, clusters) = (Traffic::default(), Processes::default(), Clusters::default());
        let last_midnight = None;
        Self { store, blobs, settings, traffic, processes, clusters, last_midnight, random, chances, now }
    }

    /// The same world, to go its own way. It has no processes and no clusters: those are of the first one.
    pub(crate) fn fork(&self, random: Random) -> Self {
        let (mut store, blobs) = (self.store.clone(), self.blobs.fork());
        store.release_all();
        let traffic = self.traffic.clone();
        Self { traffic, ..Self::new(store, blobs, self.settings.clone(), random, self.now) }
    }

    /// The world as it was `back` ago, or only without what was made since; it still is now there.
    pub(crate) fn as_of(&self, back: Duration, births_only: bool) -> Self {
        let time = self.now - back;
        let store = if births_only { self.store.before_birth(time) } else { self.store.as_of(time) };
        Self { store, traffic: self.traffic.clone(), ..self.fork(self.random.clone()) }
    }

    /// The world as it is, to be taken back later.
    pub(crate) fn put_aside(&self) -> Self {
        let mut aside = self.fork(self.random.clone());
        aside.store.forget_past();
        aside
    }

    /// Everything exists as in `other`, and nothing else does. The time stays what it is.
    pub(crate) fn take_over(&mut self, other: &Self) -> std::io::Result<()> {
        self.blobs.adopt(&other.blobs)?;
        self.store.replace(&other.store);
        self.traffic = other.traffic.clone();
        products::taken_over(self);
        Ok(())
    }

    /// The time of the request that is being answered.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether there may be processes of this machine to look at.
    pub(crate) fn has_processes(&self) -> bool {
        self.settings.exec_jobs || self.clusters.are_on()
    }

    /// Moves on to `now`, never back, and lets happen what is due by then.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        let now = self.now.max(now);
        while let Some(woken) = self.store.settle(now) {
            // As if somebody had looked just then.
            self.now = self.now.max(woken.at);
            products::wake(self, &woken.collection, &woken.id, now);
        }
        self.now = now;
        products::look(self);
        object_storage::look(self);
    }

    /// Lets the record's product decide what happens to it `after` from now, in place of what was to happen.
    pub(crate) fn wake_after(&mut self, kind: Kind, id: &str, after: Duration) {
        let wake = Transition { at: self.due(after), effect: Effect::Wake };
        self.store.schedule(kind, id, vec![wake]);
    }

    /// Lays `patch` over the record, nulls as nulls, and moves `updated_at`.
    pub(crate) fn lay(&mut self, kind: Kind, id: &str, patch: Body) {
        let stamp = self.stamp();
        if let Some(record) = self.store.get_mut(kind, id) {
            record.body.extend(patch);
            record.body.insert("updated_at".into(), stamp.into());
        }
    }

    /// Now, as most products write it: to the microsecond.
    pub(crate) fn stamp(&self) -> String {
        stamp(self.now)
    }

    /// Whether a dated world stands before `day` (`2026-06-01`), since when the API does something otherwise.
    pub(crate) fn is_before(&self, day: &str) -> bool {
        self.settings.dated && self.stamp().as_str() < day
    }

    /// How long after such a call the resource is ready or gone, in the emulator's own time: as recorded, or drawn.
    pub(crate) fn until_ready(&self, verb: &str, template: &str) -> Duration {
        let timings = Timings::recorded();
        match self.settings.latency {
            Latency::Drawn => timings.until_ready_quantile(verb, template, self.chance()),
            Latency::None | Latency::Recorded => timings.until_ready(verb, template),
        }
    }

    /// The instant `after` from now; now itself where the emulator does not take its time.
    pub(crate) fn due(&self, after: Duration) -> Timestamp {
        match self.settings.latency {
            Latency::None => self.now,
            Latency::Recorded | Latency::Drawn => self.now + after,
        }
    }

    /// A UUID that no record of the kind has.
    pub(crate) fn new_id(&self, kind: Kind) -> Result<String, Refusal> {
        loop {
            let id = self.uuid()?;
            // A world that was kept may have been made from the same seed.
            if self.store.get(kind, &id).is_none() {
                return Ok(id);
            }
        }
    }

    /// A UUID of any use.
    pub(crate) fn uuid(&self) -> Result<String, Refusal> {
        self.random.uuid().map_err(|error| no_randomness(&error))
    }

    /// Fills `bytes` from the world's seed.
    pub(crate) fn fill(&self, bytes: &mut [u8]) -> Result<(), Refusal> {
        self.random.fill(bytes).map_err(|error| no_randomness(&error))
    }

    /// A number in `0..1` for faults, drawn times and images that fail at a rate. Its sequence is its own: ids are the same
    /// with chances and without.
    pub(crate) fn chance(&self) -> f64 {
        const STEPS: u32 = 1 << 31;
        u32::try_from(self.chances.below(STEPS.into())).map_or(0.0, |step| f64::from(step) / f64::from(STEPS))
    }

    /// Any project is taken at its word, and remembered.
    pub(crate) fn remember_project(&mut self, id: &str) {
        let organization = self.settings.organization.clone();
        self.ensure_project(id, id, &organization);
    }

    /// An organisation has a first project, `default`, with its own id.
    pub(crate) fn ensure_organization(&mut self, id: &str) {
        self.ensure_project(id, "default", id);
    }

    fn ensure_project(&mut self, id: &str, name: &str, organization: &str) {
        if !id.is_empty() && self.store.get(PROJECT, id).is_none() {
            let body = body! {
                "id": id,
                "name": name,
                "organization_id": organization,
                "created_at": self.stamp(),
                "updated_at": self.stamp(),
                "description": "",
                "qualification": serde_json::Value::Null,
            };
            self.store.insert(PROJECT, id, Record { project: id.into(), body, ..Record::default() });
        }
    }

    /// The organisation that a project belongs to.
    pub(crate) fn organization_of(&self, project: &str) -> String {
        match self.store.get(PROJECT, project) {
            Some(record) => record.text("organization_id").into(),
            None => self.settings.organization.clone(),
        }
    }
}

fn no_randomness(error: &std::io::Error) -> Refusal {
    Refusal::raw(StatusCode::INTERNAL_SERVER_ERROR, json!({"message": format!("no randomness: {error}")}))
}

/// `2026-05-05T14:42:27.615275Z`: always six digits.
pub(crate) fn stamp(at: Timestamp) -> String {
    let text = at.to_string();
    let text = text.trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<6.6}Z")
}

/// `2026-05-05T14:42:27Z`: whole seconds.
pub(crate) fn stamp_seconds(at: Timestamp) -> String {
    let text = at.to_string();
    let text = text.trim_end_matches('Z');
    format!("{}Z", text.split_once('.').map_or(text, |(seconds, _)| seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_have_the_recorded_precision() {
        let at: Timestamp = "2026-05-05T14:42:27.6152759Z".parse().unwrap();
        assert_eq!(stamp(at), "2026-05-05T14:42:27.615275Z");
        assert_eq!(stamp_seconds(at), "2026-05-05T14:42:27Z");
        assert_eq!(stamp("2026-05-05T14:42:27Z".parse().unwrap()), "2026-05-05T14:42:27.000000Z");
    }
}
