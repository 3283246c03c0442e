//! A store that fails: before the effect, after it, for a while, for good.

use std::fmt;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use object_store::path::Path as Key;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::*;

/// What happens to the next writes, one after another; when the list is at its end, what `then` says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    None,
    /// Refused before anything happened.
    Before(ErrorKind),
    /// Done after what somebody else does beside it: see [`BadStore::beside`].
    Beside,
    /// Done, and the answer lost; a refusal is answered.
    AnswerLost,
    /// Done, and the answer never comes; a refusal is answered.
    Hang,
}

pub(super) struct BadStore {
    inner: Arc<dyn ObjectStore>,
    clock: Clock,
    next: Mutex<Vec<Fault>>,
    then: Fault,
    writes: AtomicU32,
    beside: Mutex<Option<BoxFuture<'static, ()>>>,
    hides_what_is_missing: AtomicBool,
}

impl BadStore {
    /// From now on there is no answer about what is not there: a log is read, and whether it goes on cannot be seen.
    pub(super) fn hide_what_is_missing(&self) {
        self.hides_what_is_missing.store(true, Ordering::Relaxed);
    }

    /// What somebody else does just before the first write whose fault is [`Fault::Beside`].
    pub(super) fn beside(&self, what: impl Future<Output = ()> + Send + 'static) {
        *self.beside.lock().unwrap() = Some(Box::pin(what));
    }
}

impl fmt::Debug for BadStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BadStore")
    }
}

impl Bench {
    pub(super) fn bad_store(&self, faults: &[Fault], then: Fault) -> (Store, Arc<BadStore>) {
        let mut made = None;
        let store = self.store.through(|inner| {
            let next = Mutex::new(faults.iter().rev().copied().collect());
            let bad = Arc::new(BadStore {
                inner,
                clock: self.clock.clone(),
                next,
                then,
                writes: AtomicU32::new(0),
                beside: Mutex::default(),
                hides_what_is_missing: AtomicBool::new(false),
            });
            made.insert(bad).clone()
        });
        (store, made.unwrap())
    }
}

fn io(kind: ErrorKind) -> Error {
    Error::Generic { store: "bad store", source: std::io::Error::from(kind).into() }
}

#[async_trait::async_trait]
impl ObjectStore for BadStore {
    async fn put_opts(&self, key: &Key, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        if key.filename() == Some("probe") {
            return self.inner.put_opts(key, payload, options).await;
        }
        self.writes.fetch_add(1, Ordering::Relaxed);
        let fault = self.next.lock().unwrap().pop().unwrap_or(self.then);
        if let Fault::Before(kind) = fault {
            return Err(io(kind));
        }
        if let Fault::Beside = fault {
            let beside = self.beside.lock().unwrap().take();
            beside.unwrap().await;
        }
        let done = self.inner.put_opts(key, payload, options).await?;
        match fault {
            Fault::AnswerLost => return Err(io(ErrorKind::ConnectionReset)),
            Fault::Hang => self.clock.sleep(Duration::from_secs(1_000_000)).await,
            Fault::Before(_) | Fault::Beside | Fault::None => {}
        }
        Ok(done)
    }

    async fn put_multipart_opts(
        &self,
        key: &Key,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(key, options).await
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        match self.inner.get_opts(key, options).await {
            Err(Error::NotFound { .. }) if self.hides_what_is_missing.load(Ordering::Relaxed) => {
                Err(io(ErrorKind::ConnectionReset))
            }
            answer => answer,
        }
    }

    fn delete_stream(&self, keys: BoxStream<'static, Result<Key>>) -> BoxStream<'static, Result<Key>> {
        self.inner.delete_stream(keys)
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

impl fmt::Display for BadStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BadStore")
    }
}

/// A store that knows no conditions.
#[cfg(test)]
#[derive(Debug)]
pub(super) struct Overwriting(pub(super) Arc<dyn ObjectStore>);

#[cfg(test)]
impl fmt::Display for Overwriting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Overwriting")
    }
}

#[cfg(test)]
#[async_trait::async_trait]
impl ObjectStore for Overwriting {
    async fn put_opts(&self, key: &Key, payload: PutPayload, _: PutOptions) -> Result<PutResult> {
        self.0.put_opts(key, payload, PutOptions::default()).await
    }

    async fn put_multipart_opts(
        &self,
        key: &Key,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(key, options).await
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(key, options).await
    }

    fn delete_stream(&self, keys: BoxStream<'static, Result<Key>>) -> BoxStream<'static, Result<Key>> {
        self.0.delete_stream(keys)
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

/// A store that is not there.
#[derive(Debug)]
pub(super) struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gone")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Gone {
    async fn put_opts(&self, _: &Key, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(io(ErrorKind::ConnectionRefused))
    }

    async fn put_multipart_opts(&self, _: &Key, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(io(ErrorKind::ConnectionRefused))
    }

    async fn get_opts(&self, _: &Key, _: GetOptions) -> Result<GetResult> {
        Err(io(ErrorKind::ConnectionRefused))
    }

    fn delete_stream(&self, keys: BoxStream<'static, Result<Key>>) -> BoxStream<'static, Result<Key>> {
        keys
    }

    fn list(&self, _: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        Box::pin(futures_util::stream::once(async { Err(io(ErrorKind::ConnectionRefused)) }))
    }

    async fn list_with_delimiter(&self, _: Option<&Key>) -> Result<ListResult> {
        Err(io(ErrorKind::ConnectionRefused))
    }

    async fn copy_opts(&self, _: &Key, _: &Key, _: CopyOptions) -> Result<()> {
        Err(io(ErrorKind::ConnectionRefused))
    }
}

contract! {
    a_write_whose_answer_was_lost_is_recognised,
    a_write_that_is_given_up_is_found_again,
    a_refusing_store_is_named_with_its_remedy,
    a_store_that_is_away_is_noticed_within_fifteen_seconds,
}

async fn open_through(bench: &Bench, faults: &[Fault], then: Fault) -> (Session<Names>, Arc<BadStore>) {
    let (store, bad) = bench.bad_store(faults, then);
    (Session::open(store, bench.key.clone()).await.unwrap(), bad)
}

async fn a_write_whose_answer_was_lost_is_recognised(bench: &Bench) {
    let faults = [Fault::AnswerLost, Fault::Before(ErrorKind::TimedOut), Fault::AnswerLost, Fault::None];
    let (mut session, bad) = open_through(bench, &faults, Fault::AnswerLost).await;
    session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap();
    assert_eq!(session.append(added("a")).await.unwrap(), 2);
    assert_eq!(session.append(added("b")).await.unwrap(), 3);
    assert!(bad.writes.load(Ordering::Relaxed) > 3);
    let again = bench.open().await;
    assert_eq!((again.state(), again.head()), (&names(["a", "b"]), session.head()));
}

async fn a_write_that_is_given_up_is_found_again(bench: &Bench) {
    let (mut session, _) = open_through(bench, &[Fault::None, Fault::Hang], Fault::None).await;
    session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap();
    {
        // Until it is there, which takes a while but in memory; then its future is dropped.
        let mut append = std::pin::pin!(session.append(added("a")));
        loop {
            assert!(futures_util::poll!(&mut append).is_pending());
            if bench.open().await.head().seq == 2 {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(session.state(), &Names::default(), "not visible before it is known to be durable");
    assert_eq!(session.append(added("b")).await.unwrap(), 3);
    assert_eq!(session.state(), &names(["a", "b"]));
}

async fn a_refusing_store_is_named_with_its_remedy(bench: &Bench) {
    for (kind, expected) in [
        (ErrorKind::PermissionDenied, "not allowed to write"),
        (ErrorKind::ReadOnlyFilesystem, "not allowed to write"),
        (ErrorKind::StorageFull, "free some space"),
    ] {
        let (mut session, bad) = open_through(bench, &[], Fault::Before(kind)).await;
        let error = session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains(bench.store.place()), "{text}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(!text.contains(&source) && !source.is_empty(), "{text} / {source}");
        assert_eq!(bad.writes.load(Ordering::Relaxed), 1, "it would refuse again");
    }
    assert_eq!(bench.open().await.head().seq, 0);
}

async fn a_store_that_is_away_is_noticed_within_fifteen_seconds(bench: &Bench) {
    let faults = [("a", Fault::Before(ErrorKind::ConnectionRefused)), ("b", Fault::Hang)];
    // A disk does not hang.
    for (name, then) in faults.into_iter().take(if bench.folder.is_some() { 1 } else { 2 }) {
        let (mut session, bad) = open_through(bench, &[Fault::None], then).await;
        session.lock(Holder::elsewhere("alice"), Duration::ZERO, |_| {}).await.unwrap();
        let started = bench.clock.now();
        match session.append(added(name)).await {
            // Done, though no answer ever came: found by reading it back.
            Ok(seq) => {
                assert!(matches!(then, Fault::Hang) && seq == session.head().seq);
            }
            Err(error) => {
                assert!(error.is_unavailable() && matches!(then, Fault::Before(_)), "{error:?}");
            }
        }
        assert!(bench.clock.now().since(started) <= Duration::from_secs(15));
        assert!(bad.writes.load(Ordering::Relaxed) > 1);
        bench.open().await.unlock(Holder::elsewhere("bob")).await.unwrap();
    }
}
