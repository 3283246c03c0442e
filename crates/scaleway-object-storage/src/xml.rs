//! XML as Object Storage spells it.

use bytes::Bytes;
use http::StatusCode;
use scaleway_core::ErrorBody;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

/// Reads the document; its root's name does not matter, and neither does its namespace.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    let wrong = |error: &dyn std::fmt::Display| <serde_json::Error as serde::de::Error>::custom(error);
    let text = std::str::from_utf8(body).map_err(|error| wrong(&error))?;
    quick_xml::de::from_str(text).map_err(|error| wrong(&error))
}

/// Writes `value` as the document `root` of S3's namespace.
pub(crate) fn encode<T: Serialize>(root: &str, value: &T) -> Result<Bytes, quick_xml::SeError> {
    let document = quick_xml::se::to_string_with_root(root, value)?;
    // What is written begins with `<root`, for a value has no say in it.
    let rest = document.get(root.len() + 1..).unwrap_or_default();
    Ok(format!(r#"<{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"{rest}"#).into())
}

/// Reads one of an enum's words: an element is no word by itself, but has one in it.
pub(crate) fn word<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(String::deserialize(deserializer)?.into_deserializer())
}

/// As [`word`], where the element may be absent.
pub(crate) fn optional_word<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    word(deserializer).map(Some)
}

/// What to do about a redirection, which is not followed: the signature would not hold there.
const ELSEWHERE: &str = "the bucket is in another region: check the region and SCW_S3_ENDPOINT";

/// Reads the body of a refusal. The answer to a HEAD has none: then the status says it.
pub(crate) fn error(body: &[u8], status: StatusCode) -> ErrorBody {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    struct Refusal {
        code: Option<String>,
        message: Option<String>,
        resource: Option<String>,
        bucket_name: Option<String>,
    }

    let refusal: Refusal = decode(body).unwrap_or_default();
    let mut error = ErrorBody::default();
    error.kind = refusal.code.or_else(|| match status {
        StatusCode::FORBIDDEN => Some("AccessDenied".to_owned()),
        StatusCode::NOT_FOUND => Some("NotFound".to_owned()),
        StatusCode::PRECONDITION_FAILED => Some("PreconditionFailed".to_owned()),
        _ => None,
    });
    error.message = refusal
        .message
        .filter(|message| !message.is_empty())
        .or_else(|| status.canonical_reason().map(str::to_owned));
    error.resource = refusal.resource.or(refusal.bucket_name);
    error.help_message = match error.kind.as_deref() {
        Some("RequestTimeTooSkewed") => Some("the clock of this machine is wrong"),
        Some("SignatureDoesNotMatch") => Some("check SCW_SECRET_KEY: it must be that of SCW_ACCESS_KEY"),
        Some("InvalidAccessKeyId") => Some("check SCW_ACCESS_KEY"),
        Some("PermanentRedirect" | "AuthorizationHeaderMalformed") => Some(ELSEWHERE),
        _ if status.is_redirection() => Some(ELSEWHERE),
        Some("BucketNotEmpty") => {
            Some("delete its objects first, with all their versions, delete markers and unfinished uploads")
        }
        Some("BucketAlreadyExists") => Some("names are shared by all customers: choose another one"),
        _ => None,
    }
    .map(str::to_owned);
    error
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop_oneof};

    use super::*;

    #[test]
    fn a_refusal_says_code_message_and_resource() {
        let body = br"<?xml version='1.0' encoding='UTF-8'?>
            <Error><Code>NoSuchBucket</Code><Message>It &amp; its like</Message><RequestId>tx1</RequestId>
            <Resource>/evalap</Resource></Error>";
        let error = error(body, StatusCode::NOT_FOUND);
        assert_eq!(error.kind.as_deref(), Some("NoSuchBucket"));
        assert_eq!(error.message.as_deref(), Some("It & its like"));
        assert_eq!(error.resource.as_deref(), Some("/evalap"));
    }

    #[test]
    fn a_refusal_without_a_readable_body_is_known_by_its_status() {
        for body in [&b""[..], b"<html>", b"<Error", b"\xff"] {
            let error = error(body, StatusCode::FORBIDDEN);
            assert_eq!(error.kind.as_deref(), Some("AccessDenied"));
            assert_eq!(error.message.as_deref(), Some("Forbidden"));
        }
        assert_eq!(error(b"", StatusCode::BAD_GATEWAY).kind, None);
    }

    #[test]
    fn texts_keep_what_xml_would_read() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Text {
            #[serde(rename = "Value")]
            value: String,
        }
        for value in ["", "a<b>&\"'", " spaces ", "é…", "line\nbreak"] {
            let text = Text { value: value.to_owned() };
            let document = encode("Tag", &text).unwrap();
            assert_eq!(decode::<Text>(&document).unwrap(), text, "{document:?}");
        }
    }

    /// Reads a document as one of our types; what could be read is written, and read as it was.
    fn again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(body: &str) {
        if let Ok(read) = decode::<T>(body.as_bytes()) {
            let written = encode("Root", &read).unwrap();
            assert_eq!(decode::<T>(&written).unwrap(), read, "{body}");
        }
    }

    /// All documents that this crate reads.
    const DOCUMENTS: [fn(&str); 7] = [
        again::<crate::Acl>,
        again::<crate::Buckets>,
        again::<crate::Encryption>,
        again::<crate::Lifecycle>,
        again::<crate::ObjectLock>,
        again::<crate::Tags>,
        again::<crate::Versioning>,
    ];

    fn element() -> impl Strategy<Value = String> {
        let names = [
            "AbortIncompleteMultipartUpload",
            "AccessControlList",
            "ApplyServerSideEncryptionByDefault",
            "Bucket",
            "Buckets",
            "Days",
            "DefaultRetention",
            "Expiration",
            "Filter",
            "Grant",
            "Grantee",
            "ID",
            "Key",
            "Mode",
            "Name",
            "NoncurrentDays",
            "ObjectLockEnabled",
            "Owner",
            "Permission",
            "Prefix",
            "Rule",
            "SSEAlgorithm",
            "Status",
            "StorageClass",
            "Tag",
            "TagSet",
            "Transition",
            "URI",
            "Value",
        ];
        let leaf = prop_oneof![
            "[ -~é]{0,8}".prop_map(|text| quick_xml::escape::escape(text).into_owned()),
            "[0-9]{1,12}"
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            let inside = proptest::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
            (proptest::sample::select(names.to_vec()), inside)
                .prop_map(|(name, inside)| format!("<{name}>{inside}</{name}>"))
        })
    }

    proptest::proptest! {
        /// Whatever is answered, it is read or refused.
        #[test]
        fn nothing_panics(texts in proptest::collection::vec("[<>/&;a-zA-Z]{0,6}|<Rule>|</Rule>|<Status>|</Status>|<Days>|<!--|]]>|&#0;", 0..12)) {
            let body = texts.concat();
            for again in DOCUMENTS {
                again(&body);
            }
            let _ = error(body.as_bytes(), StatusCode::BAD_REQUEST);
        }

        /// As does a document of elements that S3 knows, in any order and any depth.
        #[test]
        fn what_is_written_is_read_as_it_was(content in element()) {
            let body = format!("<Root>{content}</Root>");
            for again in DOCUMENTS {
                again(&body);
            }
        }

        #[test]
        fn any_tags_come_back(tags in proptest::collection::btree_map("[ -~é]{1,20}", "[ -~é]{0,20}", 0..5)) {
            let tags = crate::Tags(tags);
            proptest::prop_assert_eq!(decode::<crate::Tags>(&encode("Tagging", &tags).unwrap()).unwrap(), tags);
        }
    }
}
