//! Words on the terminal.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};
use std::time::Duration;

/// One line (or several) on standard output. Whoever has closed it is not written to.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// One line (or several) on standard error.
pub(crate) fn complain(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// What an error says, and each of its causes that says something else.
pub(crate) fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for message in std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string) {
        if !said.iter().any(|before| before.contains(&message)) {
            said.push(message);
        }
    }
    said
}

/// An error with its causes, in one line.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    causes(error).join(": ")
}

/// `0.2 s`, `15.0 s`, `4 min 12 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `one, two and three`.
pub(crate) fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 change`, `2 changes`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Lines, each begun with `margin`.
pub(crate) fn indented(text: &str, margin: &str) -> String {
    text.lines().fold(String::new(), |mut lines, line| {
        let _ = writeln!(lines, "{margin}{line}");
        lines
    })
}

/// Traces to standard error: our own calls from 1, everything from 2.
pub(crate) fn trace(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing_subscriber::filter::LevelFilter::DEBUG,
        _ => tracing_subscriber::filter::LevelFilter::TRACE,
    };
    let traces = tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(io::stderr);
    // One that is there already is as good.
    let _ = traces.try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_long_as_they_need_to_be() {
        let told: Vec<String> =
            [0, 212, 59_900, 60_000, 252_400, 7_260_000].map(|ms| duration(Duration::from_millis(ms))).into();
        assert_eq!(told, ["0.0 s", "0.2 s", "59.9 s", "1 min 0 s", "4 min 12 s", "2 h 1 min"]);
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Said(&'static str, #[source] Option<Box<Self>>);

    #[test]
    fn a_cause_is_told_where_it_says_something_else() {
        let error = |what, because| Said(what, Some(Box::new(because)));
        let error = error("no file: gone", error("gone", error("no disk", Said("no file", None))));
        assert_eq!(causes(&error), ["no file: gone", "no disk"]);
        assert_eq!(told(&error), "no file: gone: no disk");
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list(["a"]), "a");
        assert_eq!(list(["a", "b", "c"]), "a, b and c");
    }
}
