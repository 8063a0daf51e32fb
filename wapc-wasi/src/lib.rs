//! WASI preview 1 for waPC engines, without files, arguments or environment variables.
//!
//! Compilers that target WASI import its functions even into guests that need few of them. Guests
//! find no files, arguments or environment variables. Standard output and standard error go to the
//! guest's console, and clocks and randomness come from its [`World`]. All engines share one
//! implementation, which accesses the guest's memory as a slice of bytes.
//!
//! Every pointer and length comes from the guest and is checked. No value causes a panic; an
//! address outside memory fails with `EFAULT`. No function waits, and each moves at most
//! [`MAX_TRANSFER`] bytes, because a running function cannot be interrupted. A guest that sleeps
//! is suspended by its engine, which [`Outcome::Sleep`] asks for.
//!
//! # Linking
//! An engine registers each of [`functions`] under its namespace and name, with its parameters and
//! result. It keeps one [`Wasi`] per instance, and calls [`Wasi::flush`] at the end of each call.
//!
//! ```
//! use capwire_wapc::EmptyWorld;
//! use capwire_wasi::{Outcome, Wasi, find};
//!
//! let mut memory = [0xff; 64];
//! let args_sizes_get = find("wasi_snapshot_preview1", "args_sizes_get").unwrap();
//! let outcome = Wasi::default().call(args_sizes_get, &[0, 4], &mut memory, &EmptyWorld);
//! assert_eq!(outcome, Outcome::Errno(0));
//! assert_eq!(memory[..8], [0; 8]); // no arguments, in a buffer of no bytes
//! ```
//!
//! Numbers and layouts come from the `witx` files of WASI `snapshot_preview1` and of `snapshot_0`,
//! whose namespace is `wasi_unstable`.

#![forbid(unsafe_code)]

mod console;
mod errno;
mod memory;
mod poll;
mod stdio;
mod table;

pub use table::{Function, MOST_ARGUMENTS, NAMESPACES, ValueType, find, functions};

use capwire_wapc::{NoEntropy, World};
use console::Console;
use errno::Errno;
use memory::Memory;
use std::time::Duration;
use table::Operation;

/// The maximum number of bytes that one call reads or writes. `fd_write` writes a part of a longer
/// buffer, as WASI allows, and at most 1,024 lines. `random_get` fails with `EINVAL` for more
/// bytes.
pub const MAX_TRANSFER: usize = 1024 * 1024;

/// The engine's next step after a call of a WASI function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Return this number to the guest; 0 is success.
    Errno(i32),
    /// Suspend the guest for this time, then return 0 to it. A guest that cannot be suspended gets
    /// the 0 at once.
    Sleep(Duration),
    /// Stop the guest, which exits with this code. In a start function, code 0 is success. All
    /// other exits are [`TrapKind::Exit`](capwire_wapc::TrapKind::Exit).
    Exit(u32),
}

/// The WASI state of one instance: its incomplete console lines.
#[derive(Debug, Default)]
pub struct Wasi {
    console: Console,
    bytes_used: u64,
}

impl Wasi {
    /// Calls `function` with the guest's `arguments` and `memory`. An `i32` is passed as its 32
    /// bits without sign extension. Additional arguments are ignored.
    pub fn call(
        &mut self,
        function: &Function,
        arguments: &[u64],
        memory: &mut [u8],
        world: &dyn World,
    ) -> Outcome {
        if function.operation == Operation::Exit {
            return Outcome::Exit(Arguments(arguments).word(0));
        }
        let mut memory = Memory::new(memory);
        let (operation, arguments) = (function.operation, &Arguments(arguments));
        let result = match operation {
            Operation::Poll { subscription } => {
                poll::poll(arguments, &mut memory, world, subscription)
            }
            _ => self
                .run(operation, arguments, &mut memory, world)
                .map(|()| Duration::ZERO),
        };
        self.bytes_used = memory.used();
        match result {
            Ok(Duration::ZERO) => Outcome::Errno(0),
            Ok(time) => Outcome::Sleep(time),
            Err(errno) => Outcome::Errno(errno.number().into()),
        }
    }

    /// Returns an upper bound for the bytes of memory that the last [`call`](Self::call) read and
    /// wrote, for engines that charge the guest for this work. Random bytes and lines count for
    /// more, because they take longer.
    #[must_use]
    pub fn bytes_used(&self) -> u64 {
        self.bytes_used
    }

    /// Prints incomplete lines. An engine calls it at the end of each call.
    pub fn flush(&mut self, world: &dyn World) {
        self.console.flush(world);
    }

    fn run(
        &mut self,
        operation: Operation,
        arguments: &Arguments<'_>,
        memory: &mut Memory<'_>,
        world: &dyn World,
    ) -> Result<(), Errno> {
        match operation {
            Operation::Exit | Operation::Poll { .. } | Operation::Succeed => Ok(()),
            Operation::Fail(errno) => Err(errno),
            Operation::OnStdio(errno) => Err(stdio::descriptor(arguments).err().unwrap_or(errno)),
            Operation::Close => stdio::descriptor(arguments).map(drop),
            Operation::EmptyListSizes => empty_list_sizes(arguments, memory),
            Operation::ClockResolution => clock_resolution(arguments, memory),
            Operation::ClockTime => clock_time(arguments, memory, world),
            Operation::Random => random(arguments, memory, world),
            Operation::Read => stdio::read(arguments, memory),
            Operation::Write => stdio::write(&mut self.console, arguments, memory, world),
            Operation::DescriptorStatus => stdio::descriptor_status(arguments, memory),
            Operation::FileStatus { size } => stdio::file_status(arguments, memory, size),
        }
    }
}

/// A guest's arguments. The engine has checked their number and types, so a missing one is never
/// read.
struct Arguments<'a>(&'a [u64]);

impl Arguments<'_> {
    fn word(&self, index: usize) -> u32 {
        let [low, _] = halves(self.0.get(index).copied().unwrap_or_default());
        low
    }
}

fn halves(value: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
    [
        u32::from_le_bytes([a, b, c, d]),
        u32::from_le_bytes([e, f, g, h]),
    ]
}

/// Implements `args_sizes_get` and `environ_sizes_get`: writes a count and a size in bytes, both 0.
fn empty_list_sizes(arguments: &Arguments<'_>, memory: &mut Memory<'_>) -> Result<(), Errno> {
    memory.write(arguments.word(0), &0_u32.to_le_bytes())?;
    memory.write(arguments.word(1), &0_u32.to_le_bytes())
}

fn clock_resolution(arguments: &Arguments<'_>, memory: &mut Memory<'_>) -> Result<(), Errno> {
    let resolution = match arguments.word(0) {
        REALTIME | MONOTONIC => Duration::from_micros(1),
        _ => return Err(Errno::Invalid),
    };
    memory.write(arguments.word(1), &nanoseconds(resolution))
}

fn clock_time(
    arguments: &Arguments<'_>,
    memory: &mut Memory<'_>,
    world: &dyn World,
) -> Result<(), Errno> {
    let now = match arguments.word(0) {
        REALTIME => world.realtime(),
        MONOTONIC => world.monotonic(),
        _ => return Err(Errno::Invalid),
    };
    memory.write(arguments.word(2), &nanoseconds(now))
}

const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;

fn nanoseconds(time: Duration) -> [u8; 8] {
    u64::try_from(time.as_nanos())
        .unwrap_or(u64::MAX)
        .to_le_bytes()
}

fn random(
    arguments: &Arguments<'_>,
    memory: &mut Memory<'_>,
    world: &dyn World,
) -> Result<(), Errno> {
    let buffer = memory.bytes_mut(arguments.word(0), arguments.word(1))?;
    if buffer.len() > MAX_TRANSFER {
        return Err(Errno::Invalid);
    }
    let more = buffer.len() as u64 * (RANDOM_BYTE - 1);
    let filled = world.random(buffer);
    memory.charge(more);
    filled.map_err(|NoEntropy| Errno::InputOutput)
}

/// The approximate cost of a random byte, in bytes of copied memory.
const RANDOM_BYTE: u64 = 32;

#[cfg(test)]
mod tests;
