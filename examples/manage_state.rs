//! Looks into the state of an environment, and mends it: `cargo run --release --example manage_state -- list`.

use std::process::ExitCode;

fn main() -> ExitCode {
    evalap_examples::manage_state()
}
