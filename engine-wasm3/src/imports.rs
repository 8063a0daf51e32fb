//! The functions that a guest may import. They use its memory and [`GuestState`].

use crate::guest::{GuestState, Halt, Served, word};
use crate::suspend::Event;
use capwire_wapc::{Span, abi, assemblyscript};
use capwire_wasi::{Function, MOST_ARGUMENTS, Outcome, ValueType};
use wasmparser::{FuncType, ValType};

/// A function that a module imports.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Import {
    /// A function of waPC, imported from this module.
    Wapc(&'static str, &'static abi::Import),
    AssemblyScript(&'static assemblyscript::Function),
    Wasi(&'static Function),
    /// The import that rewriting adds. The guest calls it when it has no fuel left.
    SliceEnded,
}

/// The module and name of [`Import::SliceEnded`]. A guest cannot import it itself: its module is checked
/// before the import is added.
const OURS: (&str, &str) = ("capwire", "slice_ended");

impl Import {
    /// Returns the import of these names if a host of waPC offers it.
    pub(crate) fn find(namespace: &str, name: &str) -> Option<Self> {
        if let Some(import) = abi::find(namespace, name) {
            let wasmbus = namespace == abi::WASMBUS;
            let namespace = if wasmbus {
                abi::WASMBUS
            } else {
                abi::NAMESPACE
            };
            return Some(Self::Wapc(namespace, import));
        }
        let script = assemblyscript::find(namespace, name).map(Self::AssemblyScript);
        script.or_else(|| capwire_wasi::find(namespace, name).map(Self::Wasi))
    }

    pub(crate) fn namespace(&self) -> &'static str {
        match self {
            Self::Wapc(namespace, _) => namespace,
            Self::AssemblyScript(function) => function.namespace,
            Self::Wasi(function) => function.namespace,
            Self::SliceEnded => OURS.0,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Wapc(_, import) => import.name,
            Self::AssemblyScript(function) => function.name,
            Self::Wasi(function) => function.name,
            Self::SliceEnded => OURS.1,
        }
    }

    pub(crate) fn parameters(&self) -> usize {
        match self {
            Self::Wapc(_, import) => import.parameters,
            Self::AssemblyScript(function) => function.parameters.len(),
            Self::Wasi(function) => function.parameters.len(),
            Self::SliceEnded => 0,
        }
    }

    pub(crate) fn returns(&self) -> bool {
        match self {
            Self::Wapc(_, import) => import.returns,
            Self::AssemblyScript(function) => function.returns,
            Self::Wasi(function) => function.returns,
            Self::SliceEnded => false,
        }
    }

    pub(crate) fn ty(&self) -> FuncType {
        let parameters = match self {
            Self::Wapc(_, import) => vec![ValType::I32; import.parameters],
            Self::AssemblyScript(function) => function.parameters.iter().map(script_type).collect(),
            Self::Wasi(function) => function.parameters.iter().map(value_type).collect(),
            Self::SliceEnded => Vec::new(),
        };
        let result = match self {
            Self::AssemblyScript(_) => ValType::F64,
            _ => ValType::I32,
        };
        FuncType::new(parameters, self.returns().then_some(result))
    }

    /// Runs the import. `arguments` has an entry for each parameter; an `i32` is in its lower half.
    pub(crate) fn serve(
        &self,
        guest: &mut GuestState,
        arguments: &[u64],
        memory: &mut [u8],
    ) -> Result<Served, Halt> {
        match self {
            Self::Wapc(_, import) => wapc(import, guest, &Words::new(arguments), memory),
            Self::AssemblyScript(function) => script(function, guest, arguments, memory),
            Self::Wasi(function) => wasi(function, guest, arguments, memory),
            Self::SliceEnded => Ok(Served::Event(Event::SliceEnded, None)),
        }
    }
}

/// Maximum number of parameters of an import of waPC.
const MOST: usize = 8;

/// The arguments of an import of waPC, which are all `i32`.
struct Words([u32; MOST]);

impl Words {
    fn new(arguments: &[u64]) -> Self {
        let mut words = [0; MOST];
        for (word, argument) in words.iter_mut().zip(arguments) {
            *word = low(*argument);
        }
        Self(words)
    }

    fn spans(&self) -> [Span; 4] {
        let [b, bl, n, nl, o, ol, p, pl] = self.0;
        [(b, bl), (n, nl), (o, ol), (p, pl)].map(|(pointer, length)| Span::new(pointer, length))
    }
}

fn wapc(
    import: &abi::Import,
    guest: &mut GuestState,
    words: &Words,
    memory: &mut [u8],
) -> Result<Served, Halt> {
    let conversation = &mut guest.conversation;
    let [first, second, ..] = words.0;
    let span = Span::new(first, second);
    match *import {
        abi::GUEST_REQUEST => conversation.guest_request(memory, first, second)?,
        abi::GUEST_RESPONSE => conversation.guest_response(memory, span)?,
        abi::GUEST_ERROR => conversation.guest_error(memory, span)?,
        abi::HOST_RESPONSE => conversation.host_response(memory, first)?,
        abi::HOST_ERROR => conversation.host_error(memory, first)?,
        abi::CONSOLE_LOG => conversation.console_log(memory, span)?,
        abi::HOST_RESPONSE_LEN => return Ok(length(conversation.host_response_len())),
        abi::HOST_ERROR_LEN => return Ok(length(conversation.host_error_len())),
        _ => return host_call(guest, words.spans(), memory),
    }
    Ok(Served::Returned(None))
}

fn length(length: u32) -> Served {
    Served::Returned(Some(length.into()))
}

fn host_call(guest: &mut GuestState, spans: [Span; 4], memory: &mut [u8]) -> Result<Served, Halt> {
    Ok(match guest.conversation.host_call(memory, spans)? {
        Some(call) => Served::Event(Event::HostCall(call.to_suspended()), None),
        None => Served::Returned(Some(0)),
    })
}

fn script(
    function: &assemblyscript::Function,
    guest: &GuestState,
    arguments: &[u64],
    memory: &[u8],
) -> Result<Served, Halt> {
    let world = &**guest.conversation.world();
    match function.call(arguments, memory, world)? {
        assemblyscript::Outcome::Returned(number) => {
            Ok(Served::Returned(function.returns.then(|| number.to_bits())))
        }
        assemblyscript::Outcome::Abort(abort) => Err(Halt::Abort(abort)),
    }
}

fn wasi(
    function: &Function,
    guest: &mut GuestState,
    arguments: &[u64],
    memory: &mut [u8],
) -> Result<Served, Halt> {
    // The upper half of an `i32`'s slot has any value.
    let mut words = [0; MOST_ARGUMENTS];
    let typed = arguments.iter().zip(function.parameters);
    for (word, (&argument, ty)) in words.iter_mut().zip(typed) {
        *word = match ty {
            ValueType::I32 => low(argument).into(),
            ValueType::I64 => argument,
        };
    }
    let world = &**guest.conversation.world();
    match guest.wasi.call(function, &words, memory, world) {
        Outcome::Errno(errno) => Ok(Served::Returned(Some(word(errno)))),
        Outcome::Sleep(time) if guest.conversation.may_sleep() => {
            Ok(Served::Event(Event::Sleep(time), Some(0)))
        }
        Outcome::Sleep(_) => Ok(Served::Returned(Some(0))),
        Outcome::Exit(code) => Err(Halt::Exit(code)),
    }
}

fn low(slot: u64) -> u32 {
    let [a, b, c, d, ..] = slot.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

fn script_type(ty: &assemblyscript::ValueType) -> ValType {
    match ty {
        assemblyscript::ValueType::I32 => ValType::I32,
        assemblyscript::ValueType::F64 => ValType::F64,
    }
}

fn value_type(ty: &ValueType) -> ValType {
    match ty {
        ValueType::I32 => ValType::I32,
        ValueType::I64 => ValType::I64,
    }
}
