//! A registry as small as it can be, in process: blobs, manifests, uploads, tokens, and what goes wrong on the way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, StatusCode};
use scaleway_core::{Client, Clock, Config, Exchange, Random, Timestamp, Transport, TransportError};
use scaleway_registry::{Digest, Publisher};
use serde_json::json;

use crate::KEY;

/// Base64 of `nologin:` and the key.
const BASIC: &str = "Basic bm9sb2dpbjoxMTExMTExMS0xMTExLTQxMTEtODExMS0xMTExMTExMTExMTE=";

#[derive(Debug, Clone, Default)]
pub(crate) struct Shelf(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(crate) struct State {
    /// By repository and digest.
    pub(crate) blobs: BTreeMap<(String, String), Bytes>,
    /// By repository and tag or digest, with its media type.
    pub(crate) manifests: BTreeMap<(String, String), (String, Bytes)>,
    uploads: BTreeMap<u32, BytesMut>,
    next_upload: u32,
    /// `POST blobs/uploads/`, in order; an upload is written as `blobs/uploads/*`.
    pub(crate) log: Vec<String>,
    /// The most bytes that one request carried.
    pub(crate) largest: usize,
    /// What happens to the next request that is logged so.
    pub(crate) faults: Vec<(&'static str, Fault)>,
    /// Whether blobs are given from another host.
    pub(crate) redirects: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It arrives whole, and its answer is lost.
    Lost,
    /// A half of it arrives.
    Half,
    /// It is answered with this status.
    Status(u16),
    /// Another byte is answered than there is.
    Damaged,
}

impl Shelf {
    pub(crate) fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    pub(crate) fn fail(&self, request: &'static str, fault: Fault) {
        self.state(|state| state.faults.push((request, fault)));
    }

    /// How often something was asked.
    pub(crate) fn asked(&self, request: &str) -> usize {
        self.state(|state| state.log.iter().filter(|line| *line == request).count())
    }

    pub(crate) fn put_blob(&self, repository: &str, content: &[u8]) -> Digest {
        let digest = Digest::of(content);
        let key = (repository.to_owned(), digest.to_string());
        self.state(|state| state.blobs.insert(key, Bytes::copy_from_slice(content)));
        digest
    }

    pub(crate) fn put_manifest(&self, repository: &str, version: &str, kind: &str, content: &[u8]) -> Digest {
        let digest = Digest::of(content);
        for version in [version, digest.as_str()] {
            let key = (repository.to_owned(), version.to_owned());
            let manifest = (kind.to_owned(), Bytes::copy_from_slice(content));
            self.state(|state| state.manifests.insert(key, manifest));
        }
        digest
    }

    /// Runs a test with a publisher to this registry, by a clock that moves when someone sleeps.
    pub(crate) fn run<F: Future>(&self, test: impl FnOnce(Publisher) -> F) -> F::Output {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let client = Client::builder(Config::new(KEY), self.clone()).clock(clock.clone());
        let client = client.random(Random::seeded(1)).build().unwrap();
        let publisher = Publisher::new(&client).unwrap();
        clock.block_on(test(publisher)).unwrap()
    }
}

impl Transport for Shelf {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        let answer = self.state(|state| state.answer(&request));
        Box::pin(async move { answer })
    }
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        answer.headers_mut().append(*name, value.parse().unwrap());
    }
    answer
}

fn refused(status: u16, code: &str) -> Response<Bytes> {
    answer(status, &[], json!({"errors": [{"code": code, "message": "As said."}]}).to_string())
}

impl State {
    fn answer(&mut self, request: &Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let uri = request.uri();
        let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap());
        let query: BTreeMap<String, String> =
            url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        self.largest = self.largest.max(request.body().len());
        assert_eq!(uri.scheme_str(), Some("https"));
        match uri.host().unwrap() {
            "api.scaleway.com" => {
                assert_eq!((uri.path(), header("authorization")), ("/tokens", Some(BASIC)));
                self.log.push(format!("token {}", query["scope"]));
                return Ok(answer(200, &[], json!({"token": "t0ken", "expires_in": 300}).to_string()));
            }
            "elsewhere.scw.cloud" => {
                assert_eq!(header("authorization"), None, "the token was shown to a storage");
                return Ok(self.blob(uri.path().trim_start_matches('/'), header("range")));
            }
            host => assert_eq!(host, "rg.fr-par.scw.cloud"),
        }
        if header("authorization") != Some("Bearer t0ken") {
            let challenge =
                r#"Bearer realm="https://api.scaleway.com/tokens",service="registry",scope="a,b""#;
            return Ok(answer(401, &[("www-authenticate", challenge)], ""));
        }
        let path = uri.path().strip_prefix("/v2/").unwrap();
        let kind = if path.contains("/blobs/") { "blobs" } else { "manifests" };
        let (repository, rest) = path.split_once(&format!("/{kind}/")).unwrap();
        let upload = rest.strip_prefix("uploads/").map(str::to_owned);
        let line = match upload.as_deref() {
            Some("") => format!("{} uploads", request.method()),
            Some(_) => format!("{} upload", request.method()),
            None => format!("{} {kind}", request.method()),
        };
        self.log.push(line.clone());
        let fault = self.faults.iter().position(|(at, _)| *at == line).map(|at| self.faults.remove(at).1);
        if let Some(Fault::Status(status)) = fault {
            return Ok(answer(status, &[], ""));
        }
        let body = match fault {
            Some(Fault::Half) => request.body().slice(..request.body().len() / 2),
            _ => request.body().clone(),
        };
        let key = (repository.to_owned(), rest.to_owned());
        let mut given = match (request.method(), upload.as_deref()) {
            (&Method::POST, Some("")) => self.start(repository, &query),
            (method, Some(upload)) => {
                assert_eq!(query["state"], "s", "a location is to be used as it was answered");
                self.go_on(method, repository, upload, header("content-range"), &body, query.get("digest"))
            }
            (method, None) if kind == "blobs" => match self.blobs.get(&key) {
                Some(blob) if *method == Method::HEAD => {
                    answer(200, &[("content-length", &blob.len().to_string())], "")
                }
                Some(_) if self.redirects => answer(
                    307,
                    &[("location", &format!("https://elsewhere.scw.cloud/{repository}/{rest}"))],
                    "",
                ),
                Some(_) => self.blob(&format!("{repository}/{rest}"), header("range")),
                None => refused(404, "BLOB_UNKNOWN"),
            },
            (&Method::PUT, None) => {
                let digest = Digest::of(&body).to_string();
                let manifest = (header("content-type").unwrap().to_owned(), body.clone());
                self.manifests.insert((repository.to_owned(), digest.clone()), manifest.clone());
                self.manifests.insert(key, manifest);
                answer(201, &[("docker-content-digest", &digest)], "")
            }
            (method, None) => match self.manifests.get(&key) {
                Some((kind, content)) => {
                    let digest = Digest::of(content).to_string();
                    let headers = [("content-type", kind.as_str()), ("docker-content-digest", &digest)];
                    let is_head = *method == Method::HEAD;
                    answer(200, &headers, if is_head { Bytes::new() } else { content.clone() })
                }
                None => refused(404, "MANIFEST_UNKNOWN"),
            },
        };
        match fault {
            Some(Fault::Lost | Fault::Half) => Err(TransportError::answer_lost("reset")),
            Some(Fault::Damaged) => {
                let mut body = given.body().to_vec();
                body[0] ^= 1;
                *given.body_mut() = body.into();
                Ok(given)
            }
            _ => Ok(given),
        }
    }

    fn blob(&self, at: &str, range: Option<&str>) -> Response<Bytes> {
        let (repository, digest) = at.rsplit_once('/').unwrap();
        let blob = &self.blobs[&(repository.to_owned(), digest.to_owned())];
        let (from, to) = range.unwrap().strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
        answer(206, &[], blob.slice(from..blob.len().min(to + 1)))
    }

    fn start(&mut self, repository: &str, query: &BTreeMap<String, String>) -> Response<Bytes> {
        if let (Some(digest), Some(from)) = (query.get("mount"), query.get("from"))
            && let Some(blob) = self.blobs.get(&(from.clone(), digest.clone())).cloned()
        {
            self.blobs.insert((repository.to_owned(), digest.clone()), blob);
            return answer(201, &[], "");
        }
        self.next_upload += 1;
        self.uploads.insert(self.next_upload, BytesMut::new());
        let location = format!("/v2/{repository}/blobs/uploads/{}?state=s", self.next_upload);
        answer(202, &[("location", &location)], "")
    }

    fn go_on(
        &mut self,
        method: &Method,
        repository: &str,
        upload: &str,
        range: Option<&str>,
        body: &Bytes,
        digest: Option<&String>,
    ) -> Response<Bytes> {
        let number = upload.parse().unwrap();
        let Some(content) = self.uploads.get_mut(&number) else { return refused(404, "BLOB_UPLOAD_UNKNOWN") };
        if let Some(range) = range
            && !range.starts_with(&format!("{}-", content.len()))
        {
            return refused(416, "RANGE_INVALID");
        }
        content.extend_from_slice(body);
        let (location, arrived) = (
            format!("https://rg.fr-par.scw.cloud/v2/{repository}/blobs/uploads/{upload}?state=s"),
            format!("0-{}", content.len().saturating_sub(1)),
        );
        let headers = [("location", &*location), ("range", &*arrived)];
        match *method {
            Method::PATCH => answer(202, &headers, ""),
            Method::GET => answer(204, &headers, ""),
            _ => {
                let content = self.uploads.remove(&number).unwrap().freeze();
                let digest = digest.unwrap();
                if Digest::of(&content).as_str() != digest {
                    return refused(400, "DIGEST_INVALID");
                }
                self.blobs.insert((repository.to_owned(), digest.clone()), content);
                answer(201, &[], "")
            }
        }
    }
}
