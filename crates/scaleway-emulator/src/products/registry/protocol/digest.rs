//! Digests: how the protocol names contents.

use sha2::{Digest, Sha256, Sha512};

/// The digest of `bytes` by the algorithm of `wanted`; `None` where that is no digest.
fn by(wanted: &str, bytes: &[u8]) -> Option<String> {
    let (algorithm, hex) = wanted.split_once(':')?;
    let is_hex = |length| hex.len() == length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match algorithm {
        "sha256" if is_hex(64) => Some(sha256(bytes)),
        "sha512" if is_hex(128) => Some(written("sha512", &Sha512::digest(bytes))),
        _ => None,
    }
}

/// Whether it has the form of a digest.
pub(super) fn is_digest(text: &str) -> bool {
    by(text, &[]).is_some()
}

/// Whether `bytes` have this digest.
pub(super) fn fits(digest: &str, bytes: &[u8]) -> bool {
    by(digest, bytes).is_some_and(|real| real == digest)
}

/// The digest by which a manifest is known.
pub(super) fn sha256(bytes: &[u8]) -> String {
    written("sha256", &Sha256::digest(bytes))
}

fn written(algorithm: &str, hash: &[u8]) -> String {
    let mut text = format!("{algorithm}:");
    for byte in hash {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(nibble.into(), 16).unwrap_or_default());
        }
    }
    text
}

/// The id of the content with this digest among the emulator's contents.
pub(super) fn content(digest: &str) -> String {
    digest.replace(':', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_names_its_algorithm() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
        assert!(fits(empty, b"") && !fits(empty, b"x") && is_digest(empty));
        let long = written("sha512", &Sha512::digest(b"x"));
        assert!(fits(&long, b"x"));
        for wrong in ["sha256:00", "md5:d41d8cd98f00b204e9800998ecf8427e", "latest", &empty.to_uppercase()] {
            assert!(!is_digest(wrong), "{wrong}");
        }
    }
}
