//! capwire's engines as engines of the crate `wapc`.

use crate::world::StateWorld;
use bytes::Bytes;
use capwire_wapc::{
    CallError, CompileError, Engine, HostCall, HostCalls, LimitError, Module, PlainGuest, Reply,
    Request, ResourceLimits, Source, StartError, Verdict,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use wapc::{ModuleState, WebAssemblyEngineProvider};

/// A module on one of capwire's engines, for [`wapc::WapcHost::new`]. The crate's documentation has
/// an example.
#[derive(Debug)]
pub struct EngineProvider {
    engine: Arc<dyn Engine>,
    module: Arc<dyn Module>,
    limits: ResourceLimits,
    computing_time: Option<Duration>,
    running: Option<Running>,
}

/// The guest of a provider that a `WapcHost` has initialised.
#[derive(Debug)]
struct Running {
    state: Arc<ModuleState>,
    /// Never locked. The mutex makes a provider `Sync`, so other threads can clone it.
    guest: Mutex<PlainGuest>,
}

impl Running {
    fn new(state: Arc<ModuleState>, guest: PlainGuest) -> Self {
        let guest = Mutex::new(guest);
        Self { state, guest }
    }

    fn guest(&mut self) -> &mut PlainGuest {
        self.guest.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EngineProvider {
    /// Compiles the module `wasm` with `engine`. Its start functions run when a `WapcHost` is made.
    ///
    /// # Errors
    /// [`CompileError`] if the engine does not accept the module, or the module is no waPC guest.
    pub fn new(engine: impl Engine, wasm: &[u8]) -> Result<Self, CompileError> {
        Ok(Self {
            module: engine.compile(wasm)?,
            engine: Arc::new(engine),
            limits: limits_of_wapc(),
            computing_time: None,
            running: None,
        })
    }

    /// Sets the limits of an instance. The default is [`ResourceLimits::default`] with messages of
    /// any length, as in `wapc`.
    #[must_use]
    pub fn limits(mut self, limits: ResourceLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how long a guest may compute in one call, and in all its start functions together. The
    /// default is no limit. The time of host calls does not count. The precision is about one
    /// [slice](ResourceLimits::slice).
    ///
    /// A guest that computes for longer fails with the error text of `wasmtime-provider`, so
    /// programs that look for this text find it.
    #[must_use]
    pub fn computing_time(mut self, most: Duration) -> Self {
        self.computing_time = Some(most);
        self
    }

    fn start(&self, module: &dyn Module, state: &Arc<ModuleState>) -> Result<PlainGuest, Source> {
        let world = Arc::new(StateWorld::new(Arc::clone(state)));
        let mut host = self.callback(state);
        let started = PlainGuest::start(module, &self.limits, world, &mut host);
        started.map_err(|error| match error {
            StartError::Call(error) if is_interrupted(&error) => INTERRUPTED.into(),
            error => capwire_text::chain(&error).into(),
        })
    }

    fn callback<'a>(&self, state: &'a ModuleState) -> Callback<'a> {
        Callback {
            state,
            slices: self.computing_time.map(|most| {
                let slice = self.limits.slice.as_nanos().max(1);
                most.as_nanos().div_ceil(slice)
            }),
        }
    }

    /// Returns the guest, after replacing one that is dead.
    fn living(&mut self) -> Result<&mut Running, Source> {
        let running = self.running.as_mut().ok_or(NOT_INITIALISED)?;
        if !running.guest().is_alive() {
            let state = Arc::clone(&running.state);
            let guest = self.start(&*self.module, &state)?;
            self.running = Some(Running::new(state, guest));
        }
        self.running.as_mut().ok_or_else(|| NOT_INITIALISED.into())
    }
}

/// Makes a provider of the same module for another host.
impl Clone for EngineProvider {
    fn clone(&self) -> Self {
        Self {
            engine: Arc::clone(&self.engine),
            module: Arc::clone(&self.module),
            limits: self.limits.clone(),
            computing_time: self.computing_time,
            running: None,
        }
    }
}

fn limits_of_wapc() -> ResourceLimits {
    let mut limits = ResourceLimits::default();
    limits.message_bytes = usize::MAX;
    limits
}

const INTERRUPTED: &str = "guest code interrupted, execution deadline exceeded";
const NOT_INITIALISED: &str = "the engine was called before a host initialised it";

impl WebAssemblyEngineProvider for EngineProvider {
    fn init(&mut self, state: Arc<ModuleState>) -> Result<(), Source> {
        let guest = self.start(&*self.module, &state)?;
        self.running = Some(Running::new(state, guest));
        Ok(())
    }

    fn call(&mut self, _operation_length: i32, _payload_length: i32) -> Result<i32, Source> {
        let state = Arc::clone(&self.living()?.state);
        let invocation = state.get_guest_request().ok_or(NOT_INITIALISED)?;
        let request = Request::new(&invocation.operation, invocation.msg);
        let mut callback = self.callback(&state);
        match self.living()?.guest().call(request, &mut callback) {
            Ok(response) => {
                state.set_guest_response(response.into());
                Ok(1)
            }
            Err(error) => {
                state.set_guest_error(call_text(&error));
                Ok(0)
            }
        }
    }

    fn replace(&mut self, wasm: &[u8]) -> Result<(), Source> {
        let module = self
            .engine
            .compile(wasm)
            .map_err(|error| capwire_text::chain(&error))?;
        if let Some(Running { state, .. }) = &self.running {
            let state = Arc::clone(state);
            let guest = self.start(&*module, &state)?;
            self.running = Some(Running::new(state, guest));
        }
        self.module = module;
        Ok(())
    }
}

/// The host's callback, answering a plain guest's host calls.
struct Callback<'a> {
    state: &'a ModuleState,
    /// The slices that the guest has left, or `None` for no limit.
    slices: Option<u128>,
}

impl HostCalls for Callback<'_> {
    fn call(&mut self, call: HostCall<'_>) -> Reply {
        let (binding, namespace) = (call.binding, call.namespace);
        let answered = self
            .state
            .do_host_call(binding, namespace, call.operation, call.payload);
        match answered {
            Ok(0) => Reply::error(self.state.get_host_error().unwrap_or_default()),
            Ok(_) => Reply::data(
                self.state
                    .with_host_response(Bytes::copy_from_slice)
                    .unwrap_or_default(),
            ),
            Err(error) => Reply::error(error.to_string()),
        }
    }

    fn slice_ended(&mut self) -> Verdict {
        let Some(slices) = &mut self.slices else {
            return Verdict::Continue;
        };
        *slices = slices.saturating_sub(1);
        match *slices {
            0 => Verdict::Stop,
            _ => Verdict::Continue,
        }
    }
}

fn is_interrupted(error: &CallError) -> bool {
    error.limit() == Some(LimitError::Interrupted)
}

fn call_text(error: &CallError) -> String {
    match error {
        error if is_interrupted(error) => INTERRUPTED.to_owned(),
        // Not sanitised, because the text may be data.
        CallError::Guest(error) => error.message.clone(),
        error => capwire_text::chain(error),
    }
}

#[cfg(test)]
mod tests {
    use super::call_text;
    use capwire_wapc::GuestError;

    #[test]
    fn what_a_guest_answers_is_passed_on_as_it_is() {
        let message = "\x1b no\t".repeat(10_000);
        let error = GuestError {
            message: message.clone(),
        };
        assert_eq!(call_text(&error.into()), message);
    }
}
