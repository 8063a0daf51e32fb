//! An open provider of a library: its state, and its functions in safe form.

use crate::abi::{HostTable, NO_DEADLINE, RawBinding, RawBytes, RawCall};
use crate::load::callbacks::Context;
use crate::load::library::Library;
use crate::load::remote::{Bind, Remote};
use crate::load::requests::Requests;
use bytes::Bytes;
use capwire_provider::ProviderError;
use std::ffi::c_void;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// An open instance of a provider. Dropping it closes it.
pub(crate) struct Instance {
    library: Arc<Library>,
    state: State,
    /// The library has a pointer to it until it is closed.
    _table: Box<HostTable>,
    _context: Context,
}

/// The state of the library's own. It is shared by threads, as the interface demands of every library.
#[derive(Clone, Copy)]
struct State(*mut c_void);

#[allow(unsafe_code)]
// SAFETY: the host never looks behind the pointer; it gives it to functions that may be called from any thread.
unsafe impl Send for State {}
#[allow(unsafe_code)]
// SAFETY: as above; several threads may call them at the same time.
unsafe impl Sync for State {}

impl Instance {
    /// Opens an instance, with the functions of the host that lead to `requests`. May block.
    #[allow(unsafe_code)]
    pub(crate) fn open(
        library: Arc<Library>,
        requests: &Arc<Requests>,
    ) -> Result<Arc<Self>, ProviderError> {
        let context = Context::of(requests);
        let table = Box::new(context.table());
        // SAFETY: the table is complete and lives in its box until the instance is closed.
        let state = unsafe { (library.functions.open)(&raw const *table) };
        if state.is_null() {
            let reason = requests.health().reason();
            let reason = reason.unwrap_or_else(|| "the library gave no reason".to_owned());
            return Err(ProviderError::unavailable(
                "the provider cannot be opened",
                reason,
            ));
        }
        let instance = Arc::new(Self {
            library,
            state: State(state),
            _table: table,
            _context: context,
        });
        let remote: Weak<Self> = Arc::downgrade(&instance);
        requests.opened(remote);
        Ok(instance)
    }
}

impl Remote for Instance {
    #[allow(unsafe_code)]
    fn bind(&self, request: u64, binding: &Bind) {
        let raw = RawBinding {
            binding: binding.number,
            actor: RawBytes::of(binding.id.actor.as_bytes()),
            name: RawBytes::of(binding.id.name.as_bytes()),
            values: RawBytes::of(&binding.values),
            claims: RawBytes::of(&binding.claims),
            max_message: u64::try_from(binding.max_message).unwrap_or(u64::MAX),
        };
        // SAFETY: the state is open, and the pointers are valid until the function returns.
        unsafe { (self.library.functions.bind)(self.state.0, request, &raw const raw) }
    }

    #[allow(unsafe_code)]
    fn unbind(&self, request: u64, binding: u64) {
        // SAFETY: the state is open.
        unsafe { (self.library.functions.unbind)(self.state.0, request, binding) }
    }

    #[allow(unsafe_code)]
    fn call(
        &self,
        request: u64,
        binding: u64,
        operation: &str,
        message: &[u8],
        left: Option<Duration>,
    ) {
        let raw = RawCall {
            request,
            binding,
            nanoseconds_left: left.map_or(NO_DEADLINE, nanoseconds),
            operation: RawBytes::of(operation.as_bytes()),
            message: RawBytes::of(message),
        };
        // SAFETY: the state is open, and the pointers are valid until the function returns.
        unsafe { (self.library.functions.call)(self.state.0, &raw const raw) }
    }

    #[allow(unsafe_code)]
    fn cancel(&self, request: u64) {
        if let Some(cancel) = self.library.functions.optional.cancel {
            // SAFETY: the state is open.
            unsafe { cancel(self.state.0, request) }
        }
    }

    #[allow(unsafe_code)]
    fn answered(&self, number: u64, status: u32, message: &Bytes) {
        if let Some(answered) = self.library.functions.optional.answered {
            // SAFETY: the state is open, and the bytes are valid until the function returns.
            unsafe { answered(self.state.0, number, status, RawBytes::of(message)) }
        }
    }

    #[allow(unsafe_code)]
    fn drain(&self, request: u64, time: Duration) -> bool {
        let Some(drain) = self.library.functions.optional.drain else {
            return false;
        };
        // SAFETY: the state is open.
        unsafe { drain(self.state.0, request, nanoseconds(time)) }
        true
    }
}

impl Drop for Instance {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: the state is open, and nobody else has the instance, so no function runs or is called later.
        unsafe { (self.library.functions.close)(self.state.0) }
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("library", &self.library)
            .finish_non_exhaustive()
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(NO_DEADLINE - 1)
}
