//! Synthetic environments of 100, 1,000 and 10,000 resources: how time and memory grow.

use std::fmt::Write;
use std::future::poll_fn;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use environments::World;
use http::Request;
use rustix::time::{ClockId, clock_gettime};
use scaleway_core::{Exchange, Transport};
use scaleway_emulator::{Builder, Emulator};

use crate::spread;

const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// How often each is measured.
const ROUNDS: usize = 5;

/// What is done with each.
const STEPS: [&str; 3] = ["first plan", "apply", "plan of no changes"];

/// What the platform would refuse so much by: it is the engine that is measured.
const QUOTAS: [&str; 4] =
    ["containers.containers", "containers.memory", "containers.private_networks", "secret-manager.secrets"];

/// What a step takes.
#[derive(Debug, Clone, Copy)]
struct Cost {
    /// Of the processor: one thread does all and waits for nothing, so on a core of its own that is the time that it takes,
    /// and others on this machine do not count.
    seconds: f64,
    /// Seconds of those in the emulator, which answers in the same process.
    emulated: f64,
    /// Memory at most, beyond what there was before; an apply's has what the emulator and the state in memory keep.
    megabytes: f64,
}

/// Each size in a process of its own, and all sizes in each round: memory that one has freed would not be counted for the
/// next, and what else the machine does meets them alike.
pub(crate) fn run() {
    let program = std::env::current_exe().expect("this program");
    let mut rounds: [Vec<Vec<f64>>; SIZES.len()] = Default::default();
    for _ in 0..ROUNDS {
        for (rounds, size) in rounds.iter_mut().zip(SIZES) {
            let output =
                Command::new(&program).args(["scale-of", &size.to_string()]).output().expect("a process");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let figures = String::from_utf8_lossy(&output.stdout);
            rounds.push(figures.split_whitespace().map(|figure| figure.parse().unwrap()).collect());
        }
    }
    println!("medians of {ROUNDS} rounds, and the least and the most of them; seconds of one core");
    let measured = rounds.map(|rounds| {
        let of = |at: usize| spread(rounds.iter().map(|figures| figures[at]));
        let resources = of(0).0;
        println!("{resources:>6} resources");
        let costs = [0, 1, 2].map(|step| {
            let [seconds, emulated, megabytes] = [1, 2, 3].map(|at| of(3 * step + at));
            println!(
                "       {}: {:.3} s ({:.3}–{:.3}), of which the emulator's {:.3}, and {:.0} MB",
                STEPS[step], seconds.0, seconds.1, seconds.2, emulated.0, megabytes.0
            );
            Cost { seconds: seconds.0, emulated: emulated.0, megabytes: megabytes.0 }
        });
        (resources, costs)
    });
    let [small, medium, large] = &measured;
    for [(few, before), (many, after)] in [[small, medium], [medium, large], [small, large]] {
        print!("from {few} to {many}, exponents of growth");
        for (at, step) in STEPS.iter().enumerate() {
            let exponent = |of: fn(&Cost) -> f64| (of(&after[at]) / of(&before[at])).ln() / (many / few).ln();
            let (all, engine) =
                (exponent(|cost| cost.seconds), exponent(|cost| cost.seconds - cost.emulated));
            let memory = exponent(|cost| cost.megabytes);
            print!("; {step} {all:.2}, without the emulator {engine:.2}, memory {memory:.2}");
        }
        println!();
    }
}

/// Measures one size, and prints how many resources it is and what each step took.
pub(crate) fn of(size: usize) {
    let unlimited = |cloud| QUOTAS.iter().fold(cloud, |cloud: Builder, name| cloud.quota(*name, u64::MAX));
    let world = World::built(&definition(size), unlimited);
    let emulator = Timed { emulator: world.emulator.clone(), nanos: Arc::default() };
    let client = world.client_over(emulator.clone());
    let meter = Meter::start(&emulator);
    let (resources, planned, meter, outcome) = world.run(async {
        let mut engine = Box::pin(world.open_with(&client)).await.expect("an environment");
        let plan = engine.plan().await.expect("a plan");
        assert!(plan.problems.is_empty(), "{:?}", plan.problems);
        let (planned, meter) = (meter.read(), Meter::start(&emulator));
        let outcome = world.carry_out(&mut engine, &plan).await.expect("an outcome");
        (plan.effective().count(), planned, meter, outcome)
    });
    let applied = meter.read();
    assert!(outcome.is_complete(), "{:?}", outcome.failed.first());
    drop(outcome);
    let meter = Meter::start(&emulator);
    let (again, noop, _engine) = world.run(async {
        let mut engine = Box::pin(world.open_with(&client)).await.expect("an environment");
        let again = engine.plan().await.expect("a plan");
        (again, meter.read(), engine)
    });
    assert!(again.is_empty(), "{:?}", environments::lines(&again).first());
    print!("{resources}");
    for Cost { seconds, emulated, megabytes } in [planned, applied, noop] {
        print!(" {seconds} {emulated} {megabytes}");
    }
}

/// The emulator, and how long it worked.
#[derive(Debug, Clone)]
struct Timed {
    emulator: Emulator,
    nanos: Arc<AtomicU64>,
}

impl Transport for Timed {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        let mut answer = self.emulator.send(request);
        Box::pin(poll_fn(move |context| {
            let began = worked();
            let polled = answer.as_mut().poll(context);
            let nanos = u64::try_from(worked().saturating_sub(began).as_nanos()).unwrap_or(u64::MAX);
            self.nanos.fetch_add(nanos, Ordering::Relaxed);
            polled
        }))
    }
}

/// What has been spent since it was started.
struct Meter {
    began: Duration,
    nanos: Arc<AtomicU64>,
    nanos_before: u64,
    megabytes_before: f64,
}

impl Meter {
    fn start(emulator: &Timed) -> Self {
        // From now on `VmHWM` is the most since now.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let nanos = Arc::clone(&emulator.nanos);
        let nanos_before = nanos.load(Ordering::Relaxed);
        Self { nanos, nanos_before, megabytes_before: resident("VmRSS"), began: worked() }
    }

    fn read(self) -> Cost {
        let seconds = worked().saturating_sub(self.began).as_secs_f64();
        let nanos = self.nanos.load(Ordering::Relaxed) - self.nanos_before;
        let emulated = Duration::from_nanos(nanos).as_secs_f64();
        Cost { seconds, emulated, megabytes: resident("VmHWM") - self.megabytes_before }
    }
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

/// How long the processor has worked for this process.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Memory of this process, in MB: `VmRSS` now, `VmHWM` at most.
fn resident(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or_default() * 1024.0 / 1e6
}
