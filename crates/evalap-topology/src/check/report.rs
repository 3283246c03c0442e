//! What the rules found.

use std::fmt;

use serde::Serialize;

use crate::definition::{Place, Source};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be mended.
    Warning,
    /// Stops a deployment unless waived.
    Error,
}

/// One place where a definition breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The environment it is in.
    pub environment: String,
    /// Where.
    pub place: Place,
    /// What was found, without any secret's value.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
    /// The reason for which the definition waives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

/// Everything the rules found, the worst first.
///
/// `Display` is a text for people; `serde` gives the same as data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(mut findings: Vec<Finding>) -> Self {
        // Stable: within a severity, by rule, as the table has them.
        findings.sort_by_key(|finding| (finding.waived.is_some(), std::cmp::Reverse(finding.severity)));
        Self { findings }
    }

    /// Each finding, waived ones last.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter()
    }

    /// Whether there is an error that is not waived.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.max_severity() == Some(Severity::Error)
    }

    /// The worst that is not waived.
    #[must_use]
    pub fn max_severity(&self) -> Option<Severity> {
        self.findings.iter().filter(|finding| finding.waived.is_none()).map(|finding| finding.severity).max()
    }

    /// Adds file, line and column to each place.
    #[must_use]
    pub fn locate(mut self, source: &Source) -> Self {
        for finding in &mut self.findings {
            source.locate(&mut finding.place, false);
        }
        self
    }

    /// This report's findings and another's.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        Self::new(self.findings)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, severity, environment, place, sentence, remedy, waived } = self;
        let place = match &place.file {
            Some(_) => place.to_string(),
            None => format!("{environment}: {place}"),
        };
        match waived {
            Some(reason) => write!(f, "waived ({severity})[{rule}] {place}: {sentence}\n  because: {reason}"),
            None => write!(f, "{severity}[{rule}] {place}: {sentence}\n  remedy: {remedy}"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        let count = |severity| {
            self.findings.iter().filter(|found| found.waived.is_none() && found.severity == severity).count()
        };
        let waived = self.findings.iter().filter(|found| found.waived.is_some()).count();
        let [errors, warnings, infos] = [Severity::Error, Severity::Warning, Severity::Info].map(count);
        write!(f, "errors: {errors}, warnings: {warnings}, info: {infos}, waived: {waived}")
    }
}
