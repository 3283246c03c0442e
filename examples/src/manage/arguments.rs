//! The command line of `manage_state`.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use evalap_topology::definition::Seconds;

use super::bootstrap::principal;
use crate::arguments::TargetKind;
use crate::exit;

/// Looks into the state of an environment, and mends it. Nothing here touches what the environment is made of.
#[derive(Debug, Parser)]
#[command(
    name = "manage_state",
    version,
    after_help = "Exit codes: 0 done, 1 error (a damaged state, a held lock, …), 64 wrong usage."
)]
pub(super) struct Arguments {
    /// The environment, staging unless said; environments/NAME.toml says where its state is, if there is such a file.
    #[arg(long, global = true, value_name = "NAME")]
    environment: Option<String>,
    /// The environment that this file defines.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "environment")]
    pub(super) definition: Option<PathBuf>,
    /// Where states (state/ENVIRONMENT/) and their keys (keys/ENVIRONMENT.key, unless `EVALAP_STATE_KEY` is set) are.
    #[arg(long, global = true, value_name = "DIR", default_value = ".evalap")]
    pub(super) data: PathBuf,
    /// Where the state's bucket and the secret of its key are, if it has any.
    #[arg(long, global = true, value_name = "emulator|scaleway", value_parser = kind)]
    pub(super) target: Option<TargetKind>,
    /// An emulator of another process that holds the bucket.
    #[arg(long, global = true, value_name = "URL")]
    pub(super) emulator_url: Option<url::Url>,
    /// How long the lock is waited for, such as 5m.
    #[arg(long, global = true, value_name = "TIME", default_value = "0s")]
    pub(super) lock_timeout: Seconds,
    /// Traces to standard error.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lists the states in the data folder.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    #[command(flatten)]
    State(OfState),
    /// Moves the state from its folder into its bucket, or back.
    Migrate {
        /// Where to.
        #[arg(long, value_enum)]
        to: To,
    },
    /// Makes the state's bucket (versioned, encrypted, private, records never expire) and the secret of its key.
    Bootstrap {
        /// Lets nobody into the bucket but these, yourself among them: `application_id:UUID` or `user_id:UUID`. Takes the
        /// place of the bucket's policy.
        #[arg(long, value_name = "PRINCIPAL", value_parser = principal)]
        allow: Vec<String>,
    },
}

/// What opens the environment's state where it is.
#[derive(Debug, Subcommand)]
pub(super) enum OfState {
    /// Shows what a state says exists.
    Show {
        /// As it was after this record.
        #[arg(long, value_name = "SEQ")]
        version: Option<u64>,
        /// As JSON. It holds no secret value.
        #[arg(long)]
        json: bool,
    },
    /// Shows every record: who, when, what.
    History {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows what differs between two versions.
    Diff {
        /// The older version: as it was after this record.
        #[arg(value_name = "SEQ")]
        from: u64,
        /// The other; the newest unless said.
        #[arg(value_name = "SEQ")]
        to: Option<u64>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows who did what, from where, what changed from what to what, the API's request ids, and how it ended.
    Audit {
        /// Reads every record and checks the chain.
        #[arg(long)]
        verify: bool,
        /// Without those that only looked, or were refused.
        #[arg(long)]
        changed: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Reads all records, snapshots and merged segments, and checks that none was lost, damaged or edited.
    Verify {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes the state as JSON, for `import`. It holds no secret value.
    Export {
        /// The file; standard output unless said, or for `-`. An export that is there is replaced, and nothing else.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// As it was after this record.
        #[arg(long, value_name = "SEQ")]
        version: Option<u64>,
    },
    /// Makes the state what an exported one says. Only what is remembered changes, not the cloud: plan next.
    Import {
        /// What `export` wrote; `-` reads standard input.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The environment's name: agrees to it that resources are forgotten.
        #[arg(long, value_name = "NAME")]
        confirm: Option<String>,
    },
    /// Makes the state again what it was after a record. Only what is remembered changes, not the cloud: plan next.
    Restore {
        /// The record.
        #[arg(value_name = "SEQ")]
        version: u64,
        /// The environment's name: agrees to it that resources are forgotten.
        #[arg(long, value_name = "NAME")]
        confirm: Option<String>,
    },
    /// Gives a resource another address: `move container.web container.site`.
    Move {
        /// What it is called.
        from: String,
        /// What it is to be called.
        to: String,
    },
    /// Tracks a resource no longer. It stays in the cloud.
    Forget {
        /// Its address.
        address: String,
    },
    /// Breaks the lock of a program that is gone, and says whose it was.
    Unlock {
        /// Even if it cannot be told whether it is gone.
        #[arg(long)]
        force: bool,
    },
    /// Gives the state another key, drawn anew and kept where its key is kept.
    Rekey {
        /// Takes the new key from this variable instead.
        #[arg(long, value_name = "NAME")]
        new_key_from: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum To {
    /// The folder in the data folder.
    Folder,
    /// The bucket that the definition names.
    Bucket,
}

impl Arguments {
    /// Reads the command line, or ends the program with what is wrong with it.
    pub(super) fn of_program() -> Self {
        let read = Self::try_parse().and_then(|arguments| {
            arguments.check().map_err(|why| Self::command().error(ErrorKind::ArgumentConflict, why))?;
            Ok(arguments)
        });
        read.unwrap_or_else(|error| exit::usage(error))
    }

    fn check(&self) -> Result<(), &'static str> {
        if matches!(self.command, Command::List { .. }) && self.environment.is_some() {
            return Err("list tells the states of all environments: leave --environment out, or say show");
        }
        Ok(())
    }

    pub(super) fn environment(&self) -> &str {
        self.environment.as_deref().unwrap_or("staging")
    }
}

impl OfState {
    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Show { .. } => "show",
            Self::History { .. } => "history",
            Self::Diff { .. } => "diff",
            Self::Audit { .. } => "audit",
            Self::Verify { .. } => "verify",
            Self::Export { .. } => "export",
            Self::Import { .. } => "import",
            Self::Restore { .. } => "restore",
            Self::Move { .. } => "move",
            Self::Forget { .. } => "forget",
            Self::Unlock { .. } => "unlock",
            Self::Rekey { .. } => "rekey",
        }
    }
}

fn kind(text: &str) -> Result<TargetKind, String> {
    match text {
        "emulator" => Ok(TargetKind::Emulator),
        "scaleway" => Ok(TargetKind::Scaleway),
        _ => Err("expected emulator or scaleway".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_environment_is_not_named_in_vain() {
        let read = |words: &[&str]| Arguments::try_parse_from([&["manage_state"], words].concat()).unwrap();
        let named = ["--environment", "production"];
        assert!(
            read(&[&named[..], &["list"]].concat()).check().unwrap_err().contains("leave --environment out")
        );
        assert_eq!(read(&[&named[..], &["show"]].concat()).check(), Ok(()));
        assert_eq!(read(&["list"]).check(), Ok(()));
        assert_eq!(read(&["list"]).environment(), "staging");
    }
}
