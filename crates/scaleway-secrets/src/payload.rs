//! What a version holds: bytes that must not be seen.

use std::fmt;

use base64::Engine;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use scaleway_core::Secret;
use serde::{Deserialize, Deserializer, Serializer, de};
use zeroize::Zeroizing;

/// The value of a secret's version: 64 KiB at most of text or bytes, redacted in `Debug` and wiped from memory when
/// dropped.
///
/// Like [`Secret`] it has no `Serialize`: only a field that says so writes it, in base64.
///
/// ```
/// use scaleway_secrets::Payload;
///
/// let payload = Payload::text("hunter2");
/// assert_eq!(payload.as_text(), Some("hunter2"));
/// assert_eq!(format!("{payload:?}"), "[secret]");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Zeroizing<Vec<u8>>);

impl Payload {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::bytes(text.into())
    }

    /// Any bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes themselves: only for what sends them to where they belong.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text itself, where it is one (UTF-8).
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The text as a [`Secret`], where it is one (UTF-8).
    pub fn to_secret(&self) -> Option<Secret> {
        self.as_text().map(Secret::new)
    }

    /// The CRC32 (IEEE) of the bytes, which the API compares what it received with.
    pub fn crc32(&self) -> u32 {
        crc32fast::hash(&self.0)
    }

    /// For `serialize_with`: writes the bytes in base64.
    pub(crate) fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.0, &STANDARD))
    }
}

impl From<Secret> for Payload {
    fn from(secret: Secret) -> Self {
        Self::text(secret.expose())
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        // The reason is left out: it would show a character of the value.
        let bytes =
            STANDARD.decode(text.as_bytes()).map_err(|_| de::Error::custom("the data is not base64"))?;
        Ok(Self::bytes(bytes))
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_base64_is_refused_without_showing_it() {
        let error = serde_json::from_str::<Payload>("\"hunter2!\"").unwrap_err().to_string();
        assert!(error.contains("not base64") && !error.contains("hunter") && !error.contains('!'), "{error}");
    }

    #[test]
    fn bytes_need_not_be_text() {
        let payload = Payload::bytes([0xff, 0x00]);
        assert_eq!((payload.as_text(), payload.as_bytes()), (None, &[0xff, 0x00][..]));
        assert!(payload.to_secret().is_none());
        assert_eq!(Payload::from(Secret::new("123456789")).crc32(), 0xcbf4_3926, "the check value of CRC-32");
    }
}
