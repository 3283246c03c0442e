//! The emulator on a port.

/// Stub.
#[derive(Debug)]
pub struct Server;
