//! Checks the definitions of all environments, and that they share nothing: `cargo run --release --example validate_compliance`.

use std::process::ExitCode;

fn main() -> ExitCode {
    evalap_examples::validate_compliance()
}
