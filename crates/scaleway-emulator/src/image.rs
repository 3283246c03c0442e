//! How images behave once they are deployed.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::EmulatorError;
use crate::error::Wrong;
use crate::store::Body;

/// In seconds. Nobody waits longer, and a clock can count it.
const LONGEST: f64 = 86_400.0;

/// How one image behaves. By default it starts, listens on whatever port it is told and answers every path.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// `*` stands for anything, and a pattern without one for any tag or digest of that image.
    #[serde(rename = "image")]
    pattern: String,
    #[serde(default, skip_serializing_if = "is_default")]
    healthy_after_seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "is_default")]
    crashes: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    missing: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    exit_code: Option<i32>,
    #[serde(default, skip_serializing_if = "is_default")]
    runs_for_seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "is_default")]
    port: Option<u16>,
    #[serde(default, skip_serializing_if = "is_default")]
    failing_paths: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    starts_in_seconds: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    answers_in_seconds: f64,
    #[serde(default, skip_serializing_if = "is_default")]
    error_rate: f64,
    /// The declaration counts only for containers that are started so.
    #[serde(default, skip_serializing_if = "is_default")]
    when: Option<Start>,
}

/// What a container is started with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Start {
    #[serde(default)]
    command: Vec<String>,
    #[serde(default)]
    args: Vec<String>,
    port: u16,
}

impl Start {
    fn is_of(&self, container: &Body) -> bool {
        let said = |field: &str, own: &[String]| match container.get(field) {
            Some(Value::Array(texts)) => texts == own,
            _ => own.is_empty(),
        };
        said("command", &self.command)
            && said("args", &self.args)
            && container.get("port").and_then(Value::as_u64) == Some(u64::from(self.port))
    }
}

impl Image {
    /// An image, by its reference (`rg.fr-par.scw.cloud/evalap/api:1.2`), its name without tag (any version of it), or
    /// a pattern with `*`.
    #[must_use]
    pub fn new(pattern: impl Into<String>) -> Self {
        Self { pattern: pattern.into(), ..Self::default() }
    }

    /// It is ready so long after it was deployed, instead of the recorded time. Counts only where the emulator takes
    /// its time ([`Latency::Recorded`](crate::Latency::Recorded)).
    #[must_use]
    pub fn healthy_after(mut self, time: Duration) -> Self {
        self.healthy_after_seconds = Some(time.as_secs());
        self
    }

    /// It stops as soon as it is started.
    #[must_use]
    pub fn crashes(mut self) -> Self {
        self.crashes = true;
        self
    }

    /// It cannot be pulled.
    #[must_use]
    pub fn missing(mut self) -> Self {
        self.missing = true;
        self
    }

    /// As a job, it exits with this code; with 0 unless it is said, and 1 if it crashes.
    #[must_use]
    pub fn exits_with(mut self, code: i32) -> Self {
        self.exit_code = Some(code);
        self
    }

    /// As a job, it runs so long; 5 s unless it is said. A job whose time-out is shorter fails by it, and otherwise this
    /// counts only where the emulator takes its time ([`Latency::Recorded`](crate::Latency::Recorded)).
    #[must_use]
    pub fn runs_for(mut self, time: Duration) -> Self {
        self.runs_for_seconds = Some(time.as_secs());
        self
    }

    /// It listens on this port whatever it is told.
    #[must_use]
    pub fn listens_on(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// It does not answer requests on this path, so a probe of it fails.
    #[must_use]
    pub fn fails_on(mut self, path: impl Into<String>) -> Self {
        self.failing_paths.push(path.into());
        self
    }

    /// An instance of it answers so long after it was started: what the first request pays once the container was scaled
    /// to zero.
    #[must_use]
    pub fn starts_in(mut self, time: Duration) -> Self {
        self.starts_in_seconds = Some(time.as_secs_f64());
        self
    }

    /// It takes so long to answer a request.
    #[must_use]
    pub fn answers_in(mut self, time: Duration) -> Self {
        self.answers_in_seconds = time.as_secs_f64();
        self
    }

    /// This part of the requests to it (0 to 1, drawn from the emulator's seed) is answered with 500.
    #[must_use]
    pub fn error_rate(mut self, rate: f64) -> Self {
        self.error_rate = rate;
        self
    }

    /// The declaration counts only for a container that is started with this command, these arguments and this port.
    #[must_use]
    pub fn when_started_with(
        mut self,
        command: impl IntoIterator<Item = impl Into<String>>,
        args: impl IntoIterator<Item = impl Into<String>>,
        port: u16,
    ) -> Self {
        let command = command.into_iter().map(Into::into).collect();
        let args = args.into_iter().map(Into::into).collect();
        self.when = Some(Start { command, args, port });
        self
    }

    /// Whether its numbers make sense.
    pub(crate) fn check(&self) -> Result<(), Wrong> {
        let wrong = |field, help| Err(Wrong { field, help });
        if self.pattern.is_empty() {
            return wrong("image", "must name an image".into());
        }
        if !(0.0..=1.0).contains(&self.error_rate) {
            return wrong("error_rate", format!("must be from 0 to 1, is {}", self.error_rate));
        }
        let starts = ("starts_in_seconds", self.starts_in_seconds.unwrap_or_default());
        for (field, seconds) in [starts, ("answers_in_seconds", self.answers_in_seconds)] {
            if !(0.0..=LONGEST).contains(&seconds) {
                return wrong(field, format!("must be from 0 to {LONGEST}, is {seconds}"));
            }
        }
        Ok(())
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.missing
    }

    pub(crate) fn starts_on(&self, port: u64) -> bool {
        !self.crashes && self.port.is_none_or(|own| u64::from(own) == port)
    }

    pub(crate) fn answers(&self, path: &str) -> bool {
        !self.failing_paths.iter().any(|failing| failing == path)
    }

    pub(crate) fn ready_time(&self) -> Option<Duration> {
        self.healthy_after_seconds.map(Duration::from_secs)
    }

    pub(crate) fn exit_code(&self) -> i32 {
        self.exit_code.unwrap_or(i32::from(self.crashes))
    }

    pub(crate) fn job_time(&self) -> Option<Duration> {
        self.runs_for_seconds.map(Duration::from_secs)
    }

    /// What was declared; otherwise it depends on whether the emulator takes its time.
    pub(crate) fn start_time(&self) -> Option<Duration> {
        self.starts_in_seconds.map(clamped)
    }

    pub(crate) fn answer_time(&self) -> Duration {
        clamped(self.answers_in_seconds)
    }

    /// Whether a request whose number in `0..1` was drawn fails.
    pub(crate) fn fails(&self, drawn: impl FnOnce() -> f64) -> bool {
        self.error_rate > 0.0 && drawn() < self.error_rate
    }

    fn fits(&self, reference: &str) -> bool {
        if self.pattern.contains('*') {
            return fits(&self.pattern, reference);
        }
        let rest = reference.strip_prefix(self.pattern.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '@']))
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn clamped(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.min(LONGEST)).unwrap_or_default()
}

/// Whether `text` has the form of `pattern`, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// The declared images; the first one that fits a reference counts, and any other image simply works.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageBook {
    #[serde(default, rename = "image")]
    images: Vec<Image>,
}

impl ImageBook {
    /// No image is declared: all work.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an image, after those that are there.
    #[must_use]
    pub fn with(mut self, image: Image) -> Self {
        self.images.push(image);
        self
    }

    /// Puts images before those that are there.
    pub(crate) fn before(mut self, mut images: Vec<Image>) -> Self {
        images.append(&mut self.images);
        Self { images }
    }

    pub(crate) fn all(&self) -> &[Image] {
        &self.images
    }

    /// Reads declarations: tables `[[image]]` with `image` (as in [`Image::new`]) and any of
    /// `healthy_after_seconds = 40`, `crashes = true`, `missing = true`, `exit_code = 3`, `runs_for_seconds = 90`,
    /// `port = 9000`, `failing_paths = ["/health"]`, `starts_in_seconds = 3`, `answers_in_seconds = 0.2`,
    /// `error_rate = 0.05`, and for some containers only
    /// `when = { command = ["serve"], args = [], port = 8080 }`.
    ///
    /// # Errors
    /// [`EmulatorError::Images`] with line and column, [`EmulatorError::Declaration`] for a value that does not fit.
    pub fn from_toml(text: &str) -> Result<Self, EmulatorError> {
        let book: Self = toml::from_str(text).map_err(|error| EmulatorError::Images(Box::new(error)))?;
        for (n, image) in book.images.iter().enumerate() {
            image.check().map_err(|wrong| wrong.at("image", n))?;
        }
        Ok(book)
    }

    /// Reads the same from a file.
    ///
    /// # Errors
    /// [`EmulatorError::ReadImages`] when it cannot be read, else as [`ImageBook::from_toml`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, EmulatorError> {
        let path = path.as_ref();
        let read = std::fs::read_to_string(path);
        let text = read.map_err(|source| EmulatorError::ReadImages { path: path.into(), source })?;
        Self::from_toml(&text)
    }

    /// How an image behaves whatever it is started with.
    pub(crate) fn behaviour(&self, reference: &str) -> Image {
        self.find(|image| image.when.is_none() && image.fits(reference))
    }

    /// How a container's image behaves.
    pub(crate) fn behaviour_of(&self, container: &Body) -> Image {
        let reference = container.get("image").and_then(Value::as_str).unwrap_or_default();
        self.find(|image| {
            image.fits(reference) && image.when.as_ref().is_none_or(|when| when.is_of(container))
        })
    }

    fn find(&self, fits: impl Fn(&Image) -> bool) -> Image {
        self.images.iter().find(|image| fits(image)).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_found_by_name_reference_or_pattern() {
        let book = ImageBook::from_toml(
            r#"
            [[image]]
            image = "rg.fr-par.scw.cloud/evalap/api"
            crashes = true
            [[image]]
            image = "*/slow:*"
            healthy_after_seconds = 40
            "#,
        )
        .unwrap();
        assert!(!book.behaviour("rg.fr-par.scw.cloud/evalap/api:1").starts_on(80));
        assert!(!book.behaviour("rg.fr-par.scw.cloud/evalap/api@sha256:00").starts_on(80));
        assert!(book.behaviour("rg.fr-par.scw.cloud/evalap/api-next:1").starts_on(80));
        assert_eq!(book.behaviour("any/slow:2").ready_time(), Some(Duration::from_secs(40)));
        assert_eq!(book.behaviour("any/slow"), Image::default());
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = ImageBook::from_toml("[[image]]\nimage = \"a\"\ncrash = true\n").unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("crash") && source.contains("line 3"), "{source}");
    }
}
