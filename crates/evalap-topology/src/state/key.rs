//! The state's key and what is derived from it.

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::XChaCha20Poly1305;
use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use scaleway_core::Secret;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::StateError;

/// The key of one state: 32 bytes, from which one key for encryption, one for digests and a short public id are
/// derived. Cheap to clone; wiped when the last clone goes.
///
/// A key that took the place of others knows them, once its state is opened: it reads what they wrote, and what was
/// digested with them is digested once more with those after it, so that a value is recognised whatever key it was first
/// met under.
#[derive(Clone)]
pub struct StateKey {
    own: Arc<Derived>,
    /// The keys before it, the oldest first.
    older: Arc<[Arc<Derived>]>,
}

struct Derived {
    bytes: Zeroizing<[u8; 32]>,
    id: String,
    cipher: XChaCha20Poly1305,
    digest: Hmac<Sha256>,
}

impl StateKey {
    /// A key from its 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, StateError> {
        Self::derive(bytes, "the program")
    }

    /// A key from base64 or 64 hexadecimal digits; `place` is named in the error, the text never is.
    pub fn parse(text: &Secret, place: &str) -> Result<Self, StateError> {
        let invalid = |problem| StateError::InvalidKey { place: place.into(), problem };
        let text = text.expose().trim();
        if text.is_empty() {
            return Err(invalid("empty"));
        }
        let decoded = if text.len() == 64 {
            HEXLOWER_PERMISSIVE.decode(text.as_bytes())
        } else {
            BASE64.decode(text.as_bytes()).or_else(|_| BASE64_NOPAD.decode(text.as_bytes()))
        };
        let bytes = Zeroizing::new(decoded.map_err(|_| invalid("neither base64 nor hexadecimal"))?);
        let bytes = <&[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| invalid("not 32 bytes long"))?;
        Self::derive(bytes, place)
    }

    fn derive(bytes: &[u8; 32], place: &str) -> Result<Self, StateError> {
        let invalid = |problem| StateError::InvalidKey { place: place.into(), problem };
        let hkdf = Hkdf::<Sha256>::new(None, bytes);
        let expand = |purpose: &str| {
            let mut derived = Zeroizing::new([0; 32]);
            hkdf.expand(purpose.as_bytes(), derived.as_mut()).map_err(|_| invalid("not usable"))?;
            Ok(derived)
        };
        let unusable = |_| invalid("not usable");
        let own = Arc::new(Derived {
            bytes: Zeroizing::new(*bytes),
            id: HEXLOWER.encode(&expand("evalap-state/1 key id")?[..4]),
            cipher: XChaCha20Poly1305::new_from_slice(expand("evalap-state/1 encryption")?.as_slice())
                .map_err(unusable)?,
            digest: Hmac::new_from_slice(expand("evalap-state/1 digest")?.as_slice()).map_err(unusable)?,
        });
        Ok(Self { own, older: Arc::default() })
    }

    /// A short name that tells keys apart and says nothing about them.
    pub fn id(&self) -> &str {
        &self.own.id
    }

    /// The digest by which a secret value can be recognised, by who has the key, and not be guessed by others.
    pub fn digest(&self, secret: &Secret) -> Digest {
        let mut keys = self.all();
        let first = keys.next().unwrap_or(&self.own).mac("secret", [secret.expose()]);
        keys.fold(first, |digest, key| key.again(&digest))
    }

    /// One digest for several texts in their order: digests of secrets, labels, a definition.
    pub fn fingerprint<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Digest {
        self.own.mac("parts", parts)
    }

    /// What an older key digested, as this one does; nothing where the text is no digest of an older key.
    pub(crate) fn lift(&self, text: &str) -> Option<Digest> {
        let (id, digits) = text.split_once(':')?;
        let at = self.older.iter().position(|key| key.id == id)?;
        let digest = (digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .then(|| Digest(text.to_owned()))?;
        Some(self.all().skip(at + 1).fold(digest, |digest, key| key.again(&digest)))
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Derived>> {
        self.older.iter().chain([&self.own])
    }

    /// What opens what the key `id` wrote, if it is this one or one before it.
    pub(super) fn cipher_of(&self, id: &str) -> Option<&XChaCha20Poly1305> {
        self.all().find(|key| key.id == id).map(|key| &key.cipher)
    }

    pub(super) fn cipher(&self) -> &XChaCha20Poly1305 {
        &self.own.cipher
    }

    /// Whether it is this key, or one before it.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.cipher_of(id).is_some()
    }

    /// This key in the place of `last`.
    pub(super) fn after(&self, last: &Self) -> Self {
        Self { own: self.own.clone(), older: last.all().cloned().collect() }
    }

    /// That the key before `id` gives its place to it, at record `seq`: nobody can say so without having had that one.
    /// None where no key of these came before it.
    pub(super) fn proof_of(&self, id: &str, seq: u64) -> Option<Digest> {
        let at = self.all().position(|key| key.id == id)?;
        let last = self.older.get(at.checked_sub(1)?)?;
        Some(last.mac("rekey", [id, seq.to_string().as_str()]))
    }

    /// The keys before this one, the oldest first, a line each: to be kept under this one.
    pub(super) fn older_texts(&self) -> Zeroizing<String> {
        let lines: Vec<_> =
            self.older.iter().map(|key| Zeroizing::new(BASE64.encode(key.bytes.as_slice()))).collect();
        let lines: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
        Zeroizing::new(lines.join("\n"))
    }

    /// This key, with those before it as [`StateKey::older_texts`] gave them.
    pub(super) fn with_older(&self, texts: &str) -> Result<Self, StateError> {
        let parse =
            |line: &str| Self::parse(&Secret::new(line), "the keys before this one").map(|key| key.own);
        let older = texts.lines().map(parse).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { own: self.own.clone(), older: older.into() })
    }
}

impl Derived {
    fn mac<'a>(&self, purpose: &'a str, parts: impl IntoIterator<Item = &'a str>) -> Digest {
        let mut mac = self.digest.clone();
        for part in std::iter::once(purpose).chain(parts) {
            // The length first: ("ab", "c") is not ("a", "bc").
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        Digest(format!("{}:{}", self.id, HEXLOWER.encode(&mac.finalize().into_bytes())))
    }

    fn again(&self, digest: &Digest) -> Digest {
        self.mac("again", [digest.as_str()])
    }
}

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateKey({})", self.id())
    }
}

/// A keyed digest, `<key id>:<hexadecimal HMAC-SHA256>`: equal for equal values under one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it was made with this key: digests of two keys say nothing about each other.
    pub fn is_of(&self, key: &StateKey) -> bool {
        self.0.split_once(':').is_some_and(|(id, _)| id == key.id())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> StateKey {
        StateKey::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn base64_and_hexadecimal_are_the_same_key() {
        let bytes: Vec<u8> = (0..32).collect();
        let spellings = [BASE64.encode(&bytes), BASE64_NOPAD.encode(&bytes), HEXLOWER.encode(&bytes)];
        for text in spellings.iter().flat_map(|text| [text.clone(), format!(" {text}\n")]) {
            let parsed = StateKey::parse(&Secret::new(text), "test").unwrap();
            assert_eq!(parsed.id(), StateKey::new(&bytes.clone().try_into().unwrap()).unwrap().id());
        }
    }

    #[test]
    fn a_bad_key_names_its_place_and_the_remedy_and_not_itself() {
        for (text, problem) in [
            ("", "empty"),
            ("c2hvcnQ=", "not 32 bytes"),
            ("pa$$word-that-is-no-key", "neither"),
            (&"zz".repeat(32), "neither"),
        ] {
            let error = StateKey::parse(&Secret::new(text), "EVALAP_STATE_KEY").unwrap_err().to_string();
            assert!(error.contains("EVALAP_STATE_KEY") && error.contains(problem), "{error}");
            assert!(error.contains("openssl rand -base64 32"), "{error}");
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
    }

    #[test]
    fn digests_depend_on_the_key_the_value_and_the_purpose() {
        let (a, b) = (key(1), key(2));
        let secret = Secret::new("hunter2");
        assert_eq!(a.digest(&secret), a.digest(&secret));
        assert_ne!(a.digest(&secret), b.digest(&secret));
        assert_ne!(a.digest(&secret), a.fingerprint(["hunter2"]));
        assert_ne!(a.fingerprint(["ab", "c"]), a.fingerprint(["a", "bc"]));
        assert!(a.digest(&secret).is_of(&a) && !a.digest(&secret).is_of(&b));
        assert!(!format!("{a:?} {:?} {}", a.digest(&secret), a.digest(&secret)).contains("hunter2"));
        assert_eq!(a.digest(&secret).as_str().len(), 8 + 1 + 64);
    }

    #[test]
    fn a_value_is_recognised_whatever_key_it_was_first_digested_with() {
        let (first, second) = (key(1), key(2).after(&key(1)));
        let third = key(3).after(&second);
        let secret = Secret::new("hunter2");
        assert_eq!(third.lift(first.digest(&secret).as_str()), Some(third.digest(&secret)));
        assert_eq!(third.lift(second.digest(&secret).as_str()), Some(third.digest(&secret)));
        assert_eq!(third.lift(third.digest(&secret).as_str()), None, "nothing to do");
        assert_eq!(third.lift(key(9).digest(&secret).as_str()), None, "a stranger's");
        assert_eq!(third.lift(&format!("{}:hunter2", first.id())), None, "no digest");
        assert_ne!(third.digest(&secret), key(3).digest(&secret), "the old keys are part of it");
        let again = key(3).with_older(&third.older_texts()).unwrap();
        assert_eq!(again.digest(&secret), third.digest(&secret));
        let proof = third.proof_of(third.id(), 7);
        assert!(proof.as_ref().is_some_and(|proof| proof.is_of(&second)));
        assert_eq!(proof, again.proof_of(third.id(), 7));
        assert_ne!(proof, third.proof_of(third.id(), 8));
        assert_eq!(third.proof_of(first.id(), 7), None, "nothing came before the first");
    }
}
