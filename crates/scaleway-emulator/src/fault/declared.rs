//! Faults as files and the management API spell them.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Fault, FaultKind};
use crate::error::Wrong;
use crate::{EmulatorError, coverage};

/// More is no slowness but a hang.
const LONGEST: f64 = 86_400.0;

/// One fault, spelled out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declared {
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    kind: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    Throttled,
    ErrorBefore,
    ErrorAfter,
    Reset,
    LostAnswer,
    Truncated,
    Hang,
    HangAfter,
    Slow,
    Forbidden,
    OutOfStock,
    NotFoundYet,
    Lagging,
    SlowReadiness,
    FailedReadiness,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "fault")]
    faults: Vec<Declared>,
}

impl Fault {
    /// Reads declarations: tables `[[fault]]` with `kind` (a [`FaultKind`] in snake case) and any of
    /// `operation = "containers.CreateContainer"`, `nth = 2`, `times = 3`, `rate = 0.1`, and `seconds = 5` for the kinds
    /// that have a time.
    ///
    /// # Errors
    /// [`EmulatorError::Faults`] with line and column, [`EmulatorError::Declaration`] for a value that does not fit.
    pub fn from_toml(text: &str) -> Result<Vec<Self>, EmulatorError> {
        let file: File = toml::from_str(text).map_err(|error| EmulatorError::Faults(Box::new(error)))?;
        let faults = file.faults.into_iter().enumerate();
        faults
            .map(|(n, declared)| Self::try_from(declared).map_err(|wrong: Wrong| wrong.at("fault", n)))
            .collect()
    }

    /// Reads the same from a file.
    ///
    /// # Errors
    /// [`EmulatorError::ReadFaults`] when it cannot be read, else as [`Fault::from_toml`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Vec<Self>, EmulatorError> {
        let path = path.as_ref();
        let read = std::fs::read_to_string(path);
        let text = read.map_err(|source| EmulatorError::ReadFaults { path: path.into(), source })?;
        Self::from_toml(&text)
    }
}

impl TryFrom<Declared> for Fault {
    type Error = Wrong;

    fn try_from(declared: Declared) -> Result<Self, Wrong> {
        let mut fault = Self::new(declared.kind()?);
        if let Some(operation) = declared.operation {
            if !coverage::knows(&operation) {
                let help = format!(
                    "{operation:?} is no operation here: GET /_emulator/coverage lists those that are"
                );
                return Err(Wrong { field: "operation", help });
            }
            fault = fault.operation(operation);
        }
        if let Some(rate) = declared.rate {
            if !(0.0..=1.0).contains(&rate) {
                return Err(Wrong { field: "rate", help: format!("must be from 0 to 1, is {rate}") });
            }
            fault = fault.rate(rate);
        }
        for (field, count) in [("nth", declared.nth), ("times", declared.times)] {
            if count == Some(0) {
                return Err(Wrong { field, help: "counts from 1, is 0".into() });
            }
        }
        if let Some(nth) = declared.nth {
            fault = fault.nth(nth);
        }
        if let Some(times) = declared.times {
            fault = fault.times(times);
        }
        Ok(fault)
    }
}

impl Declared {
    fn kind(&self) -> Result<FaultKind, Wrong> {
        let plain = match self.kind {
            Name::Throttled => FaultKind::Throttled,
            Name::ErrorBefore => FaultKind::ErrorBefore,
            Name::ErrorAfter => FaultKind::ErrorAfter,
            Name::Reset => FaultKind::Reset,
            Name::LostAnswer => FaultKind::LostAnswer,
            Name::Truncated => FaultKind::Truncated,
            Name::Hang => FaultKind::Hang,
            Name::HangAfter => FaultKind::HangAfter,
            Name::Forbidden => FaultKind::Forbidden,
            Name::OutOfStock => FaultKind::OutOfStock,
            Name::FailedReadiness => FaultKind::FailedReadiness,
            Name::Slow => return self.time().map(FaultKind::Slow),
            Name::NotFoundYet => return self.time().map(FaultKind::NotFoundYet),
            Name::Lagging => return self.time().map(FaultKind::Lagging),
            Name::SlowReadiness => return self.time().map(FaultKind::SlowReadiness),
        };
        match self.seconds {
            None => Ok(plain),
            Some(seconds) => Err(Wrong {
                field: "seconds",
                help: format!("is {seconds}, but this kind takes no time: leave it out"),
            }),
        }
    }

    fn time(&self) -> Result<Duration, Wrong> {
        let wrong = |help| Wrong { field: "seconds", help };
        let seconds = self.seconds.ok_or_else(|| wrong("is required for this kind: say how long".into()))?;
        let time = Some(seconds).filter(|seconds| *seconds <= LONGEST);
        let time = time.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        time.ok_or_else(|| wrong(format!("must be from 0 to {LONGEST}, is {seconds}")))
    }
}

impl From<&Fault> for Declared {
    fn from(fault: &Fault) -> Self {
        let (kind, time) = match fault.kind {
            FaultKind::Throttled => (Name::Throttled, None),
            FaultKind::ErrorBefore => (Name::ErrorBefore, None),
            FaultKind::ErrorAfter => (Name::ErrorAfter, None),
            FaultKind::Reset => (Name::Reset, None),
            FaultKind::LostAnswer => (Name::LostAnswer, None),
            FaultKind::Truncated => (Name::Truncated, None),
            FaultKind::Hang => (Name::Hang, None),
            FaultKind::HangAfter => (Name::HangAfter, None),
            FaultKind::Forbidden => (Name::Forbidden, None),
            FaultKind::OutOfStock => (Name::OutOfStock, None),
            FaultKind::FailedReadiness => (Name::FailedReadiness, None),
            FaultKind::Slow(time) => (Name::Slow, Some(time)),
            FaultKind::NotFoundYet(time) => (Name::NotFoundYet, Some(time)),
            FaultKind::Lagging(time) => (Name::Lagging, Some(time)),
            FaultKind::SlowReadiness(time) => (Name::SlowReadiness, Some(time)),
        };
        Self {
            operation: fault.operation.clone(),
            kind,
            seconds: time.map(|time| time.as_secs_f64()),
            nth: Some(fault.nth),
            times: fault.times,
            rate: Some(fault.rate).filter(|_| fault.times.is_none() || fault.rate < 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_the_builder_says() {
        let faults = Fault::from_toml(
            r#"
            [[fault]]
            kind = "throttled"
            operation = "containers.CreateContainer"
            nth = 2
            times = 3
            [[fault]]
            kind = "lagging"
            seconds = 2.5
            rate = 0.25
            "#,
        )
        .unwrap();
        let lagging = FaultKind::Lagging(Duration::from_millis(2_500));
        assert_eq!(
            faults,
            [
                Fault::new(FaultKind::Throttled).operation("containers.CreateContainer").nth(2).times(3),
                Fault::new(lagging).rate(0.25),
            ]
        );
        let again = faults.iter().map(|fault| Fault::try_from(Declared::from(fault)).unwrap());
        assert_eq!(again.collect::<Vec<_>>(), faults, "what is listed can be injected again");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let wrong = |table: &str| Fault::from_toml(&format!("[[fault]]\n{table}")).unwrap_err().to_string();
        assert!(wrong("kind = \"slow\"").contains("seconds"));
        assert!(wrong("kind = \"reset\"\nseconds = 1").contains("leave it out"));
        assert!(wrong("kind = \"reset\"\nrate = 2").contains("is 2"));
        assert!(wrong("kind = \"reset\"\nnth = 0").contains("nth"));
        assert!(wrong("kind = \"reset\"\noperation = \"CreateNothing\"").contains("CreateNothing"));
        let error = Fault::from_toml("[[fault]]\nkind = \"rest\"").unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(
            source.contains("rest") && source.contains("throttled") && source.contains("line 2"),
            "{source}"
        );
    }
}
