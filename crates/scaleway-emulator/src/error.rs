//! Why an emulator could not be built or served.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why an emulator could not be built or served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// Another process has the data folder open.
    #[error(
        "{} is in use by process {pid}{}: use that one, or stop it first",
        folder.display(),
        url.as_deref().map(|url| format!(", which answers on {url}")).unwrap_or_default()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// The process that has it; 0 where it did not say.
        pid: u32,
        /// Where it answers, if it does.
        url: Option<String>,
    },
    /// The data folder cannot be read or written.
    #[error(
        "the data folder cannot be used, since {} cannot be read or written: give yourself the right to, or use another folder",
        path.display()
    )]
    Data {
        /// The folder, or the file in it that is there and cannot be used.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What objects of a snapshot are made of cannot be taken over.
    #[error("the contents of objects cannot be taken over: check that the data folder may be written")]
    Contents {
        /// What the system said.
        source: io::Error,
    },
    /// A line of the data folder's log, which is not the last one, cannot be read.
    #[error("{}, line {line} is damaged: restore the file, or start with an empty folder", path.display())]
    Damaged {
        /// The log.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// There are no programs of PostgreSQL where they were said to be.
    #[error(
        "{} holds no server programs of PostgreSQL: name the folder of initdb, postgres, pg_ctl, psql, pg_dump and \
         pg_restore, or one above it", folder.display()
    )]
    NoPostgres {
        /// The folder that was said.
        folder: PathBuf,
    },
    /// There is no place for clusters.
    #[error("the folder for PostgreSQL's clusters cannot be made: check that it may be written")]
    Clusters {
        /// What the system said.
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address}: if the port is in use, stop who has it or choose another with --port"
    )]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The source of randomness gives none, and a key is needed.
    #[error("there is no randomness to draw the owner's key from: give a seed, or the key itself")]
    NoRandomness,
    /// The builder was given a limit for what has none.
    #[error("there is no quota {name:?}: use a name of data/quotas.toml, as \"containers.namespaces\"")]
    NoSuchQuota {
        /// As it was given.
        name: String,
    },
    /// The file that declares faults cannot be read.
    #[error("the declaration of faults {} cannot be read", path.display())]
    ReadFaults {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A declaration of faults cannot be understood.
    #[error("the declaration of faults is wrong")]
    Faults(#[source] Box<toml::de::Error>),
    /// A field of what is declared does not fit.
    #[error("{what} {number} of the declaration: {field} {help}")]
    Declaration {
        /// `fault` or `image`.
        what: &'static str,
        /// Which one, from 1.
        number: usize,
        /// Its field.
        field: &'static str,
        /// What is wrong with it.
        help: String,
    },
    /// The file that declares images cannot be read.
    #[error("the declaration of images {} cannot be read", path.display())]
    ReadImages {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A declaration of images cannot be understood.
    #[error("the declaration of images is wrong")]
    Images(#[source] Box<toml::de::Error>),
    /// Something cannot be put into the world.
    #[error("{path} cannot be seeded: {why}; name the path of one resource, as a GET of the API does")]
    Seed {
        /// The path that was named.
        path: String,
        /// Why not.
        why: String,
    },
}

/// A field that is wrong, and what it should be.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) field: &'static str,
    pub(crate) help: String,
}

impl Wrong {
    /// The same as an error of the `n`th declaration, counted from 0.
    pub(crate) fn at(self, what: &'static str, n: usize) -> EmulatorError {
        EmulatorError::Declaration { what, number: n + 1, field: self.field, help: self.help }
    }
}
