//! `services.<name>.liveness` and `.startup`: how the platform asks an instance whether it is well.

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::Seconds;

/// How the platform asks an instance whether it is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(try_from = "WrittenProbe", into = "WrittenProbe")]
#[non_exhaustive]
pub struct Probe {
    /// What is asked.
    pub target: ProbeTarget,
    /// How often.
    pub interval: Seconds,
    /// How long an answer may take.
    pub timeout: Seconds,
    /// How many failures in a row count.
    pub failures: u32,
}

/// What a probe asks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProbeTarget {
    /// A GET of this path answers 2xx or 3xx.
    Http(String),
    /// The port accepts a connection.
    Tcp,
}

impl Probe {
    /// A GET of this path every 10 s, three failures in a row count.
    #[must_use]
    pub fn http(path: impl Into<String>) -> Self {
        Self::new(ProbeTarget::Http(path.into()))
    }

    /// A connection every 10 s, three failures in a row count.
    #[must_use]
    pub fn tcp() -> Self {
        Self::new(ProbeTarget::Tcp)
    }

    fn new(target: ProbeTarget) -> Self {
        Self { target, interval: interval(), timeout: answer_within(), failures: failures() }
    }
}

/// The TOML form: the target is one of two keys.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "Probe",
    description = "How the platform asks an instance whether it is well: over http or tcp.",
    example = serde_json::json!({"tcp": true}),
    extend("oneOf" = [{"required": ["http"]}, {"required": ["tcp"]}])
)]
struct WrittenProbe {
    /// The path that must answer 2xx or 3xx.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "url-path"))]
    http: Option<String>,
    /// `true`: the port must accept a connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("const" = true))]
    tcp: Option<bool>,
    /// How often.
    #[serde(default = "interval")]
    #[schemars(extend("formatMinimum" = "1s", "formatMaximum" = "5m"))]
    interval: Seconds,
    /// How long an answer may take.
    #[serde(default = "answer_within")]
    #[schemars(extend("formatMinimum" = "1s", "formatMaximum" = "1m"))]
    timeout: Seconds,
    /// How many failures in a row count.
    #[serde(default = "failures")]
    #[schemars(range(min = 1, max = 50))]
    failures: u32,
}

impl TryFrom<WrittenProbe> for Probe {
    type Error = &'static str;

    fn try_from(written: WrittenProbe) -> Result<Self, Self::Error> {
        let target = match (written.http, written.tcp) {
            (Some(path), None) => ProbeTarget::Http(path),
            (None, Some(true)) => ProbeTarget::Tcp,
            _ => return Err("a probe has exactly one of http, tcp = true"),
        };
        Ok(Self { target, interval: written.interval, timeout: written.timeout, failures: written.failures })
    }
}

impl From<Probe> for WrittenProbe {
    fn from(probe: Probe) -> Self {
        let (http, tcp) = match probe.target {
            ProbeTarget::Http(path) => (Some(path), None),
            ProbeTarget::Tcp => (None, Some(true)),
        };
        Self { http, tcp, interval: probe.interval, timeout: probe.timeout, failures: probe.failures }
    }
}

fn interval() -> Seconds {
    Seconds::new(10)
}

fn answer_within() -> Seconds {
    Seconds::new(2)
}

fn failures() -> u32 {
    3
}
