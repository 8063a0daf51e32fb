//! A guest's store and functions. Runs the guest's code from one suspension to the next.

use crate::backtrace::Backtrace;
use crate::code::Code;
use crate::fault::{self, Halt};
use crate::state::State;
use crate::{NAME, limiter::Limiter};
use capwire_wapc::{
    CallError, HostCall, LimitError, ProtocolError, Reply, ResourceLimits, Source, Span,
    StartError, Trap, TrapKind, World, abi,
};
use capwire_wapc_rewrite::MOST_PAGES;
use std::sync::Arc;
use std::time::Duration;
use wasmi::{
    Error, Instance, Store, TypedFunc, TypedResumableCall, TypedResumableCallHostTrap,
    TypedResumableCallOutOfFuel, Val, WasmParams, WasmResults,
};

pub(crate) struct Machine {
    store: Store<State>,
    guest_call: TypedFunc<(u32, u32), i32>,
    starts: Vec<TypedFunc<(), ()>>,
    /// The length of a slice in units of fuel.
    slice: u64,
    backtrace: Option<Backtrace>,
}

/// The state in which a function of the guest returns control.
pub(crate) enum Advance<R> {
    Returned(R),
    HostCall(InHostCall<R>),
    Sleeping(Asleep<R>, Duration),
    SliceEnded(OutOfSlice<R>),
}

/// A function that waits for the reply to its host call.
pub(crate) struct InHostCall<R> {
    paused: TypedResumableCallHostTrap<R>,
    call: [Span; 4],
}

/// A function that sleeps in an import, which then returns 0.
pub(crate) struct Asleep<R>(TypedResumableCallHostTrap<R>);

/// A function whose slice is over.
pub(crate) enum OutOfSlice<R> {
    InCode(TypedResumableCallOutOfFuel<R>),
    /// The slice ended in an import that returns this value.
    InImport(TypedResumableCallHostTrap<R>, Option<Val>),
}

impl Machine {
    pub(crate) fn instantiate(
        code: &Code,
        limits: &ResourceLimits,
        world: Arc<dyn World>,
        slice: u64,
    ) -> Result<Self, StartError> {
        let mut store = Store::new(code.module.engine(), State::new(limits, world));
        store.limiter(|state| &mut state.limiter);
        let instance = code
            .linker
            .instantiate_and_start(&mut store, &code.module)
            .map_err(|error| refusal(&store.data().limiter, error))?;
        set_most_pages(&mut store, instance, limits);
        Self::new(code, store, instance, slice).map_err(|error| StartError::Engine {
            engine: NAME,
            source: error.into(),
        })
    }

    fn new(
        code: &Code,
        mut store: Store<State>,
        instance: Instance,
        slice: u64,
    ) -> Result<Self, Error> {
        let starts = code.starts.iter();
        let starts = starts.map(|name| instance.get_typed_func(&store, name));
        let starts = starts.collect::<Result<_, _>>()?;
        let guest_call = instance.get_typed_func(&store, abi::GUEST_CALL)?;
        store.data_mut().memory = instance.get_memory(&store, abi::MEMORY);
        let names = code.names.as_ref();
        let backtrace = names.and_then(|names| Backtrace::find(&store, instance, names));
        Ok(Self {
            store,
            guest_call,
            starts,
            slice,
            backtrace,
        })
    }

    pub(crate) fn guest_call(&self) -> TypedFunc<(u32, u32), i32> {
        self.guest_call
    }

    /// Returns the start function at `index` in the order of calls.
    pub(crate) fn start(&self, index: usize) -> Option<TypedFunc<(), ()>> {
        self.starts.get(index).copied()
    }

    pub(crate) fn state(&mut self) -> &mut State {
        self.store.data_mut()
    }

    /// Calls a function with a new slice.
    pub(crate) fn begin<P: WasmParams, R: WasmResults>(
        &mut self,
        function: TypedFunc<P, R>,
        arguments: P,
    ) -> Result<Advance<R>, CallError> {
        self.refuel(0);
        self.store.data_mut().limiter.0.begin_call();
        if let Some(backtrace) = &self.backtrace {
            backtrace.clear(&mut self.store);
        }
        let call = function.call_resumable(&mut self.store, arguments);
        self.advance(call)
    }

    /// Continues in a new slice.
    pub(crate) fn go_on<R: WasmResults>(
        &mut self,
        paused: OutOfSlice<R>,
    ) -> Result<Advance<R>, CallError> {
        let call = match paused {
            OutOfSlice::InCode(paused) => {
                self.refuel(paused.required_fuel());
                paused.resume(&mut self.store)
            }
            OutOfSlice::InImport(paused, returned) => {
                self.refuel(0);
                paused.resume(&mut self.store, returned.as_slice())
            }
        };
        self.advance(call)
    }

    /// Returns the guest's host call, or `None` if the conversation has refused it already.
    pub(crate) fn host_call<R>(
        &mut self,
        paused: &InHostCall<R>,
    ) -> Result<Option<HostCall<'_>>, ProtocolError> {
        let Some(memory) = self.store.data().memory else {
            return Ok(None);
        };
        let (memory, state) = memory.data_and_store_mut(&mut self.store);
        state.conversation.host_call(memory, paused.call)
    }

    /// Continues with the host's reply in the rest of the slice. `None` is a refusal. The slice may end
    /// after a refusal, so that a guest cannot run on by making one refused call after another.
    pub(crate) fn answer<R: WasmResults>(
        &mut self,
        paused: InHostCall<R>,
        reply: Option<Reply>,
    ) -> Result<Advance<R>, CallError> {
        if reply.is_none() && self.store.get_fuel().is_ok_and(|fuel| fuel == 0) {
            let paused = OutOfSlice::InImport(paused.paused, Some(Val::I32(REFUSED)));
            return Ok(Advance::SliceEnded(paused));
        }
        let conversation = &mut self.store.data_mut().conversation;
        let returned = reply.map_or(REFUSED, |reply| conversation.answer(reply));
        let inputs = [Val::I32(returned)];
        let call = paused.paused.resume(&mut self.store, &inputs);
        self.advance(call)
    }

    /// Continues after a sleep in the rest of the slice.
    pub(crate) fn wake<R: WasmResults>(
        &mut self,
        asleep: Asleep<R>,
    ) -> Result<Advance<R>, CallError> {
        let call = asleep.0.resume(&mut self.store, &[Val::I32(0)]);
        self.advance(call)
    }

    fn advance<R>(
        &self,
        call: Result<TypedResumableCall<R>, Error>,
    ) -> Result<Advance<R>, CallError> {
        advance(call).map_err(|error| self.located(error))
    }

    /// Returns the error with the functions that were being called, if they are known.
    fn located(&self, error: CallError) -> CallError {
        match &self.backtrace {
            Some(backtrace) => backtrace.tell(&self.store, error),
            None => error,
        }
    }

    /// Returns the error for a function that was suspended and does not continue.
    pub(crate) fn stopped(&self) -> CallError {
        self.located(LimitError::Interrupted.into())
    }

    /// Begins a slice with at least the fuel that wasmi needs for its next instruction, which may fill
    /// megabytes of memory.
    fn refuel(&mut self, required: u64) {
        let fuel = self.slice.max(required);
        // This fails only if fuel is not counted.
        let _ = self.store.set_fuel(fuel);
    }
}

/// Sets the page limit in a guest whose memory grows in pieces.
fn set_most_pages(store: &mut Store<State>, instance: Instance, limits: &ResourceLimits) {
    let own = instance.get_memory(&*store, abi::MEMORY);
    let own = own.and_then(|memory| memory.ty(&*store).maximum());
    let most = own.unwrap_or(u64::MAX).min(limits.memory_pages.into());
    let most = u32::try_from(most).unwrap_or(u32::MAX).cast_signed();
    if let Some(global) = instance.get_global(&*store, MOST_PAGES) {
        // This fails only for a global of another type, which is the guest's own.
        let _ = global.set(store, Val::I32(most));
    }
}

/// The result of `__host_call` if the reply is not data.
const REFUSED: i32 = 0;

fn refusal(limiter: &Limiter, error: Error) -> StartError {
    match limiter.0.refused() {
        Some(limit) => limit.into(),
        None => fault::start_error(error),
    }
}

fn advance<R>(call: Result<TypedResumableCall<R>, Error>) -> Result<Advance<R>, CallError> {
    match call.map_err(fault::call_error)? {
        TypedResumableCall::Finished(result) => Ok(Advance::Returned(result)),
        TypedResumableCall::OutOfFuel(paused) => {
            Ok(Advance::SliceEnded(OutOfSlice::InCode(paused)))
        }
        TypedResumableCall::HostTrap(paused) => halted(paused),
    }
}

fn halted<R>(paused: TypedResumableCallHostTrap<R>) -> Result<Advance<R>, CallError> {
    match paused.host_error().downcast_ref::<Halt>().cloned() {
        Some(Halt::HostCall(call)) => Ok(Advance::HostCall(InHostCall { paused, call })),
        Some(Halt::Sleep(time)) => Ok(Advance::Sleeping(Asleep(paused), time)),
        Some(Halt::SliceEnded(returned)) => {
            Ok(Advance::SliceEnded(OutOfSlice::InImport(paused, returned)))
        }
        Some(Halt::Protocol(error)) => Err(error.into()),
        Some(Halt::Exit(code)) => Err(Trap::from(TrapKind::Exit(code)).into()),
        Some(Halt::Abort(abort)) => Err(Trap::from(abort).into()),
        None => Err(Trap::new(
            TrapKind::Other,
            Source::from(paused.host_error().to_string()),
        )
        .into()),
    }
}
