//! Files that hold one seed.

use crate::error::Error;
use crate::files::{self, Existing, Readers};
use crate::remedy;
use capwire::wascap::{KeyKind, KeyPair};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

/// A seed has 58 characters. Editors and the original tools put blanks around it.
const LARGEST: u64 = 1024;

/// Writes the seed of `pair` to a file that only its owner can read.
pub(crate) fn write(path: &Path, pair: &KeyPair, existing: Existing) -> Result<(), Error> {
    let line = Zeroizing::new(format!("{}\n", *pair.seed()));
    files::write(path, line.as_bytes(), Readers::OwnerOnly, existing).map_err(|error| {
        if files::exists(&error) {
            Error::failure(format!("`{}` already exists", path.display()))
                .help("choose another file, or overwrite the old key with `--force`")
        } else {
            Error::failure(format!("cannot write `{}`", path.display())).because(error)
        }
    })
}

/// Returns the key pair of the seed in the file at `path`.
pub(crate) fn read(path: &Path) -> Result<KeyPair, Error> {
    let text = seed(path)?;
    KeyPair::from_seed(text.trim()).map_err(|error| {
        Error::unreadable(format!("`{}` does not contain a seed", path.display()))
            .because(error)
            .help("a key file is one line that begins with `S`; make one with `capwire keys gen`")
    })
}

/// Reads the key that `option` names, which must be of `kind`.
pub(crate) fn read_of_kind(path: &Path, option: &str, kind: KeyKind) -> Result<KeyPair, Error> {
    let pair = read(path)?;
    let found = pair.public().kind();
    if found == kind {
        return Ok(pair);
    }
    Err(Error::unreadable(format!(
        "{option}: `{}` contains a key of kind {found}, expected {kind}",
        path.display()
    ))
    .help(format!("make one with `capwire keys gen {kind} -o FILE`")))
}

fn seed(path: &Path) -> Result<Zeroizing<String>, Error> {
    let file = File::open(path).map_err(|error| files::unreadable(path, error))?;
    refuse_if_shared(&file, path)?;
    // Room for all of it, since growing would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(LARGEST as usize));
    file.take(LARGEST)
        .read_to_string(&mut text)
        .map_err(|error| files::unreadable(path, error))?;
    Ok(text)
}

/// Refuses a seed that other users can read.
#[cfg(unix)]
fn refuse_if_shared(file: &File, path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file
        .metadata()
        .map_err(|error| files::unreadable(path, error))?;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::unreadable(format!(
        "other users may read or change the secret key in `{}`",
        path.display()
    ))
    .help(format!(
        "if nobody has done so, run: chmod 600 {}",
        remedy::file(path)
    )))
}

#[cfg(not(unix))]
fn refuse_if_shared(_: &File, _: &Path) -> Result<(), Error> {
    Ok(())
}
