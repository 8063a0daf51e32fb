//! The functions that a guest may import. They use its memory and [`State`].

use crate::fault::Halt;
use crate::signatures;
use crate::state::State;
use capwire_wapc::{Conversation, ProtocolError, Span, abi, assemblyscript};
use capwire_wasi::{Function, MOST_ARGUMENTS, Outcome};
use wasmi::errors::LinkerError;
use wasmi::{Caller, Engine, Error, Linker, Module, Val};

type Guest<'a> = Caller<'a, State>;

/// The cost of an import in units of fuel, which is about its time.
const FUEL_PER_IMPORT: u64 = 32;

/// Bytes that are copied for a unit of fuel, as in wasmi itself.
const BYTES_PER_FUEL: u64 = 8;

/// Returns a linker with waPC's functions and the WASI functions that `module` imports.
pub(crate) fn linker(engine: &Engine, module: &Module) -> Result<Linker<State>, Error> {
    let mut linker = Linker::new(engine);
    // A module may import a function several times.
    linker.allow_shadowing(true);
    link_guest(&mut linker)?;
    link_host(&mut linker)?;
    linker.alias_module(abi::NAMESPACE, abi::WASMBUS)?;
    for import in module.imports() {
        if let Some(function) = assemblyscript::find(import.module(), import.name()) {
            link_assemblyscript(&mut linker, function)?;
        }
        if let Some(function) = capwire_wasi::find(import.module(), import.name()) {
            link_wasi(&mut linker, function)?;
        }
    }
    Ok(linker)
}

/// Links the functions for the request, the response, the error and the console.
fn link_guest(linker: &mut Linker<State>) -> Result<(), LinkerError> {
    let request = |guest: Guest<'_>, operation, payload| {
        let bytes = guest.data().request_bytes;
        serve(guest, bytes, |wapc, memory| {
            wapc.guest_request(memory, operation, payload)
        })
    };
    let response = |guest: Guest<'_>, pointer, length| {
        serve(guest, u64::from(length), |wapc, memory| {
            wapc.guest_response(memory, Span::new(pointer, length))
        })
    };
    let error = |guest: Guest<'_>, pointer, length| {
        serve(guest, u64::from(length), |wapc, memory| {
            wapc.guest_error(memory, Span::new(pointer, length))
        })
    };
    let log = |guest: Guest<'_>, pointer, length| {
        serve(guest, u64::from(length), |wapc, memory| {
            wapc.console_log(memory, Span::new(pointer, length))
        })
    };
    linker
        .func_wrap(abi::NAMESPACE, abi::GUEST_REQUEST.name, request)?
        .func_wrap(abi::NAMESPACE, abi::GUEST_RESPONSE.name, response)?
        .func_wrap(abi::NAMESPACE, abi::GUEST_ERROR.name, error)?
        .func_wrap(abi::NAMESPACE, abi::CONSOLE_LOG.name, log)?;
    Ok(())
}

fn link_assemblyscript(
    linker: &mut Linker<State>,
    function: &'static assemblyscript::Function,
) -> Result<(), LinkerError> {
    let ty = signatures::assemblyscript_type(function);
    let call = move |mut guest: Guest<'_>, arguments: &[Val], results: &mut [Val]| {
        let words: [u64; assemblyscript::MOST_PARAMETERS] = words(arguments);
        let (memory, state) = split(&mut guest);
        let world = &**state.conversation.world();
        let outcome = function.call(&words, memory, world);
        let number = match outcome.map_err(|error| Error::host(Halt::from(error)))? {
            assemblyscript::Outcome::Returned(number) => Val::F64(number.into()),
            assemblyscript::Outcome::Abort(abort) => return Err(Error::host(Halt::Abort(abort))),
        };
        results.fill(number.clone());
        match charge(&mut guest, assemblyscript::MAX_BYTES)? {
            0 => Err(Error::host(Halt::SliceEnded(
                function.returns.then_some(number),
            ))),
            _ => Ok(()),
        }
    };
    linker.func_new(function.namespace, function.name, ty, call)?;
    Ok(())
}

/// Links the functions that call the host and fetch its reply.
fn link_host(linker: &mut Linker<State>) -> Result<(), LinkerError> {
    let call = |guest: Guest<'_>, b, bl, n, nl, o, ol, p, pl| -> Result<i32, Error> {
        let spans = [(b, bl), (n, nl), (o, ol), (p, pl)].map(|(p, l)| Span::new(p, l));
        let bytes = spans.iter().map(|span| u64::from(span.length)).sum();
        serve(guest, bytes, |_, _| Err(Halt::HostCall(spans)))
    };
    let response_len = |guest: Guest<'_>| {
        serve(guest, 0, |wapc, _| {
            Ok::<_, Halt>(wapc.host_response_len().cast_signed())
        })
    };
    let response = |guest: Guest<'_>, target| {
        let bytes = guest.data().conversation.host_response_len();
        serve(guest, u64::from(bytes), |wapc, memory| {
            wapc.host_response(memory, target)
        })
    };
    let error_len = |guest: Guest<'_>| {
        serve(guest, 0, |wapc, _| {
            Ok::<_, Halt>(wapc.host_error_len().cast_signed())
        })
    };
    let error = |guest: Guest<'_>, target| {
        let bytes = guest.data().conversation.host_error_len();
        serve(guest, u64::from(bytes), |wapc, memory| {
            wapc.host_error(memory, target)
        })
    };
    linker
        .func_wrap(abi::NAMESPACE, abi::HOST_CALL.name, call)?
        .func_wrap(abi::NAMESPACE, abi::HOST_RESPONSE_LEN.name, response_len)?
        .func_wrap(abi::NAMESPACE, abi::HOST_RESPONSE.name, response)?
        .func_wrap(abi::NAMESPACE, abi::HOST_ERROR_LEN.name, error_len)?
        .func_wrap(abi::NAMESPACE, abi::HOST_ERROR.name, error)?;
    Ok(())
}

/// Runs `import` on the guest's memory. Takes fuel for it and for `bytes`, the most that it moves, so
/// that the host's work for a guest counts.
fn serve<R: Returned, E: Into<Halt>>(
    mut guest: Guest<'_>,
    bytes: u64,
    import: impl FnOnce(&mut Conversation, &mut [u8]) -> Result<R, E>,
) -> Result<R, Error> {
    let fuel = charge(&mut guest, bytes)?;
    let (memory, state) = split(&mut guest);
    let returned = import(&mut state.conversation, memory);
    let returned = returned.map_err(|error| Error::host(error.into()))?;
    match fuel {
        0 => Err(Error::host(Halt::SliceEnded(returned.value()))),
        _ => Ok(returned),
    }
}

/// Takes the fuel of an import that moves `bytes`, and returns the fuel that is left.
fn charge(guest: &mut Guest<'_>, bytes: u64) -> Result<u64, Error> {
    let fuel = guest.get_fuel()?;
    let fuel = fuel.saturating_sub(FUEL_PER_IMPORT + bytes / BYTES_PER_FUEL);
    guest.set_fuel(fuel)?;
    Ok(fuel)
}

/// The result of an import.
trait Returned {
    fn value(self) -> Option<Val>;
}

impl Returned for () {
    fn value(self) -> Option<Val> {
        None
    }
}

impl Returned for i32 {
    fn value(self) -> Option<Val> {
        Some(Val::I32(self))
    }
}

/// Returns the guest's memory and state. The memory always exists while the guest's code runs.
fn split<'a>(guest: &'a mut Guest<'_>) -> (&'a mut [u8], &'a mut State) {
    match guest.data().memory {
        Some(memory) => memory.data_and_store_mut(guest),
        None => (&mut [], guest.data_mut()),
    }
}

fn link_wasi(linker: &mut Linker<State>, function: &'static Function) -> Result<(), LinkerError> {
    let ty = signatures::wasi_type(function);
    let call = move |mut guest: Guest<'_>, arguments: &[Val], results: &mut [Val]| {
        let words: [u64; MOST_ARGUMENTS] = words(arguments);
        let (memory, state) = split(&mut guest);
        let world = &**state.conversation.world();
        let (errno, time) = match state.wasi.call(function, &words, memory, world) {
            Outcome::Exit(code) => return Err(Error::host(Halt::Exit(code))),
            Outcome::Errno(errno) => (errno, None),
            Outcome::Sleep(time) => (0, state.may_sleep().then_some(time)),
        };
        results.fill(Val::I32(errno));
        let bytes = state.wasi.bytes_used();
        let fuel = charge(&mut guest, bytes)?;
        if let Some(time) = time {
            return Err(Error::host(Halt::Sleep(time)));
        }
        match fuel {
            0 => Err(Error::host(Halt::SliceEnded(Some(Val::I32(errno))))),
            _ => Ok(()),
        }
    };
    linker.func_new(function.namespace, function.name, ty, call)?;
    Ok(())
}

/// Returns the bits of the arguments, at most `N`.
fn words<const N: usize>(arguments: &[Val]) -> [u64; N] {
    let mut words = [0; N];
    for (word, argument) in words.iter_mut().zip(arguments) {
        *word = bits(argument);
    }
    words
}

fn bits(value: &Val) -> u64 {
    match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        Val::F64(number) => number.to_bits(),
        // No import has another type.
        _ => 0,
    }
}

impl From<ProtocolError> for Halt {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error)
    }
}
