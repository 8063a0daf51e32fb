//! Provider archives: a signed token, and a native library for each target.
//!
//! The container is the `.par` file of 2020: `claims.jwt` first, then `TARGET.bin` for each target.
//! The original readers compared hashes with the token and never verified its signature.

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

/// More than there are platforms. The limit keeps a hostile file from making its reader list more.
const MOST_LIBRARIES: usize = 256;
/// The longest target whose `TARGET.bin` fits the name field of a header.
const LONGEST_TARGET: usize = 64;

/// A verified provider archive. Only a [`Verifier`](crate::Verifier) creates one.
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

/// An unverified provider archive, for display. Do not load its libraries.
pub type UnverifiedArchive<'a> = ProviderArchive<'a, Unverified<ProviderClaims>>;

/// The claims and the libraries of a provider archive. Borrows the libraries from the archive's
/// bytes.
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

    /// Returns the claims of the provider. They may name targets that the archive does not contain.
    #[must_use]
    pub const fn claims(&self) -> &C {
        &self.claims
    }

    /// Returns the library for `target`, such as `x86_64-linux`.
    #[must_use]
    pub fn library(&self, target: &str) -> Option<&'a [u8]> {
        self.libraries.get(target).copied()
    }

    /// Returns all targets and their libraries, sorted by target.
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

/// The bytes are not a provider archive. Offsets are in bytes from the start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The archive is compressed, as by tools after 2021.
    #[error(
        "the file is compressed with gzip, as a `.par.gz` is: decompress it first, with `gunzip`"
    )]
    Compressed,
    /// A block is not a header of the format, or its checksum is wrong.
    #[error("not a provider archive: byte {offset} does not begin a valid tar header")]
    NotTar {
        /// The offset at which the block begins.
        offset: usize,
    },
    /// The archive ends within the item that begins at `offset`.
    #[error("the archive ends within the {what} at byte {offset}: it was cut off or damaged")]
    Truncated {
        /// The incomplete item.
        what: &'static str,
        /// The offset at which it begins.
        offset: usize,
    },
    /// An entry is not a plain file: it is a link, a folder, a long name or something else.
    #[error(
        "the entry at byte {offset} of the archive is not a plain file: archives contain only plain files"
    )]
    NotPlain {
        /// The offset at which its header begins.
        offset: usize,
    },
    /// The size of a file is not in octal digits, or exceeds the memory.
    #[error(
        "the size of the file at byte {offset} of the archive is not an octal number, or too large for this machine"
    )]
    Size {
        /// The offset at which its header begins.
        offset: usize,
    },
    /// The archive has extra bytes, which other readers may interpret.
    #[error("the archive has extra bytes at byte {offset}: create it again")]
    Hidden {
        /// The offset at which the file, or the end of the archive, begins.
        offset: usize,
    },
    /// A file has a name that does not belong in a provider archive.
    #[error(
        "the file at byte {offset} of the archive is neither `claims.jwt` at its start nor `TARGET.bin` with a target such as `x86_64-linux`"
    )]
    Name {
        /// The offset at which its header begins.
        offset: usize,
    },
    /// The archive does not begin with its token.
    #[error("the archive does not begin with `claims.jwt`: it is not signed")]
    Unsigned,
    /// The archive contains no library.
    #[error("the archive contains no library")]
    NoLibrary,
    /// The archive has two libraries for one target, so readers could disagree on the valid one.
    #[error("the archive has two libraries for `{target}`")]
    Repeated {
        /// The target.
        target: String,
    },
    /// The archive has more libraries than allowed.
    #[error("the archive has more than {limit} libraries")]
    TooMany {
        /// The most libraries that an archive may have.
        limit: usize,
    },
    /// A file is too large for an archive.
    #[error("`{name}` is too large for an archive: the limit is 8 GiB")]
    TooLarge {
        /// The name of the file in the archive.
        name: String,
    },
    /// The text is not a target.
    #[error(
        "`{target}` is not a target: use the architecture and the system as Rust names them, such as `x86_64-linux` or `aarch64-macos`"
    )]
    Target {
        /// The text that is not a target.
        target: String,
    },
    /// The token does not name a library.
    #[error(
        "the library for `{target}` was added to the archive after it was signed: its token does not name it"
    )]
    Unclaimed {
        /// The target.
        target: String,
    },
    /// A library changed after it was signed.
    #[error(
        "the library for `{target}` is not the one that was signed: its hash is {actual}, the token says {claimed}; get the archive from its author again"
    )]
    Changed {
        /// The target.
        target: String,
        /// The hash in the token.
        claimed: Hash,
        /// The hash of the library.
        actual: Hash,
    },
}

/// The parts of an archive.
pub(crate) struct Parts<'a> {
    pub(crate) token: &'a [u8],
    pub(crate) libraries: Libraries<'a>,
}

impl<'a> Parts<'a> {
    /// Reads all files without verifying anything.
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

    /// Checks the libraries against the hashes in the token.
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

/// An archive that has no token yet.
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

/// Returns whether the text is a target: an architecture and a system as Rust names them, or more
/// words. No target can be mistaken for a path, or for another target in a different case.
fn is_target(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(plain);
    text.len() <= LONGEST_TARGET && text.contains('-') && text.split('-').all(is_word)
}
