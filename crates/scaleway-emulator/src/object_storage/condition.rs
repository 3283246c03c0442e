//! Conditions of reads and writes, and ranges.

use std::ops::Range;

use super::call::Call;
use super::refusal::{self, Result};
use super::text::{http_date, read_http_date, seconds};
use super::version::Version;

/// Refuses a read whose conditions do not hold; `prefix` is that of the headers of a copy's source.
pub(super) fn for_read(call: &Call<'_>, prefix: &str, version: &Version) -> Result<()> {
    let header = |name: &str| call.header(&format!("{prefix}{name}"));
    let date = |name: &str| header(name).and_then(read_http_date);
    let modified = seconds(version.last_modified);
    let failed = |condition: &str| Err(refusal::PRECONDITION_FAILED.about("Condition", condition));
    match header("if-match") {
        Some(wanted) if !matches(wanted, version) => return failed("If-Match"),
        None if date("if-unmodified-since").is_some_and(|since| modified > seconds(since)) => {
            return failed("If-Unmodified-Since");
        }
        _ => {}
    }
    let is_same = match header("if-none-match") {
        Some(unwanted) => matches(unwanted, version),
        None => date("if-modified-since").is_some_and(|since| modified <= seconds(since)),
    };
    match (is_same, prefix) {
        (false, _) => Ok(()),
        (true, "") => Err(refusal::Refusal::from(refusal::NOT_MODIFIED)
            .header("etag", version.quoted_etag())
            .header("last-modified", http_date(version.last_modified))),
        (true, _) => failed("If-None-Match"),
    }
}

/// Refuses a write whose conditions do not hold for what the key has now.
pub(super) fn for_write(call: &Call<'_>, current: Option<&Version>) -> Result<()> {
    if let Some(unwanted) = call.header("if-none-match") {
        if unwanted.trim() != "*" {
            return Err(refusal::NOT_IMPLEMENTED.about("Header", "If-None-Match"));
        }
        if current.is_some() {
            return Err(refusal::PRECONDITION_FAILED.about("Condition", "If-None-Match"));
        }
    }
    match (call.header("if-match"), current) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(refusal::NO_SUCH_KEY.about("Key", &call.address.key)),
        (Some(wanted), Some(version)) if matches(wanted, version) => Ok(()),
        (Some(_), Some(_)) => Err(refusal::PRECONDITION_FAILED.about("Condition", "If-Match")),
    }
}

/// Whether a list of tags names this one, or any.
fn matches(list: &str, version: &Version) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/").trim_matches('"') == version.etag)
}

/// The bytes that a `Range` asks for; `None`: all of them, since what is not understood is ignored.
pub(super) fn range(header: &str, size: u64) -> Result<Option<Range<u64>>> {
    let Some((first, last)) = header.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Ok(None);
    };
    let (first, last) = (first.trim(), last.trim());
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.is_empty() => first..size,
        (Err(_), Ok(length)) if first.is_empty() => size.saturating_sub(length)..size,
        _ => return Ok(None),
    };
    if range.is_empty() {
        return Err(refusal::INVALID_RANGE
            .about("RangeRequested", header)
            .field("ActualObjectSize", size.to_string())
            .header("content-range", format!("bytes */{size}")));
    }
    Ok(Some(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_refused_or_ignored() {
        for (header, wanted) in [
            ("bytes=0-3", Some(0..4)),
            ("bytes=2-", Some(2..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=-30", Some(0..10)),
            ("bytes=8-99", Some(8..10)),
            ("bytes=3-2", None),
            ("bytes=0-1,4-5", None),
            ("lines=1-2", None),
        ] {
            assert_eq!(range(header, 10).unwrap(), wanted, "{header}");
        }
        for header in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            assert_eq!(range(header, 10).unwrap_err().code(), "InvalidRange", "{header}");
        }
        assert_eq!(range("bytes=0-", 0).unwrap_err().code(), "InvalidRange");
    }
}
