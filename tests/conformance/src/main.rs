//! The program: `conformance decode DIR`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Holds the client crates against recorded traffic.
#[derive(Parser)]
enum Arguments {
    /// Decode, encode and compare every exchange of every *.jsonl below a folder.
    Decode {
        /// The folder.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let Arguments::Decode { folder } = Arguments::parse();
    match conformance::decode(&folder) {
        Ok(report) => {
            println!("{report}");
            if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}
