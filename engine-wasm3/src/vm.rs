//! wasm3 itself: the only file that calls C.
//!
//! # Soundness
//! wasm3 gets only modules that [`Code`] made, which were validated. Every pointer in this file
//! is wasm3's own, or comes from a `Box` or an `Arc` that the [`Vm`] owns until after wasm3 is freed.
//! The guest's memory is lent to an import as a slice while the import runs, when no code of the guest
//! does, and never across a suspension. No panic unwinds into C.
//!
//! A [`Vm`] is `Send`: wasm3, compiled as its binding compiles it, has no thread-local and no
//! writable static data; environment, runtime and module are made for one `Vm`, are reachable from
//! nowhere else, and are used through `&mut Vm` alone.

#![expect(unsafe_code, reason = "wasm3 is written in C; see above")]

use crate::code::{Code, Gauge};
use crate::fault::{self, Fault, Stopped};
use crate::guest::{GuestState, Halt, Served};
use crate::rewrite::READER;
use crate::suspend::{Event, Suspend};
use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::time::Instant;
use wasm3x_sys as wasm3;

/// wasm3 with one module in it.
pub(crate) struct Vm {
    environment: wasm3::IM3Environment,
    /// The runtime, which owns the module once it is loaded.
    runtime: wasm3::IM3Runtime,
    /// The state, owned and created by a `Box`. It is a pointer because wasm3 has it too.
    state: *mut State,
    functions: Vec<wasm3::IM3Function>,
    gauges: [wasm3::IM3Global; Gauge::ALL.len()],
}

/// The state that imports get through the runtime's user data.
struct State {
    guest: GuestState,
    code: Arc<Code>,
    fuel: wasm3::IM3Global,
    /// The guest's driver, set only while a function of the guest runs.
    suspend: Option<NonNull<dyn Suspend>>,
}

// SAFETY: as the head of this file says; the rest of what a `Vm` owns is `Send` by itself.
unsafe impl Send for Vm {}

impl Vm {
    /// Loads `code`. None of the guest's code runs, but wasm3 compiles all of it, which takes up
    /// to a few hundred KiB of the caller's stack.
    ///
    /// `stack_bytes` is the size of wasm3's stack for the values of the guest's calls.
    pub(crate) fn load(
        code: &Arc<Code>,
        stack_bytes: u32,
        guest: GuestState,
    ) -> Result<Self, Fault> {
        let mut vm = Self::empty(
            stack_bytes,
            State {
                guest,
                code: Arc::clone(code),
                fuel: ptr::null_mut(),
                suspend: None,
            },
        )?;
        let module = vm.load_module(code.wasm())?;
        link(module, code)?;
        // SAFETY: the module is loaded.
        checked(unsafe { wasm3::m3_CompileModule(module) })?;
        vm.find_functions(code)?;
        vm.find_gauges(module)?;
        vm.state().fuel = vm.global(Gauge::Fuel);
        Ok(vm)
    }

    pub(crate) fn code(&mut self) -> &Code {
        &self.state().code
    }

    pub(crate) fn guest(&mut self) -> &mut GuestState {
        &mut self.state().guest
    }

    pub(crate) fn gauge(&self, gauge: Gauge) -> i32 {
        read(self.global(gauge))
    }

    pub(crate) fn set_gauge(&mut self, gauge: Gauge, value: i32) {
        write(self.global(gauge), value);
    }

    /// Calls the function at `index` of [`Code::functions`] or [`Code::reader`] with as many arguments as it takes,
    /// and returns its result, 0 if it has none.
    pub(crate) fn call(
        &mut self,
        index: usize,
        arguments: &[u32],
        suspend: &dyn Suspend,
    ) -> Result<i32, Stopped> {
        let Some(&function) = self.functions.get(index) else {
            return Err(Stopped::Trapped(Fault("no such function".to_owned())));
        };
        self.state().suspend = Some(lend(suspend));
        let mut pointers: Vec<_> = arguments
            .iter()
            .map(|value| ptr::from_ref(value).cast())
            .collect();
        let count = u32::try_from(arguments.len()).unwrap_or(u32::MAX);
        // SAFETY: `function` is of the loaded module and wasm3 checks the number of arguments. All
        // are `i32`, as `Code` checked, and alive. No reference into `state` is.
        let result = unsafe { wasm3::m3_Call(function, count, pointers.as_mut_ptr()) };
        self.state().suspend = None;
        checked(result).map_err(|fault| Stopped::new(fault, self.guest().halt.take()))?;
        result_of(function).map_err(Stopped::Trapped)
    }

    fn state(&mut self) -> &mut State {
        // SAFETY: ours, and alive as long as this is; imports use it only while `self` is lent to
        // `call`, which has no reference then.
        unsafe { &mut *self.state }
    }

    fn empty(stack_bytes: u32, state: State) -> Result<Self, Fault> {
        let mut vm = Self {
            // SAFETY: no preconditions; null means that there is no memory.
            environment: unsafe { wasm3::m3_NewEnvironment() },
            runtime: ptr::null_mut(),
            state: Box::into_raw(Box::new(state)),
            functions: Vec::new(),
            gauges: [ptr::null_mut(); Gauge::ALL.len()],
        };
        if vm.environment.is_null() {
            return Err(Fault::out_of_memory());
        }
        // SAFETY: environment and state outlive the runtime, see `drop`.
        vm.runtime = unsafe { wasm3::m3_NewRuntime(vm.environment, stack_bytes, vm.state.cast()) };
        match vm.runtime.is_null() {
            true => Err(Fault::out_of_memory()),
            false => Ok(vm),
        }
    }

    /// Loads the module. `wasm` must live until the runtime is freed.
    fn load_module(&mut self, wasm: &[u8]) -> Result<wasm3::IM3Module, Fault> {
        let length = u32::try_from(wasm.len()).map_err(|_| Fault::out_of_memory())?;
        let mut module = ptr::null_mut();
        // SAFETY: `wasm` is `length` bytes.
        let parsed = unsafe {
            wasm3::m3_ParseModule(self.environment, &raw mut module, wasm.as_ptr(), length)
        };
        checked(parsed)?;
        // SAFETY: both were just made.
        let result = checked(unsafe { wasm3::m3_LoadModule(self.runtime, module) });
        if result.is_err() {
            // SAFETY: a module that was not loaded is still its maker's.
            unsafe { wasm3::m3_FreeModule(module) };
        }
        result.map(|()| module)
    }

    fn find_functions(&mut self, code: &Code) -> Result<(), Fault> {
        let names = code.functions().iter().map(String::as_str);
        for name in names.chain(code.reader().map(|_| READER)) {
            let name = fault::c_string(name)?;
            let mut function = ptr::null_mut();
            // SAFETY: the runtime has a module; the name ends with a zero.
            checked(unsafe {
                wasm3::m3_FindFunction(&raw mut function, self.runtime, name.as_ptr())
            })?;
            self.functions.push(function);
        }
        Ok(())
    }

    fn find_gauges(&mut self, module: wasm3::IM3Module) -> Result<(), Fault> {
        for (gauge, found) in Gauge::ALL.into_iter().zip(&mut self.gauges) {
            let name = fault::c_string(gauge.name())?;
            // SAFETY: the module is loaded; the name ends with a zero.
            *found = unsafe { wasm3::m3_FindGlobal(module, name.as_ptr()) };
        }
        match self.gauges.iter().any(|gauge| gauge.is_null()) {
            true => Err(Fault("a gauge is missing".to_owned())),
            false => Ok(()),
        }
    }

    fn global(&self, gauge: Gauge) -> wasm3::IM3Global {
        let [fuel, stack, pages, elements, refused] = self.gauges;
        match gauge {
            Gauge::Fuel => fuel,
            Gauge::Stack => stack,
            Gauge::Pages => pages,
            Gauge::Elements => elements,
            Gauge::Refused => refused,
        }
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        // SAFETY: all were made by `empty`, and are freed once and before what they point to: the
        // module's bytes are part of the state. wasm3 ignores a null runtime.
        unsafe {
            wasm3::m3_FreeRuntime(self.runtime);
            if !self.environment.is_null() {
                wasm3::m3_FreeEnvironment(self.environment);
            }
            drop(Box::from_raw(self.state));
        }
    }
}

/// Links the imports. The user data of each one is its index in [`Code::imports`].
fn link(module: wasm3::IM3Module, code: &Code) -> Result<(), Fault> {
    for (index, import) in code.imports().iter().enumerate() {
        let namespace = fault::c_string(import.namespace())?;
        let name = fault::c_string(import.name())?;
        // SAFETY: the module is loaded, the names end with zeros, no signature is compared, since
        // `Code` did, and the user data is a number, not a pointer.
        let result = unsafe {
            wasm3::m3_LinkRawFunctionEx(
                module,
                namespace.as_ptr(),
                name.as_ptr(),
                ptr::null(),
                Some(import_called),
                ptr::without_provenance(index),
            )
        };
        checked(result)?;
    }
    Ok(())
}

const HALTED: &CStr = c"halted by an import";

/// The function that wasm3 calls for every import. `slots` has the results, then the arguments.
///
/// # Safety
/// For wasm3 only, within [`Vm::call`].
unsafe extern "C" fn import_called(
    runtime: wasm3::IM3Runtime,
    context: wasm3::IM3ImportContext,
    slots: *mut u64,
    _memory: *mut c_void,
) -> *const c_void {
    // SAFETY: wasm3 passes a runtime whose user data is a `State` that nobody else uses during a
    // call, a valid context with the number that `link` gave, and slots for the import's type.
    let outcome = unsafe {
        let state = wasm3::m3_GetUserData(runtime).cast::<State>();
        let index = (*context).userdata.addr();
        catch_unwind(AssertUnwindSafe(|| serve(runtime, state, index, slots)))
            .unwrap_or_else(|panic| Err(Halt::Panicked(panic)))
            // Outside of `catch_unwind`, so that the guest may resume on another thread.
            .and_then(|served| suspend(state, served))
            .map(|result| finish(slots, result))
            .map_err(|halt| (*state).guest.halt = Some(halt))
    };
    match outcome {
        Ok(()) => ptr::null(),
        Err(()) => HALTED.as_ptr().cast(),
    }
}

/// Minimum of the fuel gauge. The guest's code subtracts from it without a check, and must not wrap around.
const LEAST_FUEL: i32 = i32::MIN / 4;

/// Runs an import on the guest's memory, and takes fuel for its time.
///
/// # Safety
/// As of [`import_called`], whose arguments these are.
unsafe fn serve(
    runtime: wasm3::IM3Runtime,
    state: *mut State,
    index: usize,
    slots: *mut u64,
) -> Result<Served, Halt> {
    let begun = Instant::now();
    // SAFETY: nobody else uses the state now; see above.
    let State {
        guest, code, fuel, ..
    } = unsafe { &mut *state };
    let Some(import) = code.imports().get(index) else {
        return Err(Halt::unknown_import());
    };
    let first = usize::from(import.returns());
    // SAFETY: after its results an import has one slot for each of its parameters.
    let arguments = unsafe { std::slice::from_raw_parts(slots.add(first), import.parameters()) };
    // SAFETY: the guest does not run, so nobody uses or moves its memory before this returns.
    let memory = unsafe { memory(runtime) };
    let served = import.serve(guest, arguments, memory)?;
    let spent = guest.fuel(begun.elapsed());
    let left = read(*fuel).saturating_sub(spent).max(LEAST_FUEL);
    write(*fuel, left);
    Ok(match served {
        // The guest's code may call many imports between two interrupt points of its own.
        Served::Returned(result) if left < 0 => Served::Event(Event::SliceEnded, result),
        served => served,
    })
}

/// # Safety
/// As of [`import_called`]; no reference into the state is alive.
unsafe fn suspend(state: *mut State, served: Served) -> Result<Option<u64>, Halt> {
    let (event, result) = match served {
        Served::Returned(result) => return Ok(result),
        Served::Event(event, result) => (event, result),
    };
    // SAFETY: nobody else uses the state now, and what it lends is alive during a call.
    let signal = unsafe {
        match (*state).suspend {
            Some(suspend) => suspend.as_ref().suspend(event),
            None => return Err(Halt::Stopped),
        }
    };
    // SAFETY: as before; whoever resumed did not keep a reference into it.
    let State { guest, fuel, .. } = unsafe { &mut *state };
    let resumed = guest.resume(signal)?;
    if resumed.refuels {
        write(*fuel, guest.budget().slice);
    }
    Ok(resumed.result.or(result))
}

/// # Safety
/// As of [`import_called`]: there is a slot if there is a result.
unsafe fn finish(slots: *mut u64, result: Option<u64>) {
    if let Some(result) = result {
        // SAFETY: as above.
        unsafe { slots.write(result) };
    }
}

/// # Safety
/// The guest must not run, and nobody else have its memory, while the slice is in use.
unsafe fn memory<'m>(runtime: wasm3::IM3Runtime) -> &'m mut [u8] {
    let mut length = 0;
    // SAFETY: the runtime is alive.
    let bytes = unsafe { wasm3::m3_GetMemory(runtime, &raw mut length, 0) };
    match NonNull::new(bytes) {
        // SAFETY: wasm3 says that it has `length` bytes there, which it zeroed.
        Some(bytes) => unsafe { std::slice::from_raw_parts_mut(bytes.as_ptr(), length as usize) },
        None => &mut [],
    }
}

fn lend(suspend: &dyn Suspend) -> NonNull<dyn Suspend> {
    let pointer: NonNull<dyn Suspend + '_> = NonNull::from(suspend);
    // SAFETY: only the lifetime changes; `Vm::call` takes the pointer back before the loan ends.
    unsafe { std::mem::transmute::<NonNull<dyn Suspend + '_>, NonNull<dyn Suspend>>(pointer) }
}

fn result_of(function: wasm3::IM3Function) -> Result<i32, Fault> {
    let mut result = 0_u64;
    // SAFETY: `function` is of a loaded module.
    let count = unsafe { wasm3::m3_GetRetCount(function) };
    if count == 1 {
        let mut pointers = [(&raw mut result).cast_const().cast::<c_void>()];
        // SAFETY: the function has just returned, and there is room for its result.
        checked(unsafe { wasm3::m3_GetResults(function, count, pointers.as_mut_ptr()) })?;
    }
    let [a, b, c, d, ..] = result.to_le_bytes();
    Ok(i32::from_le_bytes([a, b, c, d]))
}

/// Returns the value of one of the added globals, which are all `i32`.
fn read(global: wasm3::IM3Global) -> i32 {
    let mut value = tagged(0);
    // SAFETY: the global is of a loaded module and `i32`, as the value's tag says.
    unsafe {
        wasm3::m3_GetGlobal(global, &raw mut value);
        value.value.i32_.cast_signed()
    }
}

fn write(global: wasm3::IM3Global, value: i32) {
    let mut value = tagged(value.cast_unsigned());
    // SAFETY: as of `read`.
    unsafe { wasm3::m3_SetGlobal(global, &raw mut value) };
}

fn tagged(value: u32) -> wasm3::M3TaggedValue {
    wasm3::M3TaggedValue {
        type_: wasm3::M3ValueType::c_m3Type_i32,
        value: wasm3::M3TaggedValue_M3ValueUnion { i64_: value.into() },
    }
}

fn checked(result: wasm3::M3Result) -> Result<(), Fault> {
    if result.is_null() {
        return Ok(());
    }
    // SAFETY: results of wasm3 and of `import_called` are strings of static data.
    let text = unsafe { CStr::from_ptr(result.cast::<c_char>()) };
    Err(Fault(text.to_string_lossy().into_owned()))
}
