//! One environment, opened: its definition, the other side, its state, the engine.

use std::path::Path;

use evalap_topology::definition::{Decoded, Definition};
use evalap_topology::{Engine, Missing, Sources, check};

use crate::arguments::{Options, Program};
use crate::error::Error;
use crate::place::Place;
use crate::target::Target;
use crate::text;
use crate::word::Word;

/// One environment, opened.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) definition: Definition,
    pub(crate) target: Target,
    pub(crate) engine: Engine,
    /// Secrets whose variables are not set.
    pub(crate) stand_ins: Vec<String>,
    /// What the audit is to say.
    pub(crate) word: Word,
}

/// What a command needs of the secrets' values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// All of them: they may be written.
    Needed,
    /// None: nothing is made.
    Unused,
}

/// How most programs are told a definition.
pub(crate) const OPTION: &str = "--definition FILE";

/// Reads a definition of the program's kind.
pub(crate) fn definition(program: &Program, options: &Options) -> Result<Decoded, Error> {
    let file = options.definition(program.environment);
    let decoded = read(&file, OPTION)?;
    let kind = decoded.definition.environment.kind;
    if kind != program.environment {
        return Err(Error::refused(
            format!(
                "{} defines a {} environment, which {} does not touch",
                file.display(),
                kind.as_str(),
                program.name
            ),
            format!(
                "use deploy_{}, or a definition with kind = {:?}",
                kind.as_str(),
                program.environment.as_str()
            ),
        ));
    }
    Ok(decoded)
}

/// Reads a definition, which this program is told by `named`.
pub(crate) fn read(file: &Path, named: &'static str) -> Result<Decoded, Error> {
    let failed = |source| Error::Definition { file: file.into(), named, source };
    let text = std::fs::read_to_string(file).map_err(failed)?;
    Definition::from_toml(&file.display().to_string(), &text).map_err(Error::Problems)
}

/// Says what the rules find; an error that is not waived stops the deployment.
pub(crate) fn check(decoded: &Decoded, quiet: bool) -> Result<(), Error> {
    let report = check::check(&decoded.definition).locate(&decoded.source);
    if !quiet {
        text::say(format!(
            "
Check: {} rules",
            check::RULES.len()
        ));
        text::say(text::indented(&report.to_string(), "  "));
    }
    let errors =
        report.findings().filter(|found| found.waived.is_none() && found.severity == check::Severity::Error);
    match errors.count() {
        0 => Ok(()),
        count => {
            if quiet {
                text::complain(&report);
            }
            Err(Error::Check(count))
        }
    }
}

impl Desk {
    pub(crate) async fn open(
        decoded: Decoded,
        file: &Path,
        target: Target,
        data: &Path,
        values: Values,
    ) -> Result<Self, Error> {
        let definition = decoded.definition;
        let sources = match values {
            Values::Unused => Sources::default(),
            Values::Needed => {
                let missing = if target.is_scaleway() { Missing::Refuse } else { Missing::StandIn };
                let folder = file.parent().unwrap_or(Path::new("."));
                Sources::read(&definition, &|name| std::env::var(name).ok(), folder, missing)?
            }
        };
        let stand_ins = sources.stand_ins().map(str::to_owned).collect();
        let place = Place::of(&definition, file, data);
        let (store, key) = Box::pin(place.open(Some(&target.client), target.clock())).await?;
        let engine =
            Box::pin(Engine::open(&target.client, &definition, sources, store, key, &target.endpoint))
                .await?;
        if engine.state().version == 0
            && let Some(folder) = Box::pin(place.left_behind(target.clock())).await?
        {
            return Err(Error::refused(
                format!(
                    "[state] names a bucket that has no state, and the state of {} is in {folder} still",
                    place.name
                ),
                "move it first: manage_state migrate --to bucket; or move that folder away, if it is of no use any more",
            ));
        }
        Ok(Self { definition, target, engine, stand_ins, word: Word::default() })
    }

    /// Says which secrets are not the real ones.
    pub(crate) fn say_stand_ins(&self) {
        if !self.stand_ins.is_empty() {
            text::say(format!(
                "Stand-ins: the variables of {} are not set. On the emulator generated values stand in for them, made once.\n",
                text::list(&self.stand_ins)
            ));
        }
    }
}
