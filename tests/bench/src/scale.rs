//! Synthetic environments of 100, 1,000 and 10,000 resources: how time and memory grow.

use std::fmt::Write;
use std::time::Instant;

use environments::World;
use scaleway_emulator::{ImageBook, Latency};

const SIZES: [usize; 3] = [100, 1_000, 10_000];

pub(crate) fn run() {
    let mut measured = Vec::new();
    for size in SIZES {
        let world = World::with(&definition(size), Latency::None, ImageBook::new());
        let began = Instant::now();
        let (plan, planned, outcome) = world.run(async {
            let mut engine = world.open().await.expect("an environment");
            let plan = engine.plan().await.expect("a plan");
            assert!(plan.problems.is_empty(), "{:?}", plan.problems);
            let planned = began.elapsed().as_secs_f64();
            let outcome = world.carry_out(&mut engine, &plan).await.expect("an outcome");
            (plan, planned, outcome)
        });
        assert!(outcome.is_complete(), "{:?}", outcome.failed.first());
        let applied = began.elapsed().as_secs_f64() - planned;
        let began = Instant::now();
        let again = world.run(world.plan()).expect("a plan");
        assert!(again.is_empty(), "{:?}", environments::lines(&again).first());
        let noop = began.elapsed().as_secs_f64();
        let resources = plan.effective().count();
        println!(
            "{resources:>6} resources: first plan {planned:.3} s, apply {applied:.3} s, plan of no changes {noop:.3} s, peak memory of engine and emulator {:.0} MB",
            peak_memory()
        );
        measured.push((resources, planned, applied, noop));
    }
    for pair in measured.windows(2) {
        let [a, b] = pair else { continue };
        let times = f64::from(u32::try_from(b.0).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(a.0).unwrap_or(u32::MAX));
        let exponent = |a: f64, b: f64| (b / a).ln() / times.ln();
        println!(
            "from {} to {}: exponent of growth {:.2} (first plan), {:.2} (apply), {:.2} (no changes)",
            a.0,
            b.0,
            exponent(a.1, b.1),
            exponent(a.2, b.2),
            exponent(a.3, b.3)
        );
    }
}

/// A definition that makes about `size` resources: half of them services, half secrets with their versions.
fn definition(size: usize) -> String {
    let mut text = String::from(
        "version = 1\n\n[environment]\nname = \"staging\"\nkind = \"staging\"\napplication = \"evalap\"\nproject_id = \"6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90\"\nregion = \"fr-par\"\n\n[secrets]\n",
    );
    let secrets = size / 4;
    for n in 0..secrets {
        let _ = writeln!(text, "secret-{n} = {{ generate = {{ length = 40 }} }}");
    }
    for n in 0..size / 2 {
        let _ = write!(
            text,
            "\n[services.service-{n}]\nimage = \"rg.fr-par.scw.cloud/evalap/service:1\"\nport = 8080\ncpu = 140\nmemory = \"256MB\"\nmin_scale = 0\nmax_scale = 1\nliveness = {{ http = \"/\" }}\nsecrets = {{ KEY = \"secret-{}\" }}\n",
            n % secrets
        );
    }
    text
}

/// Of this process so far, in MB.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0 / 1e6
}
