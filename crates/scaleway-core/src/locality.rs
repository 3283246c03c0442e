//! Regions and zones.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A region: `fr-par`, `nl-ams`, `pl-waw`, `it-mil`, or one that this crate does not know yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[non_exhaustive]
pub enum Region {
    /// Paris.
    #[default]
    #[serde(rename = "fr-par")]
    FrPar,
    /// Amsterdam.
    #[serde(rename = "nl-ams")]
    NlAms,
    /// Warsaw.
    #[serde(rename = "pl-waw")]
    PlWaw,
    /// Milan.
    #[serde(rename = "it-mil")]
    ItMil,
    /// A region that came after this version.
    #[serde(untagged)]
    Other(String),
}

impl Region {
    /// The regions that this version knows.
    pub const KNOWN: [Self; 4] = [Self::FrPar, Self::NlAms, Self::PlWaw, Self::ItMil];

    /// The name, as in addresses.
    pub fn as_str(&self) -> &str {
        match self {
            Self::FrPar => "fr-par",
            Self::NlAms => "nl-ams",
            Self::PlWaw => "pl-waw",
            Self::ItMil => "it-mil",
            Self::Other(name) => name,
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text does not look like a region (`fr-par`) or a zone (`fr-par-1`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no {expected}")]
pub struct InvalidLocality {
    found: String,
    expected: &'static str,
}

fn is_region(text: &str) -> bool {
    let letters = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_lowercase());
    text.split_once('-').is_some_and(|(country, city)| letters(country, 2) && letters(city, 3))
}

impl FromStr for Region {
    type Err = InvalidLocality;

    /// Accepts what looks like a region: new ones must not need a new version of this crate.
    fn from_str(text: &str) -> Result<Self, InvalidLocality> {
        if let Some(known) = Self::KNOWN.into_iter().find(|region| region.as_str() == text) {
            return Ok(known);
        }
        if is_region(text) {
            return Ok(Self::Other(text.to_owned()));
        }
        Err(InvalidLocality {
            found: text.to_owned(),
            expected: "region: expected fr-par, nl-ams, pl-waw or it-mil",
        })
    }
}

/// A zone of a region: `fr-par-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(String);

impl Zone {
    /// The name, as in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region that the zone belongs to; `None` where the API sent something that is no zone.
    pub fn region(&self) -> Option<Region> {
        self.0.rsplit_once('-').and_then(|(region, _)| region.parse().ok())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Zone {
    type Err = InvalidLocality;

    fn from_str(text: &str) -> Result<Self, InvalidLocality> {
        match text.rsplit_once('-') {
            Some((region, number)) if is_region(region) && number.parse::<u8>().is_ok() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidLocality {
                found: text.to_owned(),
                expected: "zone: expected for example fr-par-1",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_regions_survive() {
        let read: Region = serde_json::from_str("\"es-mad\"").unwrap();
        assert_eq!(read, Region::Other("es-mad".into()));
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"es-mad\"");
        assert_eq!("es-mad".parse(), Ok(read));
    }

    #[test]
    fn nonsense_is_refused_with_what_was_expected() {
        assert!("paris".parse::<Region>().unwrap_err().to_string().contains("fr-par"));
        assert!("fr-par".parse::<Zone>().is_err());
        assert_eq!("nl-ams-2".parse::<Zone>().unwrap().region(), Some(Region::NlAms));
    }
}
