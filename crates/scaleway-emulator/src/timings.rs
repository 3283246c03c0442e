//! How long the real API takes: request latencies and times until ready, medians of recorded traffic.

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
}

/// The recorded medians, for whoever computes a critical path.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Timings {
    request_ms: BTreeMap<String, f64>,
    default_request_ms: BTreeMap<String, f64>,
    until_ready_s: BTreeMap<String, f64>,
    default_until_ready_s: f64,
}

static RECORDED: LazyLock<Timings> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/timings.json")).unwrap_or_default());

impl Timings {
    /// The medians.
    pub fn recorded() -> &'static Self {
        &RECORDED
    }

    /// How long one call of `verb` on a path of the form `template` takes, there and back. Names of parameters do
    /// not matter: `/containers/v1/regions/{region}/namespaces/{id}`. Where nothing was recorded, the verb's usual
    /// time.
    pub fn request(&self, verb: &str, template: &str) -> Duration {
        let recorded = self.request_ms.get(&key(verb, template));
        let millis = recorded.or_else(|| self.default_request_ms.get(verb)).copied().unwrap_or_default();
        Duration::from_secs_f64(millis / 1000.0)
    }

    /// How long after such a call the resource is ready (or gone, for a DELETE).
    pub fn until_ready(&self, verb: &str, template: &str) -> Duration {
        let recorded = self.until_ready_s.get(&key(verb, template));
        Duration::from_secs_f64(recorded.copied().unwrap_or(self.default_until_ready_s))
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
    fn what_was_not_recorded_takes_its_verbs_usual_time() {
        let timings = Timings::recorded();
        assert!(timings.request("GET", "/nothing") > Duration::ZERO);
        assert!(timings.until_ready("POST", "/nothing") > Duration::ZERO);
    }
}
