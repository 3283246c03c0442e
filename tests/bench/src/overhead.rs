//! What a call costs: `get_container` by the ten thousand, 32 at once, beside reqwest by itself and the official Python
//! SDK. Each client is a process of its own, and so is the emulator, so that each one's time is told apart.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::iter;
use scaleway_containers::{Container, ContainerId, Containers, CreateContainer, CreateNamespace};
use scaleway_core::{Client, Clock, Config};
use serde_json::Value;

use crate::server::{Server, cpu};
use crate::spread;

/// The system counts CPU in hundredths of a second: of so many calls it takes more than a second.
const CALLS: usize = 60_000;
const AT_ONCE: usize = 32;
const ROUNDS: usize = 9;
/// It takes as long for a call as the others do for ten.
const PYTHON_CALLS: usize = 20_000;
const PYTHON_ROUNDS: usize = 3;

const KEY: &str = "11111111-1111-4111-8111-111111111111";
const PROJECT: &str = "22222222-2222-4222-8222-222222222222";

/// The clients in Rust, as they are named on the command line.
const TYPED: &str = "scaleway-containers";
const RAW: &str = "reqwest and Value";
const PYTHON: &str = "Python SDK";

pub(crate) fn run() {
    let emulator = Server::emulator(&[]);
    let url = emulator.url.as_str();
    let id = container(url).to_string();
    let (mut typed, mut raw, mut python) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // In turns, and each one first every other time: what else the machine does meets both.
        let mut turns = [(TYPED, &mut typed), (RAW, &mut raw)];
        turns.rotate_left(round % 2);
        for (kind, rounds) in turns {
            rounds.push(once(this().args(["overhead-client", kind, url, &id]), CALLS));
        }
    }
    match install() {
        Ok(interpreter) => {
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/overhead.py");
            let arguments = [url, KEY, &id, &PYTHON_CALLS.to_string(), &AT_ONCE.to_string()];
            python.extend(
                (0..PYTHON_ROUNDS)
                    .map(|_| once(Command::new(&interpreter).arg(&script).args(arguments), PYTHON_CALLS)),
            );
        }
        Err(reason) => println!("SKIPPED: {PYTHON}: {reason}"),
    }
    println!("get_container, {AT_ONCE} at once; median (min–max); the machine may be shared");
    let beside =
        |others: &[Round]| spread(typed.iter().zip(others).map(|(typed, other)| typed.cpu / other.cpu));
    let of_raw = beside(&raw);
    for (name, rounds) in [(TYPED, &typed), (RAW, &raw), (PYTHON, &python)] {
        if rounds.is_empty() {
            continue;
        }
        let rate = spread(rounds.iter().map(|round| round.rate));
        let cpu = spread(rounds.iter().map(|round| round.cpu * 1e6));
        println!(
            "{name:<20} {:>7.0} calls/s ({:.0}–{:.0}), {:.1} µs CPU a call ({:.1}–{:.1})",
            rate.0, rate.1, rate.2, cpu.0, cpu.1, cpu.2
        );
    }
    let percent = |of: f64| (of - 1.0) * 100.0;
    println!(
        "CPU beside reqwest by itself, round by round: {:+.1} % ({:+.1}–{:+.1}; goal: at most +10 %)",
        percent(of_raw.0),
        percent(of_raw.1),
        percent(of_raw.2)
    );
    if !python.is_empty() {
        let of_python = beside(&python);
        println!("calls per CPU second beside Python: × {:.1} (goal: at least 5)", 1.0 / of_python.0);
    }
}

/// One client: makes the calls and prints what they took.
pub(crate) fn client(kind: &str, url: &str, id: &str) {
    let (before, started) = (cpu(std::process::id()), Instant::now());
    let done = Clock::real().block_on(async {
        match kind {
            TYPED => typed(url, id).await,
            RAW => raw(url, id).await,
            other => panic!("no client is called {other}"),
        }
    });
    assert_eq!(done.expect("a runtime"), CALLS);
    println!("{} {}", started.elapsed().as_secs_f64(), cpu(std::process::id()) - before);
}

async fn typed(url: &str, id: &str) -> usize {
    let containers = Containers::new(&scaleway(url));
    let id: ContainerId = id.parse().expect("an id");
    let calls = iter(0..CALLS).map(|_| async { containers.get_container(&id).await.expect("a container") });
    calls
        .buffer_unordered(AT_ONCE)
        .filter(|found: &Container| std::future::ready(found.id == id))
        .count()
        .await
}

/// The same connections as `scaleway-core` makes, and nothing else of it.
async fn raw(url: &str, id: &str) -> usize {
    // Making one installs the TLS provider, without which reqwest makes no client.
    drop(scaleway(url));
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .build()
        .expect("a client");
    let url = format!("{}/containers/v1/regions/fr-par/containers/{id}", url.trim_end_matches('/'));
    let calls = iter(0..CALLS).map(|_| async {
        let answer = client.get(&url).header("x-auth-token", KEY).send().await.expect("an answer");
        let body = answer.error_for_status().expect("a success").bytes().await.expect("a body");
        serde_json::from_slice::<Value>(&body).expect("JSON")
    });
    calls.buffer_unordered(AT_ONCE).filter(|found| std::future::ready(found["id"] == id)).count().await
}

fn scaleway(url: &str) -> Client {
    let config = Config::new(KEY).with_default_project(PROJECT.parse().expect("an id"));
    Client::new(config.with_api_url(url.parse().expect("an address"))).expect("a client")
}

/// What one round took.
struct Round {
    /// Calls a second.
    rate: f64,
    /// CPU seconds a call.
    cpu: f64,
}

fn once(command: &mut Command, calls: usize) -> Round {
    let output = command.stderr(Stdio::inherit()).output().expect("the client");
    assert!(output.status.success(), "{command:?} failed");
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = text.split_whitespace().map(|text| text.parse().expect("a number")).collect();
    let [wall, cpu] = figures[..] else { panic!("{command:?} said {text:?}") };
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let calls = calls as f64;
    Round { rate: calls / wall, cpu: cpu / calls }
}

fn this() -> Command {
    Command::new(own())
}

fn own() -> PathBuf {
    std::env::current_exe().expect("this program's own path")
}

/// Makes the container that is asked for.
fn container(url: &str) -> ContainerId {
    let containers = Containers::new(&scaleway(url));
    let made = Clock::real().block_on(async {
        let namespace =
            containers.create_namespace(CreateNamespace::new("overhead")).await.expect("a namespace");
        containers.wait_for_namespace(&namespace.id).await.expect("a namespace");
        let create =
            CreateContainer::new(namespace.id.clone(), "overhead", "rg.fr-par.scw.cloud/evalap/overhead:1");
        let container = containers.create_container(create).await.expect("a container");
        containers.wait_for_container(&container.id).await.expect("a container").id
    });
    made.expect("a runtime")
}

/// The official SDK in a scratch folder of its own: the interpreter that knows it.
fn install() -> Result<PathBuf, String> {
    let folder = own().with_file_name("overhead-python");
    let interpreter = folder.join("bin/python");
    if !folder.join("installed").exists() {
        run_to_end(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run_to_end(Command::new(&interpreter).args(["-m", "pip", "install", "--quiet", "scaleway"]))?;
        std::fs::write(folder.join("installed"), "").map_err(|error| error.to_string())?;
    }
    Ok(interpreter)
}

fn run_to_end(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{command:?} failed: {}", said.trim())) }
}
