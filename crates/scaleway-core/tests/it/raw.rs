//! A server below HTTP, for what a well-behaved one cannot do.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{Either, select};
use scaleway_core::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{SECOND, count};

/// What is done to a connection.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// It is reset while the request waits to be read.
    ResetBefore,
    /// The request is read, and the connection is reset.
    ResetAfter,
    /// The request is read, and the time passes.
    NeverAnswer(Clock),
    /// The request is read and these bytes are written; then the connection is closed.
    Write(String),
    /// The request is read and an endless body, in chunks or of a size that is said, is written.
    Flood { announced: bool },
}

impl Act {
    pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Write(format!(
            "HTTP/1.1 {status} Status\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }
}

pub(crate) struct Raw {
    listener: TcpListener,
    seen: AtomicUsize,
}

impl Raw {
    pub(crate) async fn listen() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), seen: AtomicUsize::new(0) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    /// How many requests came.
    pub(crate) fn seen(&self) -> usize {
        count(&self.seen)
    }

    /// Treats the nth connection to `act(n)` until `client` is done.
    pub(crate) async fn during<T>(&self, act: impl Fn(usize) -> Act, client: impl Future<Output = T>) -> T {
        let serving = async {
            let mut held = Vec::new();
            loop {
                let (stream, _) = self.listener.accept().await.unwrap();
                let act = act(self.seen.fetch_add(1, Ordering::Relaxed));
                held.extend(serve(stream, act).await);
            }
        };
        match select(pin!(client), pin!(serving)).await {
            Either::Left((output, _)) => output,
            Either::Right((never, _)) => never,
        }
    }
}

/// The connection comes back where it stays open.
async fn serve(mut stream: TcpStream, act: Act) -> Option<TcpStream> {
    if matches!(act, Act::ResetBefore) {
        stream.readable().await.unwrap();
        stream.set_zero_linger().unwrap();
        return None;
    }
    read_request(&mut stream).await;
    match act {
        Act::ResetBefore | Act::ResetAfter => stream.set_zero_linger().unwrap(),
        Act::NeverAnswer(clock) => {
            clock.advance(60 * SECOND);
            return Some(stream);
        }
        Act::Write(bytes) => {
            stream.write_all(bytes.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        Act::Flood { announced } => {
            let framing = if announced { "content-length: 99999999" } else { "transfer-encoding: chunked" };
            let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, "x".repeat(1 << 20));
            let mut bytes = format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n");
            // Until the client hangs up.
            while stream.write_all(bytes.as_bytes()).await.is_ok() {
                bytes.clone_from(&chunk);
            }
        }
    }
    None
}

async fn read_request(stream: &mut TcpStream) {
    let mut bytes = Vec::new();
    let head = loop {
        bytes.push(stream.read_u8().await.unwrap());
        if bytes.ends_with(b"\r\n\r\n") {
            break String::from_utf8(bytes).unwrap().to_lowercase();
        }
    };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
}
