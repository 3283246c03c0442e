//! How the platform finds out how an instance is, and when another one is needed.

use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::wire;
use serde::{Deserialize, Serialize};

/// When another instance is started: set exactly one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ScalingOption {
    /// At so many requests at once in an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrent_requests_threshold: Option<u32>,
    /// At so many per cent of its CPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_usage_threshold: Option<u32>,
    /// At so many per cent of its memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_usage_threshold: Option<u32>,
}

/// How the platform finds out how an instance is: by HTTP or by TCP, exactly one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct Probe {
    /// After how many failures in a row the instance counts as failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<u32>,
    /// The time between two probes.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// How long a probe may take.
    #[serde(default, with = "wire::duration", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// A connection to the container's port.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpProbe>,
    /// A GET on the container's port that must answer 2xx.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpProbe>,
}

impl Probe {
    /// A GET of `path`: every 10 seconds, at most 1 second long, 30 failures in a row, unless set.
    pub fn http(path: impl Into<String>) -> Self {
        Self { http: Some(HttpProbe { path: Some(path.into()) }), ..Self::every_ten_seconds() }
    }

    /// A connection: every 10 seconds, at most 1 second long, 30 failures in a row, unless set.
    pub fn tcp() -> Self {
        Self { tcp: Some(TcpProbe {}), ..Self::every_ten_seconds() }
    }

    fn every_ten_seconds() -> Self {
        Self {
            failure_threshold: Some(30),
            interval: Some(Duration::from_secs(10)),
            timeout: Some(Duration::from_secs(1)),
            tcp: None,
            http: None,
        }
    }
}

/// A probe by connection: it has no options.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TcpProbe {}

/// A probe by GET.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HttpProbe {
    /// The path to get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}
