//! Sending requests: authentication, retries, decoding.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;
use tracing::{Instrument, debug, debug_span};

use crate::error::{Call, ErrorBody};
use crate::retry::Budget;
use crate::{Clock, Config, Error, Random, Request, Result, RetryPolicy, Transport, request};

mod builder;
mod exchange;

pub use builder::ClientBuilder;
use exchange::request_id;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The way to one account's APIs, shared by all product clients. Cheap to clone; clones share connections and the retry
/// budget.
///
/// ```no_run
/// # fn main() -> Result<(), scaleway_core::Error> {
/// let scaleway = scaleway_core::Client::from_env()?;
/// println!("{}", scaleway.config().default_region());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    config: Config,
    /// The API's address, without a `/` at its end.
    root: String,
    /// What every request carries, the token among it.
    headers: HeaderMap,
    transport: Arc<dyn Transport>,
    clock: Clock,
    random: Random,
    retry: RetryPolicy,
    budget: Arc<Budget>,
}

impl Client {
    /// A client configured as every official tool: `SCW_*` variables over the profile file.
    ///
    /// # Errors
    /// [`Error::Config`] where a key is missing or malformed; it names the key and the place.
    #[cfg(feature = "https")]
    pub fn from_env() -> Result<Self> {
        Self::new(Config::from_env()?)
    }

    /// A client over https.
    ///
    /// # Errors
    /// [`Error::Config`] where the configuration cannot be used.
    #[cfg(feature = "https")]
    pub fn new(config: Config) -> Result<Self> {
        let clock = Clock::real();
        let options = crate::HttpsOptions { insecure: config.insecure(), ..Default::default() };
        let https = crate::Https::new(&options, clock.clone()).map_err(crate::ConfigError::tls)?;
        Self::builder(config, https).clock(clock).build()
    }

    /// A client over a transport of one's own.
    pub fn builder(config: Config, transport: impl Transport + 'static) -> ClientBuilder {
        ClientBuilder::new(config, Arc::new(transport))
    }

    /// The same client over a transport that is made from its own: to count, delay or forbid what leaves.
    #[must_use]
    pub fn wrap<T: Transport + 'static>(&self, wrap: impl FnOnce(Arc<dyn Transport>) -> T) -> Self {
        let transport: Arc<dyn Transport> = Arc::new(wrap(self.0.transport.clone()));
        Self(Arc::new(Inner { transport, ..Inner::clone(&self.0) }))
    }

    /// What the client was configured with.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// How requests leave: for other clients that are to use the same connections.
    pub fn transport(&self) -> Arc<dyn Transport> {
        self.0.transport.clone()
    }

    /// The clock that the client waits by.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Where the client's random choices come from.
    pub fn random(&self) -> &Random {
        &self.0.random
    }

    /// When the client sends a request again.
    pub fn retry_policy(&self) -> &RetryPolicy {
        &self.0.retry
    }

    /// The same client, connections and retry budget shared, with another policy: for a part of the work that needs more
    /// patience, or none.
    ///
    /// ```
    /// # fn after_iam_change(scaleway: &scaleway_core::Client) -> scaleway_core::Client {
    /// let mut patient = *scaleway.retry_policy();
    /// patient.permission_grace = std::time::Duration::from_secs(120);
    /// scaleway.with_retry(patient)
    /// # }
    /// ```
    #[must_use]
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self(Arc::new(Inner { retry, ..Inner::clone(&self.0) }))
    }

    /// Sends a request, again where that is safe and may help, and reads the answer.
    ///
    /// # Errors
    /// Any [`Error`] but those of waiting.
    pub async fn send<T: for<'de> Deserialize<'de>>(&self, request: Request<T>) -> Result<T> {
        let span =
            debug_span!("call", operation = request.operation, method = %request.method, path = request.path);
        let sending = async {
            request.check()?;
            let (call, http) = (|| self.call(&request), || self.http(&request));
            self.exchange(&call, request.repeatable, &http, ErrorBody::read).await
        };
        let answer = sending.instrument(span).await?;
        request::decode(answer.body()).map_err(|source| {
            let status = answer.status().as_u16();
            debug!(operation = request.operation, status, "the answer cannot be read");
            Error::Decode { call: Box::new(self.call(&request)), request_id: request_id(&answer), source }
        })
    }

    fn http<T>(&self, request: &Request<T>) -> Result<http::Request<Bytes>> {
        let address = [self.0.root.as_str(), &request.path_and_query()].concat();
        let mut http = http::Request::new(request.body.clone().unwrap_or_default());
        *http.uri_mut() = address.try_into().map_err(|error: http::uri::InvalidUri| {
            let (operation, problem) = (request.operation, error.to_string());
            Error::InvalidRequest { operation, field: "address".into(), problem }
        })?;
        *http.method_mut() = request.method.clone();
        http.headers_mut().clone_from(&self.0.headers);
        if request.body.is_some() {
            http.headers_mut().insert(CONTENT_TYPE, JSON);
        }
        Ok(http)
    }

    fn call<T>(&self, request: &Request<T>) -> Call {
        Call::new(request.operation, request.method.clone(), [self.0.root.as_str(), &request.path].concat())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.0.config)
            .field("transport", &self.0.transport)
            .finish_non_exhaustive()
    }
}
