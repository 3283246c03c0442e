//! What can go wrong with a state, and what to do about it.

use std::io;
use std::path::PathBuf;

use super::{Holder, KEY_VARIABLE};
use scaleway_core::Timestamp;

/// Why a state could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// There is no key, neither in the environment nor in the key file.
    #[error("no state key: set {KEY_VARIABLE} or put one into {} (make one with `openssl rand -base64 32`)", .path.display())]
    KeyMissing {
        /// Where a key file was looked for.
        path: PathBuf,
    },

    /// The text is no key.
    #[error(
        "the state key in {place} is {problem}; expected 32 bytes in base64 or 64 hexadecimal digits \
         (make one with `openssl rand -base64 32`)"
    )]
    InvalidKey {
        /// The variable or the file.
        place: String,
        /// What is wrong with it; never the text itself.
        problem: &'static str,
    },

    /// Others than its owner may read the key file.
    #[error("the key file {path} can be read by others (mode {mode:03o}): run `chmod 600 {path}`", path = .path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },

    /// The key would lie beside what it encrypts.
    #[error("the key file {} lies inside the state's folder {}: keep it elsewhere", .path.display(), .state.display())]
    KeyInsideState {
        /// The key file.
        path: PathBuf,
        /// The state's folder.
        state: PathBuf,
    },

    /// A state exists, and its key does not.
    #[error(
        "{place} holds a state{}, but its key file {} is gone: put the file back or set {KEY_VARIABLE}",
        written_with(key), .path.display()
    )]
    KeyLost {
        /// The key file.
        path: PathBuf,
        /// The folder or bucket.
        place: String,
        /// The id of the key that the state is written with; empty where that cannot be told.
        key: String,
    },

    /// A state exists, and what is in its key file is no key.
    #[error(
        "the key file {} is {problem}, and {place} holds a state{}: put back the copy of that key; no new one can read \
         this state",
        .path.display(), written_with(key)
    )]
    KeySpoilt {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it; never the text itself.
        problem: &'static str,
        /// The folder or bucket.
        place: String,
        /// The id of the key that the state is written with; empty where that cannot be told.
        key: String,
    },

    /// The variable that shall hold the key is not set.
    #[error(
        "no state key: the variable {variable} is not set; export it (make a key with `openssl rand -base64 32`)"
    )]
    KeyUnset {
        /// The variable.
        variable: String,
    },

    /// Secret Manager has no key.
    #[error("no state key: {problem}; `manage_state bootstrap` makes one, or set {KEY_VARIABLE}")]
    KeySecretMissing {
        /// What is missing.
        problem: String,
    },

    /// Secret Manager could not be asked for the key, or given one.
    #[error(
        "the state key in the secret {secret} cannot be {doing}: set {KEY_VARIABLE} to go on without Secret Manager"
    )]
    KeySecret {
        /// The secret's path and name.
        secret: String,
        /// What was tried, as in "cannot be …".
        doing: &'static str,
        /// Why not.
        source: Box<scaleway_secrets::Error>,
    },

    /// The key file could not be read or made.
    #[error("cannot {action} the key file {}", .path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// Why not.
        source: io::Error,
    },

    /// The store does not let us.
    #[error(
        "not allowed to {operation} the state in {place}: give this user the right to, or choose another place"
    )]
    Denied {
        /// The folder or bucket.
        place: String,
        /// `read` or `write`.
        operation: &'static str,
        /// What the store said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// There is no room left.
    #[error("no room left for the state in {place}: free some space, then run the command again")]
    Full {
        /// The folder.
        place: String,
        /// What the system said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The store did not answer, or not usefully.
    #[error("cannot {operation} the state in {place} (tried {attempts} times)")]
    Unavailable {
        /// The folder or bucket.
        place: String,
        /// `read` or `write`.
        operation: &'static str,
        /// How often it was tried.
        attempts: u32,
        /// What the store said last.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// There is no such bucket.
    #[error(
        "there is no {place}: `manage_state bootstrap` makes it, or correct [state] bucket in the definition"
    )]
    NoBucket {
        /// The bucket.
        place: String,
    },

    /// The store lets an object be created twice, so that two deployers would overwrite each other.
    #[error(
        "{place} cannot hold a state: it does not refuse to create an object that exists (If-None-Match: *); use a store that does"
    )]
    Overwrites {
        /// The folder or bucket.
        place: String,
    },

    /// Everyone can read the bucket.
    #[error(
        "the bucket {bucket} has a policy that lets everyone in: take it away, or name who may (`bootstrap --allow application_id:…`)"
    )]
    Public {
        /// The bucket.
        bucket: String,
    },

    /// Everyone, or every customer, can list the bucket or do more with it.
    #[error(
        "the bucket {bucket} has an ACL that grants {grants}: set its visibility to private in the console, \
         or run `aws s3api put-bucket-acl --bucket {bucket} --acl private`"
    )]
    PublicAcl {
        /// The bucket.
        bucket: String,
        /// What it grants, and to whom.
        grants: String,
    },

    /// The bucket would lose records with time.
    #[error(
        "the bucket {bucket} has a lifecycle rule {rule:?} under which records of the state expire or go where they cannot be read at once: take it away"
    )]
    Expires {
        /// The bucket.
        bucket: String,
        /// The rule.
        rule: String,
    },

    /// Nothing can be kept on this machine.
    #[error("no folder of this machine was given to keep what cannot be written")]
    NoRefuge,

    /// What was kept on this machine for the state, when it could not be written, cannot be read.
    #[error(
        "{file}, where an earlier run kept what it could not write to the state, {what}: put it back, or move it away; \
         the next plan finds out from the cloud what was done, as far as it shows"
    )]
    Kept {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: &'static str,
    },

    /// A bucket could not be reached or made ready.
    #[error("the bucket {bucket} cannot be {doing}")]
    Bucket {
        /// The bucket.
        bucket: String,
        /// What was tried, as in "cannot be …".
        doing: &'static str,
        /// Why not.
        source: Box<scaleway_object_storage::Error>,
    },

    /// A record is not what was written.
    #[error(
        "record {seq} of the state in {place} {what}; the last good one is {last_good}: put {object} back from a backup \
         (or the bucket's older version){}",
        if *last_good == 0 { String::new() } else {
            format!("; until then version {last_good} can be read (`manage_state export --version {last_good}`)")
        }
    )]
    Corrupt {
        /// The folder or bucket.
        place: String,
        /// The object's key in it.
        object: String,
        /// The first bad record.
        seq: u64,
        /// The newest record before it; 0 is the empty state.
        last_good: u64,
        /// What is wrong with it.
        what: &'static str,
    },

    /// The state was written with another key.
    #[error(
        "{object} of the state was written with key {found}, not with key {expected} which was given: \
         check {KEY_VARIABLE}, the key file, or the secret that [state] key names"
    )]
    WrongKey {
        /// The object.
        object: String,
        /// The id of the key in use.
        expected: String,
        /// The id of the key it was written with.
        found: String,
    },

    /// The keys that the one in use took the place of cannot be read.
    #[error(
        "{object} of the state in {place} {what}: put it back from a backup (or the bucket's older version); it holds the keys of older records"
    )]
    KeysLost {
        /// The object.
        object: String,
        /// The folder or bucket.
        place: String,
        /// What is wrong with it.
        what: String,
    },

    /// The key is another by now.
    #[error(
        "the state has the key {key} by now, by an earlier change whose answer was lost: nothing else was changed; use that key, or change it once more"
    )]
    KeyChanged {
        /// The id of the key in use.
        key: String,
    },

    /// A key cannot be used a second time.
    #[error("the key {key} is in use, or was: take a new one (make one with `openssl rand -base64 32`)")]
    KeyUsed {
        /// Its id.
        key: String,
    },

    /// Another log is where this one was to go.
    #[error(
        "{place} holds another state already (they differ at record {seq}): choose another place, or move that one away"
    )]
    OtherLog {
        /// Where.
        place: String,
        /// The record at which they differ.
        seq: u64,
    },

    /// The log goes on elsewhere.
    #[error("the state in {place} was moved to {to}: [state] of the definition must say so")]
    MovedTo {
        /// Where it was.
        place: String,
        /// Where it is.
        to: String,
    },

    /// A newer version of this program wrote it.
    #[error(
        "{object} of the state has schema {found}, this program knows up to {known}: use one that knows schema {found}"
    )]
    NewerSchema {
        /// The object.
        object: String,
        /// The schema it has.
        found: u32,
        /// The newest schema that is known here.
        known: u32,
    },

    /// A sound record says something that this program does not know.
    #[error("{object} of the state says what this program does not know: use the version that wrote it")]
    Unknown {
        /// The object.
        object: String,
        /// Where the reading stopped.
        source: serde_json::Error,
    },

    /// A record could not be encoded; nothing was written.
    #[error("a state record could not be encoded")]
    Encode(#[source] serde_json::Error),

    /// An event does not fit the state: refused before it was written, or met in the log at `seq`.
    #[error("record {seq} does not fit the state before it")]
    Illegal {
        /// The record's number.
        seq: u64,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// Somebody else holds the lock.
    #[error(
        "the state is locked by {holder} since {since}{}: wait for it (--lock-timeout), or, if it is gone, \
         a lease that shows no life for {lease_seconds} s is taken over by who waits; `unlock --force` breaks it",
        if *.waiting == 0 { String::new() } else { format!(" ({waiting} waiting)") }
    )]
    Held {
        /// Who.
        holder: Box<Holder>,
        /// When it was taken, by the holder's clock.
        since: Timestamp,
        /// How long it must show no life before who waits may take it over.
        lease_seconds: u64,
        /// How many wait for it.
        waiting: usize,
    },

    /// An append that needs the lock, without it.
    #[error("the state is not locked by this run: call Session::lock first")]
    NotHeld,

    /// The lock was lost: another took it over or broke it. Nothing was written.
    #[error(
        "the lock on the state was {}: stop, and run the command again",
        .by.as_ref().map_or_else(|| "broken, or taken over (`manage_state history` says by whom)".to_owned(), |by| format!("lost to {by}"))
    )]
    Fenced {
        /// Who holds it now, if anybody.
        by: Option<Box<Holder>>,
    },

    /// There is no such version.
    #[error("the state has no version {seq}: the newest is {newest}, `manage_state history` lists them")]
    NoSuchVersion {
        /// What was asked for.
        seq: u64,
        /// The newest there is.
        newest: u64,
    },

    /// The operating system has no randomness to give.
    #[error("no randomness for the state's encryption")]
    Random(#[source] io::Error),
}

/// By which somebody who has several can tell the right one.
fn written_with(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(" written with key {key}") }
}

impl StateError {
    /// Somebody else holds the lock.
    ///
    /// # Troubleshooting
    /// Wait with a longer lock time-out, or break the lock when its holder is known to be gone.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Held { .. })
    }

    /// A record was truncated, edited, swapped or removed.
    ///
    /// # Troubleshooting
    /// Put the named object back; versions up to the last good one can be read meanwhile.
    pub fn is_corrupt(&self) -> bool {
        matches!(self, Self::Corrupt { .. })
    }

    /// The state was written with another key.
    pub fn is_wrong_key(&self) -> bool {
        matches!(self, Self::WrongKey { .. })
    }

    /// The lock was lost on the way; nothing was written.
    pub fn is_fenced(&self) -> bool {
        matches!(self, Self::Fenced { .. })
    }

    /// The store did not answer; what was being written may or may not be there.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}
