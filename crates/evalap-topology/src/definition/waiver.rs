//! `[[waivers]]`: compliance rules knowingly not met.

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lets a finding of a compliance rule pass, for a reason that is shown beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(deny_unknown_fields)]
#[setters(into, strip_option)]
#[non_exhaustive]
pub struct Waiver {
    /// The rule's id, such as `image-pinned`.
    #[schemars(length(min = 1))]
    pub rule: String,
    /// Why it is all right here: a sentence.
    #[schemars(length(min = 10, max = 500))]
    pub reason: String,
    /// Where: this place and what is below it, such as `services.runners`. None: everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl Waiver {
    /// Waives a rule everywhere.
    #[must_use]
    pub fn new(rule: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { rule: rule.into(), reason: reason.into(), place: None }
    }

    /// Whether it speaks of a finding at this path.
    #[must_use]
    pub fn covers(&self, rule: &str, path: &str) -> bool {
        self.rule == rule && self.place.as_deref().is_none_or(|place| super::problem::is_within(path, place))
    }
}
