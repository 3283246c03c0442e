//! Holds the client crates against recorded traffic.
//!
//! Every exchange of a recording is routed to its operation; its query, its request and its answer are decoded into the
//! client crate's types, encoded again, and compared with what was recorded.
//!
//! Or the emulator, which is asked what was asked then and must answer what was answered.
//!
//! | to … | see |
//! |---|---|
//! | check a folder of recordings | [`decode`], which makes a [`Report`] |
//! | hold the emulator against recordings | [`Replayer`], which makes a [`Replay`] |
//! | check one exchange | [`check`], which comes to an [`Outcome`] |
//! | know what is routed, and to which types | [`APIS`]: a file an API, a line an [`Operation`] |
//! | know what counts as the same | [`Leniency`] |

mod api;
mod compare;
mod exchange;
mod operation;
mod outcome;
mod replay;
mod report;

pub use api::APIS;
pub use compare::Leniency;
pub use exchange::Exchange;
pub use operation::{Api, Operation};
pub use outcome::{Finding, Outcome, Part, Verdict, check};
pub use replay::{Pacing, Replay, Replayer, Tally};
pub use report::{Report, decode};
