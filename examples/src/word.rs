//! A word in the audit of each command that leaves none by itself: what changes nothing, and what was not begun.

use evalap_topology::model::State;
use evalap_topology::state::{Holder, Note, Session};

use crate::error::Error;
use crate::exit::Exit;
use crate::text;

/// What the audit is to say of a command.
#[derive(Debug, Default)]
pub(crate) struct Word {
    details: Vec<(String, String)>,
    told: bool,
}

impl Word {
    /// With one more detail; never a secret value.
    pub(crate) fn detail(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.details.push((name.into(), value.into()));
    }

    /// Whether another record tells it, or will: then nothing is left.
    pub(crate) fn set_told(&mut self, told: bool) {
        self.told = told;
    }

    /// Whether another record tells it.
    pub(crate) fn is_told(&self) -> bool {
        self.told
    }

    /// Leaves it in the environment's log, if there is one and `session` has that. That it cannot be left is told, and is
    /// no failure of the command: whoever may read a state need not be allowed to write it.
    pub(crate) async fn leave(
        self,
        session: &mut Session<State>,
        environment: &str,
        command: &str,
        ended: &Result<Exit, Error>,
    ) {
        let elsewhere =
            session.state().binding.as_ref().is_some_and(|bound| bound.environment != environment);
        if self.is_told() || elsewhere || !session.takes_notes() || matches!(ended, Ok(Exit::Interrupted)) {
            return;
        }
        let by = Holder::current(command);
        let mut note = match ended {
            Ok(Exit::Failed) => Note::new(&by, "failed"),
            Ok(_) => Note::new(&by, "done"),
            // The details say what is left.
            Err(error) if error.is_after_all() => Note::new(&by, "done"),
            Err(error) => {
                let word = if error.is_refusal() { "refused" } else { "failed" };
                Note::new(&by, word).detail("because", text::told(error))
            }
        };
        for (name, value) in self.details {
            note = note.detail(name, value);
        }
        // Not tried for as long once more.
        let left = if ended.as_ref().is_err_and(Error::is_state_away) {
            session.keep_note(note).await
        } else {
            session.leave(note).await
        };
        if let Err(error) = left {
            let (error, what) =
                (Error::from(error).told(), format!("Not in the audit, that `{command}` was run"));
            // What the command ended for is told after this.
            text::complain(match ended {
                Err(ended) if ended.told() == error => format!("{what}, for the same reason:"),
                _ => format!("{what}:\n{error}"),
            });
        }
    }
}
