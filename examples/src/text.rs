//! Words on the terminal.

use std::fmt::{Display, Write as _};
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Why standard output could not be written, the first time that it could not. What is under way is not stopped by it, so it
/// is told last: see [`lost`].
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// One line (or several) on standard output. Whoever has closed it is not written to.
pub(crate) fn say(text: impl Display) {
    note_loss(writeln!(io::stdout().lock(), "{text}"));
}

/// Remembers that standard output could not be written. A pipe that its reader has closed loses nothing: nobody wants more.
pub(crate) fn note_loss(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        let mut lost = LOST.lock().unwrap_or_else(PoisonError::into_inner);
        lost.get_or_insert(error);
    }
}

/// Why not all that was said is on standard output.
pub(crate) fn lost() -> Option<io::Error> {
    LOST.lock().unwrap_or_else(PoisonError::into_inner).take()
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

/// As much of what two long texts have in common is shown before what differs.
const BEFORE: usize = 20;

/// Two texts that differ, each in as many characters at most. Longer ones are cut around the first difference, at the same
/// place, so that it is seen in both.
pub(crate) fn cut(from: &str, to: &str, longest: usize) -> (String, String) {
    let is_long = |text: &str| text.chars().count() > longest;
    if !is_long(from) && !is_long(to) {
        return (from.to_owned(), to.to_owned());
    }
    let common = from.chars().zip(to.chars()).take_while(|(one, other)| one == other).count();
    // What is near the beginning, or begins the same and is all there is of one, needs nothing left out before it.
    let start = if common + BEFORE <= longest { 0 } else { common - BEFORE };
    let part = |text: &str| {
        let mark = if start > 0 { "…" } else { "" };
        let rest: Vec<char> = text.chars().skip(start).collect();
        let room = longest - mark.chars().count();
        let (shown, end) = if rest.len() > room { (&rest[..room - 1], "…") } else { (&rest[..], "") };
        format!("{mark}{}{end}", shown.iter().collect::<String>())
    };
    (part(from), part(to))
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
    // What cannot be written would be told on the same stream, by a panic.
    let traces = tracing_subscriber::fmt().log_internal_errors(false);
    let traces = traces.with_max_level(level).with_ansi(false).with_writer(io::stderr);
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
    fn what_is_long_is_cut_around_the_first_difference() {
        let long = |end: &str| format!("{}{end}", "same ".repeat(40));
        let (from, to) = cut(&long("before"), &long("after"), 60);
        assert_eq!((from, to), ("…same same same same before".into(), "…same same same same after".into()));
        let (from, to) = cut(&format!("a{}", "x".repeat(99)), &format!("b{}", "x".repeat(99)), 60);
        assert_eq!((from, to), (format!("a{}…", "x".repeat(58)), format!("b{}…", "x".repeat(58))));
        // One side is the other and more.
        let (from, to) = cut(&long(""), &long(&"y".repeat(100)), 60);
        assert_eq!((from.chars().count(), to.chars().count()), (21, 60));
        assert!(to.ends_with("yy…"), "{to}");
        assert_eq!(cut("ä", "ö", 60), ("ä".into(), "ö".into()));
        let (from, to) = cut("(none)", &long("after"), 60);
        assert_eq!((from.as_str(), to.chars().count()), ("(none)", 60));
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list(["a"]), "a");
        assert_eq!(list(["a", "b", "c"]), "a, b and c");
    }
}
