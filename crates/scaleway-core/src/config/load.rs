//! Reading a configuration: variables over the profile file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Config, ConfigError};
use crate::Secret;

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
                None if !path.exists() => return Err(ConfigError::NoProfileFile { file: path, name }),
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
}

pub(super) fn profile_file(variable: &dyn Fn(&str) -> Option<String>) -> PathBuf {
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
