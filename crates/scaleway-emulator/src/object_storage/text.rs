//! How Object Storage spells times, digests and addresses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use scaleway_core::Timestamp;

/// What `encoding-type=url` leaves as it is.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b'*');

/// `2026-09-01T08:00:00.500Z`, as in documents.
pub(super) fn iso(at: Timestamp) -> String {
    let text = crate::world::stamp(at);
    format!("{}Z", &text[..text.len() - 4])
}

/// `Tue, 01 Sep 2026 08:00:00 GMT`, as in headers.
pub(super) fn http_date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.as_unix_millis()).unwrap_or_default();
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

/// A header's date.
pub(super) fn read_http_date(text: &str) -> Option<Timestamp> {
    let at = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_unix_millis(at.timestamp().as_millisecond()))
}

/// Whole seconds since 1970: headers know no more.
pub(super) fn seconds(at: Timestamp) -> i64 {
    at.as_unix_millis().div_euclid(1000)
}

pub(super) fn micros(at: Timestamp) -> u64 {
    u64::try_from(at.since(Timestamp::UNIX_EPOCH).as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

pub(super) fn read_hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(text.as_bytes()).ok()
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn read_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Percent-encoded, but for `/`.
pub(super) fn url_encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// A path's percent-encoded text, or `None` where it is no UTF-8.
pub(super) fn url_decoded(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spelled_as_headers_and_documents_want_them() {
        let at: Timestamp = "2026-09-01T08:00:00.5Z".parse().unwrap();
        assert_eq!(iso(at), "2026-09-01T08:00:00.500Z");
        assert_eq!(http_date(at), "Tue, 01 Sep 2026 08:00:00 GMT");
        assert_eq!(read_http_date(&http_date(at)).map(seconds), Some(seconds(at)));
        assert_eq!(read_http_date("yesterday"), None);
        assert_eq!(micros(at), 1_788_249_600_500_000);
    }
}
