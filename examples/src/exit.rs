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
    // Where it cannot be said, the code says it.
    let _ = error.print();
    std::process::exit(if error.use_stderr() { WRONG_USAGE } else { 0 })
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
    match result {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Failed) => ExitCode::FAILURE,
        Ok(Exit::Changes) => ExitCode::from(2),
        Ok(Exit::Severity(code)) => ExitCode::from(code),
        Ok(Exit::Interrupted) => ExitCode::from(130),
        Err(error) => {
            text::complain(error.told());
            ExitCode::FAILURE
        }
    }
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
