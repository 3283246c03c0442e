//! Ids that cannot be mixed.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of a `T`: a container's id is no namespace's id, and the compiler knows.
///
/// The text is kept as the API gave it, for some recorded ids are empty or no UUID; [`Id::new`] refuses an empty one.
///
/// ```compile_fail
/// # use scaleway_core::{Id, ProjectId, OrganizationId};
/// let project: ProjectId = "105bdce1-64c0-48ab-899d-868455867ecf".parse().unwrap();
/// let organization: OrganizationId = project; // does not compile
/// ```
pub struct Id<T: ?Sized> {
    text: Box<str>,
    of: PhantomData<fn() -> Box<T>>,
}

impl<T: ?Sized> Id<T> {
    /// An id from its text.
    ///
    /// # Errors
    /// [`InvalidId`] where the text is empty or blank: such an id would turn the address of one thing into that of a list.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
        let text = text.into();
        if text.trim().is_empty() { Err(InvalidId) } else { Ok(Self::raw(text)) }
    }

    fn raw(text: String) -> Self {
        Self { text: text.into_boxed_str(), of: PhantomData }
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// An empty text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id cannot be empty")]
pub struct InvalidId;

impl<T: ?Sized> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), of: PhantomData }
    }
}

impl<T: ?Sized> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T: ?Sized> Eq for Id<T> {}

impl<T: ?Sized> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: ?Sized> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<T: ?Sized> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T: ?Sized> AsRef<str> for Id<T> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<T: ?Sized> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<T: ?Sized> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T: ?Sized> FromStr for Id<T> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::new(text)
    }
}

impl<T: ?Sized> From<&Self> for Id<T> {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl<T: ?Sized> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Cow<'de, str>>::deserialize(deserializer).map(|text| Self::raw(text.into_owned()))
    }
}

/// What an [`OrganizationId`] names.
#[derive(Debug)]
pub enum Organization {}

/// What a [`ProjectId`] names.
#[derive(Debug)]
pub enum Project {}

/// What a [`PrivateNetworkId`] names: several products attach to one.
#[derive(Debug)]
pub enum PrivateNetwork {}

/// What a [`SecretId`] names: jobs refer to the secrets of Secret Manager.
#[derive(Debug)]
pub enum ManagedSecret {}

/// The id of an organization.
pub type OrganizationId = Id<Organization>;

/// The id of a project.
pub type ProjectId = Id<Project>;

/// The id of a private network.
pub type PrivateNetworkId = Id<PrivateNetwork>;

/// The id of a secret in Secret Manager.
pub type SecretId = Id<ManagedSecret>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_ids_are_read_but_not_made() {
        assert_eq!(ProjectId::new(" "), Err(InvalidId));
        let read: ProjectId = serde_json::from_str("\"\"").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"\"");
    }
}
