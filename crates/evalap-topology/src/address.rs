//! What a resource is called in a plan, a state and a message: `container.streamlit`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kinds::KindName;

/// A resource's name in its environment: its kind, and its name among those of the kind. It stays the same while the
/// cloud's ids come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The kind of resource.
    pub kind: KindName,
    /// The name, unique within the kind.
    pub name: String,
}

impl Address {
    /// The address of the resource of this kind and name.
    pub fn new(kind: KindName, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)
    }
}

/// The text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address: expected KIND.NAME, for example container.streamlit")]
pub struct InvalidAddress(String);

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        text.split_once('.')
            .filter(|(_, name)| !name.is_empty())
            .and_then(|(kind, name)| {
                Some(Self::new(KindName::ALL.into_iter().find(|known| known.as_str() == kind)?, name))
            })
            .ok_or_else(|| InvalidAddress(text.to_owned()))
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
