//! Words to speak to the registry in its own protocol.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::desk::{Desk, PROJECT};

pub(crate) const REGISTRY: &str = "/registry/v1/regions/fr-par";
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

pub(crate) fn digest_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A desk with a private namespace `evalap`, and words to speak to the registry.
pub(crate) struct Registry {
    pub(crate) desk: Desk,
    pub(crate) namespace: String,
}

impl Registry {
    pub(crate) fn new(desk: Desk) -> Self {
        let body = json!({"name": "evalap", "project_id": PROJECT, "is_public": false});
        let made = desk.ok("POST", &format!("{REGISTRY}/namespaces"), body);
        Self { namespace: made["id"].as_str().unwrap().to_owned(), desk }
    }

    pub(crate) fn raw(
        &self,
        verb: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response<Bytes> {
        let url = if url.starts_with('/') { format!("https://rg.fr-par.scw.cloud{url}") } else { url.into() };
        let mut request = http::Request::builder().method(verb).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.desk.send(request.body(Bytes::copy_from_slice(body)).unwrap()).unwrap()
    }

    /// With the key of a user.
    pub(crate) fn ask(
        &self,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response<Bytes> {
        let basic =
            format!("Basic {}", BASE64_STANDARD.encode("nologin:11111111-1111-4111-8111-111111111111"));
        let headers: Vec<_> = headers.iter().copied().chain([("Authorization", basic.as_str())]).collect();
        self.raw(verb, path, &headers, body)
    }

    pub(crate) fn get(&self, path: &str) -> Response<Bytes> {
        self.ask("GET", path, &[], b"")
    }

    pub(crate) fn push_blob(&self, name: &str, bytes: &[u8]) -> Value {
        let begun = self.ask("POST", &format!("/v2/{name}/blobs/uploads/"), &[], b"");
        assert_eq!(begun.status(), 202);
        let digest = digest_of(bytes);
        let made = self.ask("PUT", &format!("{}?digest={digest}", header(&begun, "location")), &[], bytes);
        assert_eq!(
            (made.status(), header(&made, "docker-content-digest")),
            (StatusCode::CREATED, digest.as_str())
        );
        json!({"mediaType": "application/octet-stream", "digest": digest, "size": bytes.len()})
    }

    pub(crate) fn manifest(&self, name: &str, config: &[u8], layers: &[&[u8]]) -> Vec<u8> {
        let config = self.push_blob(name, config);
        let layers: Vec<Value> = layers.iter().map(|layer| self.push_blob(name, layer)).collect();
        let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers});
        manifest.to_string().into_bytes()
    }

    pub(crate) fn put(
        &self,
        name: &str,
        reference: &str,
        media_type: &str,
        manifest: &[u8],
    ) -> Response<Bytes> {
        let path = format!("/v2/{name}/manifests/{reference}");
        self.ask("PUT", &path, &[("Content-Type", media_type)], manifest)
    }

    /// Pushes an image of one layer; answers its digest.
    pub(crate) fn push(&self, name: &str, tag: &str, layer: &[u8]) -> String {
        let manifest = self.manifest(name, b"{}", &[layer]);
        let made = self.put(name, tag, MANIFEST, &manifest);
        assert_eq!(made.status(), 201, "{:?}", made.body());
        assert_eq!(header(&made, "docker-content-digest"), digest_of(&manifest));
        digest_of(&manifest)
    }

    pub(crate) fn images(&self) -> Value {
        self.desk.ok("GET", &format!("{REGISTRY}/images?namespace_id={}", self.namespace), Value::Null)
    }

    pub(crate) fn tags(&self, image: &Value) -> Value {
        self.desk.ok("GET", &format!("{REGISTRY}/images/{}/tags", text(&image["id"])), Value::Null)["tags"]
            .take()
    }
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub(crate) fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

pub(crate) fn body_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// Status and code of a refusal.
pub(crate) fn refused(response: &Response<Bytes>) -> (u16, String) {
    (response.status().as_u16(), text(&body_of(response)["errors"][0]["code"]).to_owned())
}
