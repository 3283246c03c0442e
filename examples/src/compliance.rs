//! `validate_compliance`: all definitions by the rules, and against each other.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use evalap_topology::check::{self, Report, Severity};
use serde_json::{Value, json};

use crate::error::Error;
use crate::exit::{self, Exit};
use crate::{desk, text};

/// The environments of this repository.
pub(crate) const ENVIRONMENTS: [&str; 2] = ["environments/staging.toml", "environments/production.toml"];

/// Checks definitions by all compliance rules, and that they share nothing.
#[derive(Debug, Parser)]
#[command(
    name = "validate_compliance",
    version,
    after_help = "Exit codes: 0 nothing worse than info (waived findings do not count), 1 a warning, 2 an error or a definition that is not valid, 64 wrong usage."
)]
struct Arguments {
    /// The definitions.
    #[arg(value_name = "FILE", default_values = ENVIRONMENTS)]
    files: Vec<PathBuf>,
    /// As JSON: `findings`, `problems`, `worst`.
    #[arg(long)]
    json: bool,
}

/// What is wrong with the definitions.
#[derive(Debug, Default)]
pub(crate) struct Compliance {
    pub(crate) report: Report,
    /// Why definitions cannot be read or are not valid.
    pub(crate) invalid: Vec<Error>,
}

/// Runs `validate_compliance` by its command line.
#[must_use]
pub fn validate_compliance() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| exit::usage(error));
    let compliance = Compliance::of(&arguments.files, "validate_compliance FILE …");
    let told = if arguments.json { compliance.json() } else { Ok(compliance.told()) };
    exit::code(told.map(|told| {
        text::say(told);
        Exit::Severity(compliance.exit_code())
    }))
}

impl Compliance {
    /// Of these files, which the program is told by `named`.
    pub(crate) fn of(files: &[PathBuf], named: &'static str) -> Self {
        let mut decoded = Vec::new();
        let mut this = Self::default();
        for file in files {
            match desk::read(file, named) {
                Ok(one) => decoded.push(one),
                Err(error) => this.invalid.push(error),
            }
        }
        let alone = decoded.iter().map(|one| check::check(&one.definition).locate(&one.source));
        let definitions: Vec<_> = decoded.iter().map(|one| &one.definition).collect();
        this.report = alone.fold(check::check_isolation(&definitions), Report::and);
        this
    }

    fn exit_code(&self) -> u8 {
        match self.report.max_severity() {
            _ if !self.invalid.is_empty() => 2,
            Some(Severity::Error) => 2,
            Some(Severity::Warning) => 1,
            Some(Severity::Info) | None => 0,
        }
    }

    fn told(&self) -> String {
        let invalid = self.invalid.iter().map(Error::told);
        invalid.chain([self.report.to_string()]).collect::<Vec<_>>().join("\n\n")
    }

    fn json(&self) -> Result<String, Error> {
        let mut problems: Vec<Value> = Vec::new();
        for error in &self.invalid {
            match error {
                Error::Problems(found) => {
                    problems.extend(found.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?);
                }
                other => problems.push(json!({ "message": other.told() })),
            }
        }
        let worst = if problems.is_empty() { self.report.max_severity() } else { Some(Severity::Error) };
        let all = json!({ "worst": worst, "problems": problems, "findings": self.report });
        Ok(serde_json::to_string_pretty(&all)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
