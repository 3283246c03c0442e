//! One request on its way through a handler.

use bytes::Bytes;
use http::HeaderName;
use http::request::Parts;
use scaleway_core::Timestamp;

use super::address::Address;
use super::bucket::{self, Bucket};
use super::refusal::{self, Refusal, Result};
use super::xml::Element;
use crate::authority::Principal;
use crate::reply::Reply;
use crate::world::World;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// Where what it makes lands.
    pub(super) project: String,
    /// It sees its own project's buckets only.
    pub(super) is_bound: bool,
    /// Whose key it is; nobody's where there is none.
    pub(super) principal: Option<Principal>,
}

/// A request whose operation is known.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) world: &'a mut World,
    pub(super) address: Address,
    pub(super) caller: Caller,
    pub(super) parts: &'a Parts,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Bytes,
    /// Headers that came after the body.
    pub(super) trailers: Vec<(String, String)>,
}

impl Call<'_> {
    pub(super) fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// A parameter of the query.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query that is a number up to `most`, which it is if it is absent.
    pub(super) fn number(&self, name: &str, most: usize) -> Result<usize> {
        match self.query(name) {
            None | Some("") => Ok(most),
            Some(text) => match text.parse::<usize>() {
                Ok(number) => Ok(number.min(most)),
                Err(_) => {
                    Err(invalid(name, text, "Provided value is not an integer or within integer range"))
                }
            },
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// Whether a header says `true`.
    pub(super) fn says(&self, name: &str) -> bool {
        self.header(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The bucket of the request, if the caller may see it.
    pub(super) fn bucket(&self) -> Result<Bucket> {
        self.bucket_named(&self.address.bucket)
    }

    pub(super) fn bucket_named(&self, name: &str) -> Result<Bucket> {
        let missing = || refusal::NO_SUCH_BUCKET.about("BucketName", name);
        let (bucket, region) = bucket::find(&self.world.store, name).ok_or_else(missing)?;
        if self.caller.is_bound && bucket.project != self.caller.project {
            return Err(refusal::ACCESS_DENIED.into());
        }
        // Another region has its own list of buckets.
        if region == self.address.region { Ok(bucket) } else { Err(missing()) }
    }

    /// Lets a bucket be as it is now.
    pub(super) fn keep(&mut self, bucket: &Bucket) -> Result<()> {
        bucket::keep(self.world, bucket)
    }

    /// The document that was sent, if it is one of the name.
    pub(super) fn document(&self, root: &str) -> Result<Element> {
        Element::read(&self.body)
            .filter(|document| document.name == root)
            .ok_or_else(|| refusal::MALFORMED_XML.into())
    }
}

/// 400 of a parameter.
pub(super) fn invalid(name: &str, value: &str, message: &'static str) -> Refusal {
    refusal::INVALID_ARGUMENT.because(message).field("ArgumentName", name).field("ArgumentValue", value)
}

/// 200 with a document.
pub(super) fn document(root: Element) -> Reply {
    Reply::bytes(http::StatusCode::OK, "application/xml", root.document().into())
}

/// 200 without a document.
pub(super) fn done() -> Reply {
    Reply::bytes(http::StatusCode::OK, "", Bytes::new())
}

/// 204.
pub(super) fn gone() -> Reply {
    Reply::bytes(http::StatusCode::NO_CONTENT, "", Bytes::new())
}

/// With a header, if there is a value for it.
pub(super) fn with(reply: Reply, name: &'static str, value: Option<&str>) -> Reply {
    match value {
        Some(value) => reply.header(HeaderName::from_static(name), value),
        None => reply,
    }
}
