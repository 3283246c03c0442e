//! How a program ends.

use std::process::ExitCode;

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
pub(crate) fn usage(error: &clap::Error) -> ! {
    // Where it cannot be said, the code says it.
    let _ = error.print();
    std::process::exit(if error.use_stderr() { WRONG_USAGE } else { 0 })
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
