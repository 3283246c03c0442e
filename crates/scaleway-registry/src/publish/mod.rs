//! Publishing images by the registry's own protocol: what `docker push` does, without Docker.

mod digest;
mod keys;
mod local;
mod manifest;
mod protocol;
mod reference;
mod upload;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use scaleway_core::{Client, Error, Progress, Result, Secret, Waiter, wire};

pub use self::digest::{Digest, InvalidDigest};
pub use self::local::LocalImage;
pub use self::reference::{ImageReference, InvalidReference};

use self::keys::Keys;
use self::manifest::{Content, Descriptor, Document, MAX_DOCUMENT, Manifest, Platform};
use self::protocol::Repository;
use self::upload::{Came, Source, Upload};
use crate::status::PACE;

/// An index in an index in an index …: more than anyone makes.
const DEEPEST: usize = 4;

/// Images by their full names: push, copy, and what a name stands for. Scaleway's registries know the client's key; others
/// are asked as anyone, or [with credentials](Self::with_credentials). Cheap to clone; clones share their tokens.
#[derive(Debug, Clone)]
pub struct Publisher {
    client: Client,
    keys: Keys,
}

impl Publisher {
    /// With the client's key, connections and retries.
    ///
    /// # Errors
    /// [`Error::Config`] where there is no secret key.
    pub fn new(client: &Client) -> Result<Self> {
        let keys = Keys::new(client.config().secret_key()?.clone(), client.config().api_url());
        Ok(Self { client: client.clone(), keys })
    }

    /// Also knows a user of `registry` (`ghcr.io`).
    #[must_use]
    pub fn with_credentials(mut self, registry: &str, user: impl Into<String>, password: Secret) -> Self {
        self.keys.add(registry, user.into(), password);
        self
    }

    /// Pushes an image that is on disk. Its namespace must be there; see [`Publish`].
    pub fn push(&self, image: LocalImage, to: &ImageReference) -> Publish {
        self.publish(From::Disk(Box::new(image)), to)
    }

    /// Copies an image from one name to another, in the same registry or from any other one. Of an image for several
    /// platforms the one for `linux/amd64` is copied, as Serverless Containers run nothing else: [`Published::digest`] is
    /// then not the one that it was asked by. See [`Publish`].
    pub fn copy(&self, from: &ImageReference, to: &ImageReference) -> Publish {
        self.publish(From::Registry(from.clone()), to)
    }

    fn publish(&self, from: From, to: &ImageReference) -> Publish {
        Publish { publisher: self.clone(), from, to: to.clone(), report: None }
    }

    /// What a name stands for now; [`is_not_found`](Error::is_not_found) where it stands for nothing.
    pub async fn digest(&self, image: &ImageReference) -> Result<Digest> {
        self.repository(image, "pull")?.head_manifest(image.version()).await
    }

    /// Waits until a name stands for something, 5 minutes at most unless told otherwise. A tag that is there already ends
    /// it at once: it does not wait for the tag to move.
    pub fn wait_for(&self, image: &ImageReference) -> Waiter<Digest> {
        let (this, image) = (self.clone(), image.clone());
        Waiter::new(&self.client, format!("image {image}"), PACE, move || {
            let (this, image) = (this.clone(), image.clone());
            async move {
                match this.digest(&image).await {
                    Ok(digest) => Ok(Progress::Reached(digest)),
                    Err(error) if error.is_not_found() => Ok(Progress::Changing("not pushed".to_owned())),
                    Err(error) => Err(error),
                }
            }
        })
    }

    fn repository(&self, image: &ImageReference, actions: &str) -> Result<Repository> {
        Repository::new(&self.client, &self.keys, image, actions)
    }
}

/// An image on its way. A future: `publish.await`. What the registry has already is not sent again, and the name stands for
/// the image only once all of it is there: it may be broken off and begun again at any time.
///
/// Of a blob no more than a few megabytes are in memory at once, however large it is. All is held to its digest.
///
/// # Errors
/// [`Error::InvalidRequest`] where the image is damaged, is not for `linux/amd64`, or is not the one whose digest it is to
/// be pushed as; else as every call, with the registry's own codes (`NAME_UNKNOWN`, `DENIED`, …) as
/// [`kind`](Error::kind).
#[must_use = "nothing is sent until it is awaited"]
pub struct Publish {
    publisher: Publisher,
    from: From,
    to: ImageReference,
    report: Option<Report>,
}

enum From {
    Disk(Box<LocalImage>),
    Registry(ImageReference),
}

type Report = Box<dyn FnMut(&PublishProgress) + Send>;

/// How far an image has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishProgress {
    /// The blob that has just come, or a part of it.
    pub blob: Digest,
    /// The bytes that are there; what was there already counts.
    pub done: u64,
    /// The bytes of the whole image.
    pub total: u64,
}

/// An image that is where it was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// Its name by digest: what to deploy.
    pub image: ImageReference,
    /// Its digest.
    pub digest: Digest,
    /// The bytes that were sent.
    pub sent: u64,
    /// The bytes that were there, or that the registry had in another place.
    pub spared: u64,
}

impl Publish {
    /// Calls `report` whenever a blob, or a part of a large one, has come.
    pub fn on_progress(mut self, report: impl FnMut(&PublishProgress) + Send + 'static) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    async fn run(self) -> Result<Published> {
        let Self { publisher, from, to, mut report } = self;
        let client = &publisher.client;
        let mut target = publisher.repository(&to, "pull,push")?;
        let mut mount = None;
        let (document, manifest, source) = match from {
            From::Disk(image) => {
                let LocalImage { path, document, manifest, blobs } = *image;
                (document, manifest, Source::Disk { path, blobs })
            }
            From::Registry(from) => {
                let source = publisher.repository(&from, "pull")?;
                let (document, manifest) = find(&source, &from).await?;
                if from.registry() == to.registry() && from.repository() != to.repository() {
                    target = target.reading(&source);
                    mount = Some(source.name().to_owned());
                }
                (document, manifest, Source::Registry(source))
            }
        };
        if let Some(digest) = to.digest().filter(|digest| **digest != document.digest) {
            return Err(refuse(&to, format!("the image is {}, not {digest}", document.digest)));
        }
        let total = manifest.blobs().map(|blob| blob.size).sum();
        let (mut done, mut sent) = (0, 0);
        for blob in manifest.blobs() {
            let mut tell = |part: u64| {
                let progress = PublishProgress { blob: blob.digest.clone(), done: done + part, total };
                if let Some(report) = &mut report {
                    report(&progress);
                }
            };
            let upload = Upload { client, source: &source, target: &target, blob, mount: mount.as_deref() };
            if upload.run(&mut tell).await? == Came::Sent {
                sent += blob.size;
            }
            tell(blob.size);
            done += blob.size;
        }
        target.put_manifest(to.version(), &document).await?;
        let Document { digest, .. } = document;
        Ok(Published { image: to.with_digest(&digest), digest, sent, spared: total - sent })
    }
}

/// The manifest for `linux/amd64` of an image in a registry.
async fn find(source: &Repository, image: &ImageReference) -> Result<(Document, Manifest)> {
    let none =
        || refuse(image, "not for linux/amd64, the only platform that Serverless Containers run".to_owned());
    let unreadable =
        |error: serde_json::Error| refuse(image, format!("its manifest cannot be read: {error}"));
    let mut document = source.get_manifest(image.version()).await?;
    for _ in 0..DEEPEST {
        match document.content().map_err(unreadable)? {
            Content::Index(index) => {
                let entry = index.manifests.into_iter().find(Descriptor::may_run).ok_or_else(none)?;
                document = source.get_manifest(entry.digest.as_str()).await?;
            }
            Content::Image(manifest) => {
                let Descriptor { digest, size, .. } = &manifest.config;
                let config = source.get_blob(digest, 0, (*size).min(MAX_DOCUMENT)).await?;
                let platform: Platform = wire::decode(&config).map_err(unreadable)?;
                return if platform.is_amd64() { Ok((document, manifest)) } else { Err(none()) };
            }
        }
    }
    Err(refuse(image, "indexes within indexes without end".to_owned()))
}

fn refuse(image: &ImageReference, problem: String) -> Error {
    Error::InvalidRequest { operation: "PublishImage", field: image.to_string(), problem }
}

impl IntoFuture for Publish {
    type Output = Result<Published>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Published>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Publish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish").field("to", &self.to).finish_non_exhaustive()
    }
}
