//! Prints the figures that the project claims, by the commands that the `justfile` names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on has nothing to print"
)]
#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]

mod costs;
mod critical_path;
mod emulator;
mod fold;
mod overhead;
mod process;
mod scale;
mod server;
mod start;

/// As the programs have it whose figures these are.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("process") => process::run(),
        Some("critical-path") => critical_path::run(),
        Some("emulator") => emulator::run(),
        // The bare handler that `emulator` compares with; it starts this itself.
        Some("bare") => emulator::bare(&std::env::args().nth(2).unwrap_or_default()),
        Some("scale") => scale::run(),
        // One size; it starts this itself.
        Some("scale-of") => {
            scale::of(std::env::args().nth(2).and_then(|size| size.parse().ok()).unwrap_or_default());
        }
        Some("start") => start::run(),
        Some("fold") => fold::run(),
        Some("overhead") => overhead::run(),
        Some("overhead-client") => {
            let [kind, url, id] = [2, 3, 4].map(|at| std::env::args().nth(at).unwrap_or_default());
            overhead::client(&kind, &url, &id);
        }
        _ => {
            eprintln!("usage: bench process | critical-path | emulator | scale | start | fold | overhead");
            std::process::exit(2);
        }
    }
}

/// The middle of some figures, and the least and the most of them.
fn spread(figures: impl IntoIterator<Item = f64>) -> (f64, f64, f64) {
    let mut figures = Vec::from_iter(figures);
    figures.sort_by(f64::total_cmp);
    let middle = figures.get(figures.len() / 2).copied().unwrap_or_default();
    (middle, figures.first().copied().unwrap_or_default(), figures.last().copied().unwrap_or_default())
}
