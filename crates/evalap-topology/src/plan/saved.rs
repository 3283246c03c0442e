//! Plans that are kept in files, and what they were made from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use scaleway_core::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{Plan, loses_data};
use crate::address::Address;
use crate::error::Error;
use crate::model::Binding;
use crate::private_file;

/// What a plan was made from. A plan that was kept in a file is applied only if all of it still holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Basis {
    /// The cloud.
    pub binding: Binding,
    /// The state's version.
    pub version: u64,
    /// The definition's digest. It covers the digests of the secrets that come from outside.
    pub definition: String,
    /// Where what exists was not looked at: when the state, which is all that the plan was made from, was last read or, with
    /// its place in reach, written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<Timestamp>,
    /// What was asked to be made anew: [`Scope::replace`](super::Scope::replace).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replace: Vec<Address>,
    /// Whether everything is deleted: [`Scope::destroy`](super::Scope::destroy).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub destroy: bool,
    /// What each tracked resource referred to.
    pub(crate) depended_on: BTreeMap<Address, Vec<Address>>,
}

impl Basis {
    pub(crate) fn new(
        binding: Binding,
        version: u64,
        definition: String,
        depended_on: BTreeMap<Address, Vec<Address>>,
    ) -> Self {
        Self {
            binding,
            version,
            definition,
            remembered: None,
            replace: Vec::new(),
            destroy: false,
            depended_on,
        }
    }

    /// Whether a plan made from this may be applied where `now` holds.
    ///
    /// # Errors
    /// [`Error::StalePlan`] that says what has moved.
    pub fn still_holds(&self, now: &Self) -> Result<(), Error> {
        let moved = if self.binding != now.binding {
            format!(
                "it was made for {:?} on {}, this is {:?} on {}",
                self.binding.environment,
                self.binding.endpoint,
                now.binding.environment,
                now.binding.endpoint
            )
        } else if self.version != now.version {
            format!("the state has moved on, from event {} to event {}", self.version, now.version)
        } else if self.definition != now.definition {
            "the definition, or a secret that it takes from outside, has changed since".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::StalePlan { what: moved })
    }
}

impl Plan {
    /// Keeps the plan in a file that only its owner can read. A plan that is there is replaced, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Occupied`] where something else is there, [`Error::File`] where it cannot be written.
    pub fn save(&self, file: &Path) -> Result<(), Error> {
        Self::fits_in(file)?;
        let failed = |source| Error::File { file: file.display().to_string(), done: "written", source };
        let text = serde_json::to_vec_pretty(self).map_err(io::Error::from).map_err(failed)?;
        let beside = beside(file).map_err(failed)?;
        let written = write_anew(&beside, &text).and_then(|()| std::fs::rename(&beside, file));
        written.map_err(|error| {
            // What is left of it is of no use; that it stays is no second error.
            let _ = std::fs::remove_file(&beside);
            failed(error)
        })
    }

    /// Whether [`save`](Self::save) may write to `file`: nothing is there, or a plan, of whatever version. An empty file,
    /// as `mktemp` makes, has nothing to lose.
    ///
    /// # Errors
    /// [`Error::Occupied`] where something else is there, [`Error::File`] where that cannot be told.
    pub fn fits_in(file: &Path) -> Result<(), Error> {
        let name = || file.display().to_string();
        let failed = |source| Error::File { file: name(), done: "read", source };
        let there = match std::fs::metadata(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            there => there.map_err(failed)?,
        };
        // Reading a device or a pipe might never end.
        let is_plan = there.is_file() && {
            let text = std::fs::read(file).map_err(failed)?;
            text.is_empty() || serde_json::from_slice::<Looks>(&text).is_ok()
        };
        if is_plan { Ok(()) } else { Err(Error::Occupied { file: name(), what: "kept plan" }) }
    }

    /// The plan that was kept in a file.
    ///
    /// # Errors
    /// [`Error::File`] where it cannot be read, [`Error::Format`] where it holds no plan.
    pub fn load(file: &Path) -> Result<Self, Error> {
        let name = file.display().to_string();
        let text =
            std::fs::read(file).map_err(|source| Error::File { file: name.clone(), done: "read", source })?;
        let plan = serde_json::from_slice::<Self>(&text);
        let mut plan = plan.map_err(|source| Error::Format { file: name, what: "plan", source })?;
        for planned in &mut plan.changes {
            // A file says what is done, and not what that costs.
            planned.loses_data = loses_data(planned.address.kind, &planned.change);
        }
        Ok(plan)
    }
}

/// What every plan in a file has had.
#[derive(Deserialize)]
#[expect(dead_code, reason = "that it is there is all that is asked")]
struct Looks {
    basis: IgnoredAny,
    changes: Vec<IgnoredAny>,
}

/// A name in the same folder, which a rename does not leave.
fn beside(file: &Path) -> io::Result<PathBuf> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}", std::process::id()));
    Ok(file.with_file_name(hidden))
}

/// Writes it. What an earlier process of the same number has left there is of no use.
fn write_anew(file: &Path, text: &[u8]) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private_file::create(file, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let binding = Binding {
            environment: "staging".into(),
            endpoint: "emulator".into(),
            project_id: "p".into(),
            region: "fr-par".into(),
        };
        let basis = Basis::new(binding, 7, "digest".into(), BTreeMap::new());
        Plan { basis, changes: Vec::new(), problems: Vec::new(), warnings: Vec::new() }
    }

    #[test]
    fn a_kept_plan_is_the_same_and_private_even_over_a_public_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.plan");
        // Of another version, which nobody can read any more, and everybody could.
        std::fs::write(&file, r#"{"basis": {"old": true}, "changes": [{}]}"#).unwrap();
        plan().save(&file).unwrap();
        assert_eq!(Plan::load(&file).unwrap(), plan());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing is left beside it");
    }

    #[test]
    fn nothing_but_a_plan_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        for other in ["0707", "[environment]", "{}", r#"{"format": "evalap-state-export/1", "state": {}}"#] {
            std::fs::write(&file, other).unwrap();
            let refused = plan().save(&file).unwrap_err();
            assert!(matches!(refused, Error::Occupied { .. }), "{other}: {refused}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), other);
        }
        assert!(matches!(plan().save(folder.path()).unwrap_err(), Error::Occupied { .. }));
        std::fs::write(&file, "").unwrap();
        plan().save(&file).unwrap();
        plan().save(&file).unwrap();
    }

    #[test]
    fn what_is_no_plan_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.plan");
        let missing = Plan::load(&file).unwrap_err();
        assert!(missing.to_string().contains("a.plan"), "{missing}");
        std::fs::write(&file, "{}").unwrap();
        assert!(matches!(Plan::load(&file).unwrap_err(), Error::Format { .. }));
    }

    #[test]
    fn a_plan_fits_only_what_it_was_made_from() {
        let basis = plan().basis;
        assert!(basis.still_holds(&basis).is_ok());
        let other = Basis { version: 8, ..basis.clone() };
        assert!(
            basis.still_holds(&other).unwrap_err().to_string().contains("from event 7 to event 8"),
            "state"
        );
        let other = Basis { definition: "another".into(), ..basis.clone() };
        assert!(matches!(basis.still_holds(&other), Err(Error::StalePlan { .. })), "definition");
    }
}
