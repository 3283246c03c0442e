use bytes::Bytes;
use http::Method;
use http::header::{HeaderName, HeaderValue};
use scaleway_core::{Call, Client, Error, ProjectId, Region, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};

use crate::sign::Signer;
use crate::{BucketName, xml};

/// Object Storage in one region, as one project. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct ObjectStorage {
    pub(crate) client: Client,
    pub(crate) signer: Signer,
    pub(crate) endpoint: Url,
}

impl ObjectStorage {
    /// Object Storage in the client's default region, as its default project. Without a default project the key acts in
    /// the project that it prefers, which may not be the one that was meant.
    ///
    /// # Errors
    /// [`Error::Config`] where there is no access key: Object Storage needs it beside the secret key.
    pub fn new(client: &Client) -> Result<Self> {
        Self::in_region(client, &client.config().default_region())
    }

    /// Object Storage in `region`. `SCW_S3_ENDPOINT` is used as it is, whatever the region.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn in_region(client: &Client, region: &Region) -> Result<Self> {
        let config = client.config();
        let access_key = config.required_access_key()?;
        let endpoint = match config.s3_endpoint() {
            Some(endpoint) => endpoint.clone(),
            None => Url::parse(&format!("https://s3.{region}.scw.cloud")).map_err(|error| {
                invalid("ObjectStorage", "region", format!("{region} makes no address: {error}"))
            })?,
        };
        let signer = Signer {
            access_key: access_key.to_owned(),
            secret_key: config.secret_key()?.clone(),
            region: region.to_string(),
        };
        let storage = Self { client: client.clone(), signer, endpoint };
        Ok(match config.default_project() {
            Ok(project) => storage.in_project(project),
            Err(_) => storage,
        })
    }

    /// The same place as `project`: what is made lands there, and only what is there is seen.
    #[must_use]
    pub fn in_project(mut self, project: &ProjectId) -> Self {
        let key = self.signer.access_key.split('@').next().unwrap_or_default();
        self.signer.access_key = format!("{key}@{project}");
        self
    }

    /// The client below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The same place with another client: one with more patience, or of another transport.
    #[must_use]
    pub fn with_client(mut self, client: &Client) -> Self {
        self.client = client.clone();
        self
    }

    /// Whether a bucket is named in the path: where that was asked for, where the host is no name that could have
    /// another before it, and where a dot in the bucket's name would put it outside of the host's certificate.
    pub(crate) fn is_path_style(&self, bucket: &BucketName) -> bool {
        self.client.config().s3_use_path_style()
            || !matches!(self.endpoint.host(), Some(Host::Domain(name)) if name != "localhost")
            || bucket.as_str().contains('.')
    }

    /// Where `bucket` is, without a slash at its end.
    pub(crate) fn bucket_url(&self, bucket: &BucketName) -> String {
        let endpoint = self.endpoint.as_str().trim_end_matches('/');
        if self.is_path_style(bucket) {
            format!("{endpoint}/{bucket}")
        } else {
            endpoint.replacen("://", &format!("://{bucket}."), 1)
        }
    }

    /// A call of `operation` on `bucket` as a whole.
    pub(crate) fn on(&self, operation: &'static str, method: Method, bucket: &BucketName) -> Exchange<'_> {
        let mut url = self.bucket_url(bucket);
        if !self.is_path_style(bucket) {
            url.push('/');
        }
        Exchange::new(self, operation, method, url)
    }

    /// A call of `operation` on no bucket.
    pub(crate) fn on_all(&self, operation: &'static str, method: Method) -> Exchange<'_> {
        Exchange::new(self, operation, method, format!("{}/", self.endpoint.as_str().trim_end_matches('/')))
    }
}

/// One call on its way.
#[must_use = "nothing is sent until `send`"]
pub(crate) struct Exchange<'a> {
    storage: &'a ObjectStorage,
    operation: &'static str,
    method: Method,
    url: String,
    query: &'static str,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Result<Bytes>,
}

impl<'a> Exchange<'a> {
    fn new(storage: &'a ObjectStorage, operation: &'static str, method: Method, url: String) -> Self {
        Self { storage, operation, method, url, query: "", headers: Vec::new(), body: Ok(Bytes::new()) }
    }

    /// On a part of the bucket: `lifecycle`.
    pub(crate) fn part(mut self, name: &'static str) -> Self {
        self.query = name;
        self
    }

    /// With a header.
    pub(crate) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((HeaderName::from_static(name), HeaderValue::from_static(value)));
        self
    }

    /// With a document.
    pub(crate) fn xml(mut self, root: &str, value: &impl Serialize) -> Self {
        self.body = xml::encode(root, value).map_err(|error| invalid(self.operation, "body", error));
        self.header("content-type", "application/xml")
    }

    /// With a document of another kind.
    pub(crate) fn json(mut self, value: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(value)
            .map(Bytes::from)
            .map_err(|error| invalid(self.operation, "body", error));
        self.header("content-type", "application/json")
    }

    /// Sends the call and drops what it answers.
    pub(crate) async fn send(self) -> Result<()> {
        self.exchange().await.map(drop)
    }

    /// Sends the call and reads the document that it answers.
    pub(crate) async fn read<T: DeserializeOwned>(self) -> Result<T> {
        self.read_by(xml::decode).await
    }

    /// Sends the call and reads its answer by `decode`.
    pub(crate) async fn read_by<T>(
        self,
        decode: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<T> {
        let call = self.call();
        let answer = self.exchange().await?;
        decode(answer.body()).map_err(|source| {
            let request_id = answer.headers().get("x-amz-request-id");
            Error::Decode {
                call: Box::new(call),
                request_id: request_id.and_then(|id| id.to_str().ok()).map(str::to_owned),
                source,
            }
        })
    }

    fn call(&self) -> Call {
        Call::new(self.operation, self.method.clone(), self.url.as_str())
    }

    async fn exchange(self) -> Result<http::Response<Bytes>> {
        let Self { storage, operation, method, url, query, headers, body } = self;
        let body = body?;
        let call = || Call::new(operation, method.clone(), &url);
        let uri = if query.is_empty() { url.clone() } else { format!("{url}?{query}") };
        let client = &storage.client;
        let attempt = || {
            let mut request = http::Request::builder()
                .method(method.clone())
                .uri(&uri)
                .header("user-agent", client.config().user_agent());
            if !body.is_empty() {
                request = request.header("content-md5", md5(&body));
            }
            for (name, value) in &headers {
                request = request.header(name, value);
            }
            let mut request =
                request.body(body.clone()).map_err(|error| invalid(operation, "address", error))?;
            storage
                .signer
                .sign(&mut request, client.clock().now())
                .map_err(|error| invalid(operation, "signature", error))?;
            Ok(request)
        };
        // All that is asked for here are states, not changes: twice is once.
        client.exchange(&call, true, &attempt, xml::error).await
    }
}

/// The checksum that S3 wants of the documents it is given.
fn md5(body: &[u8]) -> String {
    use base64::Engine as _;
    use md5::Digest as _;
    base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(body))
}

pub(crate) fn invalid(operation: &'static str, field: &str, problem: impl std::fmt::Display) -> Error {
    Error::InvalidRequest { operation, field: field.to_owned(), problem: problem.to_string() }
}

/// `None` instead of the error `code`, by which a part says that it was never set.
pub(crate) fn unless_unset<T>(answer: Result<T>, code: &str) -> Result<Option<T>> {
    match answer {
        Err(error) if error.kind() == Some(code) => Ok(None),
        answer => answer.map(Some),
    }
}
