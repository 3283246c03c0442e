//! PostgreSQL's server programs as they are installed here, and as whom they run.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where packages put them: Debian's, and those of PostgreSQL's own repository for others.
const PLACES: [&str; 2] = ["/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin"];

/// Versions that may be found there.
const MAJORS: std::ops::RangeInclusive<u32> = 9..=99;

/// What must be there.
const PROGRAMS: [&str; 6] = ["initdb", "postgres", "pg_ctl", "psql", "pg_dump", "pg_restore"];

/// Who runs them where the emulator is run by root, whom PostgreSQL refuses: the first that exists.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// The programs of one version.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) major: u32,
    /// As `postgres --version` says.
    pub(crate) version: String,
    pub(crate) folder: PathBuf,
    /// The settings that it knows.
    settings: BTreeSet<String>,
    account: Option<Account>,
}

/// A user of this machine.
#[derive(Debug, Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

/// All versions that are installed; at least one, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Installed(Vec<Programs>);

impl Installed {
    /// Those of `folder`: of one version, or folders of versions with `bin` in them. Where packages put them, if none is
    /// said.
    pub(crate) fn find(folder: Option<&Path>) -> Option<Self> {
        let mut folders = Vec::new();
        if let Some(folder) = folder {
            let below = fs::read_dir(folder).into_iter().flatten().flatten();
            folders.extend([folder.to_owned(), folder.join("bin")]);
            folders.extend(below.map(|entry| entry.path().join("bin")));
        } else {
            let places = PLACES.iter();
            folders
                .extend(places.flat_map(|place| MAJORS.map(|n| place.replace("{}", &n.to_string()).into())));
            let path = std::env::var_os("PATH").unwrap_or_default();
            folders.extend(std::env::split_paths(&path));
        }
        let account = account();
        let mut found: Vec<_> = folders.iter().filter_map(|folder| Programs::of(folder, account)).collect();
        found.sort_by_key(|programs| programs.major);
        found.dedup_by_key(|programs| programs.major);
        (!found.is_empty()).then_some(Self(found))
    }

    /// What serves an engine: its own version, or the nearest that is there, the newer one of two.
    pub(crate) fn serving(&self, major: u32) -> Option<&Programs> {
        self.0.iter().rev().min_by_key(|programs| programs.major.abs_diff(major))
    }

    pub(crate) fn all(&self) -> &[Programs] {
        &self.0
    }
}

impl Programs {
    fn of(folder: &Path, account: Option<Account>) -> Option<Self> {
        if !PROGRAMS.iter().all(|program| folder.join(program).is_file()) {
            return None;
        }
        let mut this = Self {
            major: 0,
            version: String::new(),
            folder: folder.to_owned(),
            settings: BTreeSet::new(),
            account,
        };
        let said = this.said("--version")?;
        this.version =
            said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?.into();
        this.major = this.version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        let names = this.said("--describe-config")?;
        let names = names.lines().filter_map(|line| line.split('\t').next());
        this.settings = names.map(str::to_ascii_lowercase).collect();
        Some(this)
    }

    /// What `postgres` says of itself.
    fn said(&self, option: &str) -> Option<String> {
        let output = self.command("postgres").arg(option).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Extensions' settings have a dot, and are taken whether they are there or not.
    pub(super) fn knows(&self, setting: &str) -> bool {
        setting.contains('.') || self.settings.contains(&setting.to_ascii_lowercase())
    }

    /// One of the programs, with nothing of the emulator's environment.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(self.folder.join(program.as_ref()));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null());
        #[cfg(unix)]
        if let Some(account) = self.account {
            use std::os::unix::process::CommandExt as _;
            command.uid(account.user).gid(account.group);
        }
        command
    }

    /// A folder that only those who run the programs can look into.
    pub(super) fn folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)?;
        self.give(path, 0o700)
    }

    /// A file that only those who run the programs can read.
    pub(super) fn file(&self, path: &Path, text: &str) -> io::Result<()> {
        // Not readable for others at any moment.
        let mut file = File::create(path)?;
        self.give(path, 0o600)?;
        file.write_all(text.as_bytes())
    }

    #[cfg(unix)]
    fn give(&self, path: &Path, mode: u32) -> io::Result<()> {
        use std::os::unix::fs::{PermissionsExt as _, chown};
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        self.account.map_or(Ok(()), |account| chown(path, Some(account.user), Some(account.group)))
    }

    #[cfg(not(unix))]
    fn give(&self, _: &Path, _: u32) -> io::Result<()> {
        Ok(())
    }
}

/// Whom the programs are run as, if not as whoever runs the emulator.
fn account() -> Option<Account> {
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        return ACCOUNTS.iter().find_map(|name| {
            let user = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            let mut fields = user.split(':').skip(1);
            Some(Account { user: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
        });
    }
    None
}
