//! The functions that a guest may import. They use its memory and [`State`].

use crate::fault::Exit;
use crate::lend;
use crate::mailbox::{Answer, Wait};
use crate::signatures;
use crate::state::{Immediate, Patient, State};
use capwire_wapc::{Conversation, ProtocolError, Reply, Span, abi, assemblyscript};
use capwire_wasi::{Function, MOST_ARGUMENTS, Outcome};
use std::sync::Arc;
use wasmtime::{AsContextMut, Caller, Engine, Linker, Result, Trap, Val};

type Guest<'a, W> = Caller<'a, State<W>>;

/// Returns a linker for plain guests.
pub(crate) fn immediate(engine: &Engine) -> Result<Linker<State<Immediate>>> {
    let mut linker = linker(engine)?;
    for function in capwire_wasi::functions() {
        link_wasi(&mut linker, engine, function)?;
    }
    let call = |guest: Guest<'_, _>, b, bl, n, nl, o, ol, p, pl| {
        call_host(guest, (b, bl, n, nl, o, ol, p, pl))
    };
    linker.func_wrap(abi::NAMESPACE, abi::HOST_CALL.name, call)?;
    linker.alias_module(abi::NAMESPACE, abi::WASMBUS)?;
    Ok(linker)
}

/// Returns a linker for suspendable guests.
pub(crate) fn patient(engine: &Engine) -> Result<Linker<State<Patient>>> {
    let mut linker = linker(engine)?;
    for function in capwire_wasi::functions() {
        match function.sleeps() {
            true => link_sleep(&mut linker, engine, function)?,
            false => link_wasi(&mut linker, engine, function)?,
        }
    }
    linker.func_wrap_async(abi::NAMESPACE, abi::HOST_CALL.name, |guest, spans| {
        Box::new(await_host(guest, spans))
    })?;
    linker.alias_module(abi::NAMESPACE, abi::WASMBUS)?;
    Ok(linker)
}

/// Returns a linker with all functions except `__host_call` and WASI's, which may wait.
fn linker<W: 'static>(engine: &Engine) -> Result<Linker<State<W>>> {
    let mut linker = Linker::new(engine);
    link_guest(&mut linker)?;
    link_replies(&mut linker)?;
    for function in &assemblyscript::FUNCTIONS {
        link_assemblyscript(&mut linker, engine, function)?;
    }
    Ok(linker)
}

/// Links the functions for the request, the response, the error and the console.
fn link_guest<W: 'static>(linker: &mut Linker<State<W>>) -> Result<()> {
    let request = |guest: Guest<'_, W>, operation, payload| {
        serve(guest, |wapc, memory| {
            wapc.guest_request(memory, operation, payload)
        })
    };
    let response = |guest: Guest<'_, W>, pointer, length| {
        serve(guest, |wapc, memory| {
            wapc.guest_response(memory, Span::new(pointer, length))
        })
    };
    let error = |guest: Guest<'_, W>, pointer, length| {
        serve(guest, |wapc, memory| {
            wapc.guest_error(memory, Span::new(pointer, length))
        })
    };
    let log = |guest: Guest<'_, W>, pointer, length| {
        serve(guest, |wapc, memory| {
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

/// Links the functions that fetch the host's reply.
fn link_replies<W: 'static>(linker: &mut Linker<State<W>>) -> Result<()> {
    let response_len = |guest: Guest<'_, W>| guest.data().conversation.host_response_len();
    let response = |guest: Guest<'_, W>, target| {
        serve(guest, |wapc, memory| wapc.host_response(memory, target))
    };
    let error_len = |guest: Guest<'_, W>| guest.data().conversation.host_error_len();
    let error =
        |guest: Guest<'_, W>, target| serve(guest, |wapc, memory| wapc.host_error(memory, target));
    linker
        .func_wrap(abi::NAMESPACE, abi::HOST_RESPONSE_LEN.name, response_len)?
        .func_wrap(abi::NAMESPACE, abi::HOST_RESPONSE.name, response)?
        .func_wrap(abi::NAMESPACE, abi::HOST_ERROR_LEN.name, error_len)?
        .func_wrap(abi::NAMESPACE, abi::HOST_ERROR.name, error)?;
    Ok(())
}

fn link_assemblyscript<W: 'static>(
    linker: &mut Linker<State<W>>,
    engine: &Engine,
    function: &'static assemblyscript::Function,
) -> Result<()> {
    let ty = signatures::assemblyscript_type(engine, function);
    let call = move |mut guest: Guest<'_, W>, arguments: &[Val], results: &mut [Val]| {
        let words: [u64; assemblyscript::MOST_PARAMETERS] = words(arguments);
        let (memory, state) = split(&mut guest);
        let world = &**state.conversation.world();
        match function.call(&words, memory, world)? {
            assemblyscript::Outcome::Returned(number) => results.fill(Val::F64(number.to_bits())),
            assemblyscript::Outcome::Abort(abort) => return Err(abort.into()),
        }
        Ok(())
    };
    linker.func_new(function.namespace, function.name, ty, call)?;
    Ok(())
}

fn serve<W: 'static, T>(
    mut guest: Guest<'_, W>,
    import: impl FnOnce(&mut Conversation, &mut [u8]) -> Result<T, ProtocolError>,
) -> Result<T> {
    let (memory, state) = split(&mut guest);
    Ok(import(&mut state.conversation, memory)?)
}

/// Returns the guest's memory and state. The memory always exists while the guest's code runs.
fn split<'a, W: 'static>(guest: &'a mut Guest<'_, W>) -> (&'a mut [u8], &'a mut State<W>) {
    match guest.data().memory {
        Some(memory) => memory.data_and_store_mut(guest),
        None => (&mut [], guest.data_mut()),
    }
}

fn call_host(mut guest: Guest<'_, Immediate>, arguments: Spans) -> Result<i32> {
    let (memory, state) = split(&mut guest);
    let call = state.conversation.host_call(memory, spans(arguments))?;
    let Some(call) = call else {
        return Ok(0);
    };
    let left = state.waits.clock.until(state.waits.deadline);
    let reply = lend::with(|host| host.call(call));
    let reply = reply.unwrap_or_else(|| Reply::error("the guest has no host"));
    let returned = state.conversation.answer(reply);
    state.waits.deadline = state.waits.clock.after(left);
    guest.as_context_mut().set_epoch_deadline(left);
    Ok(returned)
}

async fn await_host(mut guest: Guest<'_, Patient>, arguments: Spans) -> Result<i32> {
    let (memory, state) = split(&mut guest);
    let call = state.conversation.host_call(memory, spans(arguments))?;
    let Some(call) = call.map(|call| call.to_suspended()) else {
        return Ok(0);
    };
    let reply = match wait(&mut guest, Wait::HostCall(call)).await? {
        Answer::Reply(reply) => reply,
        Answer::Wake | Answer::Stop => Reply::error("the host did not reply"),
    };
    Ok(guest.data_mut().conversation.answer(reply))
}

/// Suspends the guest, which continues in the rest of its slice unless it must end.
async fn wait(guest: &mut Guest<'_, Patient>, wait: Wait) -> Result<Answer> {
    let mailbox = Arc::clone(&guest.data().waits.mailbox);
    let (answer, left) = mailbox.exchange(wait).await;
    guest.data_mut().waits.slice_is_over = false;
    guest.as_context_mut().set_epoch_deadline(left);
    match answer {
        Answer::Stop => Err(Trap::Interrupt.into()),
        answer => Ok(answer),
    }
}

/// Binding, namespace, operation and payload, each as pointer and length.
type Spans = (u32, u32, u32, u32, u32, u32, u32, u32);

fn spans((b, bl, n, nl, o, ol, p, pl): Spans) -> [Span; 4] {
    [(b, bl), (n, nl), (o, ol), (p, pl)].map(|(pointer, length)| Span::new(pointer, length))
}

fn link_wasi<W: 'static>(
    linker: &mut Linker<State<W>>,
    engine: &Engine,
    function: &'static Function,
) -> Result<()> {
    let ty = signatures::wasi_type(engine, function);
    let call = move |mut guest: Guest<'_, W>, arguments: &[Val], results: &mut [Val]| {
        let errno = match call_wasi(&mut guest, function, arguments) {
            Outcome::Exit(code) => return Err(Exit(code).into()),
            Outcome::Errno(errno) => errno,
            Outcome::Sleep(_) => 0,
        };
        results.fill(Val::I32(errno));
        Ok(())
    };
    linker.func_new(function.namespace, function.name, ty, call)?;
    Ok(())
}

/// Links a function of WASI in which the guest can sleep.
fn link_sleep(
    linker: &mut Linker<State<Patient>>,
    engine: &Engine,
    function: &'static Function,
) -> Result<()> {
    let ty = signatures::wasi_type(engine, function);
    linker.func_new_async(
        function.namespace,
        function.name,
        ty,
        move |mut guest, arguments, results| {
            Box::new(async move {
                let errno = match call_wasi(&mut guest, function, arguments) {
                    Outcome::Exit(code) => return Err(Exit(code).into()),
                    Outcome::Errno(errno) => errno,
                    Outcome::Sleep(time) => {
                        if guest.data().conversation.may_sleep() {
                            wait(&mut guest, Wait::Sleep(time)).await?;
                        }
                        0
                    }
                };
                results.fill(Val::I32(errno));
                Ok(())
            })
        },
    )?;
    Ok(())
}

fn call_wasi<W: 'static>(
    guest: &mut Guest<'_, W>,
    function: &Function,
    arguments: &[Val],
) -> Outcome {
    let words: [u64; MOST_ARGUMENTS] = words(arguments);
    let (memory, state) = split(guest);
    let world = &**state.conversation.world();
    state.wasi.call(function, &words, memory, world)
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
        Val::F64(bits) => *bits,
        // No import has another type.
        _ => 0,
    }
}
