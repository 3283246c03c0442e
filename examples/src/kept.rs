//! Where a program is told to write: a data folder, and files whose like alone is replaced.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What the data folder keeps: whoever replaces any of it, or adds to it, spoils a state or a cloud.
const OURS: [&str; 4] = ["keys", "state", "refuge", "cloud"];

/// Refuses a data folder that is none, and cannot become one.
pub(crate) fn data_folder(data: &Path) -> Result<(), Error> {
    let there = data.ancestors().find(|part| part.exists());
    match there.filter(|part| !part.is_dir()) {
        None => Ok(()),
        Some(file) if file == data => Err(no_folder(data, "this is a file, and no folder".to_owned())),
        Some(file) => Err(no_folder(data, format!("{} is a file, and no folder", file.display()))),
    }
}

fn no_folder(data: &Path, why: String) -> Error {
    Error::refused(
        format!("--data {}: {why}", data.display()),
        "name a folder; one that is not there yet is made, and .evalap is taken where none is named",
    )
}

/// Refuses a file inside of what the data folder keeps.
pub(crate) fn outside_of(data: &Path, file: &Path) -> Result<(), Error> {
    let (data, file_in) = (real(data), real(file));
    match OURS.iter().find(|ours| file_in.starts_with(data.join(ours))) {
        None => Ok(()),
        Some(ours) => Err(Error::refused(
            format!(
                "{} lies in {}, which holds what the environments live on",
                file.display(),
                data.join(ours).display()
            ),
            "name a file elsewhere",
        )),
    }
}

/// The path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for part in path.ancestors() {
        if let Ok(real) = part.canonicalize() {
            return path.strip_prefix(part).map_or_else(|_| real.clone(), |rest| real.join(rest));
        }
    }
    path
}

/// Writes a file, whole or not at all. One that is there is replaced where it `is_alike`, or empty, and stays as private as
/// it was.
pub(crate) fn write(
    file: &Path,
    text: &str,
    what: &'static str,
    is_alike: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    let name = || file.display().to_string();
    let failed = |done| move |source| evalap_topology::Error::File { file: name(), done, source };
    let there = match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        there => Some(there.map_err(failed("written"))?),
    };
    if let Some(there) = &there {
        // A device or a pipe takes what is written, and has nothing to lose.
        if !there.is_file() {
            return Ok(fs::write(file, text).map_err(failed("written"))?);
        }
        let old = fs::read(file).map_err(failed("read"))?;
        if !old.is_empty() && !std::str::from_utf8(&old).is_ok_and(is_alike) {
            return Err(evalap_topology::Error::Occupied { file: name(), what }.into());
        }
    }
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    let written = fs::write(&beside, text)
        .and_then(|()| there.map_or(Ok(()), |there| fs::set_permissions(&beside, there.permissions())))
        .and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // What is left of it is of no use; that it stays is no second error.
        let _ = fs::remove_file(&beside);
    }
    Ok(written.map_err(failed("written"))?)
}
