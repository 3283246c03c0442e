//! Sizes, durations and address ranges in the form a person writes them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The text is not in the form that the type is written in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed {what} {found:?}: expected {expected}")]
pub struct Malformed {
    what: &'static str,
    found: String,
    expected: &'static str,
}

/// A size in bytes, written with a decimal unit as the API counts: `512MB` is 512,000,000 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

/// A duration in whole seconds, written with a unit: `300s`, `5m`, `24h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(u64);

/// A range of addresses, written `192.0.2.0/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr(pub IpNet);

// Largest first, so that the first one that divides is the shortest to read.
const SIZE_UNITS: [(&str, u64); 5] =
    [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("B", 1)];
const TIME_UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

impl Size {
    /// A size in bytes.
    #[must_use]
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// A size in MB of 1,000,000 bytes.
    #[must_use]
    pub const fn megabytes(megabytes: u64) -> Self {
        Self(megabytes.saturating_mul(1_000_000))
    }

    /// A size in GB of 1,000,000,000 bytes.
    #[must_use]
    pub const fn gigabytes(gigabytes: u64) -> Self {
        Self(gigabytes.saturating_mul(1_000_000_000))
    }

    /// In bytes.
    #[must_use]
    pub const fn as_bytes(self) -> u64 {
        self.0
    }
}

impl Seconds {
    /// A duration in seconds.
    #[must_use]
    pub const fn new(seconds: u64) -> Self {
        Self(seconds)
    }

    /// A duration in minutes.
    #[must_use]
    pub const fn minutes(minutes: u64) -> Self {
        Self(minutes.saturating_mul(60))
    }

    /// A duration in hours.
    #[must_use]
    pub const fn hours(hours: u64) -> Self {
        Self(hours.saturating_mul(3_600))
    }

    /// A duration in days.
    #[must_use]
    pub const fn days(days: u64) -> Self {
        Self(days.saturating_mul(86_400))
    }

    /// In seconds.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// In whole hours.
    #[must_use]
    pub const fn as_hours(self) -> u64 {
        self.0 / 3_600
    }

    /// In whole days.
    #[must_use]
    pub const fn as_days(self) -> u64 {
        self.0 / 86_400
    }
}

impl From<Seconds> for Duration {
    fn from(seconds: Seconds) -> Self {
        Self::from_secs(seconds.0)
    }
}

impl Cidr {
    /// Whether the two ranges have an address in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.contains(&other.0) || other.0.contains(&self.0)
    }

    /// Whether it is the whole internet, or so much of it that it makes no difference.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.0.prefix_len() < if matches!(self.0, IpNet::V4(_)) { 16 } else { 32 }
    }
}

fn parse_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let factor = units.iter().find(|(name, _)| *name == unit)?.1;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn write_unit(f: &mut fmt::Formatter<'_>, value: u64, units: &[(&str, u64)]) -> fmt::Result {
    let smallest = units.last().copied().unwrap_or(("", 1));
    let (unit, factor) = units
        .iter()
        .copied()
        .find(|(_, factor)| value != 0 && value.is_multiple_of(*factor))
        .unwrap_or(smallest);
    write!(f, "{}{unit}", value / factor)
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_unit(f, self.0, &SIZE_UNITS)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_unit(f, self.0, &TIME_UNITS)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a unit is read, and what the schema calls it.
trait Written: Sized {
    const FORMAT: &'static str;
    fn read(text: &str) -> Option<Self>;
}

impl Written for Size {
    const FORMAT: &'static str = "size";
    fn read(text: &str) -> Option<Self> {
        parse_unit(text, &SIZE_UNITS).map(Self)
    }
}

impl Written for Seconds {
    const FORMAT: &'static str = "duration";
    fn read(text: &str) -> Option<Self> {
        parse_unit(text, &TIME_UNITS).map(Self)
    }
}

impl Written for Cidr {
    const FORMAT: &'static str = "cidr";
    fn read(text: &str) -> Option<Self> {
        // An address with host bits set is a slip more often than not.
        text.parse::<IpNet>().ok().filter(|net| net.trunc() == *net).map(Self)
    }
}

macro_rules! as_text {
    ($($unit:ident),*) => {$(
        impl FromStr for $unit {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Malformed> {
                Self::read(text).ok_or_else(|| Malformed {
                    what: Self::FORMAT,
                    found: text.to_owned(),
                    expected: super::format::expected(Self::FORMAT),
                })
            }
        }

        impl Serialize for $unit {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $unit {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'_, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $unit {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($unit).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": Self::FORMAT })
            }
        }
    )*};
}

as_text!(Size, Seconds, Cidr);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_decimal_and_shown_in_the_largest_unit_that_divides() {
        assert_eq!("2048MB".parse::<Size>().unwrap().as_bytes(), 2_048_000_000);
        assert_eq!(Size::megabytes(2000).to_string(), "2GB");
        assert_eq!(Size::megabytes(2048).to_string(), "2048MB");
        for wrong in ["", "MB", "512", "512 MB", "512MiB", "1.5GB", "-1MB", "99999999999TB"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_have_one_unit() {
        assert_eq!("5m".parse::<Seconds>(), Ok(Seconds::new(300)));
        assert_eq!(Seconds::new(300).to_string(), "5m");
        assert_eq!(Seconds::new(0).to_string(), "0s");
        for wrong in ["", "5", "5min", "1h30m", "1.5h"] {
            assert!(wrong.parse::<Seconds>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn ranges_have_no_host_bits_and_know_their_overlap() {
        let net: Cidr = "10.1.0.0/16".parse().unwrap();
        assert!(net.overlaps(&"10.1.4.0/24".parse().unwrap()));
        assert!(!net.overlaps(&"10.2.0.0/16".parse().unwrap()));
        assert!("10.1.4.7/24".parse::<Cidr>().is_err());
        assert!("0.0.0.0/0".parse::<Cidr>().unwrap().is_wide());
        assert!(!"192.0.2.7/32".parse::<Cidr>().unwrap().is_wide());
    }

    proptest! {
        #[test]
        fn every_value_reads_back(n in any::<u64>()) {
            prop_assert_eq!(Size::bytes(n).to_string().parse(), Ok(Size::bytes(n)));
            prop_assert_eq!(Seconds::new(n).to_string().parse(), Ok(Seconds::new(n)));
        }
    }
}
