//! The program: `conformance decode DIR`, `conformance replay DIR`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use conformance::{Pacing, Replayer};

/// Holds the client crates and the emulator against recorded traffic.
#[derive(Parser)]
enum Arguments {
    /// Decode, encode and compare every exchange of every *.jsonl below a folder.
    Decode {
        /// The folder.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Ask the emulator what was asked, and compare its answers with those that were recorded.
    Replay {
        /// The folder, or one file.
        #[arg(value_name = "DIR")]
        path: PathBuf,
        /// The least share of exchanges that must be equal, in per cent.
        #[arg(long, value_name = "P", default_value_t = 0.0)]
        min: f64,
        /// Do not say each difference: group them by product, operation and pointer.
        #[arg(long)]
        summary: bool,
        /// Resources take the recorded medians to become ready, whatever this recording shows.
        #[arg(long)]
        own_pace: bool,
    },
}

fn main() -> ExitCode {
    let (path, outcome) = match Arguments::parse() {
        Arguments::Decode { folder } => {
            let outcome =
                conformance::decode(&folder).map(|report| (report.to_string(), report.is_complete()));
            (folder, outcome)
        }
        Arguments::Replay { path, min, summary, own_pace } => {
            let pacing = if own_pace { Pacing::Own } else { Pacing::Recorded };
            let outcome = Replayer::new().pacing(pacing).replay(&path).map(|replay| {
                let text = if summary { replay.summary() } else { replay.to_string() };
                (text, replay.percentage() >= min)
            });
            (path, outcome)
        }
    };
    match outcome {
        Ok((text, is_good)) => {
            println!("{text}");
            if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
