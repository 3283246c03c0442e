//! The transport over sockets: reqwest with rustls.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use url::Url;

use super::{Exchange, Transport, TransportError};
use crate::Clock;

/// The largest answer that is read: far above any that the API is known to give.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// How [`Https`] connects.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct HttpsOptions {
    /// Accepts any certificate: for a test server only (`SCW_INSECURE`).
    pub insecure: bool,
    /// Host names with addresses of their own, instead of asking DNS.
    pub resolve: Vec<(String, SocketAddr)>,
}

/// Requests over https, or plain http where the address says so; connections are pooled and clones share them.
#[derive(Debug, Clone)]
pub struct Https {
    client: reqwest::Client,
    clock: Clock,
}

impl Https {
    /// A transport with an empty pool of connections. While a request is in flight, `clock` is held
    /// [`busy`](Clock::busy).
    ///
    /// Https goes through the proxy that `HTTPS_PROXY` or `ALL_PROXY` names, but to hosts of `NO_PROXY`. Plain http goes
    /// through none, whatever `HTTP_PROXY` says: it is for this machine, and a proxy would read the secret key.
    ///
    /// # Errors
    /// [`TransportError::NeverSent`] where TLS cannot be set up, for want of root certificates for example, or where the
    /// proxy's address is none.
    pub fn new(options: &HttpsOptions, clock: Clock) -> Result<Self, TransportError> {
        install_tls_provider();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .danger_accept_invalid_certs(options.insecure)
            .no_proxy();
        if let Some(proxy) = proxy_for_https()? {
            builder = builder.proxy(proxy);
        }
        for (host, address) in &options.resolve {
            builder = builder.resolve(host, *address);
        }
        let client = builder.build().map_err(|error| TransportError::NeverSent {
            reason: "TLS could not be set up".into(),
            source: Some(Box::new(error)),
        })?;
        Ok(Self { client, clock })
    }

    async fn exchange(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let _busy = self.clock.busy();
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|error| TransportError::NeverSent {
            reason: "the address is none".into(),
            source: Some(Box::new(error)),
        })?;
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into());
        let mut response = self.client.execute(request).await.map_err(classify)?;
        let mut answer = http::Response::new(Bytes::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        let too_large = || TransportError::TooLarge { limit: MAX_ANSWER };
        if response.content_length().is_some_and(|length| length > MAX_ANSWER as u64) {
            return Err(too_large());
        }
        let (mut chunks, mut length) = (Vec::with_capacity(1), 0);
        while let Some(chunk) = response.chunk().await.map_err(classify)? {
            length += chunk.len();
            if length > MAX_ANSWER {
                return Err(too_large());
            }
            chunks.push(chunk);
        }
        // Most answers come in one piece, which need not be copied.
        *answer.body_mut() = if chunks.len() == 1 { chunks.swap_remove(0) } else { chunks.concat().into() };
        Ok(answer)
    }
}

impl Transport for Https {
    fn send(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        Box::pin(self.exchange(request))
    }
}

/// The proxy of the environment; a tunnel, so that it sees no request.
fn proxy_for_https() -> Result<Option<reqwest::Proxy>, TransportError> {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        if let Some(address) = std::env::var(variable).ok().filter(|address| !address.is_empty()) {
            // The cause is left out: it shows the address, which may hold a password.
            let proxy = reqwest::Proxy::https(address)
                .map_err(|_| TransportError::never_sent(format!("{variable} is no proxy's address")))?;
            return Ok(Some(proxy.no_proxy(reqwest::NoProxy::from_env())));
        }
    }
    Ok(None)
}

/// Makes the provider that the crate's features name rustls' default, unless the program has chosen one.
fn install_tls_provider() {
    #[cfg(feature = "ring")]
    let provider = rustls::crypto::ring::default_provider();
    #[cfg(all(feature = "aws-lc", not(feature = "ring")))]
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    // An error says that there is one already, which is what is wanted.
    #[cfg(any(feature = "ring", feature = "aws-lc"))]
    let _ = rustls::crypto::CryptoProvider::install_default(provider);
}

/// A failure to connect leaves no doubt; any other may have come after the request was read.
fn classify(error: reqwest::Error) -> TransportError {
    // The address goes with the error of the layer above, which knows the operation, too.
    let error = error.without_url();
    let reason = if error.is_timeout() { "time-out" } else { "connection failed" };
    if error.is_connect() || error.is_builder() {
        TransportError::NeverSent { reason: reason.into(), source: Some(Box::new(error)) }
    } else {
        let reason = if error.is_body() || error.is_decode() { "the body broke off" } else { reason };
        TransportError::AnswerLost { reason: reason.into(), source: Some(Box::new(error)) }
    }
}
