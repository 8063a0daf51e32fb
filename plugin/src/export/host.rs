//! What a provider asks of its host.

use crate::abi::{HostTable, RawBytes};

/// The host of an open provider. Its functions may be called from any thread, also after the provider was closed.
pub(crate) trait Host: Send + Sync {
    /// Answers a request.
    fn answer(&self, request: u64, status: u32, message: &[u8]);

    /// Calls the actor of a binding.
    fn call_actor(&self, number: u64, binding: u64, operation: &str, message: &[u8]);

    /// Returns true if the caller of `request` may use `operation` on `resource`.
    fn may_use(&self, request: u64, operation: &str, resource: &str) -> bool;

    /// Charges CPU time to the caller of `request`. Returns false if the work must end.
    fn charge(&self, request: u64, nanoseconds: u64) -> bool;

    /// Charges CPU time until a function of the provider returned to the caller of `request`. The host of a library
    /// measures it itself.
    fn charge_inline(&self, request: u64, work: &mut dyn FnMut()) {
        let _ = request;
        work();
    }

    /// Writes a line to the log.
    fn log(&self, level: Level, text: &str);

    /// Reports that the provider is broken.
    fn broken(&self, reason: &str);
}

/// A level of the host's log.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(crate) enum Level {
    Error = 1,
    Warn = 2,
}

/// The functions of the host of a library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostFunctions(HostTable);

impl HostFunctions {
    /// Returns the functions of `table`, which are those of a host.
    pub(crate) const fn new(table: HostTable) -> Self {
        Self(table)
    }
}

impl Host for HostFunctions {
    #[allow(unsafe_code)]
    fn answer(&self, request: u64, status: u32, message: &[u8]) {
        // SAFETY: the table is the host's, and the bytes are valid until the function returns. So it is below.
        unsafe { (self.0.answer)(self.0.context, request, status, RawBytes::of(message)) }
    }

    #[allow(unsafe_code)]
    fn call_actor(&self, number: u64, binding: u64, operation: &str, message: &[u8]) {
        let (operation, message) = (RawBytes::of(operation.as_bytes()), RawBytes::of(message));
        // SAFETY: see `answer`.
        unsafe { (self.0.call_actor)(self.0.context, number, binding, operation, message) }
    }

    #[allow(unsafe_code)]
    fn may_use(&self, request: u64, operation: &str, resource: &str) -> bool {
        let (operation, resource) = (operation.as_bytes(), resource.as_bytes());
        // SAFETY: see `answer`.
        let may = unsafe {
            (self.0.may_use)(
                self.0.context,
                request,
                RawBytes::of(operation),
                RawBytes::of(resource),
            )
        };
        may == 1
    }

    #[allow(unsafe_code)]
    fn charge(&self, request: u64, nanoseconds: u64) -> bool {
        // SAFETY: see `answer`.
        unsafe { (self.0.charge)(self.0.context, request, nanoseconds) == 1 }
    }

    #[allow(unsafe_code)]
    fn log(&self, level: Level, text: &str) {
        // SAFETY: see `answer`.
        unsafe { (self.0.log)(self.0.context, level as u32, RawBytes::of(text.as_bytes())) }
    }

    #[allow(unsafe_code)]
    fn broken(&self, reason: &str) {
        // SAFETY: see `answer`.
        unsafe { (self.0.broken)(self.0.context, RawBytes::of(reason.as_bytes())) }
    }
}
