//! Guests of both kinds, and hosts and worlds that remember what they saw.

use bytes::Bytes;
use capwire_wapc::{
    CallError, CompileError, Engine, Guest, HostCall, HostCalls, Module, NoEntropy, PlainGuest,
    Reply, Request, ResourceLimits, StartError, SuspendedCall, Verdict, World,
};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The two kinds of guests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Plain,
    Suspendable,
}

/// The setup that creates the guests of one case.
#[derive(Clone)]
pub(crate) struct Setup<'e> {
    engine: &'e dyn Engine,
    kind: Kind,
    pub(crate) limits: ResourceLimits,
}

/// Runs `check` for both kinds of guests.
pub(crate) fn each_kind(engine: &dyn Engine, check: impl Fn(Setup<'_>)) {
    for kind in [Kind::Plain, Kind::Suspendable] {
        eprintln!("{kind:?} guest:"); // only seen when the case fails
        check(Setup {
            engine,
            kind,
            limits: ResourceLimits::default(),
        });
    }
}

pub(crate) fn compile(engine: &dyn Engine, wat: &str) -> Arc<dyn Module> {
    try_compile(engine, wat).expect("the module compiles")
}

pub(crate) fn try_compile(engine: &dyn Engine, wat: &str) -> Result<Arc<dyn Module>, CompileError> {
    engine.compile(&wat::parse_str(wat).expect("the case has valid WebAssembly text"))
}

impl Setup<'_> {
    /// A guest that started.
    pub(crate) fn guest(&self, wat: &str) -> TestGuest {
        self.start(wat).expect("the guest starts")
    }

    pub(crate) fn start(&self, wat: &str) -> Result<TestGuest, StartError> {
        self.start_with(wat, &mut TestHost::default())
    }

    pub(crate) fn start_with(
        &self,
        wat: &str,
        host: &mut dyn HostCalls,
    ) -> Result<TestGuest, StartError> {
        self.start_in(wat, host, Arc::default())
    }

    /// Starts a guest in a world that the case keeps, for starts that fail.
    pub(crate) fn start_in(
        &self,
        wat: &str,
        host: &mut dyn HostCalls,
        world: Arc<TestWorld>,
    ) -> Result<TestGuest, StartError> {
        let module = compile(self.engine, wat);
        self.start_module(&*module, host, world)
    }

    pub(crate) fn start_module(
        &self,
        module: &dyn Module,
        host: &mut dyn HostCalls,
        world: Arc<TestWorld>,
    ) -> Result<TestGuest, StartError> {
        let seen = Arc::<TestWorld>::clone(&world);
        let guest = match self.kind {
            Kind::Plain => AnyGuest::Plain(PlainGuest::start(module, &self.limits, seen, host)?),
            Kind::Suspendable => {
                AnyGuest::Suspendable(Guest::start_with(module, &self.limits, seen, host)?)
            }
        };
        Ok(TestGuest { guest, world })
    }
}

/// A guest of either kind.
pub(crate) struct TestGuest {
    guest: AnyGuest,
    pub(crate) world: Arc<TestWorld>,
}

enum AnyGuest {
    Plain(PlainGuest),
    Suspendable(Guest),
}

impl TestGuest {
    /// Makes a call to a host that expects no host calls.
    pub(crate) fn call(
        &mut self,
        operation: &str,
        payload: impl Into<Bytes>,
    ) -> Result<Bytes, CallError> {
        self.call_with(operation, payload, &mut TestHost::default())
    }

    pub(crate) fn call_with(
        &mut self,
        operation: &str,
        payload: impl Into<Bytes>,
        host: &mut dyn HostCalls,
    ) -> Result<Bytes, CallError> {
        let request = Request::new(operation, payload);
        match &mut self.guest {
            AnyGuest::Plain(guest) => guest.call(request, host),
            AnyGuest::Suspendable(guest) => guest.call_with(request, host),
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        match &self.guest {
            AnyGuest::Plain(guest) => guest.is_alive(),
            AnyGuest::Suspendable(guest) => guest.is_alive(),
        }
    }
}

/// A host that answers with prepared replies, remembers what it was asked, and stops the guest
/// after some slices if it is told to.
#[derive(Default)]
pub(crate) struct TestHost {
    replies: VecDeque<Reply>,
    stop_after: Option<u32>,
    pub(crate) slices: u32,
    pub(crate) calls: Vec<SuspendedCall>,
}

impl TestHost {
    pub(crate) fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self {
            replies: replies.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Answers everything with nothing, and stops the guest at the end of its n-th slice.
    pub(crate) fn stopping_after(slices: u32) -> Self {
        Self {
            stop_after: Some(slices),
            ..Self::default()
        }
    }
}

impl HostCalls for TestHost {
    fn call(&mut self, call: HostCall<'_>) -> Reply {
        if self.stop_after.is_some() {
            return Reply::data(Bytes::new());
        }
        self.calls.push(call.to_suspended());
        self.replies.pop_front().expect("an expected host call")
    }

    fn slice_ended(&mut self) -> Verdict {
        self.slices += 1;
        match self.stop_after {
            Some(slices) if self.slices >= slices => Verdict::Stop,
            _ => Verdict::Continue,
        }
    }
}

/// A world with known clocks and bytes that remembers the console.
#[derive(Default)]
pub(crate) struct TestWorld(Mutex<Vec<String>>);

impl TestWorld {
    /// The lines since the last time.
    pub(crate) fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl World for TestWorld {
    fn console(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }

    fn realtime(&self) -> Duration {
        Duration::from_nanos(REALTIME)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(MONOTONIC)
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        buffer.fill(RANDOM);
        Ok(())
    }
}

/// The values of the clocks and the randomness of [`TestWorld`].
pub(crate) const REALTIME: u64 = 1_600_000_000_000_000_001;
pub(crate) const MONOTONIC: u64 = 7;
pub(crate) const RANDOM: u8 = 4;
