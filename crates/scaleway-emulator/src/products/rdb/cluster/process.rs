//! A program of PostgreSQL's that runs, and what it says when it fails.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::process::{Child, Command};

/// A process, with what it says.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    says: File,
}

impl Process {
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let says = tempfile::tempfile()?;
        command.stdout(says.try_clone()?).stderr(says.try_clone()?);
        Ok(Self { child: command.spawn()?, says })
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<Result<(), String>> {
        let status = match self.child.try_wait() {
            Ok(status) => status?,
            Err(error) => return Some(Err(error.to_string())),
        };
        if status.success() {
            return Some(Ok(()));
        }
        let mut said = Vec::new();
        // What cannot be read is not told.
        let _ = self.says.rewind().and_then(|()| self.says.read_to_end(&mut said));
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<_> = said.lines().rev().take(5).collect();
        Some(Err(lines.into_iter().rev().collect::<Vec<_>>().join("; ")))
    }

    pub(super) fn wait(mut self) {
        // Who cannot be waited for has ended.
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
