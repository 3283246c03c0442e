//! `[services.<name>]`: the containers.

use std::collections::BTreeMap;

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::probe::Probe;
use super::units::{Seconds, Size};

/// A Serverless Container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(deny_unknown_fields)]
#[setters(into, strip_option)]
#[non_exhaustive]
pub struct Service {
    /// The image, best pinned by digest.
    #[schemars(extend("format" = "image"))]
    pub image: String,
    /// The port that the image listens on.
    #[serde(default = "port")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// CPU of one instance, in thousandths of a virtual CPU.
    #[serde(default = "cpu")]
    #[schemars(range(min = 70, max = 6000))]
    pub cpu: u32,
    /// Memory of one instance: about 1 to 4 MB for each thousandth of a CPU.
    #[serde(default = "memory")]
    #[schemars(extend("formatMinimum" = "128MB", "formatMaximum" = "12228MB", "formatStep" = "1MB"))]
    pub memory: Size,
    /// Room for files of one instance; the platform's own value otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("formatMinimum" = "1MB", "formatMaximum" = "24000MB", "formatStep" = "1MB"))]
    pub local_storage: Option<Size>,
    /// The fewest instances; 0 lets the service sleep.
    #[serde(default)]
    #[schemars(range(min = 0, max = 50))]
    pub min_scale: u32,
    /// The most instances.
    #[serde(default = "max_scale")]
    #[schemars(range(min = 1, max = 50))]
    pub max_scale: u32,
    /// What makes it scale.
    #[serde(default)]
    pub scaling: Scaling,
    /// How long a request may take.
    #[serde(default = "timeout")]
    #[schemars(extend("formatMinimum" = "10s", "formatMaximum" = "60m"))]
    pub timeout: Seconds,
    /// How long a new version may take to be ready before the deployment gives it up.
    #[serde(default = "deadline")]
    #[schemars(extend("formatMinimum" = "10s", "formatMaximum" = "15m"))]
    pub deadline: Seconds,
    /// Whether callers need a token.
    #[serde(default)]
    pub privacy: Privacy,
    /// Whether plain HTTP is redirected to HTTPS.
    #[serde(default = "yes")]
    pub https_only: bool,
    /// Whether it reaches the private network.
    #[serde(default)]
    pub private_network: bool,
    /// Plain variables. A secret belongs in `secrets`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"format": "variable"}, "maxProperties" = 200))]
    pub environment: BTreeMap<String, Variable>,
    /// Secret variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = {"format": "variable"}, "maxProperties" = 200))]
    pub secrets: BTreeMap<String, SecretVariable>,
    /// When this fails, the instance is restarted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liveness: Option<Probe>,
    /// Until this succeeds, the instance gets no traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub startup: Option<Probe>,
    /// Replaces the image's entry point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Replaces the image's arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    pub description: Option<String>,
}

/// What makes a service scale: one measure, and the value of it that an instance should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Scaling {
    /// Requests at once in an instance.
    Concurrency(#[schemars(range(min = 1, max = 80))] u32),
    /// CPU in use, in percent; needs `min_scale` of 1 or more.
    Cpu(#[schemars(range(min = 1, max = 100))] u32),
    /// Memory in use, in percent; needs `min_scale` of 1 or more.
    Memory(#[schemars(range(min = 1, max = 100))] u32),
}

impl Default for Scaling {
    fn default() -> Self {
        Self::Concurrency(80)
    }
}

/// Whether callers need a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Privacy {
    /// Anyone may call.
    #[default]
    Public,
    /// Callers need a token.
    Private,
}

/// A plain variable's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
#[non_exhaustive]
pub enum Variable {
    /// As it is.
    Text(#[schemars(length(max = 1000))] String),
    /// Another service's public address, `{ service = "runners" }`.
    ServiceUrl {
        /// The service's name.
        service: String,
    },
}

/// A secret variable's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
#[non_exhaustive]
pub enum SecretVariable {
    /// What a secret (its short name) holds.
    Secret(String),
    /// The database's address with user and password.
    DatabaseUrl {
        /// Which logical database, as whom.
        database_url: DatabaseUrl,
    },
}

/// `postgresql://user:password@host:port/database`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseUrl {
    /// The logical database.
    pub database: String,
    /// The user.
    pub user: String,
}

impl Service {
    /// A public, HTTPS-only service with the platform's default size, that may sleep.
    #[must_use]
    pub fn new(image: impl Into<String>) -> Self {
        Self {
            image: image.into(),
            port: port(),
            cpu: cpu(),
            memory: memory(),
            local_storage: None,
            min_scale: 0,
            max_scale: max_scale(),
            scaling: Scaling::default(),
            timeout: timeout(),
            deadline: deadline(),
            privacy: Privacy::default(),
            https_only: true,
            private_network: false,
            environment: BTreeMap::new(),
            secrets: BTreeMap::new(),
            liveness: None,
            startup: None,
            command: Vec::new(),
            args: Vec::new(),
            description: None,
        }
    }

    /// With one more plain variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Variable>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// With one more secret variable.
    #[must_use]
    pub fn secret(mut self, name: impl Into<String>, value: impl Into<SecretVariable>) -> Self {
        self.secrets.insert(name.into(), value.into());
        self
    }

    /// The services whose addresses this one is given, with the variable's name.
    pub fn calls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environment.iter().filter_map(|(name, value)| match value {
            Variable::ServiceUrl { service } => Some((name.as_str(), service.as_str())),
            Variable::Text(_) => None,
        })
    }

    /// Whether the platform takes this pair of CPU and memory (within each one's own bounds).
    #[must_use]
    pub fn cpu_fits_memory(&self) -> bool {
        let (least, most) = self.memory_for_cpu();
        (least..=most).contains(&self.memory)
    }

    /// The least and the most memory for this CPU: 1 to 4 MB for each thousandth, with a tenth of leeway, since the
    /// platform's own pairs are rounded (70 mvCPU go with 128 to 256 MB, 1000 mvCPU with 1024 to 4096 MB).
    #[must_use]
    pub fn memory_for_cpu(&self) -> (Size, Size) {
        let cpu = u64::from(self.cpu);
        (Size::megabytes((cpu * 9 / 10).max(128)), Size::megabytes((cpu * 44 / 10).clamp(256, 12_228)))
    }
}

impl From<&str> for Variable {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&str> for SecretVariable {
    fn from(secret: &str) -> Self {
        Self::Secret(secret.to_owned())
    }
}

impl From<DatabaseUrl> for SecretVariable {
    fn from(database_url: DatabaseUrl) -> Self {
        Self::DatabaseUrl { database_url }
    }
}

impl Variable {
    /// Another service's public address.
    #[must_use]
    pub fn service(name: impl Into<String>) -> Self {
        Self::ServiceUrl { service: name.into() }
    }
}

impl DatabaseUrl {
    /// A logical database, as a user.
    #[must_use]
    pub fn new(database: impl Into<String>, user: impl Into<String>) -> Self {
        Self { database: database.into(), user: user.into() }
    }
}

fn port() -> u16 {
    8080
}

fn cpu() -> u32 {
    1000
}

fn memory() -> Size {
    Size::megabytes(2048)
}

fn max_scale() -> u32 {
    5
}

fn timeout() -> Seconds {
    Seconds::minutes(5)
}

fn deadline() -> Seconds {
    Seconds::new(60)
}

fn yes() -> bool {
    true
}
