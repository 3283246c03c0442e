//! Passwords that the platform takes.

use std::io;

use scaleway_core::{Random, Secret};

/// A password that follows the platform's rules: 8 to 128 characters, with a digit, an upper case letter, a lower case
/// letter and a special character.
///
/// ```
/// use scaleway_rdb::Password;
///
/// let password = Password::generate(&scaleway_core::Random::system())?;
/// assert_eq!(format!("{password:?}"), "Password([secret])");
/// assert!(Password::new("short").is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password(Secret);

/// Why a text is no password for the platform. The text is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPassword {
    /// It is too short or too long.
    #[error("the password has {0} characters: it needs 8 to 128")]
    Length(usize),
    /// It has no character of a kind that it needs.
    #[error(
        "the password has no {0}: it needs a digit, an upper case letter, a lower case letter and a special character"
    )]
    Missing(&'static str),
}

/// The kinds of characters that a password needs, and those of each that are generated: none that looks like another one,
/// and the special one that the platform is known to count as special (it does not say which it does).
const KINDS: [Kind; 4] = [
    Kind { name: "digit", generated: b"23456789", holds: |c| c.is_ascii_digit() },
    Kind {
        name: "upper case letter",
        generated: b"ABCDEFGHJKLMNPQRSTUVWXYZ",
        holds: |c| c.is_ascii_uppercase(),
    },
    Kind {
        name: "lower case letter",
        generated: b"abcdefghijkmnopqrstuvwxyz",
        holds: |c| c.is_ascii_lowercase(),
    },
    Kind { name: "special character", generated: b"#", holds: |c| c.is_ascii_punctuation() },
];

struct Kind {
    name: &'static str,
    generated: &'static [u8],
    holds: fn(char) -> bool,
}

/// How many characters are generated: more than 180 bits of chance.
const LENGTH: usize = 32;

impl Password {
    /// Takes a text that follows the rules.
    ///
    /// # Errors
    /// [`InvalidPassword`] says which rule it breaks.
    pub fn new(password: impl Into<Secret>) -> Result<Self, InvalidPassword> {
        let secret = password.into();
        let length = secret.expose().chars().count();
        if !(8..=128).contains(&length) {
            return Err(InvalidPassword::Length(length));
        }
        match KINDS.iter().find(|kind| !secret.expose().contains(kind.holds)) {
            Some(kind) => Err(InvalidPassword::Missing(kind.name)),
            None => Ok(Self(secret)),
        }
    }

    /// A new password of 32 characters.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate(random: &Random) -> io::Result<Self> {
        let alphabet: Vec<u8> = KINDS.iter().flat_map(|kind| kind.generated).copied().collect();
        // Whole candidates are thrown away, rather than missing kinds put in, so that all passwords are equally likely.
        loop {
            if let Ok(password) = Self::new(candidate(random, &alphabet)?) {
                return Ok(password);
            }
        }
    }
}

fn candidate(random: &Random, alphabet: &[u8]) -> io::Result<Secret> {
    // Bytes beyond the last multiple of the alphabet's length would favour its first characters.
    let fair = 256 / alphabet.len() * alphabet.len();
    let mut text = String::with_capacity(LENGTH);
    while text.len() < LENGTH {
        let mut bytes = [0; LENGTH];
        random.fill(&mut bytes)?;
        let drawn = bytes.into_iter().map(usize::from).filter(|byte| *byte < fair);
        text.extend(drawn.take(LENGTH - text.len()).map(|byte| char::from(alphabet[byte % alphabet.len()])));
    }
    Ok(Secret::new(text))
}

impl From<Password> for Secret {
    fn from(password: Password) -> Self {
        password.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_passwords_follow_the_rules_and_differ() {
        let random = Random::seeded(3);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let secret = Secret::from(Password::generate(&random).unwrap());
            assert_eq!(secret.expose().len(), LENGTH);
            assert!(Password::new(secret.clone()).is_ok());
            assert!(seen.insert(secret.expose().to_owned()));
        }
        let used: std::collections::BTreeSet<char> = seen.iter().flat_map(|text| text.chars()).collect();
        assert_eq!(used.len(), KINDS.iter().map(|kind| kind.generated.len()).sum::<usize>());
    }

    #[test]
    fn the_broken_rule_is_named_and_the_password_is_not() {
        for (password, problem) in [
            ("aB3-efg", InvalidPassword::Length(7)),
            ("abcdef-G", InvalidPassword::Missing("digit")),
            ("abcdef-3", InvalidPassword::Missing("upper case letter")),
            ("ABCDEF-3", InvalidPassword::Missing("lower case letter")),
            ("ABCdef33", InvalidPassword::Missing("special character")),
        ] {
            let error = Password::new(password).unwrap_err();
            assert_eq!(error, problem);
            assert!(!error.to_string().contains(password), "{error}");
        }
        assert_eq!(Password::new("aB3-".repeat(33)), Err(InvalidPassword::Length(132)));
        assert!(Password::new("aB3-".repeat(32)).is_ok());
    }
}
