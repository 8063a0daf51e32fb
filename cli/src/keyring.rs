//! The user's keys, which are created when they are first needed.

use crate::error::Error;
use crate::files::{self, Existing};
use crate::{keyfile, output};
use capwire::wascap::{KeyKind, KeyPair};
use std::env::var_os;
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

/// The environment variable with the folder of keys, if not in the user's configuration.
const VARIABLE: &str = "CAPWIRE_KEYS";

/// One of the user's keys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Own<'a> {
    Operator,
    Account,
    /// The key of the module with this name.
    Module(&'a str),
    /// The key of the provider with this name.
    Provider(&'a str),
}

/// Returns the key in the given file, or else the user's key.
pub(crate) fn key(file: Option<&Path>, option: &str, own: Own<'_>) -> Result<KeyPair, Error> {
    match file {
        Some(file) => keyfile::read_of_kind(file, option, own.kind()),
        None => own_key(own),
    }
}

fn own_key(own: Own<'_>) -> Result<KeyPair, Error> {
    let path = folder()?.join(own.file()?);
    if !path.exists() {
        make(&path, own.kind())?;
    }
    keyfile::read_of_kind(&path, "your keys", own.kind())
}

/// If another process creates the file at the same time, its key is used.
fn make(path: &Path, kind: KeyKind) -> Result<(), Error> {
    let failed =
        |error| Error::failure(format!("cannot write `{}`", path.display())).because(error);
    if let Some(folder) = path.parent() {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        private(&mut builder);
        builder.create(folder).map_err(failed)?;
    }
    let pair = KeyPair::generate(kind)?;
    match keyfile::write(path, &pair, Existing::Keep) {
        Err(_) if path.exists() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            let (key, path) = (pair.public(), path.display());
            output::aside(format_args!(
                "made the {kind} key {key} in {path}: keep it safe\n"
            ));
            Ok(())
        }
    }
}

/// Returns the directory of the user's keys, which may not exist yet.
pub(crate) fn folder() -> Result<PathBuf, Error> {
    let set = |name| {
        var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let configuration = || match cfg!(windows) {
        true => set("APPDATA"),
        false => set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config"))),
    };
    set(VARIABLE)
        .or_else(|| Some(configuration()?.join("capwire").join("keys")))
        .ok_or_else(|| {
            Error::unreadable("cannot find the directory of your keys: you have no home directory")
                .help(format!(
                    "name each key file, or set {VARIABLE} to a directory"
                ))
        })
}

impl Own<'_> {
    fn kind(self) -> KeyKind {
        match self {
            Self::Operator => KeyKind::Operator,
            Self::Account => KeyKind::Account,
            Self::Module(_) => KeyKind::Module,
            Self::Provider(_) => KeyKind::Service,
        }
    }

    fn file(self) -> Result<PathBuf, Error> {
        match self {
            Self::Operator => Ok("operator.nk".into()),
            Self::Account => Ok("account.nk".into()),
            Self::Module(name) => named("modules", name),
            Self::Provider(name) => named("providers", name),
        }
    }
}

fn named(folder: &str, name: &str) -> Result<PathBuf, Error> {
    if is_plain(name) {
        return Ok(Path::new(folder).join(format!("{name}.nk")));
    }
    let problem = format!("`{name}` cannot be the name of a key file");
    Err(Error::unreadable(problem)
        .help("use letters, digits, `-`, `_` and `.`, or name a key file with `--subject`"))
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

#[cfg(unix)]
fn private(builder: &mut DirBuilder) {
    use std::os::unix::fs::DirBuilderExt;
    builder.mode(0o700);
}

#[cfg(not(unix))]
fn private(_: &mut DirBuilder) {}

/// The text of a token in a file.
pub(crate) fn token(path: &Path) -> Result<String, Error> {
    let text = String::from_utf8(files::read(path)?);
    let text = text.map_err(|error| {
        Error::unreadable(format!("`{}` is not UTF-8 text", path.display())).because(error)
    })?;
    Ok(text.trim().to_owned())
}
