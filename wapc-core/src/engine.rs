//! The traits that an engine implements. A host uses [`Guest`](crate::Guest) and
//! [`PlainGuest`](crate::PlainGuest) instead.

use crate::error::{CallError, CompileError, StartError};
use crate::limits::ResourceLimits;
use crate::message::{HostCall, Reply, Request, Size, SuspendedCall};
use crate::world::World;
use bytes::Bytes;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Compiles and runs WebAssembly modules. An engine is cheap to share and independent of actors.
pub trait Engine: fmt::Debug + Send + Sync + 'static {
    /// Returns the engine's name for messages, such as `wasmtime`.
    fn name(&self) -> &'static str;

    /// Returns the limits and features that the engine supports. The conformance suite checks them.
    fn support(&self) -> Support;

    /// Compiles a module and checks that it is a waPC guest: it exports `memory` and
    /// `__guest_call`, and imports only waPC and WASI preview 1. Compiling takes milliseconds to
    /// seconds, so do not call this on an async thread.
    ///
    /// # Errors
    /// If the bytes are not such a module.
    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError>;
}

/// Makes `Arc<dyn Engine>`, an engine chosen at run time, usable as an engine.
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

/// A compiled module.
pub trait Module: fmt::Debug + Send + Sync + 'static {
    /// Prepares the module for instances with these limits. An engine that compiles a module for each
    /// stack size does so here, which takes as long as [`compile`](Engine::compile). Hosts call this
    /// before they make instances. Otherwise the first instance takes that long.
    ///
    /// # Errors
    /// If the engine cannot compile the module for these limits.
    fn prepare(&self, limits: &ResourceLimits) -> Result<(), CompileError> {
        let _ = limits;
        Ok(())
    }

    /// Creates an instance that runs each call to its end on the caller's stack. None of the guest's
    /// code has run when this returns.
    ///
    /// # Errors
    /// If the module's initial memory or tables exceed `limits`, or the engine has no room.
    fn plain(
        &self,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError>;

    /// Creates an instance that can be suspended in a host call, while it sleeps, and at the end of a
    /// slice. None of the guest's code has run when this returns.
    ///
    /// # Errors
    /// If the module's initial memory or tables exceed `limits`, or the engine has no room.
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
    /// The same as for a call.
    fn start(&mut self, host: &mut dyn HostCalls) -> Result<(), CallError>;

    /// Makes one call.
    ///
    /// # Errors
    /// See [`CallError`].
    fn call(&mut self, request: Request<'_>, host: &mut dyn HostCalls) -> Result<Bytes, CallError>;
}

/// A guest that can be suspended. It may be dropped at any time, also while it is suspended.
///
/// Callers run [`start`](Self::start) once until it is done, then any number of
/// [`call`](Self::call)s, answer each [`Progress`] with the matching [`Resume`], and drop the
/// instance after an error that [poisons](CallError::poisons).
pub trait SuspendableInstance: fmt::Debug + Send {
    /// Begins the start section and start functions, which make no host calls. Their end is
    /// [`Progress::Done`] without bytes.
    ///
    /// # Errors
    /// The same as for a call.
    fn start(&mut self) -> Result<Progress, CallError>;

    /// Begins a call.
    ///
    /// # Errors
    /// See [`CallError`].
    fn call(&mut self, request: Request<'_>) -> Result<Progress, CallError>;

    /// Continues after [`Progress::HostCall`], [`Progress::Sleeping`] or [`Progress::Yielded`].
    ///
    /// # Errors
    /// See [`CallError`].
    fn resume(&mut self, resume: Resume) -> Result<Progress, CallError>;
}

/// The state in which a suspendable guest returns control.
pub enum Progress {
    /// The guest returned its response.
    Done(Bytes),
    /// The guest waits for the host's reply.
    HostCall(SuspendedCall),
    /// The guest sleeps and wants to continue after this time. Start functions do not sleep.
    Sleeping(Duration),
    /// The guest's slice is over; it waits for another one.
    Yielded,
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(response) => f.debug_tuple("Done").field(&Size(response)).finish(),
            Self::HostCall(call) => f.debug_tuple("HostCall").field(call).finish(),
            Self::Sleeping(time) => f.debug_tuple("Sleeping").field(time).finish(),
            Self::Yielded => f.write_str("Yielded"),
        }
    }
}

/// The input that lets a suspended guest continue.
#[derive(Debug)]
pub enum Resume {
    /// The reply to [`Progress::HostCall`].
    Reply(Reply),
    /// The end of the sleep of [`Progress::Sleeping`]. The guest continues in the rest of its slice.
    Wake,
    /// Another slice after [`Progress::Yielded`].
    Continue,
    /// The end of the guest after any of these. Its code does not continue. The result is
    /// [`LimitError::Interrupted`](crate::LimitError::Interrupted), with the functions that were being
    /// called if the engine knows them.
    Stop,
}

/// Answers the host calls of a plain guest while it runs.
///
/// Closures from [`HostCall`] to [`Reply`] implement it and never stop a guest.
pub trait HostCalls {
    /// Answers a host call.
    fn call(&mut self, call: HostCall<'_>) -> Reply;

    /// Decides at the end of a slice whether the guest may continue.
    fn slice_ended(&mut self) -> Verdict;

    /// Waits for `time`, for which a suspendable guest sleeps. Unless it is implemented, the guest
    /// wakes at once, as a plain guest always does.
    fn sleep(&mut self, time: Duration) {
        let _ = time;
    }
}

impl<F: FnMut(HostCall<'_>) -> Reply> HostCalls for F {
    fn call(&mut self, call: HostCall<'_>) -> Reply {
        self(call)
    }

    fn slice_ended(&mut self) -> Verdict {
        Verdict::Continue
    }
}

/// The host's decision at the end of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The guest gets another slice.
    Continue,
    /// The guest is stopped with [`LimitError::Interrupted`](crate::LimitError::Interrupted).
    Stop,
}

/// The limits and features that an engine supports. Hosts must not rely on one that is `false`, and the
/// conformance suite skips it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Support {
    /// Guests yield at the end of a slice.
    pub slices: bool,
    /// The engine enforces [`ResourceLimits::memory_pages`].
    pub memory_limit: bool,
    /// The engine enforces [`ResourceLimits::table_elements`].
    pub table_limit: bool,
    /// The engine enforces [`ResourceLimits::stack_bytes`], and reports a stack overflow apart from other traps.
    pub stack_limit: bool,
    /// The engine enforces [`ResourceLimits::message_bytes`].
    pub message_limit: bool,
    /// Modules may import WASI preview 1.
    pub wasi: bool,
    /// Traps and guests that were stopped name the [functions](crate::CallError::frames) that were being
    /// called.
    pub backtraces: bool,
    /// No module can corrupt the host's memory. Without this, a module must be trusted as much as the
    /// host's own code, and hosts refuse the engine by default.
    pub memory_safe: bool,
}

impl Support {
    /// Returns full support. An engine sets what it does not support to `false`.
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
