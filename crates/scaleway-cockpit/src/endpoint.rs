//! A data source's own address: another host than the API's, with a token of its own.

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use scaleway_core::{Call, Client, Error, ErrorBody, Result, Secret, Timestamp, wire};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::{DataSource, DataSourceKind};

/// The header that carries the token when data is written and queried.
pub(crate) const DATA: &str = "x-token";
/// The header that carries it when rules are read and set.
pub(crate) const RULES: &str = "x-auth-token";

pub(crate) const JSON: &str = "application/json";

/// Where one data source is, and the key to it.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    client: Client,
    url: Url,
    token: HeaderValue,
}

/// A request to a data source.
pub(crate) struct Ask<'a> {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) header: &'static str,
    pub(crate) path: &'a [&'a str],
    pub(crate) query: Vec<(&'static str, String)>,
    /// With its content type.
    pub(crate) body: Option<(&'static str, Bytes)>,
}

impl Endpoint {
    pub(crate) fn new(
        client: &Client,
        operation: &'static str,
        source: &DataSource,
        kind: DataSourceKind,
        token: &Secret,
    ) -> Result<Self> {
        let refuse =
            |field: &str, problem| Error::InvalidRequest { operation, field: field.to_owned(), problem };
        if source.kind != kind {
            let (is, wanted) = (wire::spelled(&source.kind), wire::spelled(&kind));
            return Err(refuse(
                "type",
                format!("{} keeps {is}: give a data source of {wanted}", source.name),
            ));
        }
        let url = Url::parse(&source.url).ok().filter(|url| !url.cannot_be_a_base());
        let url = url.ok_or_else(|| refuse("url", format!("{:?} is no address", source.url)))?;
        if url.scheme() != "https" && !is_loopback(&url) {
            return Err(refuse("url", format!("{url} would show the token to the network: https is needed")));
        }
        let mut token = HeaderValue::from_str(token.expose())
            .ok()
            .filter(|token| !token.is_empty())
            .ok_or_else(|| refuse("token", "empty, or no text that a header can carry".to_owned()))?;
        // So that no trace of a request prints it.
        token.set_sensitive(true);
        Ok(Self { client: client.clone(), url, token })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a question and reads what the answer holds as `data`.
    pub(crate) async fn read<T: for<'de> Deserialize<'de>>(&self, ask: Ask<'_>) -> Result<T> {
        #[derive(Deserialize)]
        struct Answer<T> {
            data: T,
        }
        let answer = self.exchange(&ask).await?;
        match wire::decode::<Answer<T>>(answer.body()) {
            Ok(answer) => Ok(answer.data),
            Err(source) => Err(Error::Decode { call: Box::new(self.call(&ask)), request_id: None, source }),
        }
    }

    /// Sends something whose answer says nothing.
    pub(crate) async fn send(&self, ask: Ask<'_>) -> Result<()> {
        self.exchange(&ask).await.map(|_| ())
    }

    /// All that is asked of a data source has, sent twice, the effect of being sent once: rules replace rules, and a line or
    /// a sample of the same instant is kept once.
    async fn exchange(&self, ask: &Ask<'_>) -> Result<http::Response<Bytes>> {
        let mut url = self.address(ask.path);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        let request = || {
            let mut request = http::Request::builder()
                .method(&ask.method)
                .uri(url.as_str())
                .header(ask.header, &self.token)
                .header(header::USER_AGENT, self.client.config().user_agent())
                .header(header::ACCEPT, JSON);
            if let Some((content_type, _)) = &ask.body {
                request = request.header(header::CONTENT_TYPE, *content_type);
            }
            let body = ask.body.as_ref().map(|(_, body)| body.clone()).unwrap_or_default();
            request.body(body).map_err(|error| Error::InvalidRequest {
                operation: ask.operation,
                field: "address".to_owned(),
                problem: error.to_string(),
            })
        };
        self.client.exchange(&|| self.call(ask), true, &request, read_error).await
    }

    fn call(&self, ask: &Ask<'_>) -> Call {
        Call::new(ask.operation, ask.method.clone(), self.address(ask.path))
    }

    fn address(&self, path: &[&str]) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

/// `body` as JSON.
pub(crate) fn json(operation: &'static str, body: &impl Serialize) -> Result<Bytes> {
    serde_json::to_vec(body).map(Bytes::from).map_err(|error| Error::InvalidRequest {
        operation,
        field: "body".to_owned(),
        problem: error.to_string(),
    })
}

/// Nanoseconds since 1970, as both APIs spell an instant.
pub(crate) fn unix_nanos(at: Timestamp) -> String {
    at.since(Timestamp::UNIX_EPOCH).as_nanos().to_string()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Reads a refusal: `errorType` and `error` as Prometheus says them, or plain text as Loki and gateways do.
fn read_error(body: &[u8], status: StatusCode) -> ErrorBody {
    const SHOWN: usize = 200;
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Refusal {
        #[serde(rename = "errorType")]
        kind: Option<String>,
        error: Option<String>,
        message: Option<String>,
    }
    let refusal: Refusal = wire::decode(body).unwrap_or_default();
    let text: String = String::from_utf8_lossy(body).trim().chars().take(SHOWN).collect();
    let reason = || status.canonical_reason().unwrap_or("no reason").to_owned();
    let mut read = ErrorBody::default();
    // A gateway says it by the status alone.
    let denied = (status == StatusCode::FORBIDDEN).then(|| "permissions_denied".to_owned());
    read.kind = refusal.kind.or(denied);
    read.message = refusal
        .error
        .or(refusal.message)
        .or_else(|| Some(text).filter(|text| !text.is_empty()))
        .or_else(|| Some(reason()));
    read
}
