//! Bodies: the chunks that signed uploads are cut into, and the digests that must be right.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use sha2::{Digest, Sha256};

use super::call::Call;
use super::refusal::{self, Result};
use super::text::{base64, md5, read_base64};

/// Digests that a client may send along and gets back.
const CHECKSUMS: &[&str] = &[
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
];

/// A body as it was meant, with the headers that came after it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unchunked {
    pub(super) body: Bytes,
    pub(super) trailers: Vec<(String, String)>,
}

/// Takes the chunks of `aws-chunked` bodies together.
pub(super) fn unchunked(parts: &Parts, body: Bytes) -> Result<Unchunked> {
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_chunked = header("x-amz-content-sha256").starts_with("STREAMING-")
        || header("content-encoding").split(',').any(|coding| coding.trim() == "aws-chunked");
    if !is_chunked {
        return Ok(Unchunked { body, trailers: Vec::new() });
    }
    let unchunked = take_together(&body).ok_or(refusal::MISSING_CONTENT)?;
    let length = header("x-amz-decoded-content-length");
    if !length.is_empty() && length != unchunked.body.len().to_string() {
        return Err(refusal::MISSING_CONTENT.into());
    }
    Ok(unchunked)
}

/// `size;chunk-signature=…`, the chunk; the last one is empty and trailers follow it.
fn take_together(mut rest: &[u8]) -> Option<Unchunked> {
    let mut whole = BytesMut::new();
    loop {
        let head = line(&mut rest)?;
        let size = head.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            break;
        }
        whole.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
    let mut trailers = Vec::new();
    while let Some(text) = line(&mut rest).filter(|text| !text.is_empty()) {
        let (name, value) = text.split_once(':')?;
        trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some(Unchunked { body: whole.freeze(), trailers })
}

/// The next line, if it is a whole one.
fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    let text = std::str::from_utf8(&rest[..end]).ok()?;
    *rest = &rest[end + 2..];
    Some(text)
}

/// Refuses a body whose digests are others than those sent with it, and answers its MD5.
pub(super) fn md5_of(call: &Call<'_>) -> Result<[u8; 16]> {
    let digest = md5(&call.body);
    if let Some(sent) = call.header("content-md5") {
        let sent = read_base64(sent).filter(|sent| sent.len() == 16);
        if sent.ok_or(refusal::INVALID_DIGEST)? != digest {
            return Err(refusal::BAD_DIGEST.into());
        }
    }
    Ok(digest)
}

/// The checksums that were sent with the body. CRC-32 and SHA-256 must be right; the others are taken at their word.
pub(super) fn checksums(call: &Call<'_>) -> Result<BTreeMap<String, String>> {
    let mut checksums = BTreeMap::new();
    for name in CHECKSUMS {
        let trailer =
            call.trailers.iter().find(|(trailer, _)| trailer == name).map(|(_, value)| value.as_str());
        let Some(sent) = call.header(name).or(trailer) else { continue };
        let right = match *name {
            "x-amz-checksum-crc32" => base64(&crc32fast::hash(&call.body).to_be_bytes()),
            "x-amz-checksum-sha256" => base64(&Sha256::digest(&call.body)),
            _ => sent.to_owned(),
        };
        if sent != right {
            return Err(refusal::BAD_DIGEST.into());
        }
        checksums.insert((*name).to_owned(), sent.to_owned());
    }
    Ok(checksums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_and_trailers_are_taken_apart() {
        let sent = b"3;chunk-signature=ab\r\nabc\r\n2\r\n\r\n\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        let read = take_together(sent).unwrap();
        assert_eq!(read.body, "abc\r\n");
        assert_eq!(read.trailers, [("x-amz-checksum-crc32".to_owned(), "AAAAAA==".to_owned())]);
        assert_eq!(take_together(b"0\r\n\r\n").unwrap(), Unchunked::default());
        for broken in [&b""[..], b"5\r\nabc\r\n0\r\n\r\n", b"3\r\nabcd\r\n0\r\n", b"x\r\n"] {
            assert_eq!(take_together(broken), None);
        }
    }
}
