//! The guest's side of waPC: nine imports and one export.

#![expect(
    unsafe_code,
    reason = "imports and exports of WebAssembly are foreign functions, and only this file names them"
)]

use crate::console::console_log as log;
use crate::dispatch::Actor;
use crate::error::{Error, Result};
use std::panic;
use std::sync::Once;

#[link(wasm_import_module = "wapc")]
unsafe extern "C" {
    fn __guest_request(operation: *mut u8, payload: *mut u8);
    fn __guest_response(bytes: *const u8, length: usize);
    fn __guest_error(text: *const u8, length: usize);
    fn __host_call(
        binding: *const u8,
        binding_length: usize,
        namespace: *const u8,
        namespace_length: usize,
        operation: *const u8,
        operation_length: usize,
        payload: *const u8,
        payload_length: usize,
    ) -> i32;
    safe fn __host_response_len() -> usize;
    fn __host_response(target: *mut u8);
    safe fn __host_error_len() -> usize;
    fn __host_error(target: *mut u8);
    fn __console_log(text: *const u8, length: usize);
}

/// Exports `__guest_call` from the actor's own crate, because the linker keeps it only there, and
/// the actor is known only there.
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($actor:path) => {
        const _: () = {
            // SAFETY: an actor is a separate module, in which nothing else has this name.
            #[unsafe(no_mangle)]
            extern "C" fn __guest_call(operation: usize, payload: usize) -> i32 {
                $crate::__private::guest_call(&$actor, operation, payload)
            }
        };
    };
}

/// Handles one call. The arguments are the lengths of the operation and the payload in bytes.
pub fn guest_call(actor: &Actor, operation: usize, payload: usize) -> i32 {
    tell_panics();
    let (operation, payload) = request(operation, payload);
    match answer(actor, operation, payload) {
        Ok(response) => {
            // SAFETY: the host reads exactly these initialised bytes, before it returns.
            unsafe { __guest_response(response.as_ptr(), response.len()) };
            1
        }
        Err(error) => {
            guest_error(error.text());
            0
        }
    }
}

/// Makes a host call. The error is the host's text.
pub(crate) fn call(
    binding: &str,
    namespace: &str,
    operation: &str,
    payload: &[u8],
) -> Result<Vec<u8>, String> {
    // SAFETY: the host reads exactly the bytes of the four slices, before it returns.
    let outcome = unsafe {
        __host_call(
            binding.as_ptr(),
            binding.len(),
            namespace.as_ptr(),
            namespace.len(),
            operation.as_ptr(),
            operation.len(),
            payload.as_ptr(),
            payload.len(),
        )
    };
    match outcome {
        1 => Ok(host_response()),
        _ => Err(host_error()),
    }
}

/// Writes a line to the host's log.
pub(crate) fn console_log(line: &str) {
    // SAFETY: the host reads exactly these initialised bytes, before it returns.
    unsafe { __console_log(line.as_ptr(), line.len()) }
}

/// Installs a panic hook that reports the message to the host. The trap that follows carries no
/// text.
fn tell_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| panic::set_hook(Box::new(|panic| tell(&panic.to_string()))));
}

/// Reports a panic as the call's error. Hosts other than capwire lose this error when the call
/// traps, so the panic is logged, too.
fn tell(panic: &str) {
    guest_error(panic);
    log(panic);
}

fn guest_error(text: &str) {
    // SAFETY: the host reads exactly these initialised bytes, before it returns.
    unsafe { __guest_error(text.as_ptr(), text.len()) }
}

fn request(operation: usize, payload: usize) -> (Vec<u8>, Vec<u8>) {
    let mut operation = vec![0; operation];
    let mut payload = vec![0; payload];
    // SAFETY: the host writes as many bytes as it passed to `__guest_call`, and both buffers have
    // these lengths. They are zeroed, so a host that writes fewer bytes leaves none uninitialised.
    unsafe { __guest_request(operation.as_mut_ptr(), payload.as_mut_ptr()) };
    (operation, payload)
}

fn answer(actor: &Actor, operation: Vec<u8>, payload: Vec<u8>) -> Result<Vec<u8>> {
    let operation = String::from_utf8(operation)
        .map_err(|_| Error::msg("the name of the operation is not UTF-8"))?;
    actor.call(&operation, payload)
}

fn host_response() -> Vec<u8> {
    let mut response = vec![0; __host_response_len()];
    // SAFETY: the host writes as many bytes as it announced, and the buffer has this length.
    unsafe { __host_response(response.as_mut_ptr()) };
    response
}

fn host_error() -> String {
    let mut error = vec![0; __host_error_len()];
    // SAFETY: the host writes as many bytes as it announced, and the buffer has this length.
    unsafe { __host_error(error.as_mut_ptr()) };
    String::from_utf8_lossy(&error).into_owned()
}
