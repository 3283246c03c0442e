//! How long the real API takes: request latencies and times until ready, of recorded traffic.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use serde::Deserialize;

/// Whether the emulator takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Latency {
    /// Answers at once. What is created still answers with its transient status, and has settled at the next request.
    #[default]
    None,
    /// Requests and resources take as long as the median of what was recorded, by the emulator's clock.
    Recorded,
    /// They take times drawn from the distribution of what was recorded, by the emulator's seed.
    Drawn,
}

/// What was recorded: medians, for whoever computes a critical path, and spreads.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Timings {
    request_ms: BTreeMap<String, Figure>,
    default_request_ms: BTreeMap<String, f64>,
    until_ready_s: BTreeMap<String, Figure>,
    default_until_ready_s: f64,
}

/// One recorded time.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Figure {
    /// Without a spread.
    Median(f64),
    /// Median and ninth decile.
    Tail([f64; 2]),
    /// Least, median and most.
    Range([f64; 3]),
}

impl Figure {
    fn median(self) -> f64 {
        match self {
            Self::Median(median) | Self::Tail([median, _]) | Self::Range([_, median, _]) => median,
        }
    }

    /// The time below which the part `u` (0 to 1) of all lies: log-normal through median and ninth decile, at most three
    /// times the latter; or straight from the least over the median to the most.
    fn quantile(self, u: f64) -> f64 {
        match self {
            Self::Tail([median, ninth]) if median > 0.0 => {
                let steps = deviation(u) / deviation(0.9);
                (median * (ninth / median).powf(steps)).min(3.0 * ninth)
            }
            Self::Median(median) | Self::Tail([median, _]) => median,
            Self::Range([least, median, _]) if u < 0.5 => least + (median - least) * 2.0 * u,
            Self::Range([_, median, most]) => median + (most - median) * (2.0 * u - 1.0),
        }
    }
}

/// How many standard deviations from the middle the part `u` of a normal distribution ends: Tukey's approximation, good to
/// a hundredth between the 1st and the 99th percentile.
fn deviation(u: f64) -> f64 {
    let u = u.clamp(0.001, 0.999);
    (u.powf(0.135) - (1.0 - u).powf(0.135)) / 0.1975
}

static RECORDED: LazyLock<Timings> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/timings.json")).unwrap_or_default());

impl Timings {
    /// What was recorded.
    pub fn recorded() -> &'static Self {
        &RECORDED
    }

    /// How long one call of `verb` on a path of the form `template` takes, there and back. Names of parameters do
    /// not matter: `/containers/v1/regions/{region}/namespaces/{id}`. Where nothing was recorded, the verb's usual
    /// time.
    pub fn request(&self, verb: &str, template: &str) -> Duration {
        Duration::from_secs_f64(self.request_figure(verb, template).median() / 1000.0)
    }

    /// The same, where the part `u` (0 to 1) of all calls is faster.
    pub fn request_quantile(&self, verb: &str, template: &str, u: f64) -> Duration {
        Duration::from_secs_f64(self.request_figure(verb, template).quantile(u) / 1000.0)
    }

    fn request_figure(&self, verb: &str, template: &str) -> Figure {
        let usual = || Figure::Median(self.default_request_ms.get(verb).copied().unwrap_or_default());
        self.request_ms.get(&key(verb, template)).copied().unwrap_or_else(usual)
    }

    /// How long after such a call the resource is ready (or gone, for a DELETE).
    pub fn until_ready(&self, verb: &str, template: &str) -> Duration {
        Duration::from_secs_f64(self.ready_figure(verb, template).median())
    }

    /// The same, where the part `u` (0 to 1) of all is ready sooner.
    pub fn until_ready_quantile(&self, verb: &str, template: &str, u: f64) -> Duration {
        Duration::from_secs_f64(self.ready_figure(verb, template).quantile(u))
    }

    fn ready_figure(&self, verb: &str, template: &str) -> Figure {
        let usual = Figure::Median(self.default_until_ready_s);
        self.until_ready_s.get(&key(verb, template)).copied().unwrap_or(usual)
    }
}

/// `VERB /path/{}/with/{}`.
fn key(verb: &str, template: &str) -> String {
    let mut key = format!("{verb} ");
    for (n, segment) in template.split('/').enumerate() {
        if n > 0 {
            key.push('/');
        }
        key.push_str(if segment.starts_with('{') { "{}" } else { segment });
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_medians_are_found_whatever_the_parameters_are_called() {
        let timings = Timings::recorded();
        let (a, b) =
            ("/rdb/v1/regions/{region}/instances/{id}", "/rdb/v1/regions/{r}/instances/{instance_id}");
        assert_eq!(timings.request("GET", a), Duration::from_millis(183));
        assert_eq!(timings.request("GET", b), Duration::from_millis(183));
        assert_eq!(
            timings.until_ready("POST", "/rdb/v1/regions/{region}/instances"),
            Duration::from_secs(212)
        );
    }

    #[test]
    fn drawn_times_have_the_recorded_median_and_spread() {
        let timings = Timings::recorded();
        let instances = "/rdb/v1/regions/{region}/instances";
        let ready = |u: f64| timings.until_ready_quantile("POST", instances, u).as_secs();
        assert_eq!([ready(0.0), ready(0.5), ready(1.0)], [151, 212, 272]);
        let asked = |u: f64| {
            timings.request_quantile("DELETE", "/rdb/v1/regions/{r}/instances/{id}", u).as_secs_f64()
        };
        assert!((asked(0.5) - 0.3693).abs() < 1e-6 && (asked(0.9) - 0.5202).abs() < 1e-6);
        assert!((0..100).all(|n| asked(f64::from(n) / 100.0) <= asked(f64::from(n + 1) / 100.0)));
        assert!(asked(0.01) > 0.1 && asked(1.0) < 3.0 * 0.5203);
        assert_eq!(timings.request_quantile("GET", "/nothing", 0.9), timings.request("GET", "/nothing"));
    }

    #[test]
    fn what_was_not_recorded_takes_its_verbs_usual_time() {
        let timings = Timings::recorded();
        assert!(timings.request("GET", "/nothing") > Duration::ZERO);
        assert!(timings.until_ready("POST", "/nothing") > Duration::ZERO);
    }
}
