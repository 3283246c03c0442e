//! Sending requests: authentication, retries, decoding.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use tracing::{Instrument, debug, debug_span};

use crate::error::{ApiError, Call, ErrorBody};
use crate::retry::{Attempts, Budget, Outcome};
use crate::{
    Clock, Config, ConfigError, Error, Pace, Progress, ProjectId, Random, Region, Request, Result,
    RetryPolicy, Transport, TransportError, Waiter, request,
};

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
    token: HeaderValue,
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
        let https = crate::Https::new(&options, clock.clone()).map_err(ConfigError::tls)?;
        Self::builder(config, https).clock(clock).build()
    }

    /// A client over a transport of one's own.
    pub fn builder(config: Config, transport: impl Transport + 'static) -> ClientBuilder {
        ClientBuilder {
            config,
            transport: Arc::new(transport),
            clock: Clock::real(),
            random: Random::system(),
            retry: RetryPolicy::default(),
        }
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
            let call = self.call(&request);
            self.exchange(call, request.repeatable, &|| self.http(&request), ErrorBody::read).await
        };
        let answer = sending.instrument(span).await?;
        request::decode(answer.body()).map_err(|source| {
            let status = answer.status().as_u16();
            debug!(operation = request.operation, status, "the answer cannot be read");
            Error::Decode { call: Box::new(self.call(&request)), request_id: request_id(&answer), source }
        })
    }

    /// Sends a request of any form, with the client's connections, time-outs, retries and budget but without its token:
    /// for APIs with ways of their own, such as Object Storage. `request` makes the request anew for each attempt, as a
    /// signature has its time; `repeatable` says that sending it twice has the effect of sending it once; `read_error`
    /// says what the body of a refusal means.
    ///
    /// # Errors
    /// [`Error::Api`] where the answer is no success, [`Error::Transport`], and what `request` fails with.
    pub async fn exchange(
        &self,
        call: Call,
        repeatable: bool,
        request: &(dyn Fn() -> Result<http::Request<Bytes>> + Sync),
        read_error: fn(&[u8], StatusCode) -> ErrorBody,
    ) -> Result<http::Response<Bytes>> {
        self.exchange_where(call, repeatable, request, read_error, |status| status.is_success()).await
    }

    /// As [`exchange`](Self::exchange), for protocols in which more than a success is an answer: `is_answer` says which
    /// statuses are given back rather than made an error, a challenge for a token or a redirection for example.
    ///
    /// # Errors
    /// As [`exchange`](Self::exchange).
    pub async fn exchange_where(
        &self,
        call: Call,
        repeatable: bool,
        request: &(dyn Fn() -> Result<http::Request<Bytes>> + Sync),
        read_error: fn(&[u8], StatusCode) -> ErrorBody,
        is_answer: fn(StatusCode) -> bool,
    ) -> Result<http::Response<Bytes>> {
        let Inner { clock, retry, budget, .. } = &*self.0;
        let begun = clock.now();
        let mut attempts = Attempts::new(retry);
        let mut attempt = 0;
        let mut may_have_happened = false;
        loop {
            attempt += 1;
            let started = clock.now();
            let sending = self.0.transport.send(request()?);
            let answer = clock.timeout(attempts.time_left(started.since(begun)), sending).await;
            let answer = answer.unwrap_or_else(|| Err(TransportError::answer_lost("time-out")));
            let latency_ms = clock.now().since(started).as_millis();
            let answer = match answer {
                Ok(answer) if is_answer(answer.status()) => {
                    let (status, request_id) = (answer.status().as_u16(), request_id(&answer));
                    debug!(attempt, status, %latency_ms, request_id, "answered");
                    budget.give_back();
                    return Ok(answer);
                }
                refused => refused,
            };
            let outcome = match &answer {
                Ok(answer) => {
                    debug!(attempt, status = answer.status().as_u16(), %latency_ms, request_id = request_id(answer), "refused");
                    if !retry.permission_grace.is_zero() && is_permission_denied(answer, read_error) {
                        Outcome::Denied
                    } else {
                        Outcome::Answered(answer.status().as_u16())
                    }
                }
                Err(error) => {
                    debug!(attempt, %latency_ms, %error, "no answer");
                    Outcome::Failed(error)
                }
            };
            may_have_happened |= !call.method.is_safe()
                && match &outcome {
                    Outcome::Answered(status) => matches!(status, 408 | 500 | 502..=599),
                    Outcome::Failed(error) => !error.is_never_sent(),
                    Outcome::Denied => false,
                };
            let elapsed = clock.now().since(begun);
            let wait = attempts.wait(&outcome, repeatable, elapsed, budget, &self.0.random);
            if let Some(wait) = wait {
                clock.sleep(wait).await;
                continue;
            }
            return Err(match answer {
                Ok(answer) => {
                    let body = read_error(answer.body(), answer.status());
                    Error::Api(Box::new(api_error(call, &answer, body, attempt, may_have_happened)))
                }
                Err(source) => {
                    Error::Transport { call: Box::new(call), attempts: attempt, may_have_happened, source }
                }
            });
        }
    }

    fn http<T>(&self, request: &Request<T>) -> Result<http::Request<Bytes>> {
        let url =
            format!("{}{}", self.0.config.api_url().as_str().trim_end_matches('/'), request.path_and_query());
        let mut builder = http::Request::builder()
            .method(request.method.clone())
            .uri(url)
            .header("x-auth-token", &self.0.token)
            .header(header::USER_AGENT, self.0.config.user_agent())
            .header(header::ACCEPT, "application/json");
        if request.body.is_some() {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        }
        builder.body(request.body.clone().unwrap_or_default()).map_err(|error| Error::InvalidRequest {
            operation: request.operation,
            field: "address".into(),
            problem: error.to_string(),
        })
    }

    fn call<T>(&self, request: &Request<T>) -> Call {
        let url = format!("{}{}", self.0.config.api_url().as_str().trim_end_matches('/'), request.path);
        Call::new(request.operation, request.method.clone(), url)
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

fn request_id(answer: &http::Response<Bytes>) -> Option<String> {
    let id = answer.headers().get("x-request-id").or_else(|| answer.headers().get("x-amz-request-id"));
    id.and_then(|id| id.to_str().ok()).map(str::to_owned)
}

fn is_permission_denied(
    answer: &http::Response<Bytes>,
    read_error: fn(&[u8], StatusCode) -> ErrorBody,
) -> bool {
    answer.status() == StatusCode::FORBIDDEN
        && read_error(answer.body(), answer.status()).is_permission_denied()
}

fn api_error(
    call: Call,
    answer: &http::Response<Bytes>,
    mut body: ErrorBody,
    attempts: u32,
    may_have_happened: bool,
) -> ApiError {
    let status = answer.status();
    if let (true, Some(location)) = (status.is_redirection(), answer.headers().get(header::LOCATION)) {
        body.help_message.get_or_insert_with(|| format!("redirected to {location:?}: check SCW_API_URL"));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        body.kind.get_or_insert_with(|| "too_many_requests".to_owned());
    }
    ApiError {
        call,
        status: status.as_u16(),
        request_id: request_id(answer),
        attempts,
        may_have_happened,
        body,
    }
}

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
    /// [`Error::Config`] where there is no secret key, or where it would travel in the clear.
    pub fn build(self) -> Result<Client> {
        self.config.check_addresses()?;
        let mut token = HeaderValue::from_str(self.config.secret_key()?.expose())
            .map_err(|_| ConfigError::malformed_secret_key())?;
        // So that no trace of a request prints it.
        token.set_sensitive(true);
        let Self { config, transport, clock, random, retry } = self;
        let budget = Arc::new(Budget::new(retry.budget));
        Ok(Client(Arc::new(Inner { config, token, transport, clock, random, retry, budget })))
    }
}

/// One product's API in one place: what each client crate is built on.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    root: String,
}

impl Api {
    /// The API of `product` (`containers/v1`) in `region`.
    pub fn regional(client: &Client, product: &str, region: &Region) -> Self {
        Self {
            client: client.clone(),
            root: format!("/{product}/regions/{}", request::segment(region.as_str())),
        }
    }

    /// The API of `product` (`account/v3`), which knows no regions.
    pub fn global(client: &Client, product: &str) -> Self {
        Self { client: client.clone(), root: format!("/{product}") }
    }

    /// The client below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A GET of `path` below the product's address.
    pub fn get<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::GET, &self.root, path)
    }

    /// A POST, which is not repeated when its answer is lost, unless the request says otherwise.
    pub fn post<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::POST, &self.root, path)
    }

    /// A PUT.
    pub fn put<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::PUT, &self.root, path)
    }

    /// A PATCH.
    pub fn patch<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::PATCH, &self.root, path)
    }

    /// A DELETE.
    pub fn delete<T>(&self, operation: &'static str, path: &[&str]) -> Request<T> {
        Request::new(operation, Method::DELETE, &self.root, path)
    }

    /// Sends a request: see [`Client::send`].
    pub async fn send<T: for<'de> Deserialize<'de>>(&self, request: Request<T>) -> Result<T> {
        self.client.send(request).await
    }

    /// Waits for `what` (`container 1234`, for messages) by sending `look` again and again; `judge` says what an answer
    /// means.
    pub fn wait<T, U>(
        &self,
        what: String,
        pace: Pace,
        look: Request<T>,
        judge: impl Fn(T) -> Progress<U> + Send + Sync + 'static,
    ) -> Waiter<U>
    where
        T: for<'de> Deserialize<'de> + 'static,
        U: Send + 'static,
    {
        let (client, judge) = (self.client.clone(), Arc::new(judge));
        Waiter::new(&self.client, what, pace, move || {
            let (client, look, judge) = (client.clone(), look.clone(), judge.clone());
            async move { client.send(look).await.map(|seen| judge(seen)) }
        })
    }

    /// Waits until `look` is answered "not found"; `describe` says of an answer its status and its error message: `error`
    /// will not go away by waiting.
    pub fn wait_until_gone<T>(
        &self,
        what: String,
        pace: Pace,
        look: Request<T>,
        describe: fn(T) -> (String, Option<String>),
    ) -> Waiter<()>
    where
        T: for<'de> Deserialize<'de> + 'static,
    {
        let client = self.client.clone();
        Waiter::until_gone(&self.client, what, pace, move || {
            let (client, look) = (client.clone(), look.clone());
            async move { client.send(look).await.map(describe) }
        })
    }

    /// Puts the client's default project where a request names none.
    ///
    /// # Errors
    /// [`Error::Config`] where there is no default either.
    pub fn fill_project(&self, project: &mut Option<ProjectId>) -> Result<()> {
        if project.is_none() {
            *project = Some(self.client.config().default_project()?.clone());
        }
        Ok(())
    }
}
