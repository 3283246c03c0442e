//! `[state]`: where the state is kept, and where its key comes from. Never the key itself.

use derive_setters::Setters;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the state is kept: a folder of whoever deploys, or a bucket that all who deploy share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Setters)]
#[serde(deny_unknown_fields, default)]
#[setters(into, strip_option)]
#[non_exhaustive]
pub struct StatePlace {
    /// The bucket, in the environment's project and region. None: a folder of the program's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "bucket"))]
    pub bucket: Option<String>,
    /// Where the key comes from. None: a file of the program's data. The variable `EVALAP_STATE_KEY` goes before either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeySource>,
}

impl StatePlace {
    /// In this bucket.
    #[must_use]
    pub fn in_bucket(name: impl Into<String>) -> Self {
        Self { bucket: Some(name.into()), key: None }
    }

    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Where the state's key comes from: 32 bytes, in base64 or hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
#[non_exhaustive]
pub enum KeySource {
    /// An environment variable of whoever deploys.
    FromEnv(String),
    /// A file on the deployer's machine.
    FromFile(String),
    /// A secret in Secret Manager, by its path and name.
    Secret(String),
}

/// The TOML form: the source is one of three keys.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(
    rename = "KeySource",
    description = "Where the state's key comes from: exactly one place.",
    example = serde_json::json!({"secret": "/state-key"}),
    extend("oneOf" = [{"required": ["from_env"]}, {"required": ["from_file"]}, {"required": ["secret"]}])
)]
struct Written {
    /// The environment variable that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "variable"))]
    from_env: Option<String>,
    /// The file that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    from_file: Option<String>,
    /// The secret that holds the key, by its path and name, in the environment's project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "secret-place"))]
    secret: Option<String>,
}

impl TryFrom<Written> for KeySource {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match (written.from_env, written.from_file, written.secret) {
            (Some(variable), None, None) => Ok(Self::FromEnv(variable)),
            (None, Some(file), None) => Ok(Self::FromFile(file)),
            (None, None, Some(secret)) => Ok(Self::Secret(secret)),
            _ => Err("a state's key has exactly one of from_env, from_file, secret"),
        }
    }
}

impl From<KeySource> for Written {
    fn from(source: KeySource) -> Self {
        match source {
            KeySource::FromEnv(variable) => Self { from_env: Some(variable), ..Self::default() },
            KeySource::FromFile(file) => Self { from_file: Some(file), ..Self::default() },
            KeySource::Secret(secret) => Self { secret: Some(secret), ..Self::default() },
        }
    }
}
