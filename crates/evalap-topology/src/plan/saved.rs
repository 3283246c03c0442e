use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::error::Error;
use crate::model::Binding;

/// What a plan was made from. A plan that was kept in a file is applied only if all of it still holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Basis {
    /// The cloud.
    pub binding: Binding,
    /// The state's version.
    pub version: u64,
    /// The definition's digest. It covers the digests of the secrets that come from outside.
    pub definition: String,
    /// What each tracked resource referred to.
    pub(crate) depended_on: BTreeMap<Address, Vec<Address>>,
}

impl Basis {
    pub(crate) fn new(
        binding: Binding,
        version: u64,
        definition: String,
        depended_on: BTreeMap<Address, Vec<Address>>,
    ) -> Self {
        Self { binding, version, definition, depended_on }
    }

    /// Whether a plan made from this may be applied where `now` holds.
    ///
    /// # Errors
    /// [`Error::StalePlan`] that says what has moved.
    pub fn still_holds(&self, now: &Self) -> Result<(), Error> {
        let moved = if self.binding != now.binding {
            format!(
                "it was made for {:?} on {}, this is {:?} on {}",
                self.binding.environment,
                self.binding.endpoint,
                now.binding.environment,
                now.binding.endpoint
            )
        } else if self.version != now.version {
            format!("the state was at version {} then and is at {} now", self.version, now.version)
        } else if self.definition != now.definition {
            "the definition, or a secret that it takes from outside, has changed since".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::StalePlan { what: moved })
    }
}
