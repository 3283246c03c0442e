//! Configuration as every official tool reads it: environment over profile over the file's top level.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::{Host, Url};

use crate::{OrganizationId, ProjectId, Region, Secret, TransportError, Zone};

const API_URL: &str = "https://api.scaleway.com";

/// What a client needs to know: keys, defaults, addresses. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Config {
    access_key: Option<String>,
    secret_key: Option<Secret>,
    organization: Option<OrganizationId>,
    project: Option<ProjectId>,
    region: Option<Region>,
    zone: Option<Zone>,
    api_url: Url,
    s3_endpoint: Option<Url>,
    s3_use_path_style: bool,
    insecure: bool,
    user_agent: String,
}

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
    /// The chosen profile is not in the file.
    #[error("{}: there is no profile {name:?}; there are: {}", file.display(), known.join(", "))]
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

/// One set of keys in the profile file.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    access_key: Option<String>,
    secret_key: Option<Secret>,
    default_organization_id: Option<String>,
    default_project_id: Option<String>,
    default_region: Option<String>,
    default_zone: Option<String>,
    api_url: Option<String>,
    insecure: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    #[serde(flatten)]
    top: Profile,
    active_profile: Option<String>,
    profiles: BTreeMap<String, Profile>,
}

/// The sources of one key's value, strongest first.
struct Sources<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// The active profile with its name, then the file's top level.
    layers: Vec<(String, Profile)>,
}

impl Sources<'_> {
    fn find<T>(
        &self,
        variable: &str,
        field: impl Fn(&Profile) -> Option<T>,
        read: impl Fn(String) -> T,
    ) -> Option<(T, String)> {
        if let Some(value) = (self.variable)(variable).filter(|value| !value.is_empty()) {
            return Some((read(value), format!("variable {variable}")));
        }
        self.layers.iter().find_map(|(place, profile)| field(profile).map(|value| (value, place.clone())))
    }

    fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        key: &'static str,
        variable: &str,
        field: impl Fn(&Profile) -> Option<String>,
    ) -> Result<Option<T>, ConfigError> {
        self.find(variable, field, |text| text)
            .map(|(text, place)| {
                text.parse().map_err(|error: T::Err| ConfigError::Invalid {
                    key,
                    place,
                    problem: error.to_string(),
                })
            })
            .transpose()
    }
}

impl Config {
    /// A configuration with nothing but a secret key.
    pub fn new(secret_key: impl Into<Secret>) -> Self {
        Self { secret_key: Some(secret_key.into()), ..Self::empty() }
    }

    fn empty() -> Self {
        #[expect(clippy::expect_used, reason = "a constant, and a test reads it")]
        let api_url = Url::parse(API_URL).expect("the API's own address");
        Self {
            access_key: None,
            secret_key: None,
            organization: None,
            project: None,
            region: None,
            zone: None,
            api_url,
            s3_endpoint: None,
            s3_use_path_style: false,
            insecure: false,
            user_agent: concat!("scaleway-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// The `SCW_*` variables over the profile file (`SCW_CONFIG_PATH`, else `$XDG_CONFIG_HOME/scw/config.yaml`, else
    /// `~/.config/scw/config.yaml`), its profile `SCW_PROFILE` or `active_profile` over its top level.
    ///
    /// # Errors
    /// A [`ConfigError`] that names key and place. A file that is not there is no error.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(&|name| std::env::var(name).ok())
    }

    /// As [`from_env`](Self::from_env), with variables of one's own.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let path = profile_file(variable);
        let mut file = read_profiles(&path)?;
        let mut layers = Vec::new();
        if let Some(name) = variable("SCW_PROFILE").filter(|name| !name.is_empty()).or(file.active_profile) {
            match file.profiles.remove(&name) {
                Some(profile) => layers.push((format!("profile {name} of {}", path.display()), profile)),
                // The top level goes by this name in the official tools.
                None if name == "default" => {}
                None => {
                    return Err(ConfigError::UnknownProfile {
                        file: path,
                        name,
                        known: file.profiles.into_keys().collect(),
                    });
                }
            }
        }
        layers.push((path.display().to_string(), file.top));
        let from = Sources { variable, layers };

        let yes = |text: String| matches!(text.as_str(), "1" | "true" | "yes");
        let insecure = from.find("SCW_INSECURE", |p| p.insecure, yes);
        let s3_use_path_style = from.find("SCW_S3_USE_PATH_STYLE", |_| None, yes);
        let access_key = from.find("SCW_ACCESS_KEY", |p| p.access_key.clone(), |text| text);
        if let Some((key, place)) = &access_key
            && !is_access_key(key)
        {
            let problem = format!("{key:?} is no access key: expected SCW and 17 capital letters or digits");
            return Err(ConfigError::Invalid { key: "access_key", place: place.clone(), problem });
        }
        let secret_key = from.find("SCW_SECRET_KEY", |p| p.secret_key.clone(), Secret::new);
        if let Some((key, place)) = &secret_key
            && !is_uuid(key.expose())
        {
            let problem = "not a UUID (the value is not shown)".to_owned();
            return Err(ConfigError::Invalid { key: "secret_key", place: place.clone(), problem });
        }
        let empty = Self::empty();
        Ok(Self {
            access_key: access_key.map(|(key, _)| key),
            secret_key: secret_key.map(|(key, _)| key),
            organization: from.parse("default_organization_id", "SCW_DEFAULT_ORGANIZATION_ID", |p| {
                p.default_organization_id.clone()
            })?,
            project: from
                .parse("default_project_id", "SCW_DEFAULT_PROJECT_ID", |p| p.default_project_id.clone())?,
            region: from.parse("default_region", "SCW_DEFAULT_REGION", |p| p.default_region.clone())?,
            zone: from.parse("default_zone", "SCW_DEFAULT_ZONE", |p| p.default_zone.clone())?,
            api_url: from.parse("api_url", "SCW_API_URL", |p| p.api_url.clone())?.unwrap_or(empty.api_url),
            s3_endpoint: from.parse("s3_endpoint", "SCW_S3_ENDPOINT", |_| None)?,
            s3_use_path_style: s3_use_path_style.is_some_and(|(yes, _)| yes),
            insecure: insecure.is_some_and(|(insecure, _)| insecure),
            user_agent: empty.user_agent,
        })
    }

    /// The access key, which names the secret key.
    pub fn access_key(&self) -> Option<&str> {
        self.access_key.as_deref()
    }

    /// The access key, for what cannot do without.
    ///
    /// # Errors
    /// [`ConfigError::Missing`], with how to set it.
    pub fn required_access_key(&self) -> Result<&str, ConfigError> {
        self.access_key().ok_or_else(|| missing("access_key", "SCW_ACCESS_KEY"))
    }

    /// The secret key that every call carries.
    ///
    /// # Errors
    /// [`ConfigError::Missing`], with how to set it.
    pub fn secret_key(&self) -> Result<&Secret, ConfigError> {
        self.secret_key.as_ref().ok_or_else(|| missing("secret_key", "SCW_SECRET_KEY"))
    }

    /// The organization for calls that need one.
    ///
    /// # Errors
    /// [`ConfigError::Missing`], with how to set it.
    pub fn default_organization(&self) -> Result<&OrganizationId, ConfigError> {
        self.organization
            .as_ref()
            .ok_or_else(|| missing("default_organization_id", "SCW_DEFAULT_ORGANIZATION_ID"))
    }

    /// The project for requests that name none.
    ///
    /// # Errors
    /// [`ConfigError::Missing`], with how to set it.
    pub fn default_project(&self) -> Result<&ProjectId, ConfigError> {
        self.project.as_ref().ok_or_else(|| missing("default_project_id", "SCW_DEFAULT_PROJECT_ID"))
    }

    /// The region for clients that are given none; `fr-par` unless set.
    pub fn default_region(&self) -> Region {
        self.region.clone().or_else(|| self.zone.as_ref().and_then(Zone::region)).unwrap_or_default()
    }

    /// The zone for calls that need one.
    pub fn default_zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// Where the API is.
    pub fn api_url(&self) -> &Url {
        &self.api_url
    }

    /// Where Object Storage is, if not at `https://s3.<region>.scw.cloud`: the variable `SCW_S3_ENDPOINT`.
    pub fn s3_endpoint(&self) -> Option<&Url> {
        self.s3_endpoint.as_ref()
    }

    /// Whether a bucket is named in the path, and not in the host: the variable `SCW_S3_USE_PATH_STYLE`.
    pub fn s3_use_path_style(&self) -> bool {
        self.s3_use_path_style
    }

    /// Whether any certificate is accepted.
    pub fn insecure(&self) -> bool {
        self.insecure
    }

    /// How the client presents itself.
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// Sets the access key, which Object Storage needs beside the secret key.
    #[must_use]
    pub fn with_access_key(mut self, access_key: impl Into<String>) -> Self {
        self.access_key = Some(access_key.into());
        self
    }

    /// Sets where Object Storage is.
    #[must_use]
    pub fn with_s3_endpoint(mut self, url: Url) -> Self {
        self.s3_endpoint = Some(url);
        self
    }

    /// Sets the default project.
    #[must_use]
    pub fn with_default_project(mut self, project: ProjectId) -> Self {
        self.project = Some(project);
        self
    }

    /// Sets the default organization.
    #[must_use]
    pub fn with_default_organization(mut self, organization: OrganizationId) -> Self {
        self.organization = Some(organization);
        self
    }

    /// Sets the default region.
    #[must_use]
    pub fn with_default_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Sets the API's address.
    #[must_use]
    pub fn with_api_url(mut self, url: Url) -> Self {
        self.api_url = url;
        self
    }

    /// Sets how the client presents itself; a text that cannot stand in a header is ignored.
    #[must_use]
    pub fn with_user_agent(mut self, user_agent: &str) -> Self {
        if http::HeaderValue::from_str(user_agent).is_ok() {
            user_agent.clone_into(&mut self.user_agent);
        }
        self
    }

    /// Refuses addresses that would carry keys or data in the clear.
    pub(crate) fn check_addresses(&self) -> Result<(), ConfigError> {
        check_address("api_url", &self.api_url)?;
        self.s3_endpoint.as_ref().map_or(Ok(()), |url| check_address("s3_endpoint", url))
    }
}

fn check_address(key: &'static str, url: &Url) -> Result<(), ConfigError> {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let mut place = url.clone();
    let bare = place.username().is_empty() && place.password().is_none();
    // Where this fails there was nothing to hide.
    let _ = (place.set_username(""), place.set_password(None));
    let problem = match url.scheme() {
        "https" | "http" if !bare || place.query().is_some() || place.fragment().is_some() => {
            "expected scheme, host and path, without user, `?` or `#`"
        }
        "https" => return Ok(()),
        "http" if loopback => return Ok(()),
        _ => "expected https (http is for loopback addresses only: the secret key travels in every call)",
    };
    Err(ConfigError::Invalid { key, place: place.to_string(), problem: problem.into() })
}

fn missing(key: &'static str, variable: &'static str) -> ConfigError {
    ConfigError::Missing { key, variable, file: profile_file(&|name| std::env::var(name).ok()) }
}

fn profile_file(variable: &dyn Fn(&str) -> Option<String>) -> PathBuf {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("SCW_CONFIG_PATH")
        .or_else(|| set("XDG_CONFIG_HOME").map(|folder| folder.join("scw/config.yaml")))
        .unwrap_or_else(|| set("HOME").unwrap_or_default().join(".config/scw/config.yaml"))
}

fn read_profiles(path: &Path) -> Result<File, ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => return Ok(File::default()),
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(File::default()),
        Err(source) => return Err(ConfigError::Unreadable { file: path.to_owned(), source }),
    };
    serde_saphyr::from_str(&text).map_err(|error| ConfigError::Malformed {
        file: path.to_owned(),
        line: error.location().map(|location| location.line()),
    })
}

fn is_access_key(text: &str) -> bool {
    text.len() == 20
        && text.starts_with("SCW")
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests;
