//! The values of secrets that come from outside the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use scaleway_core::{Secret, SecretId};

use crate::cloud::Cloud;
use crate::definition::{Definition, SecretSource};
use crate::error::Error;
use crate::kinds::SecretVersion;

/// Where the values of an environment's secrets come from in this run. Nothing here is ever written.
#[derive(Debug, Default)]
pub struct Sources {
    given: BTreeMap<String, Secret>,
    stand_ins: BTreeSet<String>,
    existing: BTreeMap<String, (SecretId, u32)>,
}

/// What to do about a secret whose variable is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is an error: the environment would not work.
    Refuse,
    /// A value is generated and stands in for it, once: for an emulator.
    StandIn,
}

impl Sources {
    /// Reads the values that the definition takes from variables and files. Relative paths start at `folder`.
    ///
    /// # Errors
    /// [`Error::Secrets`] that names every secret without a value, and what to do.
    pub fn read(
        definition: &Definition,
        variable: &dyn Fn(&str) -> Option<String>,
        folder: &Path,
        missing: Missing,
    ) -> Result<Self, Error> {
        let mut sources = Self::default();
        let mut problems = Vec::new();
        for (name, secret) in &definition.secrets {
            let value = match &secret.source {
                SecretSource::FromEnv(key) => match variable(key) {
                    Some(value) if value.trim().is_empty() => {
                        Err(format!("the variable {key} is empty: give it a value, or unset it"))
                    }
                    None if missing == Missing::StandIn => {
                        sources.stand_ins.insert(name.clone());
                        continue;
                    }
                    None => Err(format!("the variable {key} is not set: export {key}=…")),
                    Some(value) => Ok(value),
                },
                SecretSource::FromFile(path) => match std::fs::read_to_string(folder.join(path)) {
                    Ok(text) if text.trim().is_empty() => Err(format!("the file {path} is empty")),
                    Ok(text) => Ok(text.trim_end_matches(['\n', '\r']).to_owned()),
                    Err(error) => Err(format!("the file {path} cannot be read: {error}")),
                },
                SecretSource::Generate(_) | SecretSource::Existing => continue,
            };
            match value {
                Ok(value) => drop(sources.given.insert(name.clone(), Secret::new(value))),
                Err(problem) => problems.push(format!("{name}: {problem}")),
            }
        }
        if problems.is_empty() { Ok(sources) } else { Err(Error::Secrets { problems }) }
    }

    /// The secrets whose values are generated because their variables are not set.
    pub fn stand_ins(&self) -> impl Iterator<Item = &str> {
        self.stand_ins.iter().map(String::as_str)
    }

    pub(crate) fn given(&self, name: &str) -> Option<&Secret> {
        self.given.get(name)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Secret> {
        self.given.values()
    }

    pub(crate) fn existing(&self, name: &str) -> Option<&(SecretId, u32)> {
        self.existing.get(name)
    }

    /// Finds the secrets that the definition takes as they are, and says which there are not: only who wants to make
    /// something minds.
    pub(crate) async fn find_existing(
        &mut self,
        cloud: &Cloud,
        definition: &Definition,
    ) -> Result<Vec<String>, Error> {
        let mut problems = Vec::new();
        for (name, secret) in &definition.secrets {
            if secret.source != SecretSource::Existing {
                continue;
            }
            let full = definition.secret_name(name);
            let found = SecretVersion::existing(cloud, &secret.path, &full).await;
            match found.map_err(|source| Error::Observe { what: "secret", source })? {
                Some(found) => drop(self.existing.insert(name.clone(), found)),
                None => problems.push(format!(
                    "{name}: Secret Manager has no secret {full:?} in {:?} with an enabled version: make it, or take its value from a variable",
                    secret.path
                )),
            }
        }
        Ok(problems)
    }
}
