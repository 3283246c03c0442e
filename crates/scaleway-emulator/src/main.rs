//! The emulator as a program.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use scaleway_core::{Clock, Random, Timestamp};
use scaleway_emulator::{Emulator, EmulatorError, ImageBook, Latency, Server};

/// A stateful Scaleway on your desk. Point any client at it with `SCW_API_URL`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The loopback port to listen on; 0 for any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Keep the world in this folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// real, xN (N times as fast), or manual (moved by POST /_emulator/advance).
    #[arg(long, default_value = "real", value_parser = pace)]
    clock: Pace,
    /// Whether requests and resources take as long as was recorded.
    #[arg(long, value_enum, default_value = "none")]
    latency: Wait,
    /// How images behave: a TOML file.
    #[arg(long, value_name = "FILE")]
    images: Option<PathBuf>,
    /// Know only keys that were made through IAM, and do only what their policies grant. The ready line tells the
    /// owner's key, with which everything begins.
    #[arg(long)]
    strict_auth: bool,
    /// Whether a job's command is run as a process of this machine, with its variables and secrets.
    #[arg(long, value_enum, default_value = "off")]
    jobs: Jobs,
    /// Whether an image of the emulator's registry that was never pushed can be started.
    #[arg(long, value_enum, default_value = "open")]
    registry: Unpushed,
    /// Draw ids from this seed.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Clone, Copy)]
enum Pace {
    Real,
    Scaled(f64),
    Manual,
}

#[derive(Clone, Copy, ValueEnum)]
enum Wait {
    None,
    Recorded,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Jobs {
    /// They end as their image was declared to.
    Off,
    /// They run here, as the user that runs this program.
    Exec,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unpushed {
    /// It starts like any other.
    Open,
    /// Its container or job fails.
    Strict,
}

fn pace(text: &str) -> Result<Pace, String> {
    match text {
        "real" => Ok(Pace::Real),
        "manual" => Ok(Pace::Manual),
        text => {
            let factor =
                text.trim_start_matches(['x', '×']).parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0);
            factor.map(Pace::Scaled).ok_or_else(|| "expected real, manual, or for example x60".into())
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("error: {error}");
            let mut source = error.source();
            while let Some(error) = source {
                eprint!(": {error}");
                source = error.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let clock = clock(&arguments)?;
    let mut builder = Emulator::builder().clock(clock.clone()).latency(match arguments.latency {
        Wait::None => Latency::None,
        Wait::Recorded => Latency::Recorded,
    });
    builder = builder.strict_auth(arguments.strict_auth);
    builder = builder.exec_jobs(arguments.jobs == Jobs::Exec);
    builder = builder.strict_registry(arguments.registry == Unpushed::Strict);
    if let Some(folder) = arguments.data {
        builder = builder.data_dir(folder);
    }
    if let Some(seed) = arguments.seed {
        builder = builder.random(Random::seeded(seed));
    }
    if let Some(file) = arguments.images {
        builder = builder.images(ImageBook::from_file(&file)?);
    }
    let emulator = builder.build()?;
    clock.block_on(serve(emulator, SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port))))??;
    Ok(())
}

/// The clock goes on where a kept world stopped, if that is later than now.
fn clock(arguments: &Arguments) -> Result<Clock, EmulatorError> {
    let last = arguments.data.as_ref().map(Emulator::last_seen).transpose()?.flatten();
    let start = Clock::real().now().max(last.unwrap_or(Timestamp::UNIX_EPOCH));
    Ok(match arguments.clock {
        Pace::Real => Clock::real(),
        Pace::Scaled(factor) => Clock::scaled(factor, start),
        Pace::Manual => Clock::manual_from(start),
    })
}

async fn serve(emulator: Emulator, address: SocketAddr) -> Result<(), EmulatorError> {
    let env = emulator.owner_key().map(|key| {
        serde_json::json!({
            "SCW_ACCESS_KEY": key.access_key,
            "SCW_SECRET_KEY": key.secret_key.expose(),
            "SCW_DEFAULT_ORGANIZATION_ID": emulator.organization(),
            "SCW_DEFAULT_PROJECT_ID": emulator.organization(),
        })
    });
    let server = Server::bind(emulator, address).await?;
    let mut ready = serde_json::json!({
        "ready": true,
        "api_url": server.url(),
        "s3_endpoint": server.object_storage_url(),
        "pid": std::process::id(),
    });
    if let Some(env) = env {
        ready["env"] = env;
    }
    let mut out = std::io::stdout().lock();
    // A closed standard output is no reason not to serve.
    let _ = writeln!(out, "{ready}").and_then(|()| out.flush());
    drop(out);
    server.serve(stopped()).await;
    Ok(())
}

/// Ctrl-C, or SIGTERM where there is such a thing.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
