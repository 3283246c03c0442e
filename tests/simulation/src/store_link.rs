//! One process' way to the log, and to its own disk.

use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use scaleway_core::Clock;

use crate::fate::Fate;
use crate::net::Net;
use crate::trace::Trace;
use crate::weather::{Trouble, Weather};

/// An object store over the net, as long as its process lives.
#[derive(Debug, Clone)]
pub(crate) struct StoreLink {
    pub(crate) who: usize,
    pub(crate) fate: Fate,
    pub(crate) net: Net,
    pub(crate) disk: Arc<dyn ObjectStore>,
    pub(crate) clock: Clock,
    pub(crate) weather: Weather,
    pub(crate) trace: Trace,
}

impl StoreLink {
    /// There and back, with what may go wrong.
    async fn carried<T: Send + 'static>(
        &self,
        verb: &'static str,
        key: Option<Path>,
        call: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let this = self.clone();
        let job = async move {
            let trouble = this.weather.on_the_way_to_the_store(verb == "put", this.clock.now());
            this.clock.sleep(this.weather.way()).await;
            let done = this.meet(trouble, call).await;
            this.trace.note(&this.clock, this.who, || {
                let trouble = trouble.map(|trouble| format!(" ({trouble:?})")).unwrap_or_default();
                let how = done.as_ref().err().map(|error| format!(": {error}")).unwrap_or_default();
                let key = key.map(|key| format!(" {key}")).unwrap_or_default();
                format!("store: {verb}{key}{trouble}{how}")
            });
            this.clock.sleep(this.weather.way()).await;
            done
        };
        self.net.carry(job).await
    }

    /// The same for what changes something, and so lies between effect boundaries.
    async fn changed<T: Send + 'static>(
        &self,
        verb: &'static str,
        key: &Path,
        call: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.fate.boundary().await;
        let done = self.carried(verb, Some(key.clone()), call).await;
        self.fate.written().await;
        self.fate.boundary().await;
        self.fate.meet();
        done
    }

    async fn meet<T>(&self, trouble: Option<Trouble>, call: impl Future<Output = Result<T>>) -> Result<T> {
        match trouble {
            Some(Trouble::Refused) => return Err(io(ErrorKind::ConnectionRefused)),
            Some(Trouble::Reset | Trouble::Throttled | Trouble::Unavailable | Trouble::Forbidden) => {
                return Err(io(ErrorKind::ConnectionReset));
            }
            Some(Trouble::Vanished) => std::future::pending().await,
            Some(Trouble::Slow) => self.clock.sleep(std::time::Duration::from_secs(4)).await,
            _ => {}
        }
        let done = call.await;
        match trouble {
            Some(Trouble::Failed | Trouble::AnswerLost) => Err(io(ErrorKind::TimedOut)),
            Some(Trouble::Silence) => std::future::pending().await,
            _ => done,
        }
    }
}

fn io(kind: ErrorKind) -> Error {
    Error::Generic { store: "simulated", source: std::io::Error::from(kind).into() }
}

#[async_trait::async_trait]
impl ObjectStore for StoreLink {
    async fn put_opts(&self, key: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let (disk, path) = (self.disk.clone(), key.clone());
        let put = async move { disk.put_opts(&path, payload, options).await };
        self.changed("put", key, put).await
    }

    async fn put_multipart_opts(
        &self,
        key: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.disk.put_multipart_opts(key, options).await
    }

    async fn get_opts(&self, key: &Path, options: GetOptions) -> Result<GetResult> {
        self.fate.alive().await;
        let (disk, path) = (self.disk.clone(), key.clone());
        let get = async move { disk.get_opts(&path, options).await };
        let done = self.carried("get", Some(key.clone()), get).await;
        self.fate.alive().await;
        done
    }

    fn delete_stream(&self, keys: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        let delete = move |key: Path| {
            let (this, disk, path) = (this.clone(), this.disk.clone(), key.clone());
            let delete = async move { disk.delete(&path).await };
            async move { this.changed("delete", &key, delete).await.map(|()| key) }
        };
        keys.and_then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (this, disk, prefix) = (self.clone(), self.disk.clone(), prefix.cloned());
        let listed = async move {
            this.fate.alive().await;
            let all = async move { Ok(disk.list(prefix.as_ref()).collect::<Vec<_>>().await) };
            let listed = this.carried("list", None, all).await;
            this.fate.alive().await;
            match listed {
                Ok(objects) => stream::iter(objects),
                Err(error) => stream::iter(vec![Err(error)]),
            }
        };
        stream::once(listed).flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.disk.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.disk.copy_opts(from, to, options).await
    }
}

impl fmt::Display for StoreLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("simulated store")
    }
}
