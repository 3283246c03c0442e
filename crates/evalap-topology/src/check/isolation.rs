//! Environments share nothing.

use crate::definition::{Cidr, Definition, KeySource, Place, SecretSource};

use super::{Finding, Report, Severity};

/// Compares every two environments: no project, name, secret, network or address range in common.
#[must_use]
pub fn check_isolation(definitions: &[&Definition]) -> Report {
    let mut findings = Vec::new();
    for (index, one) in definitions.iter().enumerate() {
        for other in &definitions[index + 1..] {
            findings.extend(shared(one, other).into_iter().map(|(path, what, remedy)| Finding {
                rule: "isolation",
                severity: Severity::Error,
                environment: other.environment.name.clone(),
                place: Place::at(path),
                sentence: format!("{what} is shared with the environment `{}`", one.environment.name),
                remedy: remedy.to_owned(),
                waived: None,
            }));
        }
    }
    Report::new(findings)
}

/// Where in `other`, what it shares, and what to do.
fn shared(one: &Definition, other: &Definition) -> Vec<(String, String, &'static str)> {
    let mut shared = Vec::new();
    if one.environment.project_id == other.environment.project_id {
        let project = format!("the project {}", other.environment.project_id);
        shared.push(("environment.project_id".to_owned(), project, "Make a project for each environment."));
    }
    if one.environment.prefix() == other.environment.prefix() {
        let prefix = format!("the name `{}`", other.environment.prefix());
        shared.push(("environment.name".to_owned(), prefix, "Give each environment its own name."));
    }
    if let Some(bucket) =
        other.state.bucket.as_ref().filter(|bucket| one.state.bucket.as_ref() == Some(bucket))
    {
        let bucket = format!("the state's bucket `{bucket}`");
        shared.push((
            "state.bucket".to_owned(),
            bucket,
            "Give each environment's state a bucket of its own.",
        ));
    }
    if matches!(other.state.key, Some(KeySource::FromFile(_))) && one.state.key == other.state.key {
        let key = "the state's key file".to_owned();
        shared.push(("state.key".to_owned(), key, "Give each environment's state a key of its own."));
    }
    for short in other.secret_names() {
        let name = other.secret_name(short);
        if one.secret_names().any(|mine| one.secret_name(mine) == name) {
            let path = if other.secrets.contains_key(short) {
                format!("secrets.{short}")
            } else {
                "monitoring.tokens".into()
            };
            shared.push((path, format!("the secret `{name}`"), "Name the secret after its environment."));
        }
    }
    for (short, secret) in &other.secrets {
        let same_file =
            |mine: &SecretSource| matches!(mine, SecretSource::FromFile(_)) && *mine == secret.source;
        if one.secrets.values().any(|mine| same_file(&mine.source)) {
            let path = format!("secrets.{short}.from_file");
            shared.push((path, "the secret's file".to_owned(), "Keep a file for each environment."));
        }
    }
    for range in ranges(other) {
        if let Some(mine) = ranges(one).find(|mine| mine.overlaps(range)) {
            let what = format!("the address range {range} (as {mine})");
            shared.push((
                "network.subnets".to_owned(),
                what,
                "Give each environment's network ranges of its own.",
            ));
        }
    }
    shared
}

fn ranges(definition: &Definition) -> impl Iterator<Item = &Cidr> {
    definition.network.iter().flat_map(|network| &network.subnets)
}
