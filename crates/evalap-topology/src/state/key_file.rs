//! Where the state's key comes from: the environment, or a file that only its owner can read.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use scaleway_core::{Random, Secret};
use zeroize::Zeroizing;

use super::{StateError, StateKey, Store};
use crate::private_file;

/// The environment variable that holds the state's key, in base64 or hexadecimal.
pub const KEY_VARIABLE: &str = "EVALAP_STATE_KEY";

impl StateKey {
    /// The key from `EVALAP_STATE_KEY`, if it is set; an empty one counts as a mistake.
    pub fn from_env() -> Result<Option<Self>, StateError> {
        match Self::from_variable(KEY_VARIABLE) {
            Err(StateError::KeyUnset { .. }) => Ok(None),
            key => key.map(Some),
        }
    }

    /// The key from a file, which nobody but its owner may be able to read.
    pub fn from_file(path: &Path) -> Result<Self, StateError> {
        let failed = |source: io::Error| match source.kind() {
            ErrorKind::NotFound => StateError::KeyMissing { path: path.into() },
            ErrorKind::InvalidData => {
                StateError::InvalidKey { place: path.display().to_string(), problem: "not text" }
            }
            _ => StateError::KeyFile { path: path.into(), action: "read", source },
        };
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
        refuse_exposed(path)?;
        Self::parse(&Secret::new(text.as_str()), &path.display().to_string())
    }

    /// The key from the variable `name`, which must be set.
    pub fn from_variable(name: &str) -> Result<Self, StateError> {
        match std::env::var(name) {
            Ok(text) => Self::parse(&Secret::new(text), name),
            Err(std::env::VarError::NotPresent) => Err(StateError::KeyUnset { variable: name.into() }),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(StateError::InvalidKey { place: name.into(), problem: "not text" })
            }
        }
    }

    /// The key of the state in `store` from a file, which is made (mode 600) where there is neither a key nor a state
    /// yet. Where a rotation was interrupted there are two files, and the state says which holds its key.
    pub async fn load_or_create(path: &Path, store: &Store) -> Result<Self, StateError> {
        if let Some(folder) =
            store.folder_path().filter(|folder| resolved(path).starts_with(resolved(folder)))
        {
            return Err(StateError::KeyInsideState { path: path.into(), state: folder.into() });
        }
        let next = next_file(path);
        match Self::from_file(path) {
            Err(StateError::KeyMissing { .. }) if !next.exists() => {}
            Ok(key) if !next.exists() => return Ok(key),
            Ok(key) => return store.fitting(vec![key, Self::from_file(&next)?]).await,
            Err(StateError::KeyMissing { .. }) => return Self::from_file(&next),
            Err(StateError::InvalidKey { problem, .. }) => return Err(spoilt(path, problem, store).await?),
            Err(error) => return Err(error),
        }
        if let Some(key) = store.key_in_use().await? {
            return Err(StateError::KeyLost { path: path.into(), place: store.place().to_owned(), key });
        }
        create(path, &store.random)?;
        Self::from_file(path)
    }

    /// Draws a new key and keeps it beside the file `path`, for a rotation; one that an interrupted rotation left there
    /// is taken up again. Where that is `used` already, it takes the file's place first, and another is drawn.
    pub fn next_of(path: &Path, used: &Self, random: &Random) -> Result<Self, StateError> {
        let next = next_file(path);
        if next.exists() && Self::from_file(&next)?.id() == used.id() {
            Self::next_takes_over(path)?;
        }
        if !next.exists() {
            create(&next, random)?;
        }
        Self::from_file(&next)
    }

    /// Ends a rotation: the new key takes the file's place.
    pub fn next_takes_over(path: &Path) -> Result<(), StateError> {
        std::fs::rename(next_file(path), path).map_err(|source| StateError::KeyFile {
            path: path.into(),
            action: "replace",
            source,
        })
    }
}

/// What to say of a key file that holds no key. A new key helps only where there is no state yet.
async fn spoilt(path: &Path, problem: &'static str, store: &Store) -> Result<StateError, StateError> {
    Ok(match store.key_in_use().await? {
        Some(key) => {
            StateError::KeySpoilt { path: path.into(), problem, place: store.place().to_owned(), key }
        }
        None => StateError::InvalidKey { place: path.display().to_string(), problem },
    })
}

/// Where the next key waits until the state was written with it.
fn next_file(path: &Path) -> PathBuf {
    let mut next = path.as_os_str().to_owned();
    next.push(".next");
    next.into()
}

/// Makes a key file as a whole or not at all; one that another process has made meanwhile stays.
fn create(path: &Path, random: &Random) -> Result<(), StateError> {
    let mut bytes = Zeroizing::new([0; 32]);
    let mut suffix = [0; 8];
    random.fill(bytes.as_mut()).and_then(|()| random.fill(&mut suffix)).map_err(StateError::Random)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}", HEXLOWER.encode(&suffix)));
    let draft = PathBuf::from(draft);
    let text = Zeroizing::new(BASE64.encode(bytes.as_slice()) + "\n");
    let made = write_private(&draft, text.as_bytes()).and_then(|()| match std::fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let _ = std::fs::remove_file(&draft);
    made.map_err(|source| StateError::KeyFile { path: path.into(), action: "make", source })
}

fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    private_file::create(path, text)
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), StateError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).map_err(|source| StateError::KeyFile {
        path: path.into(),
        action: "read the mode of",
        source,
    })?;
    match metadata.permissions().mode() & 0o777 {
        mode if mode & 0o077 != 0 => Err(StateError::KeyExposed { path: path.into(), mode }),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path) -> Result<(), StateError> {
    Ok(())
}

/// The path with the links of its longest existing part followed.
fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    absolute
        .ancestors()
        .find_map(|ancestor| {
            let rest = absolute.strip_prefix(ancestor).ok()?;
            Some(ancestor.canonicalize().ok()?.join(rest))
        })
        .unwrap_or(absolute)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use scaleway_core::{Clock, Timestamp};
    use std::os::unix::fs::PermissionsExt;

    fn load_beside(file: &Path, state: &Path) -> Result<StateKey, StateError> {
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let store = Store::folder(state, clock.clone(), Random::system())?;
        clock.block_on(StateKey::load_or_create(file, &store)).map_err(StateError::Random)?
    }

    fn load(folder: &Path) -> Result<StateKey, StateError> {
        load_beside(&folder.join("keys/staging.key"), &folder.join("state"))
    }

    #[test]
    fn the_first_run_makes_a_private_file_and_the_next_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let made = load(folder.path()).unwrap();
        let file = folder.path().join("keys/staging.key");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load(folder.path()).unwrap().id(), made.id());
        assert_eq!(std::fs::read_dir(folder.path().join("keys")).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_command_to_run() {
        let folder = tempfile::tempdir().unwrap();
        load(folder.path()).unwrap();
        let file = folder.path().join("keys/staging.key");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = load(folder.path()).unwrap_err().to_string();
        assert!(error.contains(&format!("chmod 600 {}", file.display())) && error.contains("644"), "{error}");
    }

    #[test]
    fn a_next_key_is_taken_up_again_until_it_is_used_and_then_takes_the_files_place() {
        let folder = tempfile::tempdir().unwrap();
        let used = load(folder.path()).unwrap();
        let file = folder.path().join("keys/staging.key");
        let next = |used| StateKey::next_of(&file, used, &Random::system()).unwrap();
        let second = next(&used);
        assert_eq!(next(&used).id(), second.id(), "the state was not written with it");
        let third = next(&second);
        assert_eq!(StateKey::from_file(&file).unwrap().id(), second.id());
        assert_ne!(third.id(), second.id(), "a key is used once");
        assert_eq!(next(&second).id(), third.id());
    }

    #[test]
    fn a_file_that_holds_no_key_is_put_back_where_there_is_a_state_and_made_anew_where_not() {
        let folder = tempfile::tempdir().unwrap();
        load(folder.path()).unwrap();
        let file = folder.path().join("keys/staging.key");
        for garbage in [&b""[..], b"no key", b"\xff\xfe"] {
            std::fs::write(&file, garbage).unwrap();
            let error = load(folder.path()).unwrap_err().to_string();
            assert!(error.contains("openssl rand -base64 32"), "{error}");
        }
        std::fs::create_dir_all(folder.path().join("state/log")).unwrap();
        std::fs::write(folder.path().join("state/log").join(format!("{:020}", 1)), "x").unwrap();
        let error = load(folder.path()).unwrap_err();
        assert!(matches!(error, StateError::KeySpoilt { .. }), "{error}");
        let error = error.to_string();
        assert!(error.contains("put back the copy of that key") && !error.contains("openssl"), "{error}");
    }

    #[test]
    fn no_key_is_made_beside_or_for_an_existing_state() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let inside = load_beside(&state.join("key"), &state);
        assert!(matches!(inside, Err(StateError::KeyInsideState { .. })), "{inside:?}");
        std::fs::create_dir_all(state.join("log")).unwrap();
        std::fs::write(state.join("log/1"), "x").unwrap();
        assert!(matches!(load(folder.path()), Err(StateError::KeyLost { .. })));
        assert!(!folder.path().join("keys").exists());
    }
}
