//! The descriptors 0 to 2, which are the only ones.

use crate::console::{Console, Stream};
use crate::errno::Errno;
use crate::memory::Memory;
use crate::{Arguments, MAX_TRANSFER};
use capwire_wapc::World;

const CHARACTER_DEVICE: u8 = 2;
const RIGHT_TO_READ: u64 = 1 << 1;
const RIGHT_TO_WRITE: u64 = 1 << 6;

/// The maximum number of buffers in one scattered read or write; the same as on Linux.
const MAX_BUFFERS: u32 = 1_024;
const BUFFER_SIZE: u32 = 8;

/// The maximum number of lines in one write. Each line costs the host's log a fixed amount of work.
pub(crate) const MAX_LINES: usize = 1_024;

/// The approximate cost of a line, in bytes of copied memory.
pub(crate) const LINE: u64 = 2_048;

#[derive(Clone, Copy)]
pub(crate) enum Descriptor {
    Input,
    Writes(Stream),
}

/// Returns the descriptor, which is the first argument of most functions.
pub(crate) fn descriptor(arguments: &Arguments<'_>) -> Result<Descriptor, Errno> {
    numbered(arguments.word(0))
}

pub(crate) fn numbered(number: u32) -> Result<Descriptor, Errno> {
    match number {
        0 => Ok(Descriptor::Input),
        1 => Ok(Descriptor::Writes(Stream::Output)),
        2 => Ok(Descriptor::Writes(Stream::Error)),
        _ => Err(Errno::BadDescriptor),
    }
}

/// Implements `fd_read(fd, buffers, count, read)`: standard input is always at its end.
pub(crate) fn read(arguments: &Arguments<'_>, memory: &mut Memory<'_>) -> Result<(), Errno> {
    match descriptor(arguments)? {
        Descriptor::Input => memory.write(arguments.word(3), &0_u32.to_le_bytes()),
        Descriptor::Writes(_) => Err(Errno::BadDescriptor),
    }
}

/// Implements `fd_write(fd, buffers, count, written)`.
pub(crate) fn write(
    console: &mut Console,
    arguments: &Arguments<'_>,
    memory: &mut Memory<'_>,
    world: &dyn World,
) -> Result<(), Errno> {
    let Descriptor::Writes(stream) = descriptor(arguments)? else {
        return Err(Errno::BadDescriptor);
    };
    let text = gather(memory, arguments.word(1), arguments.word(2))?;
    let (text, lines) = first_lines(&text);
    let written = u32::try_from(text.len()).map_err(|_| Errno::Invalid)?;
    memory.write(arguments.word(3), &written.to_le_bytes())?;
    memory.charge(lines * LINE);
    console.write(stream, text, world);
    Ok(())
}

/// Returns the part of `text` that one call may print, and the number of line breaks in it.
fn first_lines(text: &[u8]) -> (&[u8], u64) {
    let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let ends: Vec<usize> = ends.take(MAX_LINES).map(|(end, _)| end).collect();
    let text = match ends.last() {
        Some(last) if ends.len() == MAX_LINES => text.get(..=*last).unwrap_or(text),
        _ => text,
    };
    (text, ends.len() as u64)
}

/// Returns the bytes of all buffers, up to the limit of one call. All buffers are checked before
/// any is used, so a call that fails has no effect.
fn gather(memory: &Memory<'_>, buffers: u32, count: u32) -> Result<Vec<u8>, Errno> {
    if count > MAX_BUFFERS {
        return Err(Errno::Invalid);
    }
    let mut gathered = Vec::new();
    let (words, _) = memory.bytes(buffers, count * BUFFER_SIZE)?.as_chunks();
    let (buffers, _) = words.as_chunks();
    for buffer in buffers {
        let [pointer, length] = buffer.map(u32::from_le_bytes);
        let bytes = memory.bytes(pointer, length)?;
        let room = MAX_TRANSFER - gathered.len();
        gathered.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
    Ok(gathered)
}

/// Implements `fd_fdstat_get(fd, status)`, by which libc detects a terminal.
pub(crate) fn descriptor_status(
    arguments: &Arguments<'_>,
    memory: &mut Memory<'_>,
) -> Result<(), Errno> {
    let rights = match descriptor(arguments)? {
        Descriptor::Input => RIGHT_TO_READ,
        Descriptor::Writes(_) => RIGHT_TO_WRITE,
    };
    let mut status = [0; 24];
    status[0] = CHARACTER_DEVICE;
    status[8..16].copy_from_slice(&rights.to_le_bytes());
    memory.write(arguments.word(1), &status)
}

/// Implements `fd_filestat_get(fd, status)`: a character device without size, times or links.
pub(crate) fn file_status(
    arguments: &Arguments<'_>,
    memory: &mut Memory<'_>,
    size: u32,
) -> Result<(), Errno> {
    descriptor(arguments)?;
    let status = memory.bytes_mut(arguments.word(1), size)?;
    status.fill(0);
    if let Some(kind) = status.get_mut(16) {
        *kind = CHARACTER_DEVICE;
    }
    Ok(())
}
