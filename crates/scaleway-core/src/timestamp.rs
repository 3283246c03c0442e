//! Instants as the API writes them.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An instant in UTC, to the nanosecond; RFC 3339 on the wire (`2026-05-05T14:42:12.873213Z`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(jiff_serde::Instant);

/// `jiff::Timestamp` with serde, kept private so that the crate's API is not bound to jiff.
mod jiff_serde {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub(super) struct Instant(pub(super) jiff::Timestamp);

    impl Serialize for Instant {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for Instant {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            text.parse().map(Self).map_err(|_| D::Error::custom(format!("not an RFC 3339 instant: {text:?}")))
        }
    }
}

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(jiff_serde::Instant(jiff::Timestamp::UNIX_EPOCH));

    /// The instant so many milliseconds after 1970; beyond the year 9999 it stops there.
    pub fn from_unix_millis(millis: i64) -> Self {
        let last = if millis < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Self(jiff_serde::Instant(jiff::Timestamp::from_millisecond(millis).unwrap_or(last)))
    }

    /// Milliseconds since 1970.
    pub fn as_unix_millis(self) -> i64 {
        self.0.0.as_millisecond()
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::try_from(self.0.0.duration_since(earlier.0.0)).unwrap_or(Duration::ZERO)
    }

    pub(crate) fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place where the real clock is read")]
        Self(jiff_serde::Instant(jiff::Timestamp::now()))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the end of the year 9999.
    fn add(self, duration: Duration) -> Self {
        Self(jiff_serde::Instant(self.0.0.saturating_add(duration).unwrap_or(jiff::Timestamp::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the beginning of the representable years.
    fn sub(self, duration: Duration) -> Self {
        Self(jiff_serde::Instant(self.0.0.saturating_sub(duration).unwrap_or(jiff::Timestamp::MIN)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no RFC 3339 instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 instant: {0:?} (expected for example 2026-05-05T14:42:12Z)")]
pub struct InvalidTimestamp(String);

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(|instant| Self(jiff_serde::Instant(instant)))
            .map_err(|_| InvalidTimestamp(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recorded_precision_keeps_its_instant() {
        for (text, millis) in [
            ("2026-05-05T14:42:29Z", 0),
            ("2026-05-05T14:42:29.873Z", 873),
            ("2026-05-05T14:42:29.873213Z", 873),
            ("2026-05-05T14:42:29.873213001Z", 873),
        ] {
            let read: Timestamp = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), text);
            assert_eq!(read.as_unix_millis() % 1000, millis);
        }
        assert!(
            serde_json::from_str::<Timestamp>("\"yesterday\"").unwrap_err().to_string().contains("yesterday")
        );
    }

    #[test]
    fn differences_never_go_below_zero() {
        let early = Timestamp::from_unix_millis(1_000);
        let late = early + Duration::from_millis(1_500);
        assert_eq!(late.since(early), Duration::from_millis(1_500));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
