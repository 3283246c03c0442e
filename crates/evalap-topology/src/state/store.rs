//! The object store below: create-if-absent, get and list, tried again while that can help.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{Error, GetResult, GetResultPayload, ObjectStore, ObjectStoreExt, PutMode};
use scaleway_core::{Clock, Random};
use scaleway_object_storage::{BucketName, ObjectStorage};

use super::said::{in_short, io_cause, is_transient, is_without_bucket, not_yet};
use super::session::snapshot_object;
use super::{StateError, StateKey, envelope, log};

/// A store that is away is given up after this long: less than the 15 s within which it must be noticed.
const PATIENCE: Duration = Duration::from_secs(10);
const TRY_LIMIT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What is created twice to find out whether that is refused.
const PROBE: &str = "probe";

/// Where a state lies. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    root: Path,
    place: String,
    /// The folder, on a disk: the clock must not jump while it works, and a call to it does not hang.
    folder: Option<Arc<FilePath>>,
    /// What is on this machine, for when the store is away.
    refuge: Option<Arc<Self>>,
    pub(super) clock: Clock,
    pub(super) random: Random,
}

impl Store {
    /// A state in a folder, which is made with the first write and not before.
    pub fn folder(path: &FilePath, clock: Clock, random: Random) -> Result<Self, StateError> {
        let place = path.display().to_string();
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| StateError::Unavailable {
            place: place.clone(),
            operation: "find",
            attempts: 1,
            source,
        };
        let absolute = std::path::absolute(path).map_err(|error| failed(error.into()))?;
        let root = Path::from_absolute_path(absolute).map_err(|error| failed(error.into()))?;
        // From the root of the file system: a store with a prefix insists that its folder exists.
        let objects = Arc::new(LocalFileSystem::new().with_fsync(true));
        Ok(Self { objects, root, place, folder: Some(path.into()), refuge: None, clock, random })
    }

    /// A state that lives as long as the program.
    pub fn memory(clock: Clock, random: Random) -> Self {
        Self::new(Arc::new(InMemory::new()), "memory", clock, random)
    }

    /// A state in a bucket of Object Storage, by the client's own clock and randomness. See [`Bootstrap`](super::Bootstrap)
    /// for how to make one that a state can rely on.
    ///
    /// # Errors
    /// [`StateError::Bucket`] where the bucket's address makes no sense.
    pub fn bucket(storage: &ObjectStorage, bucket: &BucketName) -> Result<Self, StateError> {
        let failed = |source| StateError::Bucket {
            bucket: bucket.to_string(),
            doing: "reached",
            source: Box::new(source),
        };
        let objects = storage.objects(bucket).map_err(failed)?;
        let client = storage.client();
        let (clock, random) = (client.clock().clone(), client.random().clone());
        Ok(Self::new(Arc::new(objects), format!("bucket {bucket}"), clock, random))
    }

    /// A state in any object store that refuses the second create of one key. Its own retries must be off: they are
    /// made here, by the injected clock.
    pub fn new(
        objects: Arc<dyn ObjectStore>,
        place: impl Into<String>,
        clock: Clock,
        random: Random,
    ) -> Self {
        Self {
            objects,
            root: Path::default(),
            place: place.into(),
            folder: None,
            refuge: None,
            clock,
            random,
        }
    }

    /// Where it is, for people.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether that is where it is, as [`Store::place`] says it.
    pub fn is_at(&self, place: &str) -> bool {
        let absolute = |place: &str| std::path::absolute(place).ok();
        place == self.place || (self.folder.is_some() && absolute(place) == absolute(&self.place))
    }

    /// With another store for when this one is away, on this machine and used by nobody else: what happened and cannot be
    /// written is kept there for the next run, and a state that is elsewhere is remembered.
    #[must_use]
    pub fn with_refuge(mut self, refuge: Self) -> Self {
        self.refuge = Some(Arc::new(refuge));
        self
    }

    pub(super) fn refuge(&self) -> Option<&Arc<Self>> {
        self.refuge.as_ref()
    }

    /// The folder, where it is one.
    pub(super) fn folder_path(&self) -> Option<&FilePath> {
        self.folder.as_deref()
    }

    /// The id of the key that the newest record was written with, or the newest snapshot where all records are gone; none
    /// where there is no state yet.
    pub async fn key_in_use(&self) -> Result<Option<String>, StateError> {
        for (folder, object) in [("log", log::object as fn(u64) -> String), ("snap", snapshot_object)] {
            if let Some(newest) = self.numbers(folder, &object(0)).await?.last().copied() {
                let sealed = self.get(&object(newest)).await?.unwrap_or_default();
                return Ok(Some(envelope::key_id(&sealed).unwrap_or_default().to_owned()));
            }
        }
        Ok(None)
    }

    /// The one of `keys`, the likeliest first, that this state was last written with; the first where none is: what
    /// opens the state says what is wrong.
    pub async fn fitting(&self, mut keys: Vec<StateKey>) -> Result<StateKey, StateError> {
        let used = if keys.len() > 1 { self.key_in_use().await? } else { None };
        let at = keys.iter().position(|key| Some(key.id()) == used.as_deref()).unwrap_or(0);
        Ok(keys.swap_remove(at))
    }

    /// Makes sure that the second create of one key is refused: everything else rests on it. Leaves one small object.
    ///
    /// # Errors
    /// [`StateError::Overwrites`] where it is not.
    pub async fn probe(&self) -> Result<(), StateError> {
        let path = self.path(PROBE);
        let refused = |text: &'static [u8]| {
            let path = &path;
            self.patiently("write", move || async move {
                match self.objects.put_opts(path, text.into(), PutMode::Create.into()).await {
                    Ok(_) => Ok(false),
                    Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(true),
                    Err(error) => Err(error),
                }
            })
        };
        // There already: then it was refused just now.
        if refused(b"first").await? || refused(b"second").await? {
            return Ok(());
        }
        Err(StateError::Overwrites { place: self.place.clone() })
    }

    pub(super) async fn get(&self, object: &str) -> Result<Option<Bytes>, StateError> {
        let path = self.path(object);
        self.patiently("read", || async {
            match self.objects.get(&path).await {
                Ok(found) => bytes_of(found).await.map(Some),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Creates the object; `false` if another is there. Our own, from a try whose answer was lost, is recognised by its
    /// bytes: they hold a random nonce.
    pub(super) async fn create(&self, object: &str, bytes: &Bytes) -> Result<bool, StateError> {
        let path = self.path(object);
        self.patiently("write", || async {
            match self.objects.put_opts(&path, bytes.clone().into(), PutMode::Create.into()).await {
                Ok(_) => Ok(true),
                Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                    let other = self.objects.get(&path).await.map_err(not_yet)?;
                    Ok(bytes_of(other).await? == *bytes)
                }
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Writes the object, over another if there is one: never one of a log.
    pub(super) async fn replace(&self, object: &str, bytes: &Bytes) -> Result<(), StateError> {
        let path = self.path(object);
        self.patiently("write", || async { self.objects.put(&path, bytes.clone().into()).await.map(drop) })
            .await
    }

    /// Removes the object: never one of a log.
    pub(super) async fn remove(&self, object: &str) -> Result<(), StateError> {
        let path = self.path(object);
        self.patiently("write", || self.objects.delete(&path)).await
    }

    /// The sequence numbers of the objects in `folder` after `after`, in order. A hint: it may be stale.
    pub(super) async fn numbers(&self, folder: &str, after: &str) -> Result<Vec<u64>, StateError> {
        let names = self.names_after(folder, &self.path(after)).await?;
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The names of all objects in `folder`.
    pub(super) async fn names(&self, folder: &str) -> Result<Vec<String>, StateError> {
        self.names_after(folder, &self.path(folder)).await
    }

    async fn names_after(&self, folder: &str, offset: &Path) -> Result<Vec<String>, StateError> {
        let prefix = self.path(folder);
        let objects = self
            .patiently("read", || {
                self.objects.list_with_offset(Some(&prefix), offset).try_collect::<Vec<_>>()
            })
            .await?;
        Ok(objects.iter().filter_map(|object| object.location.filename().map(str::to_owned)).collect())
    }

    fn path(&self, object: &str) -> Path {
        object.split('/').fold(self.root.clone(), Path::join)
    }

    async fn patiently<T, F>(&self, operation: &'static str, call: impl Fn() -> F) -> Result<T, StateError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let started = self.clock.now();
        let (mut pause, mut attempts) = (FIRST_PAUSE, 1);
        loop {
            // The last try ends with the patience, or the sum of both is what is waited.
            let left = PATIENCE.saturating_sub(self.clock.now().since(started));
            let error = match self.once(call(), left.min(TRY_LIMIT)).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let waited = self.clock.now().since(started);
            if !is_transient(&error) || waited + pause > PATIENCE {
                return Err(self.failed(operation, attempts, &error));
            }
            tracing::debug!(place = self.place, operation, attempts, %error, "state store: trying again");
            let micros = u64::try_from(pause.as_micros()).unwrap_or(u64::MAX);
            self.clock.sleep(Duration::from_micros(self.random.below(micros))).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            attempts += 1;
        }
    }

    async fn once<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
        limit: Duration,
    ) -> Result<T, Error> {
        if self.folder.is_some() {
            let _busy = self.clock.busy();
            return call.await;
        }
        self.clock.timeout(limit, call).await.unwrap_or_else(|| {
            let source = io::Error::new(ErrorKind::TimedOut, format!("no answer within {limit:.1?}"));
            Err(Error::Generic { store: "state", source: source.into() })
        })
    }

    fn failed(&self, operation: &'static str, attempts: u32, error: &Error) -> StateError {
        let place = self.place.clone();
        let (kind, source) = match io_cause(error) {
            // The system's own words, without the three wrappers that repeat them.
            Some(cause) => (
                Some(cause.kind()),
                cause.raw_os_error().map_or_else(
                    || cause.to_string().into(),
                    |code| io::Error::from_raw_os_error(code).into(),
                ),
            ),
            None => (None, in_short(&error.to_string()).into()),
        };
        match (error, kind) {
            (Error::PermissionDenied { .. } | Error::Unauthenticated { .. }, _)
            | (_, Some(ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)) => {
                StateError::Denied { place, operation, source }
            }
            (_, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded)) => {
                StateError::Full { place, source }
            }
            // A read of what is not there is no failure: this is said of the bucket.
            (Error::NotFound { .. }, _) if self.folder.is_none() => StateError::NoBucket { place },
            _ if is_without_bucket(error) => StateError::NoBucket { place },
            _ => StateError::Unavailable { place, operation, attempts, source },
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.place)
    }
}

/// What was found. A file that is open already is read here: a second trip to another thread would take longer.
async fn bytes_of(found: GetResult) -> Result<Bytes, Error> {
    match found.payload {
        GetResultPayload::File(mut file, _) => {
            let mut bytes = Vec::with_capacity(usize::try_from(found.meta.size).unwrap_or(0));
            match file.read_to_end(&mut bytes) {
                Ok(_) => Ok(bytes.into()),
                Err(source) => Err(Error::Generic { store: "file", source: source.into() }),
            }
        }
        GetResultPayload::Stream(_) => found.bytes().await,
    }
}

#[cfg(any(test, feature = "contract"))]
#[allow(clippy::unwrap_used, reason = "for tests: one that cannot go on has failed")]
impl Store {
    /// What no program of ours does: writes over an object, or removes it.
    pub(super) async fn tamper(&self, object: &str, bytes: Option<Bytes>) {
        let path = self.path(object);
        match bytes {
            Some(bytes) => drop(self.objects.put(&path, bytes.into()).await.unwrap()),
            None => self.objects.delete(&path).await.unwrap(),
        }
    }

    /// The same store through another one.
    pub(super) fn through(&self, wrap: impl FnOnce(Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore>) -> Self {
        Self { objects: wrap(self.objects.clone()), ..self.clone() }
    }
}
