//! What is seen of a guest from outside.

use crate::script::Script;
use capwire_wapc::{
    CallError, Engine, Host, HostCall, LimitError, Limits, Module, PlainGuest, Reply, Request,
    StartError, SuspendedCall, Verdict, World,
};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a guest did, in its order.
#[derive(Debug)]
pub struct Transcript {
    events: Vec<String>,
    /// Whether it ended where engines differ by right: how deep calls may nest, how long slices are.
    is_cut: bool,
}

impl Transcript {
    /// Whether both are the same as far as both go.
    pub(crate) fn agrees_with(&self, other: &Self) -> bool {
        let common = match (self.is_cut, other.is_cut) {
            (false, false) => return self.events == other.events,
            (true, false) => self.events.len(),
            (false, true) => other.events.len(),
            (true, true) => self.events.len().min(other.events.len()),
        };
        let common = |events: &[String]| events.iter().take(common).cloned().collect::<Vec<_>>();
        common(&self.events) == common(&other.events)
    }

    /// The events as texts: host calls, console lines and outcomes.
    #[must_use]
    pub fn events(&self) -> &[String] {
        &self.events
    }
}

pub(crate) fn transcript(engine: &dyn Engine, wasm: &[u8], script: &Script) -> Transcript {
    let seen = Seen::default();
    let is_cut = match engine.compile(wasm) {
        Ok(module) => play(&*module, script, &seen),
        // wasm3 has limits of its own, such as how deep blocks nest.
        Err(_) if engine.name() == "wasm3" => true,
        Err(error) => {
            seen.push(error);
            false
        }
    };
    Transcript {
        events: seen.take(),
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

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.memory_pages = 20;
    limits.table_elements = 2_000;
    limits
}

/// Returns whether engines differ by right in that.
fn ended(error: &CallError, seen: &Seen) -> bool {
    match error {
        CallError::Limit(LimitError::Stack | LimitError::Interrupted) => return true,
        CallError::Trap(trap) => seen.push(trap.kind()),
        CallError::Limit(limit) => seen.push(limit),
        CallError::Protocol(breach) => seen.push(breach),
        CallError::Guest(error) => seen.push(error),
        other => seen.push(other),
    }
    false
}

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn push(&self, event: impl Debug) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(format!("{event:?}"));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
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

    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(4);
    }
}

struct Scripted<R> {
    replies: R,
    seen: Seen,
}

impl<R: Iterator<Item = Reply>> Host for Scripted<R> {
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
