//! Deploys the staging environment: `cargo run --release --example deploy_staging`, or with `--help`.

use std::process::ExitCode;

use evalap_examples::{Program, TargetKind, deploy};
use evalap_topology::definition::EnvironmentKind;

fn main() -> ExitCode {
    deploy(Program {
        name: "deploy_staging",
        about: "Deploys EvalAP's staging environment: on an emulator in this process unless told otherwise",
        environment: EnvironmentKind::Staging,
        target: Some(TargetKind::Emulator),
    })
}
