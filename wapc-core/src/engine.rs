//! The seam: what an engine implements. [`Guest`](crate::Guest) and
//! [`PlainGuest`](crate::PlainGuest) are what a host uses.

use crate::error::{CallError, CompileError, StartError};
use crate::limits::ResourceLimits;
use crate::message::{HostCall, Reply, Request, Size, SuspendedCall};
use crate::world::World;
use bytes::Bytes;
use std::fmt;
use std::sync::Arc;

/// Runs WebAssembly. An engine is a value, cheap to share, and knows nothing of actors.
pub trait Engine: fmt::Debug + Send + Sync + 'static {
    /// Its name, for people: `wasmtime`.
    fn name(&self) -> &'static str;

    /// What it can enforce. The conformance suite checks the claims.
    fn support(&self) -> Support;

    /// Compiles a module and checks that it is a waPC guest: it exports `memory` and
    /// `__guest_call`, and imports nothing but waPC and WASI preview 1. Takes milliseconds to
    /// seconds: not for an async thread.
    ///
    /// # Errors
    /// If the bytes are no such module.
    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError>;
}

/// So that an engine which was chosen at run time, an `Arc<dyn Engine>`, is one too.
impl<E: Engine + ?Sized> Engine for Arc<E> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn support(&self) -> Support {
        (**self).support()
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        (**self).compile(wasm)
    }
}

/// Compiled code.
pub trait Module: fmt::Debug + Send + Sync + 'static {
    /// Does what has to be done once for all instances with such limits, if that is more than to
    /// [`compile`](Engine::compile): engines may compile for each size of stack. It takes as long, so
    /// hosts call it before they make instances; if they do not, the first one takes that long.
    ///
    /// # Errors
    /// If the engine has no such code.
    fn prepare(&self, limits: &ResourceLimits) -> Result<(), CompileError> {
        let _ = limits;
        Ok(())
    }

    /// An instance that answers each call at once, on the caller's stack. None of the guest's
    /// code has run yet when this returns.
    ///
    /// # Errors
    /// If the module's initial needs exceed `limits`, or the engine has no room.
    fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError>;

    /// An instance that can wait in a host call and give way at the end of a slice. None of the
    /// guest's code has run yet when this returns.
    ///
    /// # Errors
    /// If the module's initial needs exceed `limits`, or the engine has no room.
    fn suspendable(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError>;
}

/// A guest that runs on the caller's stack.
///
/// Callers run [`start`](Self::start) once, then any number of [`call`](Self::call)s, and drop
/// the instance after an error that [poisons](CallError::poisons).
pub trait PlainInstance: fmt::Debug + Send {
    /// Runs the module's start section and its start functions in the order of
    /// [`abi::STARTS`](crate::abi::STARTS). WASI's exit with code 0 is success.
    ///
    /// # Errors
    /// As of a call.
    fn start(&mut self, host: &mut dyn HostCalls) -> Result<(), CallError>;

    /// Makes one call.
    ///
    /// # Errors
    /// By blame, see [`CallError`].
    fn call(&mut self, request: Request<'_>, host: &mut dyn HostCalls) -> Result<Bytes, CallError>;
}

/// A guest that can be suspended. To drop it is always allowed, suspended or not.
///
/// Callers run [`start`](Self::start) once until it is done, then any number of
/// [`call`](Self::call)s, answer each [`Progress`] by the fitting [`Resume`], and drop the
/// instance after an error that [poisons](CallError::poisons).
pub trait SuspendableInstance: fmt::Debug + Send {
    /// Begins the start section and start functions. They make no host calls; done is
    /// [`Progress::Done`] with no bytes.
    ///
    /// # Errors
    /// As of a call.
    fn start(&mut self) -> Result<Progress, CallError>;

    /// Begins a call.
    ///
    /// # Errors
    /// By blame, see [`CallError`].
    fn call(&mut self, request: Request<'_>) -> Result<Progress, CallError>;

    /// Goes on after [`Progress::HostCall`] or [`Progress::Yielded`].
    ///
    /// # Errors
    /// By blame, see [`CallError`].
    fn resume(&mut self, resume: Resume) -> Result<Progress, CallError>;
}

/// How far a suspendable guest got.
pub enum Progress {
    /// It answered.
    Done(Bytes),
    /// It waits for the host's reply.
    HostCall(SuspendedCall),
    /// Its slice is over; it waits to be continued.
    Yielded,
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(response) => f.debug_tuple("Done").field(&Size(response)).finish(),
            Self::HostCall(call) => f.debug_tuple("HostCall").field(call).finish(),
            Self::Yielded => f.write_str("Yielded"),
        }
    }
}

/// What a suspended guest waits for.
#[derive(Debug)]
pub enum Resume {
    /// The reply to [`Progress::HostCall`].
    Reply(Reply),
    /// Another slice after [`Progress::Yielded`].
    Continue,
}

/// The host as a plain guest sees it while it runs.
///
/// Closures from [`HostCall`] to [`Reply`] are hosts that never stop a guest.
pub trait HostCalls {
    /// Answers a host call, at once.
    fn call(&mut self, call: HostCall<'_>) -> Reply;

    /// A slice of computing is over: may the guest go on?
    fn slice_ended(&mut self) -> Verdict;
}

impl<F: FnMut(HostCall<'_>) -> Reply> HostCalls for F {
    fn call(&mut self, call: HostCall<'_>) -> Reply {
        self(call)
    }

    fn slice_ended(&mut self) -> Verdict {
        Verdict::Continue
    }
}

/// Whether a guest may go on computing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It gets another slice.
    Continue,
    /// It is stopped with [`LimitError::Interrupted`](crate::LimitError::Interrupted).
    Stop,
}

/// What an engine can do. A `false` is a promise not to be relied on, and an excuse in the
/// conformance suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Support {
    /// Guests give way at the end of a slice.
    pub slices: bool,
    /// [`ResourceLimits::memory_pages`] holds.
    pub memory_limit: bool,
    /// [`ResourceLimits::table_elements`] holds.
    pub table_limit: bool,
    /// [`ResourceLimits::stack_bytes`] holds, and a stack that is too deep is told from other traps.
    pub stack_limit: bool,
    /// [`ResourceLimits::message_bytes`] holds.
    pub message_limit: bool,
    /// Modules may import WASI preview 1.
    pub wasi: bool,
    /// Traps say in [which functions](crate::Trap::frames) they happened.
    pub backtraces: bool,
    /// No module corrupts the host's memory, however hostile it is. Without this, a module must
    /// be trusted as much as the host's own code; hosts refuse such an engine by default.
    pub memory_safe: bool,
}

impl Support {
    /// Everything; an engine takes away what it cannot.
    #[must_use]
    pub const fn full() -> Self {
        Self {
            slices: true,
            memory_limit: true,
            table_limit: true,
            stack_limit: true,
            message_limit: true,
            wasi: true,
            backtraces: true,
            memory_safe: true,
        }
    }
}
