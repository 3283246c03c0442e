//! An image on disk: an OCI layout, or an archive as `docker save` writes it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use scaleway_core::{Error, Result};
use serde::Deserialize;

use super::Digest;
use super::digest::Hasher;
use super::manifest::{
    CONFIG, Content, Descriptor, Document, Index, LAYER, MANIFEST, MAX_DOCUMENT, Manifest, Platform,
};

/// An index in an index in an index …: more than anyone makes.
const DEEPEST: usize = 4;

/// An image on disk, for `linux/amd64`: Serverless Containers run nothing else, so of an image for several platforms this
/// one is taken.
///
/// It is a folder with an OCI layout (`docker buildx build --output type=oci,tar=false`, `skopeo copy … oci:…`) or a tar
/// archive: of such a folder, or of what `docker save` and `podman save` write. Layers are pushed as they are there:
/// `docker save` does not compress them, buildx and skopeo do.
#[derive(Debug, Clone)]
pub struct LocalImage {
    pub(crate) path: PathBuf,
    pub(crate) document: Document,
    pub(crate) manifest: Manifest,
    pub(crate) blobs: BTreeMap<Digest, Stored>,
}

/// Where the bytes of a blob are.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    path: Arc<Path>,
    offset: u64,
    pub(crate) size: u64,
}

impl Stored {
    pub(crate) fn read(&self, from: u64, length: u64) -> io::Result<Bytes> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.offset + from))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length {
            Ok(bytes.into())
        } else {
            Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than it was"))
        }
    }
}

impl LocalImage {
    /// The one image at `path`. Reads the disk, and of an archive of the older form all of it, while it blocks.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest) that names the path and what is wrong there: no image, none
    /// for `linux/amd64`, several, or one that is not whole.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::find(path.as_ref(), None)
    }

    /// The image at `path` that was saved as `name`: `streamlit:1.4.2`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_named(path: impl AsRef<Path>, name: &str) -> Result<Self> {
        Self::find(path.as_ref(), Some(name))
    }

    /// What names it.
    pub fn digest(&self) -> &Digest {
        &self.document.digest
    }

    /// The bytes of all its layers and its configuration together.
    pub fn size(&self) -> u64 {
        self.manifest.blobs().map(|blob| blob.size).sum()
    }

    fn find(path: &Path, name: Option<&str>) -> Result<Self> {
        let place = Place::open(path)?;
        let image = match place.stored("index.json")? {
            Some(index) => place.read_layout(&index, name)?,
            None => match place.stored("manifest.json")? {
                Some(list) => place.read_saved(&list, name)?,
                None => return Err(place.wrong("neither an OCI layout nor an archive of `docker save`")),
            },
        };
        let config = image.blobs.get(&image.manifest.config.digest);
        let config = config.ok_or_else(|| place.wrong("the image's configuration is missing"))?;
        let platform = place.parse::<Platform>(&place.document(config)?)?;
        if !platform.is_amd64() {
            let Platform { os, architecture } = platform;
            return Err(place.wrong(format!(
                "the image is for {os}/{architecture}, and Serverless Containers run linux/amd64 only: build it with \
                 `--platform linux/amd64`"
            )));
        }
        Ok(image)
    }
}

/// A folder, or an archive of one.
enum Place {
    Folder(PathBuf),
    Archive { path: Arc<Path>, entries: BTreeMap<PathBuf, Entry> },
}

enum Entry {
    File { offset: u64, size: u64 },
    Link(PathBuf),
}

impl Place {
    fn open(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let archive = Self::Archive { path: path.into(), entries: BTreeMap::new() };
        let mut file = File::open(path).map_err(|error| archive.wrong(error))?;
        let mut magic = [0; 2];
        let is_gzip = file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
        if is_gzip {
            return Err(archive.wrong("a compressed archive: unpack it with `gunzip` first"));
        }
        let entries = file.rewind().and_then(|()| entries(file)).map_err(|error| archive.wrong(error))?;
        Ok(Self::Archive { path: path.into(), entries })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Folder(path) => path,
            Self::Archive { path, .. } => path,
        }
    }

    fn wrong(&self, problem: impl ToString) -> Error {
        wrong(self.path(), problem)
    }

    /// The file of this name, where there is one.
    fn stored(&self, name: &str) -> Result<Option<Stored>> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                match std::fs::metadata(&path) {
                    Ok(data) => Ok(Some(Stored { path: path.into(), offset: 0, size: data.len() })),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(self.wrong(format!("{name}: {error}"))),
                }
            }
            Self::Archive { path, entries } => {
                let mut at = normal(Path::new(name));
                // A link may lead to a link, but not for ever.
                for _ in 0..=entries.len() {
                    match entries.get(&at) {
                        None => break,
                        Some(Entry::Link(target)) => at.clone_from(target),
                        Some(&Entry::File { offset, size }) => {
                            return Ok(Some(Stored { path: path.clone(), offset, size }));
                        }
                    }
                }
                Ok(None)
            }
        }
    }

    fn blob(&self, blob: &Descriptor) -> Result<Stored> {
        let name = format!("blobs/{}", blob.digest.as_str().replacen(':', "/", 1));
        let stored = self.stored(&name)?.ok_or_else(|| {
            self.wrong(format!("{name} is missing: was the image saved for another platform only?"))
        })?;
        if stored.size == blob.size {
            Ok(stored)
        } else {
            Err(self.wrong(format!("{name} has {} bytes instead of {}", stored.size, blob.size)))
        }
    }

    /// A small file, whole.
    fn document(&self, stored: &Stored) -> Result<Bytes> {
        if stored.size > MAX_DOCUMENT {
            return Err(self.wrong(format!("a manifest or configuration of {} bytes", stored.size)));
        }
        stored.read(0, stored.size).map_err(|error| self.wrong(error))
    }

    fn parse<T: for<'de> Deserialize<'de>>(&self, bytes: &[u8]) -> Result<T> {
        serde_json::from_slice(bytes).map_err(|error| self.wrong(error))
    }

    fn read_layout(&self, index: &Stored, name: Option<&str>) -> Result<LocalImage> {
        let index: Index = self.parse(&self.document(index)?)?;
        let fits = |entry: &Descriptor| match name {
            Some(name) => entry.names().any(|known| is_named(known, name)),
            None => entry.may_run(),
        };
        let mut found: Vec<&Descriptor> = index.manifests.iter().filter(|entry| fits(entry)).collect();
        found.dedup_by(|a, b| a.digest == b.digest);
        let mut descriptor = match found.as_slice() {
            [one] => (*one).clone(),
            others => {
                let known = index.manifests.iter().flat_map(Descriptor::names);
                return Err(self.not_one(others.len(), name, known));
            }
        };
        for _ in 0..DEEPEST {
            let bytes = self.document(&self.blob(&descriptor)?)?;
            let document = Document::new(descriptor.media_type.clone(), bytes);
            if document.digest != descriptor.digest {
                return Err(
                    self.wrong(format!("{} is damaged: it is {}", descriptor.digest, document.digest))
                );
            }
            match document.content().map_err(|error| self.wrong(error))? {
                Content::Index(index) => {
                    descriptor = index.manifests.into_iter().find(Descriptor::may_run).ok_or_else(|| {
                        self.wrong(
                            "no image for linux/amd64, the only platform that Serverless Containers run",
                        )
                    })?;
                }
                Content::Image(manifest) => {
                    let blobs = manifest.blobs().map(|blob| Ok((blob.digest.clone(), self.blob(blob)?)));
                    let blobs = blobs.collect::<Result<_>>()?;
                    return Ok(LocalImage { path: self.path().to_owned(), document, manifest, blobs });
                }
            }
        }
        Err(self.wrong("indexes within indexes without end"))
    }

    /// As Docker saved images before version 25: the digests are not told.
    fn read_saved(&self, list: &Stored, name: Option<&str>) -> Result<LocalImage> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Saved {
            config: String,
            #[serde(default)]
            repo_tags: Option<Vec<String>>,
            layers: Vec<String>,
        }
        let list: Vec<Saved> = self.parse(&self.document(list)?)?;
        let tags = |saved: &Saved| saved.repo_tags.clone().unwrap_or_default();
        let fits = |saved: &&Saved| name.is_none_or(|name| tags(saved).iter().any(|tag| is_named(tag, name)));
        let found: Vec<&Saved> = list.iter().filter(fits).collect();
        let [saved] = found.as_slice() else {
            let known: Vec<String> = list.iter().flat_map(tags).collect();
            return Err(self.not_one(found.len(), name, known.iter().map(String::as_str)));
        };
        let mut blobs = BTreeMap::new();
        let mut describe = |file: &String, kind: &str| {
            let stored = self.stored(file)?.ok_or_else(|| self.wrong(format!("{file} is missing")))?;
            let (digest, packing) =
                summarize(&stored).map_err(|error| self.wrong(format!("{file}: {error}")))?;
            let media_type = if kind == LAYER { format!("{kind}{packing}") } else { kind.to_owned() };
            let descriptor = Descriptor::new(&media_type, digest.clone(), stored.size);
            blobs.insert(digest, stored);
            Ok::<_, Error>(descriptor)
        };
        let config = describe(&saved.config, CONFIG)?;
        let layers = saved.layers.iter().map(|layer| describe(layer, LAYER)).collect::<Result<_>>()?;
        let manifest = Manifest { schema_version: 2, media_type: Some(MANIFEST.to_owned()), config, layers };
        let bytes = serde_json::to_vec(&manifest).map_err(|error| self.wrong(error))?;
        let document = Document::new(MANIFEST, bytes.into());
        Ok(LocalImage { path: self.path().to_owned(), document, manifest, blobs })
    }

    fn not_one<'a>(&self, found: usize, name: Option<&str>, known: impl Iterator<Item = &'a str>) -> Error {
        let mut known: Vec<&str> = known.collect();
        known.dedup();
        let known = if known.is_empty() { "none with a name".to_owned() } else { known.join(", ") };
        self.wrong(match (found, name) {
            (0, Some(name)) => format!("no image named {name}; there is: {known}"),
            (0, None) => {
                "no image for linux/amd64, the only platform that Serverless Containers run".to_owned()
            }
            _ => format!("{found} images; say which, with `open_named`: {known}"),
        })
    }
}

/// An error about what is on disk.
pub(crate) fn wrong(path: &Path, problem: impl ToString) -> Error {
    Error::InvalidRequest {
        operation: "LocalImage",
        field: path.display().to_string(),
        problem: problem.to_string(),
    }
}

/// Whether an image that is known under one name is meant by another: `docker.io/library/api:1` by `api:1`.
fn is_named(known: &str, name: &str) -> bool {
    known.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// Where in an archive everything is.
fn entries(file: File) -> io::Result<BTreeMap<PathBuf, Entry>> {
    let mut entries = BTreeMap::new();
    for entry in tar::Archive::new(file).entries_with_seek()? {
        let entry = entry?;
        let path = normal(&entry.path()?);
        let kind = entry.header().entry_type();
        if kind.is_file() {
            let (offset, size) = (entry.raw_file_position(), entry.size());
            entries.insert(path, Entry::File { offset, size });
        } else if let Some(target) = entry.link_name()? {
            // A symbolic link begins where it stands, a hard link at the top.
            let from = if kind.is_symlink() { path.parent().map(Path::to_owned) } else { None };
            let target = normal(&from.unwrap_or_default().join(target));
            entries.insert(path, Entry::Link(target));
        }
    }
    Ok(entries)
}

/// A path within an archive without detours.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::ParentDir => {
                normal.pop();
            }
            _ => {}
        }
    }
    normal
}

/// The digest of a file, and how its media type says that it is compressed.
fn summarize(stored: &Stored) -> io::Result<(Digest, &'static str)> {
    const PART: u64 = 1024 * 1024;
    let mut hasher = Hasher::default();
    let (mut at, mut packing) = (0, "");
    while at < stored.size {
        let part = stored.read(at, PART.min(stored.size - at))?;
        if at == 0 {
            packing = match part.get(..4) {
                Some([0x1f, 0x8b, ..]) => "+gzip",
                Some([0x28, 0xb5, 0x2f, 0xfd]) => "+zstd",
                _ => "",
            };
        }
        hasher.update(&part);
        at += part.len() as u64;
    }
    Ok((hasher.finish(), packing))
}
