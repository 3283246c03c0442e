//! The emulator as a program.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use scaleway_core::{Clock, Timestamp};
use scaleway_emulator::{Emulator, EmulatorError, Fault, ImageBook, Latency, Log, Postgres, Server};
use tracing_subscriber::filter::LevelFilter;

/// A stateful Scaleway on your desk. Point any client at it with `SCW_API_URL`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The port to listen on; 0 for any that is free.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address to listen on. Others than loopback let anybody in who reaches this machine.
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// Keep the world in this folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// real, xN (N times as fast, from 0.001 to 1000000), or manual (moved by POST /_emulator/advance).
    #[arg(long, default_value = "real", value_parser = pace)]
    clock: Pace,
    /// Whether requests and resources take as long as was recorded: the medians, or times drawn from the recorded spread.
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
    /// Whether instances of PostgreSQL are real: off, auto (where its server programs are installed), or the folder of
    /// those.
    #[arg(long, value_name = "off|auto|DIR", default_value = "off", value_parser = postgres)]
    postgres: Postgres,
    /// Whether an image of the emulator's registry that was never pushed can be started.
    #[arg(long, value_enum, default_value = "open")]
    registry: Unpushed,
    /// Draw ids, and what is left to chance, from this seed.
    #[arg(long)]
    seed: Option<u64>,
    /// What goes wrong: a TOML file.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Tell each request on standard error.
    #[arg(long, value_enum)]
    log: Option<Lines>,
    /// Print lines for the shell in place of the ready line: `export SCW_API_URL=…`
    #[arg(long)]
    print_env: bool,
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
    Drawn,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lines {
    Requests,
    Json,
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

/// A day in a tenth of a second, and a second in a quarter of an hour: nobody needs more, and no time overflows.
const FACTORS: RangeInclusive<f64> = 0.001..=1_000_000.0;

fn pace(text: &str) -> Result<Pace, String> {
    match text {
        "real" => Ok(Pace::Real),
        "manual" => Ok(Pace::Manual),
        text => {
            let factor = text.trim_start_matches(['x', '×']).parse().ok().filter(|n| FACTORS.contains(n));
            let expected = || {
                format!(
                    "expected real, manual, or x and a factor from {} to {}, for example x60",
                    FACTORS.start(),
                    FACTORS.end()
                )
            };
            factor.map(Pace::Scaled).ok_or_else(expected)
        }
    }
}

#[allow(clippy::unnecessary_wraps, reason = "as clap wants it")]
fn postgres(text: &str) -> Result<Postgres, std::convert::Infallible> {
    Ok(match text {
        "off" => Postgres::Off,
        "auto" => Postgres::Auto,
        folder => Postgres::In(folder.into()),
    })
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

/// What is told beside requests on standard error: what jobs say, and what could not be done. Lines of JSON stay among
/// themselves.
fn tell_of_events(log: Option<Lines>) {
    let most = if log == Some(Lines::Json) { LevelFilter::OFF } else { LevelFilter::INFO };
    let lines = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(most);
    lines.without_time().with_target(false).init();
}

fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    tell_of_events(arguments.log);
    let clock = clock(&arguments)?;
    let mut builder = Emulator::builder().clock(clock.clone()).latency(match arguments.latency {
        Wait::None => Latency::None,
        Wait::Recorded => Latency::Recorded,
        Wait::Drawn => Latency::Drawn,
    });
    builder = builder.strict_auth(arguments.strict_auth);
    builder = builder.exec_jobs(arguments.jobs == Jobs::Exec);
    let postgres = arguments.postgres != Postgres::Off;
    builder = builder.postgres(arguments.postgres);
    builder = builder.strict_registry(arguments.registry == Unpushed::Strict);
    if let Some(folder) = arguments.data {
        builder = builder.data_dir(folder);
    }
    if let Some(seed) = arguments.seed {
        builder = builder.seed(seed);
    }
    if let Some(file) = arguments.images {
        builder = builder.images(ImageBook::from_file(&file)?);
    }
    if let Some(file) = arguments.faults {
        builder = builder.faults(Fault::from_file(&file)?);
    }
    builder = builder.log(match arguments.log {
        None => Log::None,
        Some(Lines::Requests) => Log::Requests,
        Some(Lines::Json) => Log::Json,
    });
    let emulator = builder.build()?;
    if postgres {
        tell_postgres(&emulator);
    }
    let address = SocketAddr::from((arguments.listen, arguments.port));
    clock.block_on(serve(emulator, address, arguments.print_env))??;
    Ok(())
}

/// What databases are served by, on standard error.
fn tell_postgres(emulator: &Emulator) {
    let installed = emulator.postgres();
    if installed.is_empty() {
        eprintln!("postgres: no server programs of PostgreSQL are installed: databases stay simulated");
    }
    for (version, folder) in installed {
        eprintln!("postgres: instances are real, by PostgreSQL {version} in {}", folder.display());
    }
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

async fn serve(emulator: Emulator, address: SocketAddr, print_env: bool) -> Result<(), EmulatorError> {
    let server = Server::bind(emulator.clone(), address).await?;
    if !server.addr().ip().is_loopback() {
        eprintln!(
            "warning: on {} anybody who reaches this machine may do anything to the emulator and read all that it \
             holds: keep real secrets out, or leave out --listen",
            server.addr()
        );
    }
    let mut env = emulator.env(&server.url());
    env.push(("SCW_S3_ENDPOINT", server.object_storage_url()));
    let ready = if print_env {
        let lines: Vec<_> = env.iter().map(|(name, value)| format!("export {name}='{value}'")).collect();
        lines.join("\n") + "\n"
    } else {
        let (url, env) = (server.url(), env.into_iter().collect::<std::collections::BTreeMap<_, _>>());
        let addresses = serde_json::json!({
            "ready": true,
            "api_url": url,
            "s3_endpoint": server.object_storage_url(),
            "management_url": format!("{url}/_emulator/"),
            "pid": std::process::id(),
            "env": env,
        });
        format!("{addresses}\n")
    };
    let mut out = std::io::stdout().lock();
    // A closed standard output is no reason not to serve.
    let _ = out.write_all(ready.as_bytes()).and_then(|()| out.flush());
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
