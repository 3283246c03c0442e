//! Compliance: what a definition breaks of the rules, as data.
//!
//! [`check`] is pure: a definition in, a [`Report`] out. [`RULES`] is the table of rules; [`check_isolation`] compares
//! environments with one another. A finding of severity *error* stops a deployment unless the definition waives it
//! with a reason.

mod isolation;
mod report;
mod rules;

#[cfg(test)]
mod tests;

pub use self::isolation::check_isolation;
pub use self::report::{Finding, Report, Severity};
pub use self::rules::{RULES, Rule};

use crate::definition::{Definition, Place, nearest};

/// Every rule against one definition.
#[must_use]
pub fn check(definition: &Definition) -> Report {
    let mut findings = Vec::new();
    for rule in RULES {
        for (path, sentence) in (rule.check)(definition) {
            let waiver = definition.waivers.iter().find(|waiver| waiver.covers(rule.id, &path));
            findings.push(Finding {
                rule: rule.id,
                severity: rule.severity,
                environment: definition.environment.name.clone(),
                place: Place::at(path),
                sentence,
                remedy: rule.remedy.to_owned(),
                waived: waiver.map(|waiver| waiver.reason.clone()),
            });
        }
    }
    findings.extend(unknown_waivers(definition));
    Report::new(findings)
}

/// A waiver of a rule that is not there is a slip, and what it meant to waive is not waived.
fn unknown_waivers(definition: &Definition) -> impl Iterator<Item = Finding> {
    let known = |id: &str| RULES.iter().any(|rule| rule.id == id);
    let unknown = definition.waivers.iter().enumerate().filter(move |(_, waiver)| !known(&waiver.rule));
    unknown.map(|(index, waiver)| Finding {
        rule: "unknown-waiver",
        severity: Severity::Error,
        environment: definition.environment.name.clone(),
        place: Place::at(format!("waivers[{index}].rule")),
        sentence: format!("there is no rule {:?} to waive", waiver.rule),
        remedy: match nearest(&waiver.rule, RULES.iter().map(|rule| rule.id)) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => "Take the id of a rule, or take the waiver out.".to_owned(),
        },
        waived: None,
    })
}
