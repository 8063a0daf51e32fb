//! One hostile guest, as WebAssembly text.

use crate::ending::Ending;
use anyhow::Result;
use capwire::{ActorOptions, Instances};
use capwire_conformance::guests::imports;
use std::num::NonZeroUsize;
use std::time::Duration;

/// When a guest attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strikes {
    /// While it starts.
    InStart,
    /// When it is called.
    InCall,
}

/// A guest that attacks its host.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The description of the attack, for people.
    pub name: &'static str,
    /// When it does that.
    pub strikes: Strikes,
    /// The outcome with these [`options`](Self::options), on every engine.
    pub ending: Ending,
    /// The most bytes that its messages may have.
    pub message_bytes: u32,
    pages: u32,
    fields: String,
    body: String,
}

impl Guest {
    /// A guest that runs `body` when it is called; `body` leaves an `i32`.
    pub(crate) fn in_call(name: &'static str, ending: Ending, body: impl Into<String>) -> Self {
        Self {
            name,
            strikes: Strikes::InCall,
            ending,
            message_bytes: 1 << 20,
            pages: 1,
            fields: String::new(),
            body: body.into(),
        }
    }

    /// A guest that attacks by what it consists of, or in a start function among its `fields`.
    pub(crate) fn in_start(name: &'static str, ending: Ending, fields: impl Into<String>) -> Self {
        Self {
            strikes: Strikes::InStart,
            ..Self::in_call(name, ending, "(i32.const 1)").with(fields)
        }
    }

    /// The guest with more fields.
    pub(crate) fn with(mut self, fields: impl Into<String>) -> Self {
        self.fields = fields.into();
        self
    }

    /// The guest with so much memory.
    pub(crate) fn pages(mut self, pages: u32) -> Self {
        self.pages = pages;
        self
    }

    /// Returns true if the guest runs until it is stopped.
    #[must_use]
    pub fn is_endless(&self) -> bool {
        matches!(self.ending, Ending::CpuBudget | Ending::Deadline)
    }

    /// Returns the options of the guest: 4 MiB of memory, 100,000 table elements, 512 KiB of stack,
    /// messages of [`message_bytes`](Self::message_bytes), one instance, and one minute for its CPU
    /// budget and its deadline, except that the one it should exceed is 50 ms.
    #[must_use]
    pub fn options(&self) -> ActorOptions {
        let (short, long) = (Duration::from_millis(50), Duration::from_secs(60));
        let mut options = ActorOptions::default();
        (options.cpu_budget, options.deadline) = match self.ending {
            Ending::Deadline => (long, short),
            Ending::CpuBudget => (short, long),
            // A slow machine must not end the guest before its own fault does.
            _ => (long, long),
        };
        options.start_deadline = long;
        options.limits.memory_pages = 64;
        options.limits.message_bytes = self.message_bytes as usize;
        options.instances = Instances::Shared(NonZeroUsize::MIN);
        options
    }

    /// The module, unsigned.
    ///
    /// # Errors
    /// If the text is not valid.
    pub fn wasm(&self) -> Result<Vec<u8>> {
        let Self {
            message_bytes,
            pages,
            fields,
            body,
            ..
        } = self;
        let wapc = imports();
        Ok(wat::parse_str(format!(
            r#"(module {wapc} {WASI}
                (memory (export "memory") {pages})
                (data (i32.const 0) "test:hostile")
                (data (i32.const 16) "TakeWaitPauseNap\ff")
                {fields}
                (func $all (result i32) (i32.shl (memory.size) (i32.const 16)))
                (func $most (result i32)
                    (select (call $all) (i32.const {message_bytes})
                        (i32.lt_u (call $all) (i32.const {message_bytes}))))
                (func (export "__guest_call") (param i32 i32) (result i32) {body}))"#
        ))?)
    }
}

const WASI: &str = r#"
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))"#;

/// A host call of the operation at `operation` with `payload`, both as pointer and length.
pub(crate) fn host_call(operation: &str, payload: &str) -> String {
    format!(
        "(call $__host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 12) {operation} {payload})"
    )
}

/// `code`, which leaves nothing, again and again.
pub(crate) fn for_ever(code: &str) -> String {
    format!("(loop $again {code} (br $again)) (i32.const 1)")
}
