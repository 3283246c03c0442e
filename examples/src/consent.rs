//! Asking a person.

use std::io::{self, BufRead, IsTerminal, Write};

use evalap_topology::plan::Plan;

use crate::arguments::Options;
use crate::error::Error;
use crate::text;

/// Whether a plan may be carried out. `reviewed` is one that was kept in a file and has been read.
///
/// # Errors
/// Where nobody agrees to it, with what to pass.
pub(crate) fn consent(
    plan: &Plan,
    environment: &str,
    options: &Options,
    asks: bool,
    reviewed: bool,
) -> Result<(), Error> {
    let losses = plan.losses();
    if !losses.is_empty() {
        return loss(&text::list(losses), environment, options.confirm.as_deref());
    }
    if !asks || reviewed || options.yes {
        return Ok(());
    }
    match ask("Apply this plan? Only `yes` is taken for it: ") {
        Some(answer) if answer == "yes" => Ok(()),
        Some(_) => Err(Error::refused("nothing was changed", "answer `yes`, or pass --yes")),
        None => Err(Error::refused(
            "this changes what exists on Scaleway, and there is no terminal to ask on; nothing was changed",
            "pass --yes, or keep the plan with `plan --out FILE` and pass it to `apply FILE`",
        )),
    }
}

/// Data is lost only to who knows where.
fn loss(what: &str, environment: &str, confirmed: Option<&str>) -> Result<(), Error> {
    let pass = format!("if that is meant, pass --confirm {environment}");
    let typed = match confirmed {
        Some(name) => name.to_owned(),
        None => {
            let question = format!("The data of {what} is lost for good. Type the environment's name to agree: ");
            ask(&question).ok_or_else(|| {
                let what = format!("the data of {what} would be lost for good, and there is no terminal to ask on; nothing was changed");
                Error::refused(what, &pass)
            })?
        }
    };
    if typed == environment {
        Ok(())
    } else {
        Err(Error::refused(format!("{typed:?} is not the name of this environment; nothing was changed"), pass))
    }
}

/// A line from the terminal; none where there is no terminal.
fn ask(question: &str) -> Option<String> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let mut out = io::stdout();
    let mut answer = String::new();
    write!(out, "{question}").and_then(|()| out.flush()).ok()?;
    io::stdin().lock().read_line(&mut answer).ok()?;
    Some(answer.trim().to_owned())
}
