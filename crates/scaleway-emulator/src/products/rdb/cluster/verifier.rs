//! Passwords as PostgreSQL keeps them (SCRAM-SHA-256, RFC 5803): what a password is checked against, and not the password.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// PostgreSQL's own.
const ITERATIONS: u32 = 4_096;

/// Passwords that Unicode writes in several ways are taken as they are: `SASLprep` is left out.
pub(super) fn of(password: &str, salt: [u8; 16]) -> String {
    let mut block = sign(password.as_bytes(), &[&salt[..], &1_u32.to_be_bytes()].concat());
    let mut salted = block;
    for _ in 1..ITERATIONS {
        block = sign(password.as_bytes(), &block);
        for (byte, other) in salted.iter_mut().zip(block) {
            *byte ^= other;
        }
    }
    let stored: [u8; 32] = Sha256::digest(sign(&salted, b"Client Key")).into();
    let server = sign(&salted, b"Server Key");
    let text = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    format!("SCRAM-SHA-256${ITERATIONS}:{}${}:{}", text(&salt), text(&stored), text(&server))
}

fn sign(key: &[u8], message: &[u8]) -> [u8; 32] {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 7677, whose keys follow from its signature and proof.
    #[test]
    fn a_verifier_is_what_the_standard_says() {
        let salt = BASE64_STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap().try_into().unwrap();
        let verifier = of("pencil", salt);
        let server = BASE64_STANDARD.decode(verifier.rsplit(':').next().unwrap()).unwrap();
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = BASE64_STANDARD.encode(sign(&server, message.as_bytes()));
        assert_eq!(signature, "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assert!(verifier.starts_with("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"));
    }
}
