//! The one seam: how a request reaches an API, and what can go wrong on the way.
//!
//! Everything above it is the same whether the other side is Scaleway over https or an emulator called as a function.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

#[cfg(feature = "https")]
mod https;
#[cfg(feature = "https")]
pub use https::{Https, HttpsOptions};

/// What a [`Transport`] answers, some time.
pub type Exchange<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send + 'a>>;

/// Carries one HTTP request to where its URI points and brings the answer back.
///
/// Implementations do not retry, do not follow redirects and may be called many times at once. Dropping the future gives
/// the answer up; the request may have had its effect all the same.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends `request`, whose URI is absolute, and waits for the whole answer.
    fn send(&self, request: http::Request<Bytes>) -> Exchange<'_>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        (**self).send(request)
    }
}

/// Why there is no answer, and above all: whether the request can have had an effect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// Nothing reached the other side: no address, connection refused, no TLS. The request can be sent again, whatever it is.
    #[error("the request was never sent: {reason}")]
    NeverSent {
        /// What failed, in a word or two.
        reason: String,
        /// The cause.
        source: Option<BoxError>,
    },
    /// The request was held back on purpose, before it left. It would be again.
    #[error("the request was not sent")]
    Withheld {
        /// Why.
        source: BoxError,
    },
    /// The request left and its answer did not arrive, or not whole: its effect may or may not have happened.
    #[error("the request was sent and its answer was lost: {reason}")]
    AnswerLost {
        /// What failed, in a word or two.
        reason: String,
        /// The cause.
        source: Option<BoxError>,
    },
    /// The request had its effect, and the answer is too large to be read. It would be again.
    #[error("the answer is larger than {} MiB, and was not read", limit >> 20)]
    TooLarge {
        /// The most bytes that are read.
        limit: usize,
    },
}

/// A cause of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl TransportError {
    /// Nothing reached the other side.
    pub fn never_sent(reason: impl Into<String>) -> Self {
        Self::NeverSent { reason: reason.into(), source: None }
    }

    /// A transport that stands before another one lets nothing pass any more.
    pub fn withheld(source: impl Into<BoxError>) -> Self {
        Self::Withheld { source: source.into() }
    }

    /// The request left; what became of it is unknown.
    pub fn answer_lost(reason: impl Into<String>) -> Self {
        Self::AnswerLost { reason: reason.into(), source: None }
    }

    /// Whether the request certainly had no effect.
    pub fn is_never_sent(&self) -> bool {
        matches!(self, Self::NeverSent { .. } | Self::Withheld { .. })
    }
}
