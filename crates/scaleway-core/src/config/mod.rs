//! Configuration as every official tool reads it: environment over profile over the file's top level.

use url::{Host, Url};

use crate::{OrganizationId, ProjectId, Region, Secret, Zone};

mod error;
mod load;
#[cfg(test)]
mod tests;

pub use error::ConfigError;
use load::profile_file;

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
