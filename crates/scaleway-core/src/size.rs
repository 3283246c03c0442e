//! Sizes in bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A size in bytes. Units are decimal, as the API's: `Size::megabytes(2048)` is 2,048,000,000 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Size(u64);

impl Size {
    /// So many bytes.
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// So many megabytes of 1,000,000 bytes.
    pub const fn megabytes(megabytes: u64) -> Self {
        Self(megabytes.saturating_mul(1_000_000))
    }

    /// So many gigabytes of 1,000,000,000 bytes.
    pub const fn gigabytes(gigabytes: u64) -> Self {
        Self(gigabytes.saturating_mul(1_000_000_000))
    }

    /// The number of bytes.
    pub const fn as_bytes(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Size {
    /// The largest unit that leaves a whole number: `2048 MB`, `10 GB`, `1500 B`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n if n > 0 && n % 1_000_000_000 == 0 => write!(f, "{} GB", n / 1_000_000_000),
            n if n > 0 && n % 1_000_000 == 0 => write!(f, "{} MB", n / 1_000_000),
            n => write!(f, "{n} B"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_decimal() {
        assert_eq!(Size::megabytes(2048).as_bytes(), 2_048_000_000);
        assert_eq!(Size::megabytes(2048).to_string(), "2048 MB");
        assert_eq!(Size::gigabytes(10).to_string(), "10 GB");
        assert_eq!(Size::bytes(0).to_string(), "0 B");
    }
}
