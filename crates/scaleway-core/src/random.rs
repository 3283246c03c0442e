//! Injected randomness: ids, jitter and generated passwords all come from here, so that a seed replays a run exactly.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A generator that is cheap to clone; clones share one sequence.
#[derive(Clone)]
pub struct Random(Arc<Mutex<Source>>);

enum Source {
    Seeded(fastrand::Rng),
    System,
}

impl Random {
    /// The operating system's generator, fit for passwords and keys.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Source::System)))
    }

    /// The same sequence for the same seed: for tests and simulations, never for secrets that matter.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Source::Seeded(fastrand::Rng::with_seed(seed)))))
    }

    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn fill(&self, bytes: &mut [u8]) -> std::io::Result<()> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Source::Seeded(rng) => {
                rng.fill(bytes);
                Ok(())
            }
            Source::System => getrandom::fill(bytes).map_err(std::io::Error::other),
        }
    }

    /// A number in `0..bound`; 0 where `bound` is 0. Uniform enough for jitter and choices, not for cryptography.
    pub fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        if bound == 0 || self.fill(&mut bytes).is_err() {
            return 0;
        }
        // Multiply and shift instead of a remainder: without bias that could be noticed.
        u64::try_from((u128::from(u64::from_le_bytes(bytes)) * u128::from(bound)) >> 64).unwrap_or(0)
    }

    /// A random (version 4) UUID in its usual spelling.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn uuid(&self) -> std::io::Result<String> {
        let mut bytes = [0u8; 16];
        self.fill(&mut bytes)?;
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let bits = u128::from_be_bytes(bytes);
        let group = |shift: u32, digits: u32| (bits >> shift) & ((1 << (4 * digits)) - 1);
        Ok(format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            group(96, 8),
            group(80, 4),
            group(64, 4),
            group(48, 4),
            group(0, 12)
        ))
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_replays_and_clones_share_the_sequence() {
        let (a, b) = (Random::seeded(7), Random::seeded(7));
        let shared = a.clone();
        let first = a.uuid().unwrap();
        assert_eq!(first, b.uuid().unwrap());
        assert_ne!(first, shared.uuid().unwrap());
        assert_eq!(first.len(), 36);
        assert_eq!(first.as_bytes()[14], b'4');
    }

    #[test]
    fn bounds_hold() {
        let random = Random::seeded(1);
        assert_eq!(random.below(0), 0);
        assert!((0..1000).all(|_| random.below(10) < 10));
        assert!((0..10).all(|n| (0..1000).any(|_| random.below(10) == n)));
    }
}
