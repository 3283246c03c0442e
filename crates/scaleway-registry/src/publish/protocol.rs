//! Single exchanges of the registry's own protocol (OCI distribution), below `https://<registry>/v2/`.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use scaleway_core::{Call, Client, Error, ErrorBody, Result, wire};
use serde::Deserialize;
use serde::de::Error as _;
use url::Url;

use super::keys::{Challenge, Keys, sensitive};
use super::manifest::{Document, MANIFESTS};
use super::reference::{address, is_loopback};
use super::{Digest, ImageReference};

/// How often one blob's download may be sent elsewhere.
const REDIRECTIONS: usize = 3;

/// One repository of one registry.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    client: Client,
    keys: Keys,
    registry: String,
    name: String,
    base: Url,
    /// What is asked of it: `repository:evalap/streamlit:pull,push`.
    scopes: Vec<String>,
}

/// One request on its way.
#[must_use = "nothing is sent until `send`"]
pub(crate) struct Ask {
    operation: &'static str,
    method: Method,
    url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    repeatable: bool,
}

impl Ask {
    pub(crate) fn new(operation: &'static str, method: Method, url: Url) -> Self {
        let repeatable = matches!(method, Method::GET | Method::HEAD | Method::PUT);
        Self { operation, method, url, headers: Vec::new(), body: Bytes::new(), repeatable }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    pub(crate) fn body(mut self, content_type: &str, body: Bytes) -> Self {
        self.body = body;
        self.header(header::CONTENT_TYPE, content_type)
    }

    /// Says whether sending it twice has the effect of sending it once.
    pub(crate) fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    fn call(&self) -> Call {
        let mut url = self.url.clone();
        url.set_query(None);
        Call::new(self.operation, self.method.clone(), url)
    }

    /// Where an answer says to go on.
    pub(crate) fn location(&self, answer: &Response<Bytes>) -> Result<Url> {
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        location
            .and_then(|location| self.url.join(location).ok())
            .ok_or_else(|| self.wrong("no Location was answered that could be gone to"))
    }

    fn wrong(&self, problem: impl std::fmt::Display) -> Error {
        let source = serde_json::Error::custom(problem);
        Error::Decode { call: Box::new(self.call()), request_id: None, source }
    }
}

impl Repository {
    /// `actions` is `pull`, or `pull,push`.
    pub(crate) fn new(client: &Client, keys: &Keys, image: &ImageReference, actions: &str) -> Result<Self> {
        let base = address(image.registry()).ok_or_else(|| Error::InvalidRequest {
            operation: "Registry",
            field: "image".to_owned(),
            problem: format!("{image} begins with no address"),
        })?;
        Ok(Self {
            client: client.clone(),
            keys: keys.clone(),
            registry: image.registry().to_owned(),
            name: image.repository().to_owned(),
            base,
            scopes: vec![format!("repository:{}:{actions}", image.repository())],
        })
    }

    /// The same with the right to take blobs from another one, too.
    pub(crate) fn reading(mut self, other: &Self) -> Self {
        self.scopes.push(format!("repository:{}:pull", other.name));
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where something of the repository is: `blobs/sha256:…`.
    pub(crate) fn url(&self, rest: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("/v2/{}/{rest}", self.name));
        url
    }

    /// What a version is, `None` where the registry does not have it.
    pub(crate) async fn head_manifest(&self, version: &str) -> Result<Digest> {
        let ask = Ask::new("HeadManifest", Method::HEAD, self.url(&format!("manifests/{version}")));
        let answer = self.send(&ask.header(header::ACCEPT, &MANIFESTS.join(", "))).await?;
        match answer.headers().get("docker-content-digest").and_then(|value| value.to_str().ok()) {
            Some(digest) => digest.parse().map_err(|error| {
                Ask::new("HeadManifest", Method::HEAD, self.url(&format!("manifests/{version}"))).wrong(error)
            }),
            // Registries need not say it.
            None => Ok(self.get_manifest(version).await?.digest),
        }
    }

    /// A manifest or an index, held to the digest that it was asked by, and to the one that the registry says.
    pub(crate) async fn get_manifest(&self, version: &str) -> Result<Document> {
        let ask = || Ask::new("GetManifest", Method::GET, self.url(&format!("manifests/{version}")));
        let answer = self.send(&ask().header(header::ACCEPT, &MANIFESTS.join(", "))).await?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let media_type = header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        let document = Document::new(media_type.trim(), answer.body().clone());
        let asked = version.parse::<Digest>().ok().map(|digest| digest.to_string());
        for expected in asked.as_deref().into_iter().chain(header("docker-content-digest")) {
            if expected != document.digest.as_str() {
                let problem = format!("the manifest {expected} was answered as {}", document.digest);
                return Err(ask().wrong(problem));
            }
        }
        Ok(document)
    }

    /// Makes `version` mean `document`, all of whose blobs are there.
    pub(crate) async fn put_manifest(&self, version: &str, document: &Document) -> Result<()> {
        let ask = || Ask::new("PutManifest", Method::PUT, self.url(&format!("manifests/{version}")));
        let answer = self.send(&ask().body(&document.media_type, document.bytes.clone())).await?;
        match answer.headers().get("docker-content-digest") {
            Some(digest) if digest.as_bytes() != document.digest.as_str().as_bytes() => {
                Err(ask().wrong(format!("{} was pushed, and kept as {digest:?}", document.digest)))
            }
            _ => Ok(()),
        }
    }

    /// Whether the repository has a blob.
    pub(crate) async fn has_blob(&self, digest: &Digest) -> Result<bool> {
        let ask = Ask::new("HeadBlob", Method::HEAD, self.url(&format!("blobs/{digest}")));
        match self.follow(ask).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A part of a blob, wherever the registry keeps it. A digest over all parts is the caller's to check.
    pub(crate) async fn get_blob(&self, digest: &Digest, from: u64, length: u64) -> Result<Bytes> {
        let ask = || Ask::new("GetBlob", Method::GET, self.url(&format!("blobs/{digest}")));
        let range = format!("bytes={from}-{}", from + length.saturating_sub(1));
        let answer = self.follow(ask().header(header::RANGE, &range)).await?;
        let body = answer.body();
        let is_part = answer.status() == StatusCode::PARTIAL_CONTENT;
        // Who does not know ranges answers the whole.
        let start = if is_part { 0 } else { from };
        let part = start.checked_add(length).and_then(|end| {
            let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
            (range.end <= body.len() && (!is_part || range.end == body.len())).then(|| body.slice(range))
        });
        part.ok_or_else(|| {
            let problem = format!("{} bytes were answered instead of those of {range}", body.len());
            ask().wrong(problem)
        })
    }

    /// Sends a request, and what it is redirected to: registries keep blobs elsewhere.
    async fn follow(&self, mut ask: Ask) -> Result<Response<Bytes>> {
        for _ in 0..REDIRECTIONS {
            let answer =
                self.authorized(&ask, |status| status.is_success() || status.is_redirection()).await?;
            if answer.status().is_success() {
                return Ok(answer);
            }
            let url = ask.location(&answer)?;
            if url.scheme() != "https" && !is_loopback(&url) {
                return Err(ask.wrong("the registry sends to an address without https"));
            }
            ask.url = url;
        }
        Err(ask.wrong("the registry redirects without end"))
    }

    /// Sends a request and takes nothing but success.
    pub(crate) async fn send(&self, ask: &Ask) -> Result<Response<Bytes>> {
        self.authorized(ask, |status| status.is_success()).await
    }

    /// Sends a request with the token that the registry wants, which may have to be fetched first.
    async fn authorized(&self, ask: &Ask, is_answer: fn(StatusCode) -> bool) -> Result<Response<Bytes>> {
        // Whoever it sends to elsewhere gets no token of ours.
        if ask.url.origin() != self.base.origin() {
            return self.exchange(ask, None, is_answer).await;
        }
        let scope = self.scopes.join(" ");
        let known = self.keys.remembered(&self.registry, &scope);
        let is_challenge = |status: StatusCode| {
            status.is_success() || status.is_redirection() || status == StatusCode::UNAUTHORIZED
        };
        let first = self.exchange(ask, known.as_ref(), is_challenge).await?;
        if first.status() != StatusCode::UNAUTHORIZED && is_answer(first.status()) {
            return Ok(first);
        }
        let challenges = first.headers().get_all(header::WWW_AUTHENTICATE).iter();
        let challenge = challenges.filter_map(|value| Challenge::read(value.to_str().ok()?)).next_back();
        let authorization = match challenge {
            Some(Challenge::Basic) => self.keys.basic(&self.registry),
            Some(Challenge::Bearer { realm, service }) => self.token(realm, service).await?,
            None => None,
        };
        let answer = self.exchange(ask, authorization.as_ref(), is_answer).await;
        let is_known = !matches!(&answer, Err(error) if error.status() == Some(401));
        if let Some(authorization) = authorization.filter(|_| is_known) {
            self.keys.remember(&self.registry, &scope, authorization);
        }
        answer
    }

    /// Fetches a token.
    async fn token(&self, realm: Url, service: Option<String>) -> Result<Option<HeaderValue>> {
        #[derive(Deserialize)]
        struct Token {
            token: Option<String>,
            access_token: Option<String>,
        }
        let mut ask = Ask::new("GetToken", Method::GET, realm);
        let basic = self.keys.basic(&self.registry);
        if basic.is_some() && !self.keys.may_be_shown(&self.registry, &ask.url) {
            return Err(ask.wrong(format!("{} wants its key shown there: it is not", self.registry)));
        }
        ask.url.query_pairs_mut().extend_pairs(service.map(|service| ("service", service)));
        ask.url.query_pairs_mut().extend_pairs(self.scopes.iter().map(|scope| ("scope", scope)));
        let answer = self.exchange(&ask, basic.as_ref(), |status| status.is_success()).await?;
        // The answer is not shown: it may hold a token.
        let token: Token =
            wire::decode(answer.body()).map_err(|_| ask.wrong("no token was answered that can be read"))?;
        let token = token.token.or(token.access_token);
        let token = token.and_then(|token| sensitive(&format!("Bearer {token}")));
        token.map(Some).ok_or_else(|| ask.wrong("no token was answered"))
    }

    async fn exchange(
        &self,
        ask: &Ask,
        authorization: Option<&HeaderValue>,
        is_answer: fn(StatusCode) -> bool,
    ) -> Result<Response<Bytes>> {
        let request = || {
            let mut request = http::Request::builder()
                .method(&ask.method)
                .uri(ask.url.as_str())
                .header(header::USER_AGENT, self.client.config().user_agent());
            for (name, value) in &ask.headers {
                request = request.header(name, value);
            }
            if let Some(authorization) = authorization {
                request = request.header(header::AUTHORIZATION, authorization);
            }
            request.body(ask.body.clone()).map_err(|error| Error::InvalidRequest {
                operation: ask.operation,
                field: "address".to_owned(),
                problem: error.to_string(),
            })
        };
        self.client.exchange_where(&|| ask.call(), ask.repeatable, &request, read_error, is_answer).await
    }
}

/// Reads a refusal: `{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "…"}]}`, and says what to do.
fn read_error(body: &[u8], status: StatusCode) -> ErrorBody {
    #[derive(Deserialize)]
    struct Refusals {
        errors: Vec<Refusal>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Refusal {
        code: Option<String>,
        message: Option<String>,
    }
    const SHOWN: usize = 200;
    let refusal = wire::decode::<Refusals>(body).ok().and_then(|refusals| refusals.errors.into_iter().next());
    let Refusal { code, message } = refusal.unwrap_or_default();
    let text: String = String::from_utf8_lossy(body).trim().chars().take(SHOWN).collect();
    let remedy = match (code.as_deref(), status) {
        (Some("NAME_UNKNOWN"), _) => "make the registry namespace first, and name it as its endpoint does",
        (Some("MANIFEST_UNKNOWN"), _) => "push the image first, or check its tag or digest",
        (Some("BLOB_UPLOAD_UNKNOWN"), _) => "the upload is gone: push again, what is there is not sent twice",
        (_, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            "the key needs ContainerRegistryReadOnly to pull and ContainerRegistryFullAccess to push; another registry \
             than Scaleway's needs credentials of its own"
        }
        _ => "",
    };
    let mut read = ErrorBody::default();
    read.kind = code;
    read.message = message
        .or_else(|| Some(text).filter(|text| !text.is_empty()))
        .or_else(|| status.canonical_reason().map(str::to_owned));
    read.help_message = Some(remedy.to_owned()).filter(|remedy| !remedy.is_empty());
    read
}
