//! Connections: the URL by which a program reaches a PostgreSQL database of an instance.

use std::fmt::{self, Write};
use std::net::Ipv6Addr;

use derive_setters::Setters;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scaleway_core::Secret;

use crate::{Certificate, Endpoint, InstanceId, Rdb};

/// What may stand in any part of a URL as it is: the unreserved characters of RFC 3986.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a program reaches a PostgreSQL database: `postgresql://user:password@host:port/database?sslmode=require`.
///
/// It never goes without TLS. Which endpoint it goes to is for the caller to say:
/// [`Instance::private_endpoint`](crate::Instance::private_endpoint) or
/// [`Instance::public_endpoint`](crate::Instance::public_endpoint).
///
/// ```
/// use scaleway_rdb::{ConnectionUrl, SslMode};
///
/// let url = ConnectionUrl::at("172.16.20.4", 5432, "evalap", "api", "p@ss/word".into());
/// assert_eq!(url.secret().expose(), "postgresql://api:p%40ss%2Fword@172.16.20.4:5432/evalap?sslmode=require");
///
/// let url = url.ssl_mode(SslMode::VerifyFull).root_certificate("/etc/ssl/evalap-db.pem");
/// assert!(url.secret().expose().ends_with("?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fevalap-db.pem"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Setters)]
#[setters(into, strip_option)]
#[must_use = "the URL is made by `secret`"]
#[non_exhaustive]
pub struct ConnectionUrl {
    /// The host name or address.
    #[setters(skip)]
    pub host: String,
    /// The port.
    #[setters(skip)]
    pub port: u32,
    /// The database.
    #[setters(skip)]
    pub database: String,
    /// The user.
    #[setters(skip)]
    pub user: String,
    /// The user's password.
    #[setters(skip)]
    pub password: Secret,
    /// How much of the server's certificate is looked at; nothing unless set, but the connection is encrypted.
    pub ssl_mode: SslMode,
    /// The file in which the program finds the instance's [`Certificate`](crate::Certificate);
    /// [`SslMode::VerifyFull`] needs it.
    pub root_certificate: Option<String>,
}

/// How much of the server's certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SslMode {
    /// Nothing: encrypted, but whoever sits in the way can pose as the database. For private networks.
    #[default]
    Require,
    /// Who signed it, and that it is for this host.
    VerifyFull,
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Require => "require",
            Self::VerifyFull => "verify-full",
        })
    }
}

/// The endpoint has neither host name nor address, as one that is still being made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("endpoint {endpoint} has neither host name nor address yet: wait until its instance is ready")]
pub struct NoAddress {
    endpoint: String,
}

impl ConnectionUrl {
    /// To `database`, by way of `endpoint`, as `user`.
    ///
    /// # Errors
    /// [`NoAddress`] where the endpoint is still being made.
    pub fn new(
        endpoint: &Endpoint,
        database: impl Into<String>,
        user: impl Into<String>,
        password: Secret,
    ) -> Result<Self, NoAddress> {
        let host = endpoint.host().ok_or_else(|| NoAddress { endpoint: endpoint.id.to_string() })?;
        Ok(Self::at(host, endpoint.port, database, user, password))
    }

    /// To `database` at `host` and `port`, as `user`.
    pub fn at(
        host: impl Into<String>,
        port: u32,
        database: impl Into<String>,
        user: impl Into<String>,
        password: Secret,
    ) -> Self {
        Self {
            host: host.into(),
            port,
            database: database.into(),
            user: user.into(),
            password,
            ssl_mode: SslMode::default(),
            root_certificate: None,
        }
    }

    /// The URL, every part of it percent-encoded. A secret, for the password is in it.
    pub fn secret(&self) -> Secret {
        let part = |text| utf8_percent_encode(text, PART);
        let mut url = format!("postgresql://{}:{}@", part(&self.user), part(self.password.expose()));
        // Writing to a string cannot fail.
        let _ = match self.host.parse::<Ipv6Addr>() {
            Ok(address) => write!(url, "[{address}]"),
            Err(_) => write!(url, "{}", part(&self.host)),
        };
        let _ = write!(url, ":{}/{}?sslmode={}", self.port, part(&self.database), self.ssl_mode);
        if let Some(path) = &self.root_certificate {
            let _ = write!(url, "&sslrootcert={}", part(path));
        }
        Secret::new(url)
    }
}

/// A URL that verifies the server, and the certificate to verify it with: see [`Rdb::verified_connection`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedConnection {
    /// The URL, with `sslmode=verify-full` and the path of the certificate.
    pub url: ConnectionUrl,
    /// What is to be in the file at that path. It is no secret.
    pub certificate: Certificate,
}

/// # Connections
impl Rdb {
    /// The instance's certificate, by `GetInstanceCertificate`, and the URL that has it looked for at `certificate_path`
    /// where the program runs; the file is the caller's to put there. Which endpoint the URL goes to was chosen when it was
    /// made.
    ///
    /// ```no_run
    /// # use scaleway_core::Secret;
    /// # use scaleway_rdb::{ConnectionUrl, InstanceId, Rdb};
    /// # async fn run(rdb: Rdb, id: InstanceId, password: Secret) -> Result<(), Box<dyn std::error::Error>> {
    /// let instance = rdb.get_instance(&id).await?;
    /// let endpoint = instance.private_endpoint().ok_or("no private endpoint")?;
    /// let url = ConnectionUrl::new(endpoint, "evalap", "api", password)?;
    /// let connection = rdb.verified_connection(&id, url, "/etc/ssl/evalap-db.pem").await?;
    /// std::fs::write("/etc/ssl/evalap-db.pem", &connection.certificate.content)?;
    /// let url: Secret = connection.url.secret();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn verified_connection(
        &self,
        instance: &InstanceId,
        url: ConnectionUrl,
        certificate_path: impl Into<String>,
    ) -> scaleway_core::Result<VerifiedConnection> {
        let certificate = self.get_instance_certificate(instance).await?;
        let url = url.ssl_mode(SslMode::VerifyFull).root_certificate(certificate_path);
        Ok(VerifiedConnection { url, certificate })
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    fn decoded(text: &str) -> String {
        percent_decode_str(text).decode_utf8().unwrap().into_owned()
    }

    proptest! {
        #[test]
        fn every_part_comes_back_as_it_was(database in "\\PC{1,20}", user in "\\PC{1,20}", password in "\\PC{1,40}", path in "\\PC{1,20}") {
            let url = ConnectionUrl::at("10.0.0.4", 5432, &database, &user, Secret::new(&password)).root_certificate(&path);
            let read = url::Url::parse(url.secret().expose()).unwrap();
            prop_assert_eq!(read.host_str(), Some("10.0.0.4"));
            prop_assert_eq!(read.port(), Some(5432));
            prop_assert_eq!(decoded(read.username()), user);
            prop_assert_eq!(decoded(read.password().unwrap()), password);
            if database != "." && database != ".." {
                prop_assert_eq!(decoded(read.path().strip_prefix('/').unwrap()), database);
            }
            let query: Vec<_> = read.query_pairs().into_owned().collect();
            prop_assert_eq!(query, [("sslmode".to_owned(), "require".to_owned()), ("sslrootcert".to_owned(), path)]);
        }
    }

    #[test]
    fn the_password_shows_nowhere_but_in_the_secret() {
        let url = ConnectionUrl::at("db.example", 5432, "evalap", "api", "hunter2".into());
        assert!(!format!("{url:?} {:?} {}", url.secret(), url.secret()).contains("hunter2"));
        assert_eq!(url.secret().expose(), "postgresql://api:hunter2@db.example:5432/evalap?sslmode=require");
    }

    #[test]
    fn an_ipv6_address_stands_in_brackets() {
        let url = ConnectionUrl::at("fd00::4", 5432, "evalap", "api", "p".into());
        assert_eq!(url.secret().expose(), "postgresql://api:p@[fd00::4]:5432/evalap?sslmode=require");
    }

    #[test]
    fn an_endpoint_that_is_being_made_has_no_url() {
        let endpoint = |text| serde_json::from_str::<Endpoint>(text).unwrap();
        let made = endpoint(r#"{"id":"e-1","ip":"51.15.0.1","port":3583,"load_balancer":{}}"#);
        let url = ConnectionUrl::new(&made, "evalap", "api", "p".into()).unwrap();
        assert_eq!((url.host.as_str(), url.port), ("51.15.0.1", 3583));
        let named = endpoint(r#"{"id":"e-1","hostname":"db.example","port":3583,"load_balancer":{}}"#);
        assert_eq!(ConnectionUrl::new(&named, "evalap", "api", "p".into()).unwrap().host, "db.example");
        for bare in [r#"{"id":"e-1","port":0}"#, r#"{"id":"e-1","ip":"","port":0}"#] {
            let error = ConnectionUrl::new(&endpoint(bare), "evalap", "api", "p".into()).unwrap_err();
            assert!(error.to_string().contains("e-1"), "{error}");
        }
    }
}
