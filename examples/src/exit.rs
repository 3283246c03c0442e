//! How a program ends.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;
use crate::text;

/// How a program ends when nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    /// What failed has been said already.
    Failed,
    /// `plan --detailed-exitcode` found changes.
    Changes,
    /// By severity, for `validate_compliance`.
    Severity(u8),
    /// Stopped at once by a person.
    Interrupted,
}

/// What a command line that cannot be read ends with: no other outcome does (`EX_USAGE` of `sysexits.h`).
const WRONG_USAGE: i32 = 64;

/// Ends the program with what is wrong with its command line, or with the help that was asked for.
pub(crate) fn usage(error: clap::Error) -> ! {
    let error = without_nonsense(error);
    let printed = error.print();
    if error.use_stderr() {
        // Where it cannot be said, the code says it.
        std::process::exit(WRONG_USAGE);
    }
    text::note_loss(printed);
    std::process::exit(i32::from(with_loss(0)))
}

/// Leaves out suggestions that help nobody: no file is called `--json`, and who asks which version it is wants no traces.
fn without_nonsense(mut error: clap::Error) -> clap::Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    if let Some(ContextValue::StyledStrs(mut tips)) = error.remove(ContextKind::Suggested) {
        tips.retain(|tip| !tip.to_string().contains("as a value"));
        if !tips.is_empty() {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
    }
    let is = |kind, word: &str| match error.get(kind) {
        Some(ContextValue::String(text)) => text.starts_with(word),
        _ => false,
    };
    if is(ContextKind::InvalidArg, "--vers") && is(ContextKind::SuggestedArg, "--verbose") {
        error.remove(ContextKind::SuggestedArg);
        // It is made from the suggestion.
        error.remove(ContextKind::Usage);
    }
    error
}

/// The exit code; an error is told on standard error first.
pub(crate) fn code(result: Result<Exit, Error>) -> ExitCode {
    let code = match result {
        Ok(Exit::Done) => 0,
        Ok(Exit::Failed) => 1,
        Ok(Exit::Changes) => 2,
        // Findings that are errors are not made warnings by that.
        Ok(Exit::Severity(code)) => return ExitCode::from(with_loss(code).max(code)),
        Ok(Exit::Interrupted) => 130,
        Err(error) => {
            text::complain(error.told());
            1
        }
    };
    ExitCode::from(with_loss(code))
}

/// The exit code `code`, or that of an error where what was said is lost, which is told first.
fn with_loss(code: u8) -> u8 {
    let Some(source) = text::lost() else { return code };
    let file = "standard output".to_owned();
    let error = Error::Engine(evalap_topology::Error::File { file, done: "written", source });
    text::complain(error.told());
    1
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command};

    use super::*;

    fn told(word: &str) -> String {
        let flag = |name| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let inner = Command::new("plan").arg(flag("json")).arg(flag("verbose")).arg(Arg::new("FILE"));
        let command = Command::new("program").subcommand(inner);
        without_nonsense(command.try_get_matches_from(["program", "plan", word]).unwrap_err()).to_string()
    }

    #[test]
    fn what_is_suggested_helps() {
        assert!(told("--jsn").contains("'--json'"), "{}", told("--jsn"));
        for word in ["--force", "-f", "--version", "--versoin"] {
            let told = told(word);
            assert!(told.contains(word) && !told.contains("tip:") && !told.contains("--verbose"), "{told}");
        }
    }
}
