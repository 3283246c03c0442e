//! Jobs as processes of this machine: started, heard, ended. Nothing here waits for one: who looks finds what has ended.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path};
use std::process::{Child, Command, ExitStatus, Stdio};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use tempfile::{NamedTempFile, TempDir};

use super::secret::{Given, Place};

/// How much of what a job says is logged.
const MOST: u64 = 8 * 1024 * 1024;

/// The longest line that is logged.
const LONGEST: usize = 64 * 1024;

/// The processes of runs, by the runs' ids.
#[derive(Debug, Default)]
pub(crate) struct Processes(BTreeMap<String, Process>);

/// What to start.
pub(super) struct Program {
    /// Not empty.
    pub(super) command: Vec<String>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) secrets: Vec<Given>,
}

struct Process {
    child: Child,
    /// Its working directory, which goes with it.
    _folder: TempDir,
    says: Says,
}

impl std::fmt::Debug for Process {
    /// Not its secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Process").field("id", &self.child.id()).finish_non_exhaustive()
    }
}

impl Processes {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn has(&self, run: &str) -> bool {
        self.0.contains_key(run)
    }

    pub(super) fn start(&mut self, run: &str, program: Program) -> io::Result<()> {
        self.0.insert(run.into(), Process::start(program)?);
        Ok(())
    }

    /// Asks the run's process and all that it started to end.
    pub(super) fn ask_to_end(&self, run: &str) {
        if let Some(process) = self.0.get(run) {
            process.signal(Signal::End);
        }
    }

    /// Ends the run's process and all that it started; answers whether there was one.
    pub(super) fn kill(&mut self, run: &str) -> bool {
        let Some(mut process) = self.0.remove(run) else { return false };
        process.says.log(run, true);
        true
    }

    /// Logs what was said, and takes out who has ended, with the exit code. Who is not `wanted` any more is ended.
    pub(super) fn look(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<(String, i32)> {
        self.0.retain(|run, _| wanted(run));
        let mut ended = Vec::new();
        for (run, process) in &mut self.0 {
            let status = process.ended();
            process.says.log(run, status.is_some());
            if let Some(status) = status {
                ended.push((run.clone(), code(status)));
            }
        }
        self.0.retain(|run, _| ended.iter().all(|(id, _)| id != run));
        ended
    }
}

/// As a shell tells it: 128 and the signal where there was one.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return 128 + signal;
        }
    }
    status.code().unwrap_or(1)
}

enum Signal {
    End,
    Kill,
}

impl Process {
    fn start(program: Program) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let output = NamedTempFile::new()?;
        let mut variables = program.variables;
        let mut secrets = Vec::new();
        for Given { place, value } in program.secrets {
            secrets.push(String::from_utf8_lossy(&value).into_owned());
            match place {
                Place::Variable(name) => {
                    let value = String::from_utf8(value).map_err(|_| {
                        io::Error::new(io::ErrorKind::InvalidData, format!("the value for {name} is no text"))
                    })?;
                    variables.insert(name, value);
                }
                Place::File(path) => write_below(folder.path(), &path, &value)?,
            }
        }
        let mut words = program.command.iter().map(|word| expanded(word, &variables));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).current_dir(folder.path()).env_clear();
        // Nothing else of the emulator's own: its credentials are not the job's.
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("HOME", folder.path()).envs(&variables).stdin(Stdio::null());
        // One description for both, so that they write after each other.
        let written = output.as_file().try_clone()?;
        command.stdout(written.try_clone()?).stderr(written);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn()?;
        Ok(Self { child, _folder: folder, says: Says::new(output.reopen()?, &secrets) })
    }

    /// How it ended, if it has; then whatever it left behind is ended, too.
    fn ended(&mut self) -> Option<ExitStatus> {
        #[cfg(unix)]
        {
            use rustix::process::{WaitId, WaitIdOptions, waitid};
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            // Not reaped yet, so its number is nobody else's when its group is killed.
            let pid = rustix::process::Pid::from_child(&self.child);
            if matches!(waitid(WaitId::Pid(pid), options), Ok(None)) {
                return None;
            }
            self.signal(Signal::Kill);
        }
        self.child.try_wait().ok().flatten()
    }

    #[cfg(unix)]
    fn signal(&self, signal: Signal) {
        let signal = match signal {
            Signal::End => rustix::process::Signal::TERM,
            Signal::Kill => rustix::process::Signal::KILL,
        };
        // Who has ended by itself hears nothing.
        let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(&self.child), signal);
    }

    #[cfg(not(unix))]
    fn signal(&self, _: Signal) {}
}

impl Drop for Process {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            self.signal(Signal::Kill);
            // Both fail only where it has ended by itself.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Files have absolute paths; here they lie under the job's own folder.
fn write_below(folder: &Path, path: &str, value: &[u8]) -> io::Result<()> {
    let relative = Path::new(path.trim_start_matches('/'));
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{path:?} is no path of a file")));
    }
    let target = folder.join(relative);
    target.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(target, value)
}

/// `$(NAME)` is the variable's value, where there is one.
fn expanded(word: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once("$(") {
        let found = after.split_once(')').and_then(|(name, after)| Some((variables.get(name)?, after)));
        let (value, after) = found.map_or(("$(", after), |(value, after)| (value.as_str(), after));
        text.push_str(before);
        text.push_str(value);
        rest = after;
    }
    text + rest
}

/// What a job says, on its way to the log: line by line, without its secrets.
struct Says {
    output: File,
    read: u64,
    /// The beginning of a line.
    begun: Vec<u8>,
    hidden: Vec<String>,
}

impl Says {
    fn new(output: File, secrets: &[String]) -> Self {
        let lines = secrets.iter().flat_map(|secret| secret.lines().map(str::trim).map(str::to_owned));
        let encoded = secrets.iter().map(|secret| BASE64_STANDARD.encode(secret));
        let mut hidden: Vec<String> = secrets.iter().cloned().chain(lines).chain(encoded).collect();
        hidden.retain(|text| !text.is_empty());
        // The longest first: one may be part of another.
        hidden.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { output, read: 0, begun: Vec::new(), hidden }
    }

    fn log(&mut self, run: &str, is_last: bool) {
        let mut fresh = Vec::new();
        let left = MOST.saturating_sub(self.read);
        // What cannot be read is not logged; the job goes on.
        let _ = self.output.by_ref().take(left).read_to_end(&mut fresh);
        self.read += fresh.len() as u64;
        self.begun.extend(fresh);
        while let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=end).collect();
            self.tell(run, &line[..end]);
        }
        if is_last && !self.begun.is_empty() {
            let line = std::mem::take(&mut self.begun);
            self.tell(run, &line);
        }
    }

    fn tell(&self, run: &str, line: &[u8]) {
        if line.len() > LONGEST {
            tracing::info!(run, bytes = line.len(), "a job says a line that is too long for the log");
            return;
        }
        let line = self.censored(&String::from_utf8_lossy(line));
        tracing::info!(run, line, "a job says");
    }

    fn censored(&self, line: &str) -> String {
        self.hidden.iter().fold(line.to_owned(), |line, secret| line.replace(secret.as_str(), "***"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_put_in_where_they_are_known() {
        let variables = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        let of = |word| expanded(word, &variables);
        assert_eq!(of("x $(A)-$(A) $(B) $A $("), "x 1-1 $(B) $A $(");
    }

    #[test]
    fn secrets_are_not_said() {
        let secrets = ["pass".to_owned(), "password\nsecond line\n".to_owned()];
        let says = Says::new(NamedTempFile::new().unwrap().into_file(), &secrets);
        assert_eq!(says.censored("a password, pass, second line"), "a ***, ***, ***");
        assert_eq!(
            says.censored(&format!("in base64: {}", BASE64_STANDARD.encode("pass"))),
            "in base64: ***"
        );
    }

    #[test]
    fn a_file_stays_in_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        write_below(folder.path(), "/run/secrets/dsn", b"x").unwrap();
        assert_eq!(fs::read(folder.path().join("run/secrets/dsn")).unwrap(), b"x");
        for path in ["../out", "/a/../../out"] {
            assert!(write_below(folder.path(), path, b"x").is_err(), "{path}");
        }
    }
}
