//! Contents that records name: bytes of objects and of images' layers, in memory or as files of the data folder.
//!
//! A content is put first and then named by a record ([`Record::blobs`](crate::store::Record::blobs)); what no record
//! names any more, or never came to be named, is gone after the request.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::store::Store;

/// All contents, by id.
#[derive(Default)]
pub(crate) struct Blobs {
    folder: Option<PathBuf>,
    contents: BTreeMap<String, Content>,
    /// Put since the last collection: perhaps nobody names them.
    fresh: Vec<String>,
}

#[derive(Clone)]
enum Content {
    Held(Bytes),
    /// In the file of that id, of that length.
    Filed(u64),
}

impl std::fmt::Debug for Blobs {
    /// Not what is in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blobs").field("count", &self.contents.len()).finish_non_exhaustive()
    }
}

#[allow(dead_code, reason = "for the products that keep contents")]
impl Blobs {
    /// The contents in `folder`, without those that no record of `store` names: they were put by a process that died
    /// before it named them.
    pub(crate) fn open(folder: PathBuf, store: &Store) -> io::Result<Self> {
        let mut contents = BTreeMap::new();
        fs::create_dir_all(&folder)?;
        for shelf in fs::read_dir(&folder)? {
            for file in fs::read_dir(shelf?.path())? {
                let file = file?;
                let id = file.file_name().to_string_lossy().into_owned();
                if store.names(&id) {
                    contents.insert(id, Content::Filed(file.metadata()?.len()));
                } else {
                    fs::remove_file(file.path())?;
                }
            }
        }
        Ok(Self { folder: Some(folder), contents, fresh: Vec::new() })
    }

    /// The same contents in memory, for a world that goes its own way.
    pub(crate) fn fork(&self) -> Self {
        let held = |(id, content): (&String, &Content)| {
            let content = match content {
                Content::Held(bytes) => Content::Held(bytes.clone()),
                // What cannot be read now could not be read later: it stays away.
                Content::Filed(length) => Content::Held(self.read(id, 0..*length).ok()?),
            };
            Some((id.clone(), content))
        };
        Self {
            folder: None,
            contents: self.contents.iter().filter_map(held).collect(),
            fresh: self.fresh.clone(),
        }
    }

    /// Takes over what `other` has, for a world that is put in this one's place.
    pub(crate) fn adopt(&mut self, other: &Self) -> io::Result<()> {
        for (id, content) in &other.contents {
            if let Content::Held(bytes) = content {
                self.put(id, bytes.clone())?;
            }
        }
        Ok(())
    }

    /// Keeps `bytes` as `id`: letters, digits, `-`, `_`, two at least. An id means one content for ever, so one that
    /// is there already stays as it is. When this returns, the content survives the end of the process.
    pub(crate) fn put(&mut self, id: &str, bytes: Bytes) -> io::Result<()> {
        if self.contents.contains_key(id) {
            return Ok(());
        }
        let content = match &self.folder {
            None => Content::Held(bytes),
            Some(folder) => {
                let path = path(folder, id)?;
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(&path, &bytes)?;
                Content::Filed(bytes.len() as u64)
            }
        };
        self.contents.insert(id.into(), content);
        self.fresh.push(id.into());
        Ok(())
    }

    /// How many bytes `id` has; `None` where there is no such content.
    pub(crate) fn length(&self, id: &str) -> Option<u64> {
        self.contents.get(id).map(|content| match content {
            Content::Held(bytes) => bytes.len() as u64,
            Content::Filed(length) => *length,
        })
    }

    /// The bytes of `id` within `range`, which is cut to what there is.
    pub(crate) fn read(&self, id: &str, range: Range<u64>) -> io::Result<Bytes> {
        let absent = || io::Error::new(io::ErrorKind::NotFound, format!("no content {id}"));
        let content = self.contents.get(id).ok_or_else(absent)?;
        let cut = |length: u64| range.start.min(length)..range.end.min(length).max(range.start.min(length));
        match (content, &self.folder) {
            (Content::Held(bytes), _) => {
                let cut = cut(bytes.len() as u64);
                let position = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
                Ok(bytes.slice(position(cut.start)..position(cut.end)))
            }
            (Content::Filed(length), Some(folder)) => {
                let cut = cut(*length);
                let mut file = fs::File::open(path(folder, id)?)?;
                file.seek(SeekFrom::Start(cut.start))?;
                let mut bytes = Vec::new();
                file.take(cut.end - cut.start).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
            (Content::Filed(_), None) => Err(absent()),
        }
    }

    /// Lets go what nobody names: of what was put since the last time, and of what `store` says has lost its last name.
    /// To be called when the records are kept.
    pub(crate) fn collect(&mut self, store: &mut Store) {
        let candidates = std::mem::take(&mut self.fresh).into_iter().chain(store.take_unnamed());
        for id in candidates {
            if !store.names(&id) && self.contents.remove(&id).is_some() {
                // What cannot be removed now is removed when the folder is opened again.
                let path = self.folder.as_ref().and_then(|folder| path(folder, &id).ok());
                let _ = path.map(fs::remove_file);
            }
        }
    }
}

/// Contents lie on shelves by the first two characters of their ids, since folders of many files are slow.
fn path(folder: &Path, id: &str) -> io::Result<PathBuf> {
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    match id.get(..2).filter(|_| plain) {
        Some(shelf) => Ok(folder.join(shelf).join(id)),
        None => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{id:?} is no id of a content"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Kind, Record};

    const THING: Kind = Kind { collection: "test.things", resource: "thing" };

    fn named(blob: &str) -> Record {
        Record { blobs: vec![blob.into()], ..Record::default() }
    }

    fn read(blobs: &Blobs, id: &str) -> Option<Bytes> {
        blobs.read(id, 0..u64::MAX).ok()
    }

    /// What must hold in memory and in a folder.
    fn lives_as_long_as_its_names(mut blobs: Blobs) -> Blobs {
        let mut store = Store::default();
        blobs.put("aa-1", Bytes::from_static(b"content")).unwrap();
        blobs.put("aa-2", Bytes::from_static(b"never named")).unwrap();
        store.insert(THING, "one", named("aa-1"));
        store.insert(THING, "two", named("aa-1"));
        blobs.collect(&mut store);
        assert_eq!((blobs.length("aa-1"), blobs.length("aa-2")), (Some(7), None));
        store.remove(THING, "one");
        blobs.collect(&mut store);
        assert_eq!(read(&blobs, "aa-1").unwrap(), "content");
        assert_eq!(blobs.read("aa-1", 2..4).unwrap(), "nt");
        assert_eq!(blobs.read("aa-1", 9..12).unwrap(), "");
        blobs.put("aa-3", Bytes::from_static(b"another")).unwrap();
        store.insert(THING, "two", named("aa-3"));
        blobs.collect(&mut store);
        assert_eq!(read(&blobs, "aa-1"), None);
        assert_eq!(read(&blobs, "aa-3").unwrap(), "another");
        blobs
    }

    #[test]
    fn a_content_lives_as_long_as_a_record_names_it() {
        lives_as_long_as_its_names(Blobs::default());
    }

    #[test]
    fn a_folder_forgets_what_was_put_and_never_named() {
        let folder = tempfile::tempdir().unwrap();
        let open = |store: &Store| Blobs::open(folder.path().join("blobs"), store).unwrap();
        let mut blobs = lives_as_long_as_its_names(open(&Store::default()));
        blobs.put("bb-4", Bytes::from_static(b"put, and then the process died")).unwrap();
        let mut store = Store::default();
        store.insert(THING, "two", named("aa-3"));
        let blobs = open(&store);
        assert_eq!(read(&blobs, "aa-3").unwrap(), "another");
        assert_eq!(blobs.length("bb-4"), None);
        assert!(!folder.path().join("blobs/bb/bb-4").exists());
        assert_eq!(read(&blobs.fork(), "aa-3").unwrap(), "another");
    }

    #[test]
    fn an_id_is_no_way_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut blobs = Blobs::open(folder.path().into(), &Store::default()).unwrap();
        for id in ["../../etc", "a", "", "sha256:aa"] {
            assert!(blobs.put(id, Bytes::new()).is_err(), "{id}");
        }
    }
}
