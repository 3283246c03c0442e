//! Who holds the lock, and whether that process still lives.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A process that holds the lock, or wants to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Holder {
    /// The user's name.
    pub user: String,
    /// The host's name.
    pub host: String,
    /// The process.
    pub pid: u32,
    /// What it runs.
    pub command: String,
    /// Where it was started from: a CI job's address, or the other end of a remote session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where this pid means this process: boot, pid namespace and user. Processes that share it can see each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    territory: Option<String>,
    /// When the process started, in the system's own units, so that a pid that was given away again is not mistaken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<String>,
}

impl Holder {
    /// This process, running `command`.
    pub fn current(command: impl Into<String>) -> Self {
        let pid = std::process::id();
        let variable = |names: [&str; 2]| names.into_iter().find_map(|name| std::env::var(name).ok());
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        Self {
            user: variable(["USER", "LOGNAME"]).or_else(user_id).unwrap_or_else(|| "unknown".into()),
            host: host
                .map(|name| name.trim().to_owned())
                .or_else(|| variable(["HOSTNAME", "COMPUTERNAME"]))
                .unwrap_or_else(|| "unknown".into()),
            pid,
            command: command.into(),
            from: origin(),
            territory: own().territory.clone(),
            started: own().started.clone(),
        }
    }

    /// Whether this process is known to be gone: it ran where we can see all of its like, and it is not there. `false`
    /// where that cannot be told (another host, no `/proc`).
    pub fn is_gone(&self) -> bool {
        self.is_near()
            && self.started.is_some()
            && self.running_since().is_ok_and(|started| started != self.started)
    }

    /// Whether it runs, or ran, where we can see all of its like, as it can see ours.
    pub(super) fn is_near(&self) -> bool {
        self.territory.is_some() && self.territory == own().territory
    }

    fn running_since(&self) -> io::Result<Option<String>> {
        if self.pid == std::process::id() { Ok(own().started.clone()) } else { running_since(self.pid) }
    }
}

/// What does not change as long as this process lives.
struct Own {
    territory: Option<String>,
    started: Option<String>,
}

fn own() -> &'static Own {
    static OWN: OnceLock<Own> = OnceLock::new();
    OWN.get_or_init(|| Own {
        territory: territory(),
        started: running_since(std::process::id()).ok().flatten(),
    })
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{} (pid {}, `{}`)", self.user, self.host, self.pid, self.command)
    }
}

/// What CI systems and remote sessions say of where a program was started from.
fn origin() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let actions = || {
        let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", variable("GITHUB_RUN_ID")?))
    };
    let remote = || Some(variable("SSH_CONNECTION")?.split(' ').next()?.to_owned());
    variable("CI_JOB_URL").or_else(|| variable("BUILD_URL")).or_else(actions).or_else(remote)
}

/// Boot, pid namespace and user: a container on the same machine, a reboot or another user (whose processes may be
/// hidden) is another territory.
#[cfg(unix)]
fn territory() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}/{}", boot.trim(), namespace.display(), user_id()?))
}

#[cfg(not(unix))]
fn territory() -> Option<String> {
    None
}

#[cfg(unix)]
fn user_id() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    Some(format!("uid-{}", std::fs::metadata("/proc/self").ok()?.uid()))
}

#[cfg(not(unix))]
fn user_id() -> Option<String> {
    None
}

/// When the process started, or `None` if there is no such process (a zombie is none). That it could not be looked at is
/// an error, not an absence.
fn running_since(pid: u32) -> io::Result<Option<String>> {
    let status = match std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read?,
    };
    // The name, in parentheses, may hold anything: count from the last one. State is field 3, the start field 22.
    let fields: Vec<&str> =
        status.rsplit_once(')').map(|(_, fields)| fields.split_whitespace().collect()).unwrap_or_default();
    match (fields.first(), fields.get(19)) {
        (Some(&("Z" | "X")), _) => Ok(None),
        (_, Some(start)) => Ok(Some((*start).to_owned())),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}

#[cfg(any(test, feature = "contract"))]
impl Holder {
    /// A process of another host: nothing is known about it.
    pub(super) fn elsewhere(user: &str) -> Self {
        let territory = Some("another/host/0".into());
        Self { user: user.into(), host: "elsewhere".into(), territory, ..Self::current("apply") }
    }

    /// A process of this machine that is gone; `None` where processes cannot be looked at.
    pub(super) fn gone() -> Option<Self> {
        let current = Self::current("apply");
        current.territory.as_ref()?;
        Some(Self { started: Some("0".into()), ..current })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_a_finished_one_is_gone() {
        let current = Holder::current("test");
        assert!(!current.is_gone());

        let mut child =
            std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let holder =
            Holder { pid: child.id(), started: running_since(child.id()).unwrap(), ..current.clone() };
        assert!(!holder.is_gone());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(holder.is_gone());
        assert!(!Holder { territory: Some("another/host/0".into()), ..holder }.is_gone());
    }

    #[test]
    fn a_pid_that_was_given_to_another_process_is_gone() {
        let mut reused = Holder::current("test");
        reused.started = Some("1".into());
        assert!(reused.is_gone());
    }

    #[test]
    fn people_see_who_and_what() {
        let holder = Holder { user: "alice".into(), pid: 42, ..Holder::elsewhere("x") };
        assert_eq!(holder.to_string(), "alice@elsewhere (pid 42, `apply`)");
    }
}
