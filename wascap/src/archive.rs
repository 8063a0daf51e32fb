//! Archives of capability providers: a signed token, and a native library for each target.
//!
//! The container of 2020, a `.par` file: `claims.jwt` first, then `TARGET.bin` for each target. Its
//! readers compared hashes with the token and never asked who had signed that.

mod tar;

use crate::hash::Hash;
use crate::metadata::{ProviderClaims, ProviderMetadata};
use crate::verify::{Unverified, Verified};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

const CLAIMS: &str = "claims.jwt";
const LIBRARY: &str = ".bin";
const GZIP: &[u8] = &[0x1F, 0x8B];

/// More than there are platforms; a hostile file cannot make its reader list more.
const MOST_LIBRARIES: usize = 256;
/// So that `TARGET.bin` fits the name in a header.
const LONGEST_TARGET: usize = 64;

/// A provider archive that a [`Verifier`](crate::Verifier) has verified; nothing else makes one.
///
/// ```
/// use capwire_wascap::{
///     ClaimsBuilder, KeyKind, KeyPair, ProviderMetadata, UnixSeconds, Verifier, sign_archive,
/// };
/// # let now = UnixSeconds(1_600_000_000);
/// # let account = KeyPair::generate(KeyKind::Account)?;
/// # let provider = KeyPair::generate(KeyKind::Service)?;
///
/// let mut metadata = ProviderMetadata::default();
/// metadata.name = Some("Redis".into());
/// metadata.capid = Some("wascc:keyvalue".into());
/// metadata.vendor = "acme".into();
/// let claims = ClaimsBuilder::with_metadata(provider.public(), metadata, now)?;
/// let par = sign_archive([("x86_64-linux", &b"\x7FELF"[..])], claims, &account)?;
///
/// let archive = Verifier::new().verify_archive(&par, now)?;
/// assert_eq!(archive.claims().issuer, account.public());
/// assert_eq!(archive.library("x86_64-linux"), Some(&b"\x7FELF"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type VerifiedArchive<'a> = ProviderArchive<'a, Verified<ProviderClaims>>;

/// A provider archive that was read and not verified: good for showing, not for loading.
pub type UnverifiedArchive<'a> = ProviderArchive<'a, Unverified<ProviderClaims>>;

/// The parts of a provider archive. Borrows the libraries from its bytes.
#[derive(Clone)]
pub struct ProviderArchive<'a, C> {
    claims: C,
    libraries: Libraries<'a>,
}

/// Native libraries by their targets.
pub(crate) type Libraries<'a> = BTreeMap<&'a str, &'a [u8]>;

impl<'a, C> ProviderArchive<'a, C> {
    pub(crate) const fn new(claims: C, libraries: Libraries<'a>) -> Self {
        Self { claims, libraries }
    }

    /// What the token says of the provider. It may name targets whose libraries were left out.
    #[must_use]
    pub const fn claims(&self) -> &C {
        &self.claims
    }

    /// The bytes of the library for `target`, such as `x86_64-linux`.
    #[must_use]
    pub fn library(&self, target: &str) -> Option<&'a [u8]> {
        self.libraries.get(target).copied()
    }

    /// All targets and their libraries, by name.
    pub fn libraries(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a [u8])> {
        self.libraries
            .iter()
            .map(|(target, bytes)| (*target, *bytes))
    }
}

impl<C: fmt::Debug> fmt::Debug for ProviderArchive<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderArchive")
            .field("claims", &self.claims)
            .field("targets", &self.libraries.keys())
            .finish_non_exhaustive()
    }
}

/// Why bytes are no provider archive. Offsets count bytes from the start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// Compressed, as tools after 2021 do.
    #[error("the archive is compressed: unpack it first, with `gunzip`")]
    Compressed,
    /// A block is no header of the format, or its checksum is wrong.
    #[error("no provider archive: at byte {offset} there is no valid header of a tar file")]
    NotTar {
        /// Where the block begins.
        offset: usize,
    },
    /// The archive ends before what began at `offset` does.
    #[error("the archive ends within the {what} at byte {offset}: it was cut off or damaged")]
    Truncated {
        /// What is incomplete.
        what: &'static str,
        /// Where it begins.
        offset: usize,
    },
    /// A link, a folder, a long name or another thing that is no plain file.
    #[error(
        "at byte {offset} of the archive there is a link, a folder or the like: only plain files belong there"
    )]
    NotPlain {
        /// Where its header begins.
        offset: usize,
    },
    /// The size of a file is not in octal digits, or more than memory.
    #[error(
        "the size of the file at byte {offset} of the archive is no octal number that this machine can hold"
    )]
    Size {
        /// Where its header begins.
        offset: usize,
    },
    /// Bytes where an archive has none, which other readers may take for something.
    #[error(
        "at byte {offset} the archive says more than the name, the size and the content of a file: make it again"
    )]
    Hidden {
        /// Where the file, or the end of the archive, begins.
        offset: usize,
    },
    /// A file with a name that has no place in a provider archive.
    #[error(
        "the file at byte {offset} of the archive is neither `claims.jwt` at its start nor `TARGET.bin`, where targets are such as `x86_64-linux`"
    )]
    Name {
        /// Where its header begins.
        offset: usize,
    },
    /// The archive does not begin with its token.
    #[error("the archive does not begin with `claims.jwt`: it is not signed")]
    Unsigned,
    /// There is no library in the archive.
    #[error("there is no library in the archive")]
    NoLibrary,
    /// Two libraries for one target, so that readers could disagree on which counts.
    #[error("the archive has two libraries for `{target}`")]
    Repeated {
        /// The target.
        target: String,
    },
    /// More libraries than there can be targets.
    #[error("the archive has more than {limit} libraries")]
    TooMany {
        /// How many there may be.
        limit: usize,
    },
    /// A file too large for an archive.
    #[error("`{name}` is too large for an archive, which takes less than 8 GiB")]
    TooLarge {
        /// Its name in the archive.
        name: String,
    },
    /// A target that readers would not take for one.
    #[error(
        "`{target}` is no target: use the architecture and the system as Rust names them, such as `x86_64-linux` or `aarch64-macos`"
    )]
    Target {
        /// The text.
        target: String,
    },
    /// The token says nothing of a library.
    #[error(
        "the library for `{target}` was added to the archive after it was signed: its token does not name it"
    )]
    Unclaimed {
        /// The target.
        target: String,
    },
    /// A library is not the one that was signed.
    #[error(
        "the library for `{target}` is not the one that was signed: its hash is {actual}, the token says {claimed}; get the archive from its author again"
    )]
    Changed {
        /// The target.
        target: String,
        /// What the token says.
        claimed: Hash,
        /// What the library has.
        actual: Hash,
    },
}

/// An archive taken apart.
pub(crate) struct Parts<'a> {
    pub(crate) token: &'a [u8],
    pub(crate) libraries: Libraries<'a>,
}

impl<'a> Parts<'a> {
    /// Walks over all files, and believes nothing yet.
    pub(crate) fn of(par: &'a [u8]) -> Result<Self, ArchiveError> {
        if par.starts_with(GZIP) {
            return Err(ArchiveError::Compressed);
        }
        let mut members = tar::members(par);
        let first = members.next().transpose()?;
        let token = first.filter(|member| member.name == CLAIMS);
        let token = token.ok_or(ArchiveError::Unsigned)?.content;
        let mut libraries = Libraries::new();
        for member in members {
            add(&mut libraries, member?)?;
        }
        if libraries.is_empty() {
            return Err(ArchiveError::NoLibrary);
        }
        Ok(Self { token, libraries })
    }

    /// Whether these are the libraries that the token was signed for.
    pub(crate) fn check(&self, metadata: &ProviderMetadata) -> Result<(), ArchiveError> {
        self.libraries.iter().try_for_each(|(target, library)| {
            let target = String::from(*target);
            let Some(claimed) = metadata.target_hashes.get(&target).copied() else {
                return Err(ArchiveError::Unclaimed { target });
            };
            match Hash::of(library) {
                actual if actual == claimed => Ok(()),
                actual => Err(ArchiveError::Changed {
                    target,
                    claimed,
                    actual,
                }),
            }
        })
    }
}

fn add<'a>(libraries: &mut Libraries<'a>, member: tar::Member<'a>) -> Result<(), ArchiveError> {
    let offset = member.offset;
    let target = member.name.strip_suffix(LIBRARY);
    let target = target.filter(|target| is_target(target));
    let target = target.ok_or(ArchiveError::Name { offset })?;
    if libraries.insert(target, member.content).is_some() {
        let target = target.into();
        return Err(ArchiveError::Repeated { target });
    }
    if libraries.len() > MOST_LIBRARIES {
        let limit = MOST_LIBRARIES;
        return Err(ArchiveError::TooMany { limit });
    }
    Ok(())
}

/// What is to become an archive, when there is a token.
pub(crate) struct Unsigned<'a>(Libraries<'a>);

impl<'a> Unsigned<'a> {
    pub(crate) fn new(
        libraries: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, ArchiveError> {
        let mut all = Libraries::new();
        for (target, library) in libraries {
            if !is_target(target) {
                let target = target.into();
                return Err(ArchiveError::Target { target });
            }
            if all.insert(target, library).is_some() {
                let target = target.into();
                return Err(ArchiveError::Repeated { target });
            }
        }
        match all.len() {
            0 => Err(ArchiveError::NoLibrary),
            1..=MOST_LIBRARIES => Ok(Self(all)),
            _ => Err(ArchiveError::TooMany {
                limit: MOST_LIBRARIES,
            }),
        }
    }

    pub(crate) fn hashes(&self) -> BTreeMap<String, Hash> {
        let hashes = self.0.iter();
        hashes
            .map(|(target, library)| ((*target).into(), Hash::of(library)))
            .collect()
    }

    pub(crate) fn with_token(&self, token: &str) -> Result<Vec<u8>, ArchiveError> {
        let mut par = Vec::new();
        tar::append(&mut par, CLAIMS, token.as_bytes())?;
        for (target, library) in &self.0 {
            tar::append(&mut par, &format!("{target}{LIBRARY}"), library)?;
        }
        tar::finish(&mut par);
        Ok(par)
    }
}

/// An architecture and a system as Rust names them, or more words. Nothing in it can be taken for a
/// path, or for another target where upper and lower case are the same.
fn is_target(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(plain);
    text.len() <= LONGEST_TARGET && text.contains('-') && text.split('-').all(is_word)
}
