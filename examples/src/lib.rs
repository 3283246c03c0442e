//! What the programs share. Each program is one call into here; those of `products/` only ask for a client.
//!
//! | concern | module |
//! |---|---|
//! | the command line | `arguments` |
//! | the other side: an emulator in this process or another one, or Scaleway | `target` |
//! | where a state is, and its key | `place` |
//! | definition, check, state and engine, opened | `desk` |
//! | deploy, apply, destroy | `deploy` |
//! | plan, show, graph: what changes nothing | `inspect` |
//! | asking a person | `consent` |
//! | what the audit says of a command that changes nothing | `word` |
//! | Ctrl-C | `interrupt` |
//! | calls of the services' own addresses | `smoke` |
//! | an address on loopback until Ctrl-C | `serve` |
//! | what a plan, an apply and its outcome look like | `plan_text`, `progress`, `summary`, `text` |
//! | what went wrong, what to do, and the exit code | `error`, `exit` |
//! | the data folder, and files that are written where they are named | `kept` |
//! | where the short programs of `products/` go | `newcomer` |
//! | the other programs | `manage`, `compliance`, `selftest` |

mod arguments;
mod compliance;
mod consent;
mod deploy;
mod desk;
mod error;
mod exit;
mod inspect;
mod interrupt;
mod kept;
mod manage;
mod newcomer;
mod place;
mod plan_text;
mod progress;
mod selftest;
mod serve;
mod smoke;
mod stats;
mod summary;
mod target;
mod text;
mod word;

/// A plan makes and drops small things by the million: with the system's allocator it takes nearly twice as long. Huge pages
/// are left to who asks for them, since each is zeroed whole.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use arguments::{Program, TargetKind};
pub use compliance::validate_compliance;
pub use deploy::deploy;
pub use manage::manage_state;
pub use newcomer::{on_scaleway, scaleway};
pub use selftest::run_tests;
