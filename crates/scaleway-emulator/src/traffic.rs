//! What was asked of what is deployed: counts by status and by latency, as a bounded series for each container.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use scaleway_core::Timestamp;

/// The upper bounds of the latencies that are told apart, in seconds.
pub(crate) const BOUNDS: [f64; 8] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Two samples of a series are at least so far apart.
const RESOLUTION: Duration = Duration::from_secs(10);

/// How many samples a container has at most: close to three hours under steady traffic, longer with gaps.
const SAMPLES: usize = 1_000;

/// How many containers have a series; the one that was asked longest ago gives way.
const CONTAINERS: usize = 1_000;

/// The requests to containers, by the container's id. It is not kept in a data folder, as a real counter begins anew
/// with its process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traffic {
    series: BTreeMap<String, Series>,
}

/// The requests to one container.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    samples: VecDeque<Sample>,
    /// When the last sample was begun.
    begun: Option<Timestamp>,
    /// From when on an instance answers, and when it was last asked.
    instance: Option<(Timestamp, Timestamp)>,
}

/// All that was answered up to a moment: counts only grow.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    /// The last request that is counted.
    pub(crate) at: Timestamp,
    /// Requests by HTTP status.
    pub(crate) by_status: BTreeMap<u16, u64>,
    /// Requests that took at most the bound of the same place in [`BOUNDS`].
    pub(crate) within: [u64; BOUNDS.len()],
    /// What all of them took together.
    pub(crate) seconds: f64,
}

impl Traffic {
    /// Counts a request.
    pub(crate) fn note(&mut self, container: &str, at: Timestamp, status: u16, took: Duration) {
        self.entry(container).note(at, status, took);
    }

    /// The containers that were asked, by id.
    pub(crate) fn series(&self) -> impl Iterator<Item = (&str, &Series)> {
        self.series.iter().map(|(id, series)| (id.as_str(), series))
    }

    /// From when on an instance of the container answers, and when it was last asked; `None` before the first request.
    pub(crate) fn instance(&self, container: &str) -> Option<(Timestamp, Timestamp)> {
        self.series.get(container)?.instance
    }

    /// An instance that answers from `from` on is asked `now`.
    pub(crate) fn use_instance(&mut self, container: &str, from: Timestamp, now: Timestamp) {
        self.entry(container).instance = Some((from, now));
    }

    fn entry(&mut self, container: &str) -> &mut Series {
        if !self.series.contains_key(container) && self.series.len() >= CONTAINERS {
            self.make_room();
        }
        self.series.entry(container.into()).or_default()
    }

    fn make_room(&mut self) {
        let oldest = self.series.iter().min_by_key(|(_, series)| series.samples.back().map(|last| last.at));
        if let Some(id) = oldest.map(|(id, _)| id.clone()) {
            self.series.remove(&id);
        }
    }
}

impl Series {
    /// The samples, oldest first.
    pub(crate) fn samples(&self) -> impl DoubleEndedIterator<Item = &Sample> {
        self.samples.iter()
    }

    /// What was counted by that time; `None` where nothing was, or where the series does not go back so far.
    #[allow(dead_code, reason = "for Cockpit's queries")]
    pub(crate) fn at(&self, time: Timestamp) -> Option<&Sample> {
        self.samples.iter().rev().find(|sample| sample.at <= time)
    }

    fn note(&mut self, at: Timestamp, status: u16, took: Duration) {
        let is_fresh = self.begun.is_none_or(|begun| at.since(begun) >= RESOLUTION);
        if is_fresh {
            let next = self.samples.back().cloned().unwrap_or_else(|| Sample::none(at));
            if self.samples.len() == SAMPLES {
                self.samples.pop_front();
            }
            self.samples.push_back(next);
            self.begun = Some(at);
        }
        if let Some(sample) = self.samples.back_mut() {
            sample.add(at, status, took.as_secs_f64());
        }
    }
}

impl Sample {
    fn none(at: Timestamp) -> Self {
        Self { at, by_status: BTreeMap::new(), within: [0; BOUNDS.len()], seconds: 0.0 }
    }

    fn add(&mut self, at: Timestamp, status: u16, seconds: f64) {
        self.at = at;
        *self.by_status.entry(status).or_default() += 1;
        self.seconds += seconds;
        for (count, bound) in self.within.iter_mut().zip(BOUNDS) {
            *count += u64::from(seconds <= bound);
        }
    }

    /// All requests.
    pub(crate) fn count(&self) -> u64 {
        self.by_status.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn counts_grow_and_the_past_can_be_asked_for() {
        let mut traffic = Traffic::default();
        for (second, status, millis) in [(100, 200, 3), (101, 500, 300), (120, 200, 90), (200, 200, 20_000)] {
            traffic.note("c", at(second), status, Duration::from_millis(millis));
        }
        let (id, series) = traffic.series().next().unwrap();
        assert_eq!((id, series.samples().count()), ("c", 3), "what lies within 10 s is one sample");
        assert!(series.at(at(99)).is_none());
        let early = series.at(at(119)).unwrap();
        assert_eq!((early.at, early.count(), early.by_status[&500]), (at(101), 2, 1));
        let last = series.at(at(1_000)).unwrap();
        assert_eq!((last.count(), last.by_status[&200]), (4, 3));
        assert_eq!(last.within, [1, 1, 2, 2, 3, 3, 3, 3], "the slowest is above all bounds");
        assert!((last.seconds - 20.393).abs() < 1e-9);
    }

    #[test]
    fn series_and_containers_are_bounded() {
        let mut traffic = Traffic::default();
        for n in 0..3_000 {
            traffic.note("busy", at(n * 20), 200, Duration::ZERO);
        }
        let series = traffic.series().next().unwrap().1;
        assert_eq!(series.samples().count(), SAMPLES);
        assert_eq!(series.samples().next_back().unwrap().count(), 3_000);
        for n in 0..2_000 {
            traffic.note(&format!("c{n}"), at(100_000 + n), 200, Duration::ZERO);
        }
        assert_eq!(traffic.series().count(), CONTAINERS);
        assert!(traffic.series().all(|(id, _)| id != "busy"), "the one that was asked longest ago");
    }
}
