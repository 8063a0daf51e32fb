//! The table of functions that a library exports.

use crate::abi::{
    BLOCKING, EXCLUSIVE, HostTable, ProviderTable, RawBinding, RawBytes, RawCall, RawDescription,
    RawOperation, VERSION,
};
use crate::export::Exported;
use crate::export::host::{Host as _, HostFunctions};
use crate::export::running::Running;
use bytes::Bytes;
use capwire_contracts::core::Direction;
use capwire_provider::{BindingId, HandOver, ProviderFactory as _};
use std::ffi::{CString, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

/// Returns the table of the provider `E`.
#[must_use]
pub const fn table<E: Exported>() -> ProviderTable {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the table has some hundred bytes"
    )]
    let size = size_of::<ProviderTable>() as u32;
    ProviderTable {
        version: VERSION,
        size,
        describe: Some(describe::<E>),
        open: Some(open::<E>),
        close: Some(close),
        bind: Some(bind),
        unbind: Some(unbind),
        call: Some(call),
        cancel: Some(cancel),
        answered: Some(answered),
        drain: Some(drain),
    }
}

/// Builds the description. The host asks once for each library, and it stays valid.
extern "C" fn describe<E: Exported>() -> *const RawDescription {
    let described = catch_unwind(|| {
        let factory = E::factory();
        let descriptor = factory.descriptor();
        let operations = descriptor.supported_operations.iter();
        let operations: Vec<RawOperation> = operations
            .map(|operation| RawOperation {
                name: text(&operation.name),
                about: text(&operation.doctext),
                direction: match operation.direction {
                    Direction::ToActor => 0,
                    Direction::ToProvider => 1,
                    Direction::Both => 2,
                },
            })
            .collect();
        let operations: &[RawOperation] = operations.leak();
        let exclusive = match factory.hand_over() {
            HandOver::Exclusive => EXCLUSIVE,
            HandOver::Overlapping => 0,
        };
        let raw = RawDescription {
            contract: text(&descriptor.id),
            name: text(&descriptor.name),
            version: text(&descriptor.version),
            revision: descriptor.revision,
            // A provider in Rust has a `BlockingPool` for such work.
            flags: exclusive & !BLOCKING,
            operations: operations.as_ptr(),
            operation_count: operations.len(),
        };
        ptr::from_ref(Box::leak(Box::new(raw)))
    });
    described.unwrap_or(ptr::null())
}

/// Returns a text that stays valid, up to its first zero.
fn text(text: &str) -> *const c_char {
    let text = text.split('\0').next().unwrap_or_default();
    CString::new(text).unwrap_or_default().into_raw()
}

#[allow(unsafe_code)]
unsafe extern "C" fn open<E: Exported>(host: *const HostTable) -> *mut c_void {
    // SAFETY: the host passes null or its table, which is valid during this call at least.
    let Some(table) = (unsafe { host.as_ref() }) else {
        return ptr::null_mut();
    };
    if table.version != VERSION {
        return ptr::null_mut();
    }
    let host = HostFunctions::new(*table);
    match catch_unwind(AssertUnwindSafe(|| {
        Running::open(&E::factory(), Arc::new(host))
    })) {
        Ok(Ok(running)) => Box::into_raw(Box::new(running)).cast(),
        Ok(Err(reason)) => {
            host.broken(&reason);
            ptr::null_mut()
        }
        Err(_) => {
            host.broken("the provider panicked when it was opened");
            ptr::null_mut()
        }
    }
}

#[allow(unsafe_code)]
unsafe extern "C" fn close(state: *mut c_void) {
    // SAFETY: `open` returned the pointer, and the host closes an instance once, with no request under way.
    let running = unsafe { Box::from_raw(state.cast::<Running>()) };
    let _ = catch_unwind(AssertUnwindSafe(|| drop(running)));
}

#[allow(unsafe_code)]
unsafe extern "C" fn bind(state: *mut c_void, request: u64, binding: *const RawBinding) {
    // SAFETY: the host passes a binding that is valid until this function returns, with its bytes.
    let (raw, id, maps) = unsafe {
        let Some(raw) = binding.as_ref() else { return };
        let id = BindingId {
            actor: lossy(raw.actor),
            name: lossy(raw.name),
        };
        (*raw, id, [copy(raw.values), copy(raw.claims)])
    };
    let most = usize::try_from(raw.max_message).unwrap_or(usize::MAX);
    // SAFETY: the state is open.
    unsafe {
        with(state, |running| {
            running.bind(request, raw.binding, id, &maps, most)
        })
    }
}

#[allow(unsafe_code)]
unsafe extern "C" fn unbind(state: *mut c_void, request: u64, binding: u64) {
    // SAFETY: the state is open.
    unsafe { with(state, |running| running.unbind(request, binding)) }
}

#[allow(unsafe_code)]
unsafe extern "C" fn call(state: *mut c_void, call: *const RawCall) {
    // SAFETY: the host passes a call that is valid until this function returns, with its bytes.
    let (raw, operation, message) = unsafe {
        let Some(raw) = call.as_ref() else { return };
        (*raw, lossy(raw.operation), copy(raw.message))
    };
    // SAFETY: the state is open.
    unsafe {
        with(state, |running| {
            running.call(
                raw.request,
                raw.binding,
                raw.nanoseconds_left,
                operation,
                message,
            );
        });
    }
}

#[allow(unsafe_code)]
unsafe extern "C" fn cancel(state: *mut c_void, request: u64) {
    // SAFETY: the state is open.
    unsafe { with(state, |running| running.cancel(request)) }
}

#[allow(unsafe_code)]
unsafe extern "C" fn answered(state: *mut c_void, number: u64, status: u32, message: RawBytes) {
    // SAFETY: the bytes are valid until this function returns.
    let message = unsafe { copy(message) };
    // SAFETY: the state is open.
    unsafe {
        with(state, |running| {
            running.asked().answered(number, status, &message)
        })
    }
}

#[allow(unsafe_code)]
unsafe extern "C" fn drain(state: *mut c_void, request: u64, nanoseconds: u64) {
    // SAFETY: the state is open.
    unsafe {
        with(state, |running| {
            running.drain(request, Duration::from_nanos(nanoseconds))
        })
    }
}

/// Runs `work` with the instance of `state`. No panic leaves it.
///
/// # Safety
/// `open` returned `state`, and the instance is not closed before this function returns.
#[allow(unsafe_code)]
unsafe fn with(state: *mut c_void, work: impl FnOnce(&Running)) {
    // SAFETY: `open` made the pointer from a box, and only shared references are made from it.
    let Some(running) = (unsafe { state.cast::<Running>().as_ref() }) else {
        return;
    };
    // The hook logs a panic, and the request is given up at its deadline.
    let _ = catch_unwind(AssertUnwindSafe(|| work(running)));
}

/// # Safety
/// The bytes are valid.
#[allow(unsafe_code)]
unsafe fn copy(bytes: RawBytes) -> Bytes {
    if bytes.data.is_null() || bytes.size == 0 {
        return Bytes::new();
    }
    // SAFETY: the caller says so.
    Bytes::copy_from_slice(unsafe { std::slice::from_raw_parts(bytes.data, bytes.size) })
}

/// # Safety
/// The bytes are valid.
#[allow(unsafe_code)]
unsafe fn lossy(bytes: RawBytes) -> String {
    // SAFETY: the caller says so.
    String::from_utf8_lossy(&unsafe { copy(bytes) }).into_owned()
}
