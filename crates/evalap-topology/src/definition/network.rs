//! `[network]`: one VPC with one private network.

use std::collections::BTreeSet;

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::Cidr;

/// A VPC with one private network in it, both named after the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(deny_unknown_fields, default)]
#[setters(into)]
#[non_exhaustive]
pub struct Network {
    /// The private network's subnets; none lets Scaleway choose one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub subnets: BTreeSet<Cidr>,
}
