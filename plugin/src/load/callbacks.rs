//! The functions of the host that a library calls.

use crate::abi::{HostTable, RawBytes, VERSION};
use crate::load::requests::Requests;
use crate::status;
use bytes::Bytes;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock, Weak};

/// All requests by the context that libraries call back with. A context is never used again, so a late callback finds
/// nothing.
static ALL: LazyLock<RwLock<HashMap<usize, Weak<Requests>>>> = LazyLock::new(RwLock::default);
static NEXT: AtomicUsize = AtomicUsize::new(1);

/// The number by which a library names its requests. Dropping it ends all callbacks.
#[derive(Debug)]
pub(crate) struct Context(usize);

impl Context {
    pub(crate) fn of(requests: &Arc<Requests>) -> Self {
        let context = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut all = ALL.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(context, Arc::downgrade(requests));
        Self(context)
    }

    /// Returns the functions of the host for these requests.
    pub(crate) const fn table(&self) -> HostTable {
        HostTable {
            version: VERSION,
            reserved: 0,
            context: self.0,
            answer,
            call_actor,
            may_use,
            charge,
            log,
            broken,
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let mut all = ALL.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.0);
    }
}

/// Copies bytes of a library.
#[allow(unsafe_code)]
fn copy(bytes: RawBytes) -> Bytes {
    if bytes.data.is_null() || bytes.size == 0 || isize::try_from(bytes.size).is_err() {
        return Bytes::new();
    }
    // SAFETY: a library that calls back with bytes keeps them valid until the callback returns, and this one copies.
    Bytes::copy_from_slice(unsafe { std::slice::from_raw_parts(bytes.data, bytes.size) })
}

/// Runs `work` with the requests of `context`, if they are still there. No panic leaves it.
fn with<R: Default>(context: usize, work: impl FnOnce(&Requests) -> R) -> R {
    let found = {
        let all = ALL.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&context).and_then(Weak::upgrade)
    };
    let done = found.map(|requests| catch_unwind(AssertUnwindSafe(|| work(&requests))));
    done.and_then(Result::ok).unwrap_or_default()
}

extern "C" fn answer(context: usize, request: u64, status: u32, message: RawBytes) {
    with(context, |requests| {
        requests.answer(request, status, copy(message))
    });
}

extern "C" fn call_actor(
    context: usize,
    number: u64,
    binding: u64,
    operation: RawBytes,
    message: RawBytes,
) {
    with(context, |requests| {
        requests.call_actor(number, binding, &copy(operation), copy(message))
    });
}

extern "C" fn may_use(context: usize, request: u64, _: RawBytes, _: RawBytes) -> u32 {
    with(context, |requests| requests.may_use(request)).into()
}

extern "C" fn charge(context: usize, request: u64, nanoseconds: u64) -> u32 {
    with(context, |requests| requests.charge(request, nanoseconds)).into()
}

extern "C" fn log(context: usize, level: u32, text: RawBytes) {
    with(context, |requests| requests.log(level, &copy(text)));
}

extern "C" fn broken(context: usize, reason: RawBytes) {
    with(context, |requests| {
        requests.health().broken(status::text(&copy(reason)))
    });
}
