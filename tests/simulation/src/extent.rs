//! How much of an environment a scenario is about: graphs of other shapes than those of the whole ones.

use evalap_topology::definition::{Definition, Monitoring, SecretVariable};

/// How much of an environment there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// All of it.
    Whole,
    /// No monitoring, and no tokens for it.
    Unmonitored,
    /// No database, and nobody who uses it.
    Stateless,
    /// The services and a secret, and what they live in.
    Services,
}

impl Extent {
    /// All of them, the smallest first.
    pub const ALL: [Self; 4] = [Self::Services, Self::Stateless, Self::Unmonitored, Self::Whole];

    /// That much of `definition`.
    pub(crate) fn of(self, definition: &Definition) -> Definition {
        let mut cut = definition.clone();
        if matches!(self, Self::Unmonitored | Self::Services) {
            cut.monitoring = Monitoring::default();
        }
        if matches!(self, Self::Stateless | Self::Services) {
            cut.database = None;
        }
        cut.secrets.retain(|name, _| match self {
            Self::Whole | Self::Unmonitored => true,
            Self::Stateless => !name.starts_with("database-"),
            Self::Services => name == "albert-api-key",
        });
        let tokens = cut.monitoring.tokens.values().map(|token| token.secret.as_str());
        let known: Vec<&str> = cut.secrets.keys().map(String::as_str).chain(tokens).collect();
        for service in cut.services.values_mut() {
            service.secrets.retain(|_, value| match value {
                SecretVariable::Secret(name) => known.contains(&name.as_str()),
                _ => cut.database.is_some(),
            });
        }
        cut
    }
}
