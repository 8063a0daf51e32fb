//! A strict reader and writer of tar files, the container of provider archives.
//!
//! Tar has many dialects with several encodings of names and sizes. Readers that choose differently
//! unpack different files from the same bytes. So this reader accepts only headers of POSIX or GNU
//! with a short name and a size in octal, and rejects all extensions. It works on the raw bytes
//! without copies. Format: <https://www.gnu.org/software/tar/manual/html_node/Standard.html>.

use super::ArchiveError;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

const BLOCK: usize = 512;
/// Two empty blocks end an archive.
const END: usize = 2 * BLOCK;

const NAME: Range<usize> = 0..100;
const MODE: Range<usize> = 100..108;
const SIZE: Range<usize> = 124..136;
const CHECKSUM: Range<usize> = 148..156;
const KIND: Range<usize> = 156..157;
const LINK: Range<usize> = 157..257;
const MAGIC: Range<usize> = 257..265;
/// A prefix of the name in POSIX; times, offsets and sparse files in GNU.
const MORE: Range<usize> = 345..512;

const POSIX: &[u8] = b"ustar\x0000";
const GNU: &[u8] = b"ustar  \0";
/// The types of a plain file: today's, and that of before 1988.
const PLAIN: [u8; 2] = [b'0', 0];

/// A file in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member<'a> {
    /// The offset at which its header begins.
    pub(super) offset: usize,
    pub(super) name: &'a str,
    pub(super) content: &'a [u8],
}

/// Returns the files of an archive in order. The iterator ends after the first error.
pub(super) fn members(tar: &[u8]) -> impl Iterator<Item = Result<Member<'_>, ArchiveError>> {
    let mut reader = Some(Reader { tar, at: 0 });
    core::iter::from_fn(move || {
        let mut current = reader.take()?;
        let member = current.member().transpose()?;
        if member.is_ok() {
            reader = Some(current);
        }
        Some(member)
    })
}

/// Appends a file.
///
/// # Errors
/// [`ArchiveError`] if its name or its content is too long for a header.
pub(super) fn append(tar: &mut Vec<u8>, name: &str, content: &[u8]) -> Result<(), ArchiveError> {
    let too_large = || ArchiveError::TooLarge { name: name.into() };
    let mut header = [0; BLOCK];
    put(&mut header, NAME, name.as_bytes()).ok_or_else(too_large)?;
    put(&mut header, MODE, b"0000644").ok_or_else(too_large)?;
    let size = octal(content.len() as u64, SIZE.len() - 1).ok_or_else(too_large)?;
    put(&mut header, SIZE, size.as_bytes()).ok_or_else(too_large)?;
    put(&mut header, KIND, b"0").ok_or_else(too_large)?;
    put(&mut header, MAGIC, POSIX).ok_or_else(too_large)?;
    let sum = octal(checksum(&header), CHECKSUM.len() - 2).ok_or_else(too_large)?;
    put(&mut header, CHECKSUM, format!("{sum}\0 ").as_bytes()).ok_or_else(too_large)?;
    tar.extend_from_slice(&header);
    tar.extend_from_slice(content);
    tar.resize(tar.len() + padding(content.len()), 0);
    Ok(())
}

/// Ends an archive.
pub(super) fn finish(tar: &mut Vec<u8>) {
    tar.resize(tar.len() + END, 0);
}

struct Reader<'a> {
    tar: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Returns the next file, or `None` at a valid end of the archive.
    fn member(&mut self) -> Result<Option<Member<'a>>, ArchiveError> {
        let offset = self.at;
        let truncated = |what| ArchiveError::Truncated { what, offset };
        let block = self.take(BLOCK).ok_or(truncated("header or end"))?;
        if is_zero(block) {
            return self.end(offset).map(|()| None);
        }
        let header = Header { block, offset };
        let size = header.size()?;
        let content = self.take(size).ok_or(truncated("file"))?;
        let padding = self.take(padding(size)).ok_or(truncated("file"))?;
        if !is_zero(padding) {
            return Err(ArchiveError::Hidden { offset });
        }
        let name = header.name()?;
        Ok(Some(Member {
            offset,
            name,
            content,
        }))
    }

    /// Checks that only zeros follow the end. Tools add them up to the size of a tape's record.
    fn end(&self, offset: usize) -> Result<(), ArchiveError> {
        let rest = self.tar.get(offset..).unwrap_or_default();
        if rest.len() < END || !rest.len().is_multiple_of(BLOCK) {
            let what = "end";
            return Err(ArchiveError::Truncated { what, offset });
        }
        if !is_zero(rest) {
            return Err(ArchiveError::Hidden { offset });
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let bytes = self.tar.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }
}

struct Header<'a> {
    block: &'a [u8],
    offset: usize,
}

impl<'a> Header<'a> {
    /// Returns the size of the file, if the rest of the header is valid.
    fn size(&self) -> Result<usize, ArchiveError> {
        let offset = self.offset;
        let magic = self.field(MAGIC);
        let sum = parse_octal(self.field(CHECKSUM));
        if ![POSIX, GNU].contains(&magic) || sum != Some(checksum(self.block)) {
            return Err(ArchiveError::NotTar { offset });
        }
        if !PLAIN.iter().any(|kind| self.field(KIND) == [*kind]) {
            return Err(ArchiveError::NotPlain { offset });
        }
        if !is_zero(self.field(LINK)) || !is_zero(self.field(MORE)) {
            return Err(ArchiveError::Hidden { offset });
        }
        let size = parse_octal(self.field(SIZE)).and_then(|size| size.try_into().ok());
        size.ok_or(ArchiveError::Size { offset })
    }

    /// Returns the name as text, if only zeros follow it.
    fn name(&self) -> Result<&'a str, ArchiveError> {
        let offset = self.offset;
        let field = self.field(NAME);
        let end = field.iter().position(|byte| *byte == 0);
        let (name, rest) = field.split_at(end.unwrap_or(field.len()));
        if !is_zero(rest) {
            return Err(ArchiveError::Hidden { offset });
        }
        core::str::from_utf8(name).map_err(|_| ArchiveError::Name { offset })
    }

    fn field(&self, range: Range<usize>) -> &'a [u8] {
        self.block.get(range).unwrap_or_default()
    }
}

fn put(header: &mut [u8; BLOCK], field: Range<usize>, bytes: &[u8]) -> Option<()> {
    let field = header.get_mut(field)?.get_mut(..bytes.len())?;
    field.copy_from_slice(bytes);
    Some(())
}

/// Returns the sum of all bytes of a header, with spaces in place of the checksum.
fn checksum(header: &[u8]) -> u64 {
    let bytes = header.iter().enumerate();
    bytes
        .map(|(at, byte)| match CHECKSUM.contains(&at) {
            true => u64::from(b' '),
            false => u64::from(*byte),
        })
        .sum()
}

/// Formats a number with exactly `digits` octal digits.
fn octal(value: u64, digits: usize) -> Option<String> {
    let text = format!("{value:0digits$o}");
    (text.len() == digits).then_some(text)
}

/// Parses octal digits, followed only by zeros and spaces. No field is long enough to overflow.
fn parse_octal(field: &[u8]) -> Option<u64> {
    let is_digit = |byte: &&u8| matches!(byte, b'0'..=b'7');
    let digits = field.iter().take_while(is_digit).count();
    let (number, rest) = field.split_at(digits);
    if number.is_empty() || rest.iter().any(|byte| !matches!(byte, 0 | b' ')) {
        return None;
    }
    let value = number
        .iter()
        .fold(0, |value, digit| value * 8 + u64::from(digit - b'0'));
    Some(value)
}

/// Returns the number of bytes from the end of a content to the end of its block.
const fn padding(size: usize) -> usize {
    (BLOCK - size % BLOCK) % BLOCK
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
