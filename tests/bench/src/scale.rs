//! Synthetic environments of 100, 1,000 and 10,000 resources: how time and memory grow.

use std::fmt::Write;
use std::time::Instant;

use environments::World;

const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// What the platform would refuse so much by: it is the engine that is measured.
const QUOTAS: [&str; 4] =
    ["containers.containers", "containers.memory", "containers.private_networks", "secret-manager.secrets"];

/// What an environment of so many resources takes, in seconds.
struct Figures {
    resources: usize,
    planned: f64,
    applied: f64,
    noop: f64,
}

pub(crate) fn run() {
    let measured = SIZES.map(measure);
    for [a, b] in [[&measured[0], &measured[1]], [&measured[1], &measured[2]]] {
        let times = count(b.resources) / count(a.resources);
        let exponent = |of: fn(&Figures) -> f64| (of(b) / of(a)).ln() / times.ln();
        println!(
            "from {} to {}: exponent of growth {:.2} (first plan), {:.2} (apply), {:.2} (plan of no changes)",
            a.resources,
            b.resources,
            exponent(|figures| figures.planned),
            exponent(|figures| figures.applied),
            exponent(|figures| figures.noop)
        );
    }
}

fn measure(size: usize) -> Figures {
    let unlimited = |cloud| {
        QUOTAS.iter().fold(cloud, |cloud: scaleway_emulator::Builder, name| cloud.quota(*name, u64::MAX))
    };
    let world = World::built(&definition(size), unlimited);
    forget_peak();
    let (began, before) = (Instant::now(), resident("VmRSS"));
    let (resources, planned, planning, outcome) = world.run(async {
        let mut engine = world.open().await.expect("an environment");
        let plan = engine.plan().await.expect("a plan");
        assert!(plan.problems.is_empty(), "{:?}", plan.problems);
        let (planned, planning) = (began.elapsed().as_secs_f64(), resident("VmHWM") - before);
        let outcome = world.carry_out(&mut engine, &plan).await.expect("an outcome");
        (plan.effective().count(), planned, planning, outcome)
    });
    assert!(outcome.is_complete(), "{:?}", outcome.failed.first());
    let applied = began.elapsed().as_secs_f64() - planned;
    drop(outcome);
    forget_peak();
    let (began, before) = (Instant::now(), resident("VmRSS"));
    let again = world.run(world.plan()).expect("a plan");
    let (noop, again_planning) = (began.elapsed().as_secs_f64(), resident("VmHWM") - before);
    assert!(again.is_empty(), "{:?}", environments::lines(&again).first());
    println!(
        "{resources:>6} resources: first plan {planned:.3} s and {planning:.0} MB, apply {applied:.3} s, plan of no changes {noop:.3} s and {again_planning:.0} MB"
    );
    Figures { resources, planned, applied, noop }
}

/// A definition that makes about `size` resources: services, and one secret with its version for each 38 of them: a project
/// cannot have more than 250 secrets.
fn definition(size: usize) -> String {
    let mut text = String::from(
        "version = 1\n\n[environment]\nname = \"staging\"\nkind = \"staging\"\napplication = \"evalap\"\nproject_id = \"6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90\"\nregion = \"fr-par\"\n\n[secrets]\n",
    );
    let secrets = size / 40;
    for n in 0..secrets {
        let _ = writeln!(text, "secret-{n} = {{ generate = {{ length = 40 }} }}");
    }
    for n in 0..size - 2 * secrets {
        let _ = write!(
            text,
            "\n[services.service-{n}]\nimage = \"rg.fr-par.scw.cloud/evalap/service:1\"\nport = 8080\ncpu = 140\nmemory = \"256MB\"\nmin_scale = 0\nmax_scale = 1\nliveness = {{ http = \"/\" }}\nsecrets = {{ KEY = \"secret-{}\" }}\n",
            n % secrets
        );
    }
    text
}

/// From now on `VmHWM` is the most since now.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Memory of this process, in MB: `VmRSS` now, `VmHWM` at most.
fn resident(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0 / 1e6
}

fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}
