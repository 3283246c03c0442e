//! Putting a client together.

use std::sync::Arc;

use http::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use super::{Client, Inner, JSON};
use crate::retry::Budget;
use crate::{Clock, Config, ConfigError, Random, Result, RetryPolicy, Transport};

const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// Puts a [`Client`] together.
#[derive(Debug)]
#[must_use = "nothing is made until `build`"]
pub struct ClientBuilder {
    config: Config,
    transport: Arc<dyn Transport>,
    clock: Clock,
    random: Random,
    retry: RetryPolicy,
}

impl ClientBuilder {
    pub(super) fn new(config: Config, transport: Arc<dyn Transport>) -> Self {
        Self {
            config,
            transport,
            clock: Clock::real(),
            random: Random::system(),
            retry: RetryPolicy::default(),
        }
    }

    /// The clock to wait by; the system's unless set.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Where random choices come from; the system unless set.
    pub fn random(mut self, random: Random) -> Self {
        self.random = random;
        self
    }

    /// How often requests are sent again.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) where there is no secret key, or where it would travel in the clear.
    pub fn build(self) -> Result<Client> {
        self.config.check_addresses()?;
        let mut token = HeaderValue::from_str(self.config.secret_key()?.expose())
            .map_err(|_| ConfigError::malformed_secret_key())?;
        // So that no trace of a request prints it.
        token.set_sensitive(true);
        let mut headers = HeaderMap::from_iter([(TOKEN, token), (ACCEPT, JSON)]);
        // A configuration takes only what can stand in a header.
        headers.extend(HeaderValue::from_str(self.config.user_agent()).ok().map(|agent| (USER_AGENT, agent)));
        let Self { config, transport, clock, random, retry } = self;
        let root = config.api_url().as_str().trim_end_matches('/').to_owned();
        let budget = Arc::new(Budget::new(retry.budget));
        Ok(Client(Arc::new(Inner { config, root, headers, transport, clock, random, retry, budget })))
    }
}
