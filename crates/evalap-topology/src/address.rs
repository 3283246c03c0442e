//! What a resource is called in a plan, a state and a message: `container.streamlit`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::definition::nearest;
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

    /// The one of `known` that is likely to be meant by this, which is none of them; none where none is alike.
    pub fn nearest<'a>(&self, known: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let known: Vec<String> = known.into_iter().map(ToString::to_string).collect();
        nearest(&self.to_string(), known.iter().map(String::as_str))?.parse().ok()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)
    }
}

/// The text is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no address: {problem}")]
pub struct InvalidAddress {
    text: String,
    problem: String,
}

impl InvalidAddress {
    fn of(text: &str) -> Self {
        let (kind, rest) = text.split_once('.').map_or((text, ""), |(kind, name)| (kind, name));
        let kinds = || KindName::ALL.into_iter().map(KindName::as_str);
        let near = nearest(kind, kinds());
        let name = if rest.is_empty() { "NAME" } else { rest };
        let problem = match near {
            Some(near) if near == kind => format!("expected {kind}.NAME, for example {kind}.main"),
            Some(near) => format!("there is no kind {kind:?}; is {near}.{name} meant?"),
            None if rest.is_empty() => "expected KIND.NAME, for example container.streamlit".to_owned(),
            None => format!("there is no kind {kind:?}, but {}", kinds().collect::<Vec<_>>().join(", ")),
        };
        Self { text: text.to_owned(), problem }
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        text.split_once('.')
            .filter(|(_, name)| !name.is_empty())
            .and_then(|(kind, name)| {
                Some(Self::new(KindName::ALL.into_iter().find(|known| known.as_str() == kind)?, name))
            })
            .ok_or_else(|| InvalidAddress::of(text))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        text.parse::<Address>().unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_address_names_the_nearest_kind_or_the_shape() {
        let near = "there is no kind \"containr\"; is container.runners meant?";
        assert_eq!(told("containr.runners"), format!("\"containr.runners\" is no address: {near}"));
        assert!(told("runners").ends_with("expected KIND.NAME, for example container.streamlit"));
        assert!(told("").ends_with("expected KIND.NAME, for example container.streamlit"));
        for text in ["container", "container."] {
            assert!(told(text).ends_with("expected container.NAME, for example container.main"), "{text}");
        }
        assert!(told("zzz.main").contains("there is no kind \"zzz\", but vpc, private_network, "));
    }

    #[test]
    fn the_nearest_address_is_one_of_those_that_are_known() {
        let known: [Address; 2] = ["container.runners", "vpc.main"].map(|text| text.parse().unwrap());
        let near = |text: &str| text.parse::<Address>().unwrap().nearest(&known).map(|near| near.to_string());
        assert_eq!(near("container.runer").as_deref(), Some("container.runners"));
        assert_eq!(near("secret.zzz"), None);
    }
}
