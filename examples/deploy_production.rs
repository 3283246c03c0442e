//! Deploys the production environment: `cargo run --release --example deploy_production -- --target scaleway`.

use std::process::ExitCode;

use evalap_examples::{Program, deploy};
use evalap_topology::definition::EnvironmentKind;

fn main() -> ExitCode {
    deploy(Program {
        name: "deploy_production",
        about: "Deploys EvalAP's production environment; --target must be said",
        environment: EnvironmentKind::Production,
        target: None,
    })
}
