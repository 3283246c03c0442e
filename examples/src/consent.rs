//! Asking a person.

use std::io::{self, BufRead, IsTerminal, Write};

use evalap_topology::plan::Plan;

use crate::arguments::Options;
use crate::error::Error;
use crate::text;

/// Asks whether a plan may be carried out: for the environment's name where data is lost, which is what is answered then;
/// else for a `yes` if it `matters`.
///
/// # Errors
/// Where nobody agrees to it, with what to pass.
pub(crate) fn consent(
    plan: &Plan,
    environment: &str,
    options: &Options,
    matters: bool,
) -> Result<Option<String>, Error> {
    let losses = plan.losses();
    if !losses.is_empty() {
        return loss(&text::list(losses), environment, options.confirm.as_deref()).map(Some);
    }
    if !matters || options.yes {
        return Ok(None);
    }
    match ask("\nApply this plan? Only `yes` is taken for it: ").as_deref() {
        Some("yes") => Ok(None),
        Some(_) => Err(Error::refused("nothing was changed", "answer `yes`, or pass --yes")),
        None => Err(Error::refused(
            "this changes what exists on Scaleway, and there is no terminal to ask on; nothing was changed",
            "pass --yes, or keep the plan with `plan --out FILE` and pass it to `apply FILE`",
        )),
    }
}

/// Data is lost only to who knows where.
fn loss(what: &str, environment: &str, confirmed: Option<&str>) -> Result<String, Error> {
    by_name(&format!("the data of {what} would be lost for good"), environment, confirmed)
}

/// Agrees to something by the environment's name, which is answered; `would` says what it is, where nobody can be asked.
pub(crate) fn by_name(would: &str, environment: &str, confirmed: Option<&str>) -> Result<String, Error> {
    let pass = format!("if that is meant, pass --confirm {environment}");
    let unasked =
        || Error::refused(format!("{would}, and there is no terminal to ask on; nothing was changed"), &pass);
    let typed = match confirmed {
        Some(name) => name.to_owned(),
        None => ask("\nType the environment's name to agree: ").ok_or_else(unasked)?,
    };
    if typed == environment {
        return Ok(typed);
    }
    let what = format!("{typed:?} is not the name of this environment; nothing was changed");
    Err(Error::refused(what, pass))
}

/// A line from the terminal; none where there is no terminal.
fn ask(question: &str) -> Option<String> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let mut out = io::stdout();
    let asked = write!(out, "{question}").and_then(|()| out.flush());
    let is_asked = asked.is_ok();
    text::note_loss(asked);
    is_asked.then(|| answer(io::stdin().lock(), || text::say("")).ok()).flatten()
}

/// What somebody types. Ctrl-D leaves the cursor behind the question: then a `new_line` is begun.
fn answer(mut input: impl BufRead, new_line: impl FnOnce()) -> io::Result<String> {
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    if !answer.ends_with('\n') {
        new_line();
    }
    Ok(answer.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_ends_the_input_is_answered_on_a_line_of_its_own() {
        for (typed, word, is_begun) in [("", "", true), ("yes", "yes", true), ("yes\n", "yes", false)] {
            let mut begun = false;
            assert_eq!(answer(typed.as_bytes(), || begun = true).unwrap(), word);
            assert_eq!(begun, is_begun, "{typed:?}");
        }
    }
}
