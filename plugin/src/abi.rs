//! The types of `include/capwire_provider.h`, which documents them.

use std::ffi::{c_char, c_void};

/// The version of the contract between host and library.
pub const VERSION: u32 = 1;
/// The name of the object that a library exports.
pub const SYMBOL: &str = "capwire_provider";
/// The owner in the ELF note of a library, with the zero that ends it.
pub const NOTE_NAME: [u8; 8] = *b"capwire\0";
/// The type of the ELF note.
pub const NOTE_TYPE: u32 = 1;
/// The time left of a call without a deadline.
pub const NO_DEADLINE: u64 = u64::MAX;
/// The flag of a provider of which only one instance can be open.
pub const EXCLUSIVE: u32 = 1;
/// The flag of a provider whose functions may block.
pub const BLOCKING: u32 = 2;

/// Bytes that the other side owns, valid until the function that got them returns.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawBytes {
    /// The first byte; may be null if there are none.
    pub data: *const u8,
    /// The number of bytes.
    pub size: usize,
}

impl RawBytes {
    /// Returns the address and length of `bytes`.
    #[must_use]
    pub const fn of(bytes: &[u8]) -> Self {
        Self {
            data: bytes.as_ptr(),
            size: bytes.len(),
        }
    }
}

/// The functions of the host.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct HostTable {
    /// [`VERSION`].
    pub version: u32,
    /// Zero.
    pub reserved: u32,
    /// The first argument of each function.
    pub context: usize,
    /// Answers a request.
    pub answer: unsafe extern "C" fn(usize, u64, u32, RawBytes),
    /// Calls the actor of a binding.
    pub call_actor: unsafe extern "C" fn(usize, u64, u64, RawBytes, RawBytes),
    /// Asks for the authority of a caller.
    pub may_use: unsafe extern "C" fn(usize, u64, RawBytes, RawBytes) -> u32,
    /// Charges CPU time to a caller.
    pub charge: unsafe extern "C" fn(usize, u64, u64) -> u32,
    /// Writes a line to the log.
    pub log: unsafe extern "C" fn(usize, u32, RawBytes),
    /// Reports that the provider is broken.
    pub broken: unsafe extern "C" fn(usize, RawBytes),
}

/// An operation of the provider.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawOperation {
    /// Its name.
    pub name: *const c_char,
    /// A text for people, or null.
    pub about: *const c_char,
    /// The direction: 0 to the actor, 1 to the provider, 2 both.
    pub direction: u32,
}

/// The description of the provider.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawDescription {
    /// The contract.
    pub contract: *const c_char,
    /// The name, for people.
    pub name: *const c_char,
    /// The semantic version.
    pub version: *const c_char,
    /// The revision.
    pub revision: u32,
    /// [`EXCLUSIVE`] and [`BLOCKING`].
    pub flags: u32,
    /// The operations.
    pub operations: *const RawOperation,
    /// The number of operations.
    pub operation_count: usize,
}

/// A binding of an actor.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawBinding {
    /// The number by which calls name the binding.
    pub binding: u64,
    /// The actor's public key.
    pub actor: RawBytes,
    /// The binding's name.
    pub name: RawBytes,
    /// A MessagePack map of strings to strings.
    pub values: RawBytes,
    /// The actor's claims: a MessagePack map of strings to strings, whose keys begin with `__wascc_`.
    pub claims: RawBytes,
    /// The most bytes of a message to the actor.
    pub max_message: u64,
}

/// A call of an actor.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawCall {
    /// The number of the request.
    pub request: u64,
    /// The number of the binding.
    pub binding: u64,
    /// The nanoseconds until the deadline, or [`NO_DEADLINE`].
    pub nanoseconds_left: u64,
    /// The operation.
    pub operation: RawBytes,
    /// The message.
    pub message: RawBytes,
}

/// The functions of the provider: the object that a library exports.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ProviderTable {
    /// [`VERSION`].
    pub version: u32,
    /// The size of this structure in bytes.
    pub size: u32,
    /// Returns the description.
    pub describe: Option<unsafe extern "C" fn() -> *const RawDescription>,
    /// Opens an instance.
    pub open: Option<unsafe extern "C" fn(*const HostTable) -> *mut c_void>,
    /// Frees an instance.
    pub close: Option<unsafe extern "C" fn(*mut c_void)>,
    /// Binds an actor.
    pub bind: Option<unsafe extern "C" fn(*mut c_void, u64, *const RawBinding)>,
    /// Ends a binding.
    pub unbind: Option<unsafe extern "C" fn(*mut c_void, u64, u64)>,
    /// Handles a call of an actor.
    pub call: Option<unsafe extern "C" fn(*mut c_void, *const RawCall)>,
    /// Gives up a request.
    pub cancel: Option<unsafe extern "C" fn(*mut c_void, u64)>,
    /// Takes the answer of an actor.
    pub answered: Option<unsafe extern "C" fn(*mut c_void, u64, u32, RawBytes)>,
    /// Finishes the work in progress.
    pub drain: Option<unsafe extern "C" fn(*mut c_void, u64, u64)>,
}

/// The ELF note with the version.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(4))]
pub struct Note {
    name_size: u32,
    content_size: u32,
    kind: u32,
    name: [u8; 8],
    version: u32,
}

impl Note {
    /// The note of libraries of [`VERSION`].
    pub const CURRENT: Self = Self {
        name_size: 8,
        content_size: 4,
        kind: NOTE_TYPE,
        name: NOTE_NAME,
        version: VERSION,
    };
}
