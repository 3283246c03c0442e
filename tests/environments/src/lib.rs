//! Whole environments against the emulator: see `tests/it`.
