//! The visible behaviour of a guest.

use crate::script::Script;
use capwire_wapc::{
    CallError, CompileError, Engine, Frame, HostCall, HostCalls, LimitError, Module, NoEntropy,
    PlainGuest, Reply, Request, ResourceLimits, StartError, SuspendedCall, Verdict, World,
};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The actions of a guest, in order.
#[derive(Debug)]
pub struct Transcript {
    events: Vec<String>,
    /// The backtrace of each trap, if the engine supports backtraces.
    places: Option<Vec<Vec<u32>>>,
    /// True if the guest ended where engines may differ: at the depth of calls or the length of
    /// slices.
    is_cut: bool,
}

impl Transcript {
    /// Returns true if the transcripts are equal, up to the point where one of them is cut.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        let places = match (&self.places, &other.places) {
            (Some(own), Some(others)) => self.agrees(other, own, others),
            _ => true,
        };
        places && self.agrees(other, &self.events, &other.events)
    }

    fn agrees<T: PartialEq>(&self, other: &Self, own: &[T], others: &[T]) -> bool {
        let common = match (self.is_cut, other.is_cut) {
            (false, false) => return own == others,
            (true, false) => own.len(),
            (false, true) => others.len(),
            (true, true) => own.len().min(others.len()),
        };
        own.iter().take(common).eq(others.iter().take(common))
    }

    /// Returns the events as texts: host calls, console lines and results.
    #[must_use]
    pub fn events(&self) -> &[String] {
        &self.events
    }
}

pub(crate) fn transcript(engine: &dyn Engine, wasm: &[u8], script: &Script) -> Transcript {
    let seen = Seen::default();
    let is_cut = match engine.compile(wasm) {
        Ok(module) => play(&*module, script, &seen),
        // One compiler may refuse a module that another compiles quickly.
        Err(CompileError::TooLarge { .. } | CompileError::TooCostly { .. }) => true,
        // wasm3 has its own limits, such as the nesting depth of blocks.
        Err(_) if engine.name() == "wasm3" => true,
        Err(error) => {
            seen.push(error);
            false
        }
    };
    Transcript {
        events: take(&seen.events),
        places: engine.support().backtraces.then(|| take(&seen.places)),
        is_cut,
    }
}

/// Returns whether the transcript is cut.
fn play(module: &dyn Module, script: &Script, seen: &Seen) -> bool {
    let mut host = Scripted {
        replies: script.replies(),
        seen: seen.clone(),
    };
    let world = Arc::new(seen.clone());
    let mut guest = match PlainGuest::start(module, &limits(), world, &mut host) {
        Ok(guest) => guest,
        Err(StartError::Call(error)) => return ended(&error, seen),
        Err(error) => {
            seen.push(error);
            return false;
        }
    };
    for call in script.calls() {
        let operation = call.operation();
        match guest.call(Request::new(&operation, call.payload()), &mut host) {
            Ok(response) => seen.push(response),
            Err(error) => {
                if ended(&error, seen) {
                    return true;
                }
            }
        }
    }
    false
}

fn limits() -> ResourceLimits {
    let mut limits = ResourceLimits::default();
    limits.memory_pages = 20;
    limits.table_elements = 2_000;
    limits
}

/// Records the end of a call. Returns true if engines may differ in it.
fn ended(error: &CallError, seen: &Seen) -> bool {
    match error {
        CallError::Limit(exceeded) => match exceeded.limit() {
            LimitError::Stack | LimitError::Interrupted => return true,
            limit => seen.push(limit),
        },
        CallError::Trap(trap) => {
            seen.push(trap.kind());
            let place = trap.frames().iter().map(Frame::index).collect();
            lock(&seen.places).push(place);
        }
        CallError::Protocol(breach) => seen.push(breach),
        CallError::Guest(error) => seen.push(error),
        other => seen.push(other),
    }
    false
}

#[derive(Clone, Default)]
struct Seen {
    events: Arc<Mutex<Vec<String>>>,
    places: Arc<Mutex<Vec<Vec<u32>>>>,
}

impl Seen {
    fn push(&self, event: impl Debug) {
        lock(&self.events).push(format!("{event:?}"));
    }
}

fn take<T>(seen: &Mutex<Vec<T>>) -> Vec<T> {
    std::mem::take(&mut *lock(seen))
}

fn lock<T>(seen: &Mutex<T>) -> MutexGuard<'_, T> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World for Seen {
    fn console(&self, line: &str) {
        self.push(line);
    }

    fn realtime(&self) -> Duration {
        Duration::from_secs(1_600_000_000)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(7)
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        buffer.fill(4);
        Ok(())
    }
}

struct Scripted<R> {
    replies: R,
    seen: Seen,
}

impl<R: Iterator<Item = Reply>> HostCalls for Scripted<R> {
    fn call(&mut self, call: HostCall<'_>) -> Reply {
        let call: SuspendedCall = call.to_suspended();
        self.seen.push(call);
        let none = || Reply::error("the script is over");
        self.replies.next().unwrap_or_else(none)
    }

    fn slice_ended(&mut self) -> Verdict {
        Verdict::Continue
    }
}
