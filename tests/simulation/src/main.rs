//! The program: every crash point, then seeds.

use std::process::ExitCode;

use clap::Parser;
use scaleway_core::{Clock, Random};
use simulation::{Environment, Failure, Operation, Scenario, Stages, crash_points};

/// One thread that makes and drops small things all the time: a fifth of the time is the allocator's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Deployments on a virtual clock, crashed at every effect boundary, then with whatever a seed draws.
#[derive(Parser)]
struct Arguments {
    /// How many seeds are tried after the crash points.
    #[arg(long, default_value_t = 300)]
    seeds: u32,
    /// Only this seed.
    #[arg(long)]
    seed: Option<u64>,
    /// The first of the seeds; drawn by the system where it is not said, and printed.
    #[arg(long)]
    from: Option<u64>,
    /// Print what happens in the seed, line by line.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Leave the crash points out.
    #[arg(long)]
    no_crash_points: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let stages = Stages::new();
    if let Some(seed) = arguments.seed {
        return one(seed, arguments.trace, &stages);
    }
    let clock = Clock::real();
    let mut failures = Vec::new();
    let mut points = 0;
    if !arguments.no_crash_points {
        let calm = |environment| Operation::ALL.map(|operation| Scenario::calm(environment, operation));
        let staging = calm(Environment::Staging);
        let in_bucket = staging.clone().map(Scenario::in_bucket);
        for scenario in [staging, in_bucket, calm(Environment::Production)].iter().flatten() {
            let began = clock.now();
            let found = crash_points(&stages, scenario, 1);
            let took = clock.now().since(began).as_secs_f64();
            println!(
                "{:?} {:?}{}: {} crash points, {} failures, {took:.1} s",
                scenario.environment,
                scenario.operation,
                if scenario.bucket { ", the state in a bucket" } else { "" },
                found.crashed,
                found.failures.len()
            );
            points += found.crashed;
            failures.extend(found.failures);
        }
    }
    let from = arguments.from.unwrap_or_else(|| Random::system().below(1 << 32));
    let seeds = from..from.saturating_add(arguments.seeds.into());
    let began = clock.now();
    seeds.clone().for_each(|seed| stages.prepare(&Scenario::drawn(seed)));
    let ready = clock.now().since(began).as_secs_f64();
    let (began, mut crashes, mut troubles, mut ills) = (clock.now(), 0, 0, 0);
    let (mut merged, mut boundaries) = (0, 0);
    for seed in seeds {
        let report = Scenario::drawn(seed).run(&stages, false);
        crashes += report.crashes;
        troubles += report.troubles;
        ills += report.ills;
        merged += report.merged;
        boundaries += report.boundaries;
        failures.extend(report.failure);
    }
    if arguments.seeds > 0 {
        let rate = f64::from(arguments.seeds) / clock.now().since(began).as_secs_f64();
        println!(
            "the worlds that they begin in: {ready:.1} s\nseeds from {from}: {crashes} crashes, {troubles} faults on the way, {ills} of the platform, {merged} events kept and merged, {boundaries} effect boundaries, {rate:.0} seeds/s"
        );
    }
    failures.iter().for_each(tell);
    println!("{} seeds, {points} crash points, {} failures", arguments.seeds, failures.len());
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn one(seed: u64, trace: bool, stages: &Stages) -> ExitCode {
    let scenario = Scenario::drawn(seed);
    println!("{scenario:?}");
    let report = scenario.run(stages, trace);
    report.trace.iter().for_each(|line| println!("{line}"));
    report.failure.iter().for_each(tell);
    println!("1 seeds, 0 crash points, {} failures", u8::from(report.failure.is_some()));
    if report.failure.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(failure: &Failure) {
    println!("\nseed {} failed: {:?}", failure.scenario.seed, failure.scenario);
    failure.broken.iter().for_each(|broken| println!("  {broken}"));
    if failure.scenario.seed != 0 {
        println!(
            "  again, line by line: cargo run --release -p simulation -- --seed {} --trace",
            failure.scenario.seed
        );
    }
}
