//! Trust as files: operators, accounts, revocation lists.

mod marks;
mod watch;

use marks::Marks;
pub(crate) use watch::Trusting;

use crate::args::TrustFiles;
use crate::error::Error;
use crate::keyring::token;
use capwire::wascap::{Mark, PublicKey, Trust, UnixSeconds, Verifier};
use std::path::{Path, PathBuf};

/// What the files hold, to be compared with what they hold later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    operators: Vec<(PathBuf, String)>,
    accounts: Vec<(PathBuf, String)>,
    revocations: Vec<(PathBuf, String)>,
}

/// Whom to believe, and which revocation lists that rests on.
#[derive(Default)]
pub(crate) struct Belief {
    pub(crate) verifier: Verifier,
    pub(crate) marks: Vec<Mark>,
}

impl TrustFiles {
    /// Whether there are any.
    pub(crate) fn is_empty(&self) -> bool {
        self.operators.is_empty()
    }

    /// Reads all of them.
    pub(crate) fn read(&self) -> Result<Contents, Error> {
        let all = |paths: &[PathBuf]| {
            let read = paths.iter().map(|path| Ok((path.clone(), token(path)?)));
            read.collect::<Result<Vec<_>, Error>>()
        };
        let accounts = match &self.accounts {
            Some(folder) => all(&tokens_in(folder)?)?,
            None => Vec::new(),
        };
        Ok(Contents {
            operators: all(&self.operators)?,
            accounts,
            revocations: all(&self.revocations)?,
        })
    }

    /// Whom to believe at the time `now`, if no newer lists than those of `seen` are known.
    pub(crate) fn believe(&self, now: UnixSeconds, seen: &[Mark]) -> Result<Belief, Error> {
        self.read()?.believe(now, seen)
    }
}

impl Contents {
    pub(crate) fn believe(&self, now: UnixSeconds, seen: &[Mark]) -> Result<Belief, Error> {
        let mut trust = Trust::new();
        for (path, text) in &self.operators {
            match text.parse::<PublicKey>() {
                Ok(key) => trust.operator_key(key),
                Err(_) => trust
                    .operator_token(text)
                    .map(drop)
                    .map_err(refused(path))?,
            }
        }
        for (path, text) in &self.accounts {
            trust.account_token(text).map_err(refused(path))?;
        }
        let mut verifier = Verifier::new();
        if !self.operators.is_empty() {
            verifier = verifier.trust(trust);
        }
        let mut marks = Vec::new();
        let judge = verifier.clone();
        for (path, text) in &self.revocations {
            let list = judge.verify_revocations(text, seen, now);
            let list = list.map_err(refused(path))?;
            marks.push(list.mark());
            verifier = verifier.revocations(list);
        }
        Ok(Belief { verifier, marks })
    }
}

fn refused<E>(path: &Path) -> impl Fn(E) -> Error
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |error| Error::failure(format!("`{}` is not believed", path.display())).because(error)
}

/// In the order of their names, so that the same folder always reads the same.
fn tokens_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |error| crate::files::unreadable(folder, error);
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "jwt") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
