//! What can be wrong with a configuration.

use std::path::PathBuf;

use crate::TransportError;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A key is needed and set nowhere.
    #[error("{key} is not set: set the variable {variable}, or `{key}` in {}", file.display())]
    Missing {
        /// The key in the profile file.
        key: &'static str,
        /// The environment variable.
        variable: &'static str,
        /// The profile file, whether it exists or not.
        file: PathBuf,
    },
    /// A value is not of its form.
    #[error("{key} ({place}): {problem}")]
    Invalid {
        /// The key in the profile file.
        key: &'static str,
        /// Where the value comes from: a variable, or a file and profile.
        place: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// The profile file cannot be read.
    #[error("{}: the profile file cannot be read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The profile file is no YAML of the expected form. Its content is not shown: it holds keys.
    #[error("{}: not a profile file{}: expected `access_key: …`, `secret_key: …`, `profiles: …`", file.display(), line.map(|n| format!(", line {n}")).unwrap_or_default())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line where reading stopped.
        line: Option<u64>,
    },
    /// A profile is chosen, and there is no profile file.
    #[error(
        "there is no profile {name:?}, since there is no profile file {}: unset SCW_PROFILE, or name the file in SCW_CONFIG_PATH",
        file.display()
    )]
    NoProfileFile {
        /// Where it was looked for.
        file: PathBuf,
        /// The profile that was asked for.
        name: String,
    },
    /// The chosen profile is not in the file.
    #[error(
        "{}: there is no profile {name:?}; {}",
        file.display(),
        if known.is_empty() { "the file has none".to_owned() } else { format!("there are: {}", known.join(", ")) }
    )]
    UnknownProfile {
        /// The file.
        file: PathBuf,
        /// The profile that was asked for.
        name: String,
        /// The profiles of the file.
        known: Vec<String>,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls {
        /// The cause.
        source: TransportError,
    },
}

impl ConfigError {
    #[cfg(feature = "https")]
    pub(crate) fn tls(source: TransportError) -> Self {
        Self::Tls { source }
    }

    pub(crate) fn malformed_secret_key() -> Self {
        Self::Invalid {
            key: "secret_key",
            place: "as given".into(),
            problem: "expected a UUID (the value is not shown)".into(),
        }
    }
}
