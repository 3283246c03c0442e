//! `[secrets.<name>]`: what Secret Manager keeps, and where each value comes from. Never the value itself.

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A secret that Secret Manager keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(try_from = "Written", into = "Written")]
#[setters(into, strip_option)]
#[non_exhaustive]
pub struct StoredSecret {
    /// Where the value comes from when it is stored for the first time.
    pub source: SecretSource,
    /// What it holds.
    pub kind: SecretType,
    /// The folder in Secret Manager.
    pub path: String,
    /// Its name in Secret Manager; none: `<environment>-<short name>`.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether Scaleway refuses to delete it.
    pub protected: bool,
}

/// Where a secret's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretSource {
    /// An environment variable of whoever deploys.
    FromEnv(String),
    /// A file on the deployer's machine, without its final line break.
    FromFile(String),
    /// Made at random, once.
    Generate(Generate),
    /// Already in Secret Manager, put there by someone else.
    Existing,
}

/// How a secret's value is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Generate {
    /// How many characters.
    #[schemars(range(min = 16, max = 1024))]
    pub length: u16,
    /// Whether there are special characters beside letters and digits; a database password needs one.
    pub special: bool,
}

impl Default for Generate {
    fn default() -> Self {
        Self { length: 32, special: true }
    }
}

/// What a secret holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretType {
    /// Any bytes.
    #[default]
    Opaque,
    /// A JSON object.
    KeyValue,
    /// A user name and a password.
    BasicCredentials,
    /// What a program needs to reach a database.
    DatabaseCredentials,
    /// A certificate in PEM.
    Certificate,
    /// A private key for SSH.
    SshKey,
}

impl StoredSecret {
    /// An opaque secret.
    #[must_use]
    pub fn new(source: SecretSource) -> Self {
        Self {
            source,
            kind: SecretType::default(),
            path: root(),
            name: None,
            description: None,
            protected: false,
        }
    }

    /// From an environment variable.
    #[must_use]
    pub fn from_env(variable: impl Into<String>) -> Self {
        Self::new(SecretSource::FromEnv(variable.into()))
    }

    /// Made at random, 32 characters.
    #[must_use]
    pub fn generated() -> Self {
        Self::new(SecretSource::Generate(Generate::default()))
    }
}

fn root() -> String {
    "/".to_owned()
}

/// The TOML form: the source is one of four keys.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "StoredSecret",
    description = "A secret that Secret Manager keeps, from exactly one source.",
    example = serde_json::json!({"existing": true}),
    extend("oneOf" = [
        {"required": ["from_env"]}, {"required": ["from_file"]}, {"required": ["generate"]}, {"required": ["existing"]}
    ])
)]
struct Written {
    /// The environment variable that holds the value when the secret is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "variable"))]
    from_env: Option<String>,
    /// The file that holds the value when the secret is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    from_file: Option<String>,
    /// Made at random, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generate: Option<Generate>,
    /// `true`: already in Secret Manager, put there by someone else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("const" = true))]
    existing: Option<bool>,
    /// What it holds.
    #[serde(default, rename = "type")]
    kind: SecretType,
    /// The folder in Secret Manager.
    #[serde(default = "root")]
    #[schemars(extend("format" = "secret-path"))]
    path: String,
    /// Its name in Secret Manager; else `<environment>-<short name>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "secret-name"))]
    name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    description: Option<String>,
    /// Whether Scaleway refuses to delete it.
    #[serde(default)]
    protected: bool,
}

impl TryFrom<Written> for StoredSecret {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let source = match (written.from_env, written.from_file, written.generate, written.existing) {
            (Some(variable), None, None, None) => SecretSource::FromEnv(variable),
            (None, Some(file), None, None) => SecretSource::FromFile(file),
            (None, None, Some(generate), None) => SecretSource::Generate(generate),
            (None, None, None, Some(true)) => SecretSource::Existing,
            _ => return Err("a secret has exactly one of from_env, from_file, generate, existing = true"),
        };
        Ok(Self {
            source,
            kind: written.kind,
            path: written.path,
            name: written.name,
            description: written.description,
            protected: written.protected,
        })
    }
}

impl From<StoredSecret> for Written {
    fn from(secret: StoredSecret) -> Self {
        let mut written = Self {
            from_env: None,
            from_file: None,
            generate: None,
            existing: None,
            kind: secret.kind,
            path: secret.path,
            name: secret.name,
            description: secret.description,
            protected: secret.protected,
        };
        match secret.source {
            SecretSource::FromEnv(variable) => written.from_env = Some(variable),
            SecretSource::FromFile(file) => written.from_file = Some(file),
            SecretSource::Generate(generate) => written.generate = Some(generate),
            SecretSource::Existing => written.existing = Some(true),
        }
        written
    }
}
