//! Deploys all environments to a throw-away emulator and reports: `cargo run --release --example run_tests`.

use std::process::ExitCode;

fn main() -> ExitCode {
    evalap_examples::run_tests()
}
