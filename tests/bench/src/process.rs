//! The program as a whole process, emulator in it and its start included, fsync on, each run in a fresh folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::spread;

const RUNS: usize = 10;

/// What one process took.
struct Figures {
    wall: f64,
    requests: f64,
    appends: f64,
    peak: f64,
}

pub(crate) fn run() {
    println!("disk: an fsync of 1 KB takes {:.2} ms (median of 50)", fsync());
    let mut all: [Vec<Figures>; 3] = Default::default();
    for _ in 0..RUNS {
        let folder = tempfile::tempdir().expect("a folder");
        for (figures, arguments) in all.iter_mut().zip([
            &["apply", "--yes"][..],
            &["plan"],
            &["destroy", "--yes", "--confirm", "staging"],
        ]) {
            figures.push(once(folder.path(), arguments));
        }
    }
    println!(
        "{:<12} {:>22} {:>9} {:>8} {:>20}",
        "staging", "wall s (min–max)", "requests", "appends", "peak MB (min–max)"
    );
    for (name, figures) in ["apply", "no-op plan", "destroy"].iter().zip(all) {
        let of = |value: fn(&Figures) -> f64| spread(figures.iter().map(value));
        let (wall, peak) = (of(|f| f.wall), of(|f| f.peak));
        println!(
            "{name:<12} {:>8.3} ({:.3}–{:.3}) {:>9} {:>8} {:>7.1} ({:.1}–{:.1})",
            wall.0,
            wall.1,
            wall.2,
            of(|f| f.requests).0,
            of(|f| f.appends).0,
            peak.0,
            peak.1,
            peak.2
        );
    }
}

fn once(data: &Path, arguments: &[&str]) -> Figures {
    let mut command = Command::new(program());
    command.args(["--speed", "max", "--stats", "--data"]).arg(data).args(arguments);
    let started = Instant::now();
    let output = command
        .output()
        .expect("the program: build it with `cargo build --release --example deploy_staging`");
    let wall = started.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{arguments:?} failed:\n{}{text}",
        String::from_utf8_lossy(&output.stdout)
    );
    // `stats: requests=101 appends=40 peak_kb=23456`
    let stats = text.lines().find_map(|line| line.strip_prefix("stats: ")).expect("--stats prints a line");
    let figure = |name: &str| {
        let value = stats.split_whitespace().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse::<f64>().ok()).unwrap_or(f64::NAN)
    };
    Figures {
        wall,
        requests: figure("requests"),
        appends: figure("appends"),
        peak: figure("peak_kb") / 1000.0,
    }
}

fn program() -> PathBuf {
    let bench = std::env::current_exe().expect("this program's own path");
    bench.with_file_name("examples").join("deploy_staging")
}

fn fsync() -> f64 {
    use std::io::Write;
    let folder = tempfile::tempdir().expect("a folder");
    let figures = (0..50).map(|number| {
        let started = Instant::now();
        let mut file = std::fs::File::create(folder.path().join(number.to_string())).expect("a file");
        file.write_all(&[0; 1024]).expect("room");
        file.sync_all().expect("a disk");
        started.elapsed().as_secs_f64() * 1000.0
    });
    spread(figures).0
}
