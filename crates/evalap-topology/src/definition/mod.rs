//! What a person writes: one environment, as TOML or as Rust values.
//!
//! The whole format, section by section (the defaults are in each type's own documentation):
//!
//! | TOML | type | says |
//! |---|---|---|
//! | `version = 1` | [`VERSION`] | the format's version |
//! | `[environment]` | [`Environment`] | name, kind, application, project, region, tags |
//! | `[state]` | [`StatePlace`] | where the state is kept, and its key |
//! | `[network]` | [`Network`] | the VPC with its private network |
//! | `[database]` | [`Database`] | the PostgreSQL instance, its databases, users, access, backups |
//! | `[secrets.<name>]` | [`StoredSecret`] | what Secret Manager keeps, and where each value comes from |
//! | `[services.<name>]` | [`Service`] | the containers |
//! | `[monitoring]` | [`Monitoring`] | Cockpit: sources, contacts, alerts, tokens |
//! | `[[waivers]]` | [`Waiver`] | compliance rules knowingly not met, with the reason |
//!
//! How text becomes a [`Definition`]: the TOML parser gives a tree with positions; the tree is read against the JSON
//! Schema that is derived from these types ([`json_schema`]), so that keys, types and bounds are written once; what a
//! schema cannot say (references, cycles, pairs of values) is validated on the typed value. Every step goes on after
//! a problem, so [`Problems`] holds all of them. A definition made as Rust values passes the same two steps in
//! [`Definition::validate`].
//!
//! Nothing here reads a file, an environment variable or a network, and no secret's value can be written here.

mod database;
mod decode;
mod environment;
mod format;
mod grammar;
mod monitoring;
mod network;
mod probe;
mod problem;
mod schema;
mod secret;
pub(crate) mod sensitive;
mod service;
mod source;
mod state;
mod structure;
mod tree;
mod units;
mod validate;
mod waiver;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use self::database::{Backups, Database, Privilege, User, Volume, VolumeType};
pub use self::decode::Decoded;
pub use self::environment::{Environment, EnvironmentKind};
pub use self::monitoring::{DataSource, Monitoring, Token, TokenScope};
pub use self::network::Network;
pub use self::probe::{Probe, ProbeTarget};
pub(crate) use self::problem::nearest;
pub use self::problem::{Place, Problem, Problems};
pub use self::schema::{VERSION, json_schema};
pub use self::secret::{Generate, SecretSource, SecretType, StoredSecret};
pub use self::service::{DatabaseUrl, Privacy, Scaling, SecretVariable, Service, Variable};
pub use self::source::Source;
pub use self::state::{KeySource, StatePlace};
pub use self::units::{Cidr, Malformed, Seconds, Size};
pub use self::waiver::Waiver;

/// One environment. Maps and sets, so that the order in a file does not matter (see [`Definition::digest`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Definition {
    /// The version of this format.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// Which environment this is, and where it lives.
    pub environment: Environment,
    /// Where the state is kept. A folder unless said.
    #[serde(default, skip_serializing_if = "StatePlace::is_usual")]
    pub state: StatePlace,
    /// The private network. None: nothing asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The PostgreSQL instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Database>,
    /// What Secret Manager keeps, by short name (see [`Definition::secret_name`]).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"format": "secret-name"}, "maxProperties" = 250))]
    pub secrets: BTreeMap<String, StoredSecret>,
    /// The containers, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"format": "service-name"}))]
    pub services: BTreeMap<String, Service>,
    /// Cockpit: where metrics, logs and traces go, and who is told.
    #[serde(default)]
    pub monitoring: Monitoring,
    /// Compliance rules knowingly not met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
}

impl Definition {
    /// An environment with nothing in it yet.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self {
            version: VERSION,
            environment,
            state: StatePlace::default(),
            network: None,
            database: None,
            secrets: BTreeMap::new(),
            services: BTreeMap::new(),
            monitoring: Monitoring::default(),
            waivers: Vec::new(),
        }
    }

    /// With the state in this place.
    #[must_use]
    pub fn state(mut self, state: StatePlace) -> Self {
        self.state = state;
        self
    }

    /// With a VPC and a private network.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.network = Some(network);
        self
    }

    /// With a PostgreSQL instance.
    #[must_use]
    pub fn database(mut self, database: Database) -> Self {
        self.database = Some(database);
        self
    }

    /// With one more secret.
    #[must_use]
    pub fn secret(mut self, name: impl Into<String>, secret: StoredSecret) -> Self {
        self.secrets.insert(name.into(), secret);
        self
    }

    /// With one more service.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>, service: Service) -> Self {
        self.services.insert(name.into(), service);
        self
    }

    /// With this monitoring.
    #[must_use]
    pub fn monitoring(mut self, monitoring: Monitoring) -> Self {
        self.monitoring = monitoring;
        self
    }

    /// With one more waiver.
    #[must_use]
    pub fn waiver(mut self, waiver: Waiver) -> Self {
        self.waivers.push(waiver);
        self
    }

    /// The name that Secret Manager knows a secret by: its own `name`, or `<environment>-<short name>`. The secret
    /// that holds a Cockpit token is named the same way.
    #[must_use]
    pub fn secret_name(&self, short: &str) -> String {
        match self.secrets.get(short).and_then(|secret| secret.name.clone()) {
            Some(name) => name,
            None => format!("{}-{short}", self.environment.name),
        }
    }

    /// Every short name that a service's `secrets` may refer to: the declared ones and those that hold Cockpit tokens.
    pub fn secret_names(&self) -> impl Iterator<Item = &str> {
        let tokens = self.monitoring.tokens.values().map(|token| token.secret.as_str());
        self.secrets.keys().map(String::as_str).chain(tokens)
    }

    /// The tags that everything that takes tags gets: `project=`, `environment=`, `managed-by=`, then the definition's own.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        let required = self.environment.required_tags();
        let own = self.environment.tags.iter().filter(|tag| !required.contains(tag)).cloned();
        required.iter().cloned().chain(own).collect()
    }

    /// The definition as TOML; decoding it gives the same definition.
    ///
    /// # Errors
    /// A value that TOML cannot hold.
    pub fn to_toml(&self) -> Result<String, Problems> {
        toml::to_string_pretty(self).map_err(|error| Problem::at("", error.to_string()).into())
    }

    /// SHA-256 of the definition's canonical form, in hexadecimal: equal for two files that say the same, in whatever order.
    ///
    /// # Errors
    /// A value that JSON cannot hold.
    pub fn digest(&self) -> Result<String, Problems> {
        let mut canonical = Cow::Borrowed(self);
        if !self.waivers.is_sorted() {
            canonical.to_mut().waivers.sort();
        }
        let canonical = serde_json::to_vec(&canonical)
            .map_err(|error| Problems::from(Problem::at("", error.to_string())))?;
        Ok(HEXLOWER.encode(&Sha256::digest(canonical)))
    }
}
