//! A guest that does what its request says: a list of waPC imports to call, with any arguments.
//!
//! So the cases choose pointers, lengths and orders in Rust, and one module serves nearly all.

use crate::harness::{TestGuest, TestHost};
use bytes::Bytes;
use capwire_wapc::abi::{self, Import};
use capwire_wapc::{CallError, Span};

/// The address at which the guest stores the result of each call, an `i32`, in order.
pub(crate) const RESULTS: u32 = 0x100;
/// The address to which the guest fetches the operation's name.
pub(crate) const OPERATION: u32 = 0x8000;
/// Memory for the cases: 28 KiB.
pub(crate) const SCRATCH: u32 = 0x9000;
/// The address to which the guest fetches its script: the instructions, then their data.
const SCRIPT: u32 = 0x1_0000;
const DATA: u32 = 0x1_2000;
/// More memory for the cases: 4 MiB and a little.
pub(crate) const LARGE: u32 = 0x2_0000;
/// The end of memory.
pub(crate) const END: u32 = PAGES * 0x1_0000;
const PAGES: u32 = 70;

const INSTRUCTION_WORDS: usize = 9;
const INSTRUCTION_BYTES: usize = INSTRUCTION_WORDS * 4;
const RETURN: u32 = 100;
const GROW: u32 = 101;
const TRAP: u32 = 102;

/// The actions of a guest in one call, which end with [`returns`](Self::returns) or
/// [`traps`](Self::traps).
#[derive(Clone, Default)]
pub(crate) struct Script {
    instructions: Vec<u8>,
    data: Vec<u8>,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Calls an import.
    pub(crate) fn import(self, import: &Import, arguments: &[u32]) -> Self {
        let opcode = abi::IMPORTS
            .iter()
            .position(|other| other == import)
            .expect("an import of waPC");
        assert_eq!(arguments.len(), import.parameters);
        self.instruction(opcode as u32, arguments)
    }

    /// Calls an import that takes a pointer and a length.
    pub(crate) fn import_span(self, import: &Import, span: Span) -> Self {
        self.import(import, &[span.pointer, span.length])
    }

    /// Calls an import that takes a pointer and a length with these bytes.
    pub(crate) fn import_bytes(mut self, import: &Import, bytes: &[u8]) -> Self {
        let span = self.place(bytes);
        self.import_span(import, span)
    }

    /// Calls the host: binding, namespace, operation and payload.
    pub(crate) fn host_call(mut self, parts: [&[u8]; 4]) -> Self {
        let spans = parts.map(|part| self.place(part));
        self.host_call_spans(spans)
    }

    pub(crate) fn host_call_spans(self, spans: [Span; 4]) -> Self {
        let arguments: Vec<u32> = spans
            .iter()
            .flat_map(|span| [span.pointer, span.length])
            .collect();
        self.import(&abi::HOST_CALL, &arguments)
    }

    /// Responds with what is in memory.
    pub(crate) fn respond(self, span: Span) -> Self {
        self.import_span(&abi::GUEST_RESPONSE, span)
    }

    /// Responds with what the first calls returned.
    pub(crate) fn respond_results(self, count: u32) -> Self {
        self.respond(Span::new(RESULTS, 4 * count))
    }

    /// Grows memory; what that returns is a result.
    pub(crate) fn grow(self, pages: u32) -> Self {
        self.instruction(GROW, &[pages])
    }

    /// Returns from the call.
    pub(crate) fn returns(self, value: i32) -> Self {
        self.instruction(RETURN, &[value.cast_unsigned()])
    }

    /// Ends the call by `unreachable`.
    pub(crate) fn traps(self) -> Self {
        self.instruction(TRAP, &[])
    }

    /// Makes the call, with a host that replies nothing.
    pub(crate) fn run(&self, guest: &mut TestGuest) -> Result<Bytes, CallError> {
        self.run_with(guest, &mut TestHost::default())
    }

    pub(crate) fn run_with(
        &self,
        guest: &mut TestGuest,
        host: &mut TestHost,
    ) -> Result<Bytes, CallError> {
        guest.call_with("script", self.encode(), host)
    }

    fn place(&mut self, bytes: &[u8]) -> Span {
        let pointer = DATA + self.data.len() as u32;
        self.data.extend_from_slice(bytes);
        Span::new(pointer, bytes.len() as u32)
    }

    fn instruction(mut self, opcode: u32, arguments: &[u32]) -> Self {
        let mut words = [0; INSTRUCTION_WORDS];
        words[0] = opcode;
        words[1..=arguments.len()].copy_from_slice(arguments);
        self.instructions
            .extend(words.iter().flat_map(|word| word.to_le_bytes()));
        self
    }

    /// Returns the encoding that the guest reads at [`SCRIPT`].
    pub(crate) fn encode(&self) -> Vec<u8> {
        let room = (DATA - SCRIPT) as usize;
        assert!(
            self.instructions.len() <= room,
            "a script of too many calls"
        );
        let mut encoded = self.instructions.clone();
        encoded.resize(room, 0);
        encoded.extend_from_slice(&self.data);
        encoded
    }
}

/// The guest that runs scripts, with more fields of its module.
///
/// `(call $run)` runs the script that is in memory; [`stored`] puts one there.
pub(crate) fn guest(more: &str) -> String {
    let imports: String = abi::IMPORTS.iter().map(declaration).collect();
    let calls: String = abi::IMPORTS.iter().enumerate().map(call).collect();
    format!(
        r#"(module
          {imports}
          (memory (export "memory") {PAGES})
          (global $results (mut i32) (i32.const 0))
          (func $result (param i32)
            (i32.store (global.get $results) (local.get 0))
            (global.set $results (i32.add (global.get $results) (i32.const 4))))
          (func $run (result i32)
            (local $pc i32) (local $opcode i32)
            (global.set $results (i32.const {RESULTS}))
            (local.set $pc (i32.const {SCRIPT}))
            (loop $next
              (local.set $opcode (i32.load (local.get $pc)))
              {calls}
              (if (i32.eq (local.get $opcode) (i32.const {GROW})) (then
                (call $result (memory.grow (i32.load offset=4 (local.get $pc))))))
              (if (i32.eq (local.get $opcode) (i32.const {TRAP})) (then unreachable))
              (if (i32.eq (local.get $opcode) (i32.const {RETURN})) (then
                (return (i32.load offset=4 (local.get $pc)))))
              (local.set $pc (i32.add (local.get $pc) (i32.const {INSTRUCTION_BYTES})))
              (br $next))
            unreachable)
          (func (export "__guest_call") (param i32 i32) (result i32)
            (call $__guest_request (i32.const {OPERATION}) (i32.const {SCRIPT}))
            (call $run))
          {more})"#
    )
}

/// The script in the memory of a guest that has not been called yet, for its start functions.
pub(crate) fn stored(script: &Script) -> String {
    let bytes: String = script
        .encode()
        .iter()
        .map(|byte| format!("\\{byte:02x}"))
        .collect();
    format!(r#"(data (i32.const {SCRIPT}) "{bytes}")"#)
}

/// The nine imports, each under its own name.
pub(crate) fn declaration(import: &Import) -> String {
    let name = import.name;
    let parameters = "i32 ".repeat(import.parameters);
    let result = if import.returns { "(result i32)" } else { "" };
    format!(r#"(import "wapc" "{name}" (func ${name} (param {parameters}) {result}))"#)
}

fn call((opcode, import): (usize, &Import)) -> String {
    let arguments: String = (1..=import.parameters)
        .map(|word| format!("(i32.load offset={} (local.get $pc))", 4 * word))
        .collect();
    let call = format!("(call ${} {arguments})", import.name);
    let call = match import.returns {
        true => format!("(call $result {call})"),
        false => call,
    };
    format!("(if (i32.eq (local.get $opcode) (i32.const {opcode})) (then {call}))")
}

/// Results of calls as [`Script::respond_results`] sends them.
pub(crate) fn results(response: &[u8]) -> Vec<u32> {
    let (words, _) = response.as_chunks();
    words.iter().copied().map(u32::from_le_bytes).collect()
}
