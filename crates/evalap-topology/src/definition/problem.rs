//! What is wrong with a definition, where, what was expected, and the nearest valid name.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

use super::source::Source;

/// Where in a definition, and where in its file if it came from one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// Such as `services.runners.memory`; empty for the whole definition.
    pub path: String,
    /// The file, as it was named to the decoder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// In characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The bytes of the file.
    #[serde(skip)]
    pub(super) span: Option<Range<usize>>,
}

/// One thing that is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What was found.
    pub message: String,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The valid name nearest to what was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// Other places it depends on; where one of them is itself wrong, this problem is not shown.
    #[serde(skip)]
    pub(super) depends_on: Vec<String>,
    /// Whether it is about the key rather than its value.
    #[serde(skip)]
    pub(super) at_key: bool,
}

/// Everything that is wrong with a definition, in the order of the file.
///
/// `Display` gives one line a problem; [`Problems::render`] shows the lines of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.lines())]
pub struct Problems {
    problems: Vec<Problem>,
    /// Where the definition came from (not `source`, which would make it the error's cause).
    origin: Option<Box<Source>>,
}

impl Place {
    pub(crate) fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "definition" } else { &self.path };
        match (&self.file, self.line, self.column) {
            (Some(file), Some(line), Some(column)) if self.path.is_empty() => {
                write!(f, "{file}:{line}:{column}")
            }
            (Some(file), Some(line), Some(column)) => write!(f, "{file}:{line}:{column}: {path}"),
            _ => f.write_str(path),
        }
    }
}

impl Problem {
    pub(super) fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: Place::at(path),
            message: message.into(),
            expected: None,
            nearest: None,
            depends_on: Vec::new(),
            at_key: false,
        }
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// With the nearest of the valid names.
    pub(super) fn nearest<'a>(mut self, found: &str, valid: impl IntoIterator<Item = &'a str>) -> Self {
        self.nearest = nearest(found, valid).map(str::to_owned);
        self
    }

    pub(super) fn depends_on(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        self.depends_on.extend(paths);
        self
    }

    pub(super) fn at_key(mut self) -> Self {
        self.at_key = true;
        self
    }

    /// What was expected and the nearest name, as one sentence.
    fn help(&self) -> Option<String> {
        match (&self.expected, &self.nearest) {
            (Some(expected), Some(nearest)) => {
                Some(format!("expected {expected}; did you mean `{nearest}`?"))
            }
            (Some(expected), None) => Some(format!("expected {expected}")),
            (None, Some(nearest)) => Some(format!("did you mean `{nearest}`?")),
            (None, None) => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        match self.help() {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl Problems {
    /// Located in the source and in its order. None when there is nothing wrong.
    pub(super) fn collect(mut problems: Vec<Problem>, source: Option<Source>) -> Option<Self> {
        if let Some(source) = &source {
            for problem in &mut problems {
                source.locate(&mut problem.place, problem.at_key);
            }
        }
        problems.sort_by_key(|problem| problem.place.span.as_ref().map(|span| span.start));
        (!problems.is_empty()).then(|| Self { problems, origin: source.map(Box::new) })
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter()
    }

    /// How many.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.problems.len()
    }

    fn lines(&self) -> String {
        self.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    /// Each problem with the line of the file it is on and a mark under it. What looks like a secret is masked.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let Some(source) = &self.origin else { return self.lines() };
        let masked = source.masked_text();
        let mut shown = Vec::new();
        for problem in &self.problems {
            let title = Level::ERROR.primary_title(&problem.message);
            let span = problem.place.span.clone().unwrap_or(0..0);
            let label = if problem.place.path.is_empty() { "" } else { &problem.place.path };
            let snippet = Snippet::source(&masked)
                .path(source.name())
                .annotation(AnnotationKind::Primary.span(first_line(&masked, span)).label(label));
            let help = problem.help();
            let mut group = title.element(snippet);
            if let Some(help) = &help {
                group = group.element(Level::HELP.message(help));
            }
            shown.push(renderer.render(&[group]));
        }
        shown.join("\n\n")
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem], origin: None }
    }
}

/// A table spans many lines; its first is enough to find it.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let end =
        text.get(span.clone()).and_then(|found| found.find('\n')).map_or(span.end, |at| span.start + at);
    span.start..end
}

/// The valid name nearest to what was found, if one is near enough to have been meant.
pub(crate) fn nearest<'a>(found: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        // One slip in a short name, which the similarity of whole words underrates.
        let slip = name.len() > 2 && strsim::damerau_levenshtein(&found, &name) == 1;
        strsim::jaro_winkler(&found, &name).max(if slip { 0.9 } else { 0.0 })
    };
    valid
        .into_iter()
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

/// Whether `path` is `place` or below it.
pub(super) fn is_within(path: &str, place: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| place.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The path of a key in a table.
pub(super) fn join(path: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    match (path.is_empty(), bare) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{key:?}"),
        (false, true) => format!("{path}.{key}"),
        (false, false) => format!("{path}.{key:?}"),
    }
}
