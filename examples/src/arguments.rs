//! The command line of the programs that deploy.

use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use evalap_topology::address::{Address, InvalidAddress};
use evalap_topology::definition::{EnvironmentKind, Seconds};
use evalap_topology::plan::Scope;
use scaleway_emulator::Latency;

use crate::exit;

/// A program that deploys one kind of environment.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// What it is called.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// The kind of environment that it deploys; it refuses definitions of another.
    pub environment: EnvironmentKind,
    /// Where it deploys unless told; none where it must be told.
    pub target: Option<TargetKind>,
}

/// Where an environment is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// A Scaleway in memory, kept in the data folder. No account, no network.
    Emulator,
    /// Scaleway, with the credentials that every official tool uses.
    Scaleway,
}

#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 done, 1 error, 2 changes (plan --detailed-exitcode, drift), 64 wrong usage, 130 stopped at once by Ctrl-C."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Without a command: check, plan, apply, call each service.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Shows what would change, and why. Changes nothing.
    Plan {
        #[command(flatten)]
        look: Look,
        /// Shows what `destroy` would delete; with --out, `apply FILE` does that.
        #[arg(long, conflicts_with_all = ["refresh_only", "replace"])]
        destroy: bool,
        /// The plan as JSON, and nothing else, on standard output.
        #[arg(long)]
        json: bool,
        /// Keeps the plan in this file, for `apply FILE`. A plan that is there is replaced, and nothing else.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Exit code 2 where there are changes, instead of 0; 1 where it cannot be told, since what exists cannot be looked at.
        #[arg(long)]
        detailed_exitcode: bool,
    },
    /// Makes what must change, or exactly what a kept plan says.
    Apply {
        #[command(flatten)]
        look: Look,
        /// A plan that `plan --out FILE` kept. It is refused if anything it was made from has moved.
        #[arg(value_name = "FILE", conflicts_with_all = ["refresh", "refresh_only", "replace", "targets"])]
        plan: Option<PathBuf>,
    },
    /// Deletes everything that the state says is ours.
    Destroy,
    /// Shows what somebody else has changed since the last run; exit code 2 where there is anything. Made for cron.
    Drift {
        /// As JSON, and nothing else, on standard output. Of each field, `from` is what exists and `to` what the definition
        /// says.
        #[arg(long)]
        json: bool,
    },
    /// Shows what exists, from the state; or what a kept plan would change.
    Show {
        /// A plan that `plan --out FILE` kept.
        #[arg(value_name = "FILE")]
        plan: Option<PathBuf>,
        /// The state, or the plan, as JSON, and nothing else, on standard output. It holds no secret value.
        #[arg(long)]
        json: bool,
    },
    /// Shows what each resource of the definition refers to.
    Graph {
        /// In the language of Graphviz.
        #[arg(long)]
        dot: bool,
    },
}

impl Command {
    /// What it is called; without any it is an `apply`.
    pub(crate) fn name(command: Option<&Self>) -> &'static str {
        match command {
            None | Some(Self::Apply { .. }) => "apply",
            Some(Self::Plan { .. }) => "plan",
            Some(Self::Destroy) => "destroy",
            Some(Self::Drift { .. }) => "drift",
            Some(Self::Show { .. }) => "show",
            Some(Self::Graph { .. }) => "graph",
        }
    }
}

/// How a plan comes to know what exists, and what it does with that.
#[derive(Debug, Clone, Args)]
pub(crate) struct Look {
    /// Whether the cloud is asked what exists; false believes what the last run remembers.
    #[arg(long, value_name = "true|false", default_value_t = true, action = clap::ArgAction::Set)]
    refresh: bool,
    /// Only takes note of what has changed outside; the cloud is left as it is.
    #[arg(long)]
    refresh_only: bool,
    /// Makes this resource anew, such as secret_version.database-password for another value; may be said more than once.
    #[arg(long, value_name = "ADDRESS", value_parser = address, conflicts_with = "refresh_only")]
    replace: Vec<Address>,
}

/// What --target names: a place, or a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Aim {
    Place(TargetKind),
    Resource(Address),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Where the environment lives. With an address such as container.runners: changes only that resource, and what it
    /// cannot be changed without, or tells their drift; may be said more than once.
    #[arg(long = "target", global = true, value_name = "emulator|scaleway|ADDRESS", value_parser = aim)]
    targets: Vec<Aim>,
    /// The definition; environments/staging.toml or production.toml unless said.
    #[arg(long, global = true, value_name = "FILE")]
    definition: Option<PathBuf>,
    /// Where the emulator's cloud (cloud/), the states (state/ENVIRONMENT/) and their keys (keys/ENVIRONMENT.key) are kept.
    #[arg(long, global = true, value_name = "DIR", default_value = ".evalap")]
    pub(crate) data: PathBuf,
    /// How many changes are under way at once at most.
    #[arg(long, global = true, value_name = "N", default_value_t = 16, value_parser = positive)]
    pub(crate) parallelism: usize,
    /// How long the state's lock is waited for, such as 5m, by the target's clock.
    #[arg(long, global = true, value_name = "TIME", default_value = "0s")]
    lock_timeout: Seconds,
    /// Does not ask before changing what exists on Scaleway. Losing data still needs --confirm.
    #[arg(long, short, global = true)]
    pub(crate) yes: bool,
    /// The environment's name: agrees to the loss of the data that the plan names.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) confirm: Option<String>,
    /// How fast the emulator's time passes: a factor from 0.001 to 1000000, or max (the clock jumps; no latencies unless asked for).
    #[arg(long, global = true, value_name = "N|max", default_value = "60", value_parser = speed, help_heading = EMULATOR)]
    pub(crate) speed: Speed,
    /// Whether the emulator takes as long as was recorded; it does unless --speed max.
    #[arg(long, global = true, value_enum, value_name = "none|recorded", help_heading = EMULATOR)]
    latency: Option<Wait>,
    /// How images behave: a TOML file, see the emulator's README.
    #[arg(long, global = true, value_name = "FILE", help_heading = EMULATOR)]
    pub(crate) images: Option<PathBuf>,
    /// Keeps the services' addresses answering on a loopback port (any that is free unless said) until Ctrl-C.
    #[arg(long, global = true, value_name = "PORT", num_args = 0..=1, require_equals = true, default_missing_value = "0", help_heading = EMULATOR)]
    pub(crate) serve: Option<u16>,
    /// Uses an emulator of another process (scaleway-emulator, or a program with --serve) that answers here.
    #[arg(long, global = true, value_name = "URL", conflicts_with_all = ["images", "serve"], help_heading = EMULATOR)]
    pub(crate) emulator_url: Option<url::Url>,
    /// Says on standard error, last, what the run has cost: requests, appends to the state, peak memory.
    #[arg(long, global = true)]
    pub(crate) stats: bool,
    /// Traces every call to standard error; twice, what is below it too. No secret is ever traced.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

const EMULATOR: &str = "With --target emulator";

/// How fast time passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    Max,
    Times(f64),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Wait {
    None,
    Recorded,
}

impl Options {
    /// Those of a program that has no other: the emulator's cloud, or another's, in our time. A clock that jumps would see
    /// the lock of a run that is alive expire.
    pub(crate) fn plain(data: &Path, emulator: Option<&url::Url>) -> Self {
        let url = emulator.map(|url| format!("--emulator-url={url}"));
        let words = ["program", "--speed=1", "--latency=none", "--data"].map(OsString::from);
        let words = words.into_iter().chain([data.as_os_str().to_owned()]);
        let words = words.chain(url.map(OsString::from));
        Arguments::try_parse_from(words).unwrap_or_else(|error| exit::usage(error)).options
    }

    pub(crate) fn definition(&self, kind: EnvironmentKind) -> PathBuf {
        let usual = || PathBuf::from(format!("environments/{}.toml", kind.as_str()));
        self.definition.clone().unwrap_or_else(usual)
    }

    pub(crate) fn lock_timeout(&self) -> Duration {
        Duration::from_secs(self.lock_timeout.as_secs())
    }

    pub(crate) fn latency(&self) -> Latency {
        match (self.latency, self.speed) {
            (Some(Wait::None), _) | (None, Speed::Max) => Latency::None,
            _ => Latency::Recorded,
        }
    }

    pub(crate) fn target(&self, program: &Program) -> Option<TargetKind> {
        self.places().last().or(program.target)
    }

    fn places(&self) -> impl Iterator<Item = TargetKind> {
        self.targets.iter().filter_map(|aim| if let Aim::Place(kind) = aim { Some(*kind) } else { None })
    }

    fn aimed(&self) -> impl Iterator<Item = &Address> {
        self.targets.iter().filter_map(|aim| if let Aim::Resource(of) = aim { Some(of) } else { None })
    }

    /// What a plan is about.
    pub(crate) fn scope(&self, look: Look) -> Scope {
        let mut scope = Scope::default();
        (scope.from_memory, scope.refresh_only) = (!look.refresh, look.refresh_only);
        scope.replace = look.replace;
        scope.only = self.aimed().cloned().collect();
        scope
    }
}

impl Arguments {
    /// Reads the command line, or ends the program with what is wrong with it.
    pub(crate) fn of(program: &Program, words: impl IntoIterator<Item = OsString>) -> Self {
        let command = Self::command().name(program.name).about(program.about);
        let read = || {
            let arguments = Self::from_arg_matches(&command.clone().try_get_matches_from(words)?)?;
            let wrong = |why| command.clone().error(ErrorKind::MissingRequiredArgument, why);
            arguments.check(program).map_err(wrong)?;
            Ok::<_, clap::Error>(arguments)
        };
        read().unwrap_or_else(|error| exit::usage(error))
    }

    fn check(&self, program: &Program) -> Result<(), &'static str> {
        if let Some(Command::Plan { look, .. } | Command::Apply { look, .. }) = &self.command
            && look.refresh_only
            && !look.refresh
        {
            return Err("--refresh-only looks at what exists: leave out --refresh=false");
        }
        if self.options.places().count() > 1 {
            return Err("say one place: --target emulator or --target scaleway");
        }
        let is_whole = matches!(self.command, Some(Command::Show { .. } | Command::Graph { .. }));
        if is_whole && self.options.aimed().next().is_some() {
            return Err("show and graph tell of all resources: leave --target ADDRESS out");
        }
        match self.options.target(program) {
            None => Err("say where to: --target emulator or --target scaleway"),
            Some(TargetKind::Scaleway) if self.options.serve.is_some() => {
                Err("--serve is for the emulator: on Scaleway the addresses answer anyway")
            }
            Some(TargetKind::Scaleway)
                if self.options.emulator_url.is_some() || self.options.images.is_some() =>
            {
                Err(
                    "--emulator-url and --images are for the emulator: leave them out, or say --target emulator",
                )
            }
            Some(_) => Ok(()),
        }
    }
}

impl Default for Look {
    fn default() -> Self {
        Self { refresh: true, refresh_only: false, replace: Vec::new() }
    }
}

fn aim(text: &str) -> Result<Aim, String> {
    match text {
        "emulator" => Ok(Aim::Place(TargetKind::Emulator)),
        "scaleway" => Ok(Aim::Place(TargetKind::Scaleway)),
        text => text.parse().map(Aim::Resource).map_err(|error: InvalidAddress| {
            format!(
                "expected emulator, scaleway, or the address of a resource such as container.runners: {error}"
            )
        }),
    }
}

fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|error: InvalidAddress| {
        format!("expected the address of a resource such as container.runners: {error}")
    })
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "expected a number from 1".to_owned())
}

/// Nobody needs more, and no time overflows.
const FACTORS: RangeInclusive<f64> = 0.001..=1_000_000.0;

fn speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed::Max);
    }
    let factor = text.trim_matches(['x', '×']).parse().ok().filter(|n| FACTORS.contains(n));
    let (least, most) = (FACTORS.start(), FACTORS.end());
    let expected = || format!("expected a factor from {least} to {most}, such as 60, or max");
    factor.map(Speed::Times).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Arguments {
        Arguments::try_parse_from(std::iter::once("program").chain(words.iter().copied())).unwrap()
    }

    fn program(target: Option<TargetKind>) -> Program {
        Program { name: "program", about: "", environment: EnvironmentKind::Production, target }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn at_full_speed_there_are_no_latencies_unless_asked_for() {
        assert_eq!(read(&[]).options.latency(), Latency::Recorded);
        assert_eq!(read(&["--speed", "max"]).options.latency(), Latency::None);
        assert_eq!(read(&["--speed", "max", "--latency", "recorded"]).options.latency(), Latency::Recorded);
        assert_eq!(read(&["plan", "--speed", "1"]).options.speed, Speed::Times(1.0));
        for wrong in ["0", "-1", "fast", "inf", "NaN", "1e99", "1e-99", "1000001"] {
            let expected = "expected a factor from 0.001 to 1000000, such as 60, or max";
            assert_eq!(speed(wrong).unwrap_err(), expected, "{wrong}");
        }
    }

    #[test]
    fn production_must_be_told_where_to() {
        let nowhere = program(None);
        assert!(read(&["plan"]).check(&nowhere).unwrap_err().contains("--target scaleway"));
        assert_eq!(read(&["plan", "--target", "emulator"]).check(&nowhere), Ok(()));
        assert_eq!(read(&["plan"]).check(&program(Some(TargetKind::Emulator))), Ok(()));
    }

    #[test]
    fn a_program_without_a_speed_lives_in_our_time() {
        assert_eq!(Options::plain(Path::new("data"), None).speed, Speed::Times(1.0));
    }

    #[test]
    fn what_is_looked_at_and_what_is_remembered_exclude_each_other() {
        let arguments = read(&["plan", "--refresh-only", "--refresh=false"]);
        let refused = arguments.check(&program(Some(TargetKind::Emulator))).unwrap_err();
        assert!(refused.contains("--refresh=false"), "{refused}");
    }

    #[test]
    fn what_tells_of_everything_is_not_aimed() {
        let emulator = program(Some(TargetKind::Emulator));
        for command in ["show", "graph"] {
            let aimed = read(&["--target", "container.runners", command]);
            assert!(aimed.check(&emulator).unwrap_err().contains("leave --target ADDRESS out"));
            assert_eq!(read(&["--target", "emulator", command]).check(&emulator), Ok(()));
        }
    }

    #[test]
    fn what_is_for_the_emulator_is_refused_on_scaleway() {
        for option in ["--serve", "--images=x", "--emulator-url=http://127.0.0.1:1"] {
            let arguments = read(&["--target", "scaleway", option]);
            assert!(arguments.check(&program(None)).is_err(), "{option}");
        }
        assert_eq!(read(&["--serve=8080", "plan"]).options.serve, Some(8080));
    }
}
