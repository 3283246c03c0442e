//! How an object lies in the store: one readable line, then the ciphertext.
//!
//! ```text
//! evalap-state schema=2 key=1f2e3d4c nonce=<48 hex digits> sha256=<64 hex digits>
//! ```
//! The checksum covers the object's key, the line before it and the ciphertext, so damage is told from a wrong key
//! without having the right one; the cipher authenticates the same, so nobody without the key can repair or move an
//! object.

use bytes::Bytes;
use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use data_encoding::HEXLOWER;
use scaleway_core::Random;
use sha2::{Digest, Sha256};

use super::{StateError, StateKey};

/// The newest schema that is written, and the newest that can be read.
pub const SCHEMA: u32 = 2;

const MAGIC: &str = "evalap-state";
const LONGEST_HEADER: usize = 256;

/// What an object held.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) payload: Vec<u8>,
    pub(super) schema: u32,
    /// The id of the key that it was written with.
    pub(super) key: String,
}

/// Why an object could not be opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unopened {
    Damaged(&'static str),
    WrongKey { found: String },
    Newer { found: u32 },
}

/// Encrypts what is to be stored under the key `object`.
pub(super) fn seal(
    key: &StateKey,
    random: &Random,
    object: &str,
    payload: &[u8],
) -> Result<Bytes, StateError> {
    let mut nonce = [0; 24];
    random.fill(&mut nonce).map_err(StateError::Random)?;
    let header = format!("{MAGIC} schema={SCHEMA} key={} nonce={}", key.id(), HEXLOWER.encode(&nonce));
    let aad = associated(object, &header);
    let ciphertext = key
        .cipher()
        .encrypt(&XNonce::from(nonce), Payload { msg: payload, aad: &aad })
        .map_err(|_| StateError::Random(std::io::Error::other("the cipher refused the record")))?;
    let checksum = checksum(&aad, &ciphertext);
    Ok([format!("{header} sha256={checksum}\n").as_bytes(), &ciphertext].concat().into())
}

/// Decrypts what was stored under the key `object`.
pub(super) fn open(key: &StateKey, object: &str, sealed: &[u8]) -> Result<Opened, Unopened> {
    let parsed = parse(sealed).ok_or(Unopened::Damaged("has no readable header"))?;
    let aad = associated(object, parsed.header);
    if checksum(&aad, parsed.ciphertext) != parsed.checksum {
        return Err(Unopened::Damaged("is truncated, edited or misplaced (its checksum does not fit)"));
    }
    if parsed.schema > SCHEMA {
        return Err(Unopened::Newer { found: parsed.schema });
    }
    let wrong_key = || Unopened::WrongKey { found: parsed.key.to_owned() };
    let cipher = key.cipher_of(parsed.key).ok_or_else(wrong_key)?;
    let payload = cipher
        .decrypt(&XNonce::from(parsed.nonce), Payload { msg: parsed.ciphertext, aad: &aad })
        .map_err(|_| wrong_key())?;
    Ok(Opened { payload, schema: parsed.schema, key: parsed.key.to_owned() })
}

/// The id of the key that these bytes were written with, as they say.
pub(super) fn key_id(sealed: &[u8]) -> Option<&str> {
    parse(sealed).map(|parsed| parsed.key)
}

/// The name of these bytes in the chain.
pub(super) fn hash(sealed: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(sealed))
}

struct Parsed<'a> {
    header: &'a str,
    schema: u32,
    key: &'a str,
    nonce: [u8; 24],
    checksum: &'a str,
    ciphertext: &'a [u8],
}

fn parse(sealed: &[u8]) -> Option<Parsed<'_>> {
    let end = sealed.iter().take(LONGEST_HEADER).position(|byte| *byte == b'\n')?;
    let (header, checksum) = std::str::from_utf8(&sealed[..end]).ok()?.split_once(" sha256=")?;
    let mut fields = header.split(' ');
    (fields.next() == Some(MAGIC)).then_some(())?;
    let mut field = |name| fields.next()?.strip_prefix(name);
    let schema = field("schema=")?.parse().ok()?;
    let key = field("key=")?;
    let nonce = HEXLOWER.decode(field("nonce=")?.as_bytes()).ok()?.try_into().ok()?;
    Some(Parsed { header, schema, key, nonce, checksum, ciphertext: &sealed[end + 1..] })
}

fn associated(object: &str, header: &str) -> Vec<u8> {
    format!("{object}\n{header}").into_bytes()
}

fn checksum(aad: &[u8], ciphertext: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update((aad.len() as u64).to_le_bytes());
    hash.update(aad);
    hash.update(ciphertext);
    HEXLOWER.encode(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> StateKey {
        StateKey::new(&[byte; 32]).unwrap()
    }

    fn sealed(object: &str, payload: &[u8]) -> Vec<u8> {
        seal(&key(1), &Random::seeded(1), object, payload).unwrap().to_vec()
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(payload: Vec<u8>, object in "[a-z0-9/]{1,30}") {
            let opened = open(&key(1), &object, &sealed(&object, &payload));
            prop_assert_eq!(opened, Ok(Opened { payload, schema: SCHEMA, key: key(1).id().to_owned() }));
        }

        #[test]
        fn any_single_changed_byte_is_damage(at: prop::sample::Index, flip in 1..=255u8) {
            let mut bytes = sealed("log/1", b"some payload");
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert!(matches!(open(&key(1), "log/1", &bytes), Err(Unopened::Damaged(_))));
        }

        #[test]
        fn any_truncation_is_damage(at: prop::sample::Index) {
            let bytes = sealed("log/1", b"some payload");
            prop_assert!(matches!(open(&key(1), "log/1", &bytes[..at.index(bytes.len())]), Err(Unopened::Damaged(_))));
        }
    }

    #[test]
    fn another_place_is_damage_and_another_key_is_not() {
        let bytes = sealed("log/1", b"payload");
        assert!(matches!(open(&key(1), "log/2", &bytes), Err(Unopened::Damaged(_))));
        assert_eq!(open(&key(2), "log/1", &bytes), Err(Unopened::WrongKey { found: key(1).id().into() }));
    }

    #[test]
    fn a_forger_without_the_key_cannot_move_a_record() {
        // Even one who repairs the checksum: the cipher knows the place.
        let bytes = sealed("log/1", b"payload");
        let parsed = parse(&bytes).unwrap();
        let forged_sum = checksum(&associated("log/2", parsed.header), parsed.ciphertext);
        let forged =
            [format!("{} sha256={forged_sum}\n", parsed.header).as_bytes(), parsed.ciphertext].concat();
        assert!(matches!(open(&key(1), "log/2", &forged), Err(Unopened::WrongKey { .. })));
    }

    #[test]
    fn a_newer_schema_says_which() {
        let bytes = sealed("log/1", b"payload");
        let parsed = parse(&bytes).unwrap();
        let header = parsed.header.replace("schema=2", "schema=7");
        let sum = checksum(&associated("log/1", &header), parsed.ciphertext);
        let newer = [format!("{header} sha256={sum}\n").as_bytes(), parsed.ciphertext].concat();
        assert_eq!(open(&key(1), "log/1", &newer), Err(Unopened::Newer { found: 7 }));
    }

    #[test]
    fn the_header_can_be_read_and_the_payload_cannot() {
        let bytes = sealed("log/1", b"the payload itself");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("evalap-state schema=2 key="));
        assert!(!text.contains("payload"));
    }
}
