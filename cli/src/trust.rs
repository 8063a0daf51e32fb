//! Trust as files: operators, accounts, revocation lists.

mod marks;
mod watch;

use marks::Marks;
pub(crate) use watch::Trusting;

use crate::args::TrustFiles;
use crate::error::Error;
use crate::keyring::token;
use capwire::wascap::{
    KeyKind, Mark, PublicKey, RevocationError, Trust, UnixSeconds, Verifier, VerifyError,
};
use std::path::{Path, PathBuf};

/// The content of the files, to be compared with a later one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    operators: Vec<(PathBuf, String)>,
    accounts: Vec<(PathBuf, String)>,
    revocations: Vec<(PathBuf, String)>,
}

/// The trust in the files, and their revocation lists.
#[derive(Default)]
pub(crate) struct Belief {
    pub(crate) verifier: Verifier,
    pub(crate) marks: Vec<Mark>,
}

impl TrustFiles {
    /// Returns `true` if there are no files.
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

    /// Returns the trust at the time `now`, if no newer lists than those of `seen` are known.
    pub(crate) fn believe(&self, now: UnixSeconds, seen: &[Mark]) -> Result<Belief, Error> {
        self.read()?.believe(now, seen)
    }
}

impl Contents {
    pub(crate) fn believe(&self, now: UnixSeconds, seen: &[Mark]) -> Result<Belief, Error> {
        let mut trust = Trust::new();
        for (path, text) in &self.operators {
            add_operator(&mut trust, path, text)?;
        }
        for (path, text) in &self.accounts {
            trust
                .account_token(text)
                .map_err(refused(path, ACCOUNTS_ARE))?;
        }
        let mut verifier = Verifier::new();
        if !self.operators.is_empty() {
            verifier = verifier.trust(trust);
        }
        let mut marks = Vec::new();
        let judge = verifier.clone();
        for (path, text) in &self.revocations {
            let list = judge.verify_revocations(text, seen, now);
            let list = list.map_err(refused(path, LISTS_ARE))?;
            marks.push(list.mark());
            verifier = verifier.revocations(list);
        }
        Ok(Belief { verifier, marks })
    }
}

/// The help for another file than `--trust` takes.
const OPERATORS_ARE: &str = "`--trust` takes an operator's token, created by `capwire token operator`, or a file that contains only the operator's public key, which begins with `O`";
const ACCOUNTS_ARE: &str = "each `.jwt` file in the `--accounts` directory must be a token created by `capwire token account`";
const LISTS_ARE: &str = "`--revocations` takes a list created by `capwire token revocations`";

/// Trusts the operator with the token or public key in `text`.
fn add_operator(trust: &mut Trust, path: &Path, text: &str) -> Result<(), Error> {
    let Ok(key) = text.parse::<PublicKey>() else {
        let added = trust.operator_token(text);
        return added.map(drop).map_err(refused(path, OPERATORS_ARE));
    };
    let kind = key.kind();
    if kind != KeyKind::Operator {
        let (path, wanted) = (path.display(), KeyKind::Operator);
        let problem = format!("--trust: `{path}` contains a key of kind {kind}, expected {wanted}");
        return Err(Error::failure(problem).help(OPERATORS_ARE));
    }
    trust.operator_key(key);
    Ok(())
}

/// Returns the error that the file at `path` is not trusted. If it is another kind of file, `expected`
/// says what it should be.
fn refused<E: Into<RevocationError>>(path: &Path, expected: &str) -> impl Fn(E) -> Error {
    move |error| {
        let error = error.into();
        let other = matches!(
            error,
            RevocationError::Verify(VerifyError::Token(_) | VerifyError::SubjectKind(_))
        );
        let failure = Error::failure(format!("`{}` is not trusted", path.display()));
        match other {
            true => failure.because(error).help(expected),
            false => failure.because(error),
        }
    }
}

/// Returns the tokens in `folder`, ordered by name, so that the same folder always reads the same.
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
