//! One blob on its way into a repository, in parts: what is held of it at once does not depend on its size.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bytes::Bytes;
use http::{Method, StatusCode, header};
use scaleway_core::{Client, Error, Result};
use url::Url;

use super::Digest;
use super::digest::Hasher;
use super::local::{Stored, wrong};
use super::manifest::Descriptor;
use super::protocol::{Ask, Repository};

/// How much is sent and read at once: above the 5 MiB that storages behind registries like, below what the transport reads.
pub(crate) const PART: u64 = 8 * 1024 * 1024;
/// The largest part that a registry may ask for.
const LARGEST_PART: u64 = 64 * 1024 * 1024;
/// How often a blob is begun anew, and a part asked after.
const ROUNDS: usize = 3;

const BINARY: &str = "application/octet-stream";

/// Where blobs come from.
pub(crate) enum Source {
    Disk { path: PathBuf, blobs: BTreeMap<Digest, Stored> },
    Registry(Repository),
}

/// How a blob came to be where it was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    Present,
    Mounted,
    Sent,
}

impl Source {
    async fn read(&self, client: &Client, digest: &Digest, from: u64, length: u64) -> Result<Bytes> {
        let (path, blobs) = match self {
            Self::Registry(repository) if length > 0 => {
                return repository.get_blob(digest, from, length).await;
            }
            Self::Registry(_) => return Ok(Bytes::new()),
            Self::Disk { path, blobs } => (path, blobs),
        };
        let Some(stored) = blobs.get(digest).cloned() else {
            return Err(wrong(path, format!("{digest} is missing")));
        };
        // The disk is out of a virtual clock's sight.
        let _busy = client.clock().busy();
        let reading = tokio::task::spawn_blocking(move || stored.read(from, length));
        let read = reading.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        read.map_err(|error| wrong(path, format!("{digest}: {error}")))
    }
}

/// A blob and the way that it takes.
pub(crate) struct Upload<'a> {
    pub(crate) client: &'a Client,
    pub(crate) source: &'a Source,
    pub(crate) target: &'a Repository,
    pub(crate) blob: &'a Descriptor,
    /// The repository of the same registry that has it.
    pub(crate) mount: Option<&'a str>,
}

impl Upload<'_> {
    /// Sees to it that the repository has the blob. `report` is told the bytes that have come, at each part.
    pub(crate) async fn run(&self, report: &mut (dyn FnMut(u64) + Send)) -> Result<Came> {
        let mut round = 1;
        loop {
            if self.target.has_blob(&self.blob.digest).await? {
                return Ok(if round == 1 { Came::Present } else { Came::Sent });
            }
            match self.send(report).await {
                // An upload that the registry has lost, or that may have ended well: look, and begin anew.
                Err(error) if round < ROUNDS && (error.is_transient() || is_lost(&error)) => round += 1,
                ended => return ended,
            }
        }
    }

    async fn send(&self, report: &mut (dyn FnMut(u64) + Send)) -> Result<Came> {
        let Descriptor { digest, size, .. } = self.blob;
        let mut url = self.target.url("blobs/uploads/");
        if let Some(from) = self.mount {
            url.query_pairs_mut().append_pair("mount", digest.as_str()).append_pair("from", from);
        }
        // An upload that nobody goes on with is forgotten.
        let start = Ask::new("StartUpload", Method::POST, url).repeatable(true);
        let answer = self.target.send(&start).await?;
        if answer.status() == StatusCode::CREATED {
            return Ok(Came::Mounted);
        }
        let mut location = start.location(&answer)?;
        let wanted = answer.headers().get("oci-chunk-min-length").and_then(|value| value.to_str().ok());
        let part = wanted.and_then(|wanted| wanted.parse().ok()).unwrap_or(PART).clamp(PART, LARGEST_PART);

        let mut hasher = Hasher::default();
        let mut last = Bytes::new();
        let mut at = 0;
        while at < *size {
            // What a registry is asked for at once must stay below what the transport reads.
            let mut content = Vec::new();
            let length = part.min(size - at);
            while (content.len() as u64) < length {
                let from = at + content.len() as u64;
                let piece = PART.min(at + length - from);
                content.extend_from_slice(&self.source.read(self.client, digest, from, piece).await?);
            }
            let content = Bytes::from(content);
            hasher.update(&content);
            at += length;
            if *size <= part {
                last = content;
            } else {
                location = self.part(location, at - length, content).await?;
                report(at);
            }
        }
        let found = hasher.finish();
        if found != *digest {
            return Err(Error::InvalidRequest {
                operation: "PushBlob",
                field: digest.to_string(),
                problem: format!("what is there under this digest is {found}: it is damaged, save it anew"),
            });
        }
        location.query_pairs_mut().append_pair("digest", digest.as_str());
        let finish = Ask::new("FinishUpload", Method::PUT, location).body(BINARY, last).repeatable(false);
        self.target.send(&finish).await?;
        Ok(Came::Sent)
    }

    /// Sends one part, or what of it has not arrived; answers where the next one goes.
    async fn part(&self, mut location: Url, start: u64, content: Bytes) -> Result<Url> {
        let end = start + content.len() as u64;
        let mut at = start;
        let mut round = 1;
        loop {
            let rest = usize::try_from(at - start).map(|skip| content.slice(skip..)).unwrap_or_default();
            let range = format!("{at}-{}", end - 1);
            // Sent twice, it would be out of order: so it is asked after instead.
            let send = Ask::new("SendPart", Method::PATCH, location.clone())
                .header(header::CONTENT_RANGE, &range)
                .body(BINARY, rest)
                .repeatable(false);
            let error = match self.target.send(&send).await {
                Ok(answer) => return send.location(&answer),
                Err(error) => error,
            };
            let is_out_of_order = error.status() == Some(416);
            if round == ROUNDS || !(error.is_transient() || is_out_of_order) {
                return Err(error);
            }
            round += 1;
            let status = Ask::new("GetUpload", Method::GET, location.clone());
            let answer = self.target.send(&status).await?;
            if answer.headers().contains_key(header::LOCATION) {
                location = status.location(&answer)?;
            }
            let arrived = answer.headers().get(header::RANGE).and_then(|value| value.to_str().ok());
            at = arrived.map_or(0, arrived_bytes);
            if at == end {
                return Ok(location);
            }
            if !(start..end).contains(&at) {
                return Err(error);
            }
        }
    }
}

/// How many bytes `0-1023` says that there are; `0-0` is how registries spell none.
fn arrived_bytes(range: &str) -> u64 {
    let last = range.trim_start_matches("bytes=").split_once('-').and_then(|(_, last)| last.parse().ok());
    last.filter(|last| *last > 0).map_or(0, |last: u64| last + 1)
}

fn is_lost(error: &Error) -> bool {
    // Not every registry says of a 404 what is not found; a repository that is missing has a code.
    match (error.status(), error.kind()) {
        (Some(404), kind) => kind.is_none_or(|kind| kind == "BLOB_UPLOAD_UNKNOWN"),
        (status, _) => status == Some(416),
    }
}
