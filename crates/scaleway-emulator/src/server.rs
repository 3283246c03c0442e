//! The emulator on a port: plain HTTP/1.1.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::kernel::{Outcome, host};
use crate::object_storage::{Address, OnlyHere};
use crate::reply::Reply;
use crate::{Emulator, EmulatorError};

/// The largest body that is read, in MiB: of a request to the APIs, of one to Object Storage, and of a layer that is pushed.
const MAX_BODY: usize = 16;
const MAX_OBJECT: usize = 1024;
const MAX_LAYER: usize = 4 * 1024;

/// An emulator that listens. The API answers under `localhost`, loopback addresses and `api.scaleway.com`; what was
/// deployed answers under its own host name (`curl --resolve`). Object Storage answers under its own names, to requests
/// that are signed for it, and on an address of its own whoever asks.
#[derive(Debug)]
pub struct Server {
    emulator: Emulator,
    api: Door,
    object_storage: Door,
}

/// Where one listens.
#[derive(Debug)]
struct Door {
    listener: TcpListener,
    addr: SocketAddr,
}

impl Door {
    async fn open(addr: SocketAddr) -> Result<Self, EmulatorError> {
        let refused = |source| EmulatorError::Bind { address: addr, source };
        let listener = TcpListener::bind(addr).await.map_err(refused)?;
        let addr = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, addr })
    }
}

/// The connection is to break without an answer.
#[derive(Debug, thiserror::Error)]
#[error("a fault broke the connection")]
struct Broken;

/// A body that is sent whole, or breaks off in the middle.
#[derive(Debug)]
struct Sent {
    left: Bytes,
    /// What is announced and never comes.
    missing: u64,
}

impl Sent {
    fn whole(body: Bytes) -> Self {
        Self { left: body, missing: 0 }
    }

    fn half(mut body: Bytes) -> Self {
        let missing = body.split_off(body.len() / 2);
        Self { left: body, missing: missing.len() as u64 }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let left = std::mem::take(&mut self.left);
        Poll::Ready(match (left.is_empty(), self.missing) {
            (false, _) => Some(Ok(Frame::data(left))),
            (true, 0) => None,
            (true, _) => Some(Err(Broken)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.missing == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64 + self.missing)
    }
}

impl Server {
    /// Listens on `addr`; port 0 means any that is free. Object Storage has any free port of the same host besides. Tells
    /// those who find the data folder in use where it answers.
    ///
    /// # Errors
    /// [`EmulatorError::Bind`] when the port is in use, for example.
    pub async fn bind(emulator: Emulator, addr: SocketAddr) -> Result<Self, EmulatorError> {
        let api = Door::open(addr).await?;
        let object_storage = Door::open(SocketAddr::new(addr.ip(), 0)).await?;
        let this = Self { emulator, api, object_storage };
        this.emulator.announce(&this.url())?;
        Ok(this)
    }

    /// Listens for Object Storage on this address instead.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub async fn object_storage_at(mut self, addr: SocketAddr) -> Result<Self, EmulatorError> {
        self.object_storage = Door::open(addr).await?;
        Ok(self)
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.api.addr
    }

    /// Where the API answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.api.addr)
    }

    /// Where Object Storage answers, whoever asks and however the request is signed: `SCW_S3_ENDPOINT`.
    pub fn object_storage_url(&self) -> String {
        format!("http://{}", self.object_storage.addr)
    }

    /// Answers until `shutdown` is done, then finishes what is in flight. All of it happens in this future.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { emulator, api, object_storage } = self;
        let (stop, stopping) = watch::channel(false);
        let mut shutdown = pin!(shutdown);
        let mut looking = pin!(emulator.keep_looking());
        let mut connections = FuturesUnordered::new();
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = &mut looking => {}
                Some(()) = connections.next() => {}
                accepted = api.listener.accept() => match accepted {
                    Ok((stream, _)) => connections.push(connection(&emulator, stream, false, stopping.clone())),
                    Err(error) => tracing::warn!(%error, "a connection was not accepted"),
                },
                accepted = object_storage.listener.accept() => match accepted {
                    Ok((stream, _)) => connections.push(connection(&emulator, stream, true, stopping.clone())),
                    Err(error) => tracing::warn!(%error, "a connection was not accepted"),
                },
            }
        }
        drop((api, object_storage));
        // Nobody listens where there is no connection.
        let _ = stop.send(true);
        while connections.next().await.is_some() {}
    }
}

async fn connection(
    emulator: &Emulator,
    stream: TcpStream,
    only_objects: bool,
    mut stopping: watch::Receiver<bool>,
) {
    // Without it small answers wait for the other side's acknowledgement.
    let _ = stream.set_nodelay(true);
    let service_stopping = stopping.clone();
    let service = service_fn(|mut request: Request<Incoming>| {
        if only_objects {
            request.extensions_mut().insert(OnlyHere);
        }
        answer(emulator, request, service_stopping.clone())
    });
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopping.wait_for(|stop| *stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

async fn answer(
    emulator: &Emulator,
    request: Request<Incoming>,
    mut stopping: watch::Receiver<bool>,
) -> Result<Response<Sent>, Broken> {
    let (parts, body) = request.into_parts();
    let busy = emulator.clock().busy();
    let limit = match parts.uri.path().starts_with("/v2/") {
        _ if Address::of(&host(&parts), &parts).is_some() => MAX_OBJECT,
        true => MAX_LAYER,
        false => MAX_BODY,
    };
    let Ok(body) = Limited::new(body, limit * 1024 * 1024).collect().await else {
        let message = json!({"message": format!("the body is larger than {limit} MiB, or broke off")});
        return Ok(Reply::json(StatusCode::PAYLOAD_TOO_LARGE, message).into_response().map(Sent::whole));
    };
    // While the request waits out its latency, the clock must be free to move.
    drop(busy);
    match emulator.exchange(Request::from_parts(parts, body.to_bytes())).await {
        Outcome::Answer(response) => Ok(response.map(Sent::whole)),
        Outcome::BrokenOff(response) => Ok(response.map(Sent::half)),
        Outcome::NoSuchHost(host) => {
            let message =
                format!("no such host here: {host:?}; the API answers under localhost and api.scaleway.com");
            let reply = Reply::json(StatusCode::MISDIRECTED_REQUEST, json!({ "message": message }));
            Ok(reply.into_response().map(Sent::whole))
        }
        Outcome::Broken => Err(Broken),
        Outcome::Silence => {
            let _ = stopping.wait_for(|stop| *stop).await;
            Err(Broken)
        }
    }
}
