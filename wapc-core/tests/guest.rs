//! Tests guests over scripted instances: the calls that reach the engine, and when a guest is dead.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use bytes::Bytes;
use capwire_wapc::{
    CallError, EmptyWorld, Frame, Guest, GuestError, HostCall, HostCalls, LimitError, Misuse,
    Module, PlainGuest, PlainInstance, Progress, Reply, Request, ResourceLimits, Resume,
    StartError, StartStep, Step, SuspendableInstance, Trap, TrapKind, Verdict, World,
};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// The result of entering the guest once.
type Outcome = Result<Progress, CallError>;

/// A module with one instance, which returns one prepared outcome each time it is entered.
#[derive(Debug)]
struct Scripted {
    outcomes: Mutex<VecDeque<Outcome>>,
    entered: Log,
}

type Log = Arc<Mutex<Vec<String>>>;

#[derive(Debug)]
struct Instance {
    outcomes: VecDeque<Outcome>,
    entered: Log,
}

fn scripted(outcomes: impl IntoIterator<Item = Outcome>) -> Scripted {
    Scripted {
        outcomes: Mutex::new(outcomes.into_iter().collect()),
        entered: Log::default(),
    }
}

impl Scripted {
    fn instance(&self) -> Box<Instance> {
        Box::new(Instance {
            outcomes: std::mem::take(&mut self.outcomes.lock().unwrap()),
            entered: Arc::clone(&self.entered),
        })
    }

    fn entered(&self) -> Vec<String> {
        self.entered.lock().unwrap().clone()
    }

    fn start(&self) -> Result<StartStep, StartError> {
        Guest::start(self, &ResourceLimits::default(), Arc::new(EmptyWorld))
    }

    fn guest(&self) -> Guest {
        match self.start().unwrap() {
            StartStep::Ready(guest) => guest,
            StartStep::Yielded(_) => panic!("the script's start yields"),
        }
    }

    fn plain(&self) -> Result<PlainGuest, StartError> {
        PlainGuest::start(
            self,
            &ResourceLimits::default(),
            Arc::new(EmptyWorld),
            &mut Stopping(0),
        )
    }
}

impl Module for Scripted {
    fn plain(
        &self,
        _: &ResourceLimits,
        _: Arc<dyn World>,
    ) -> Result<Box<dyn PlainInstance>, StartError> {
        Ok(self.instance())
    }

    fn suspendable(
        &self,
        _: &ResourceLimits,
        _: Arc<dyn World>,
    ) -> Result<Box<dyn SuspendableInstance>, StartError> {
        Ok(self.instance())
    }
}

impl Instance {
    fn enter(&mut self, how: String) -> Outcome {
        self.entered.lock().unwrap().push(how);
        self.outcomes.pop_front().expect("the script goes on")
    }

    fn enter_plain(&mut self, how: String) -> Result<Bytes, CallError> {
        match self.enter(how)? {
            Progress::Done(response) => Ok(response),
            other => panic!("a plain guest cannot be {other:?}"),
        }
    }
}

impl PlainInstance for Instance {
    fn start(&mut self, _: &mut dyn HostCalls) -> Result<(), CallError> {
        self.enter_plain("start".to_owned()).map(drop)
    }

    fn call(&mut self, request: Request<'_>, _: &mut dyn HostCalls) -> Result<Bytes, CallError> {
        self.enter_plain(request.operation.to_owned())
    }
}

impl SuspendableInstance for Instance {
    fn start(&mut self) -> Outcome {
        self.enter("start".to_owned())
    }

    fn call(&mut self, request: Request<'_>) -> Outcome {
        self.enter(request.operation.to_owned())
    }

    fn resume(&mut self, resume: Resume) -> Outcome {
        if matches!(resume, Resume::Stop) {
            self.entered.lock().unwrap().push("Stop".to_owned());
            let stopped = CallError::from(LimitError::Interrupted);
            return Err(stopped.with_frames([Frame::new(7, Some("spins"))]));
        }
        self.enter(format!("{resume:?}"))
    }
}

/// A host that echoes, and stops a guest after some slices.
struct Stopping(u32);

impl HostCalls for Stopping {
    fn call(&mut self, call: HostCall<'_>) -> Reply {
        Reply::data(call.payload.to_vec())
    }

    fn slice_ended(&mut self) -> Verdict {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Verdict::Continue
            }
            None => Verdict::Stop,
        }
    }
}

fn done(response: &'static str) -> Outcome {
    Ok(Progress::Done(response.into()))
}

fn host_call() -> Outcome {
    let call = HostCall {
        binding: "default",
        namespace: "wascc:keyvalue",
        operation: "Get",
        payload: b"key",
    };
    Ok(Progress::HostCall(call.to_suspended()))
}

fn yielded() -> Outcome {
    Ok(Progress::Yielded)
}

fn trapped() -> Outcome {
    Err(Trap::from(TrapKind::Unreachable).into())
}

fn refused() -> Outcome {
    let message = "no".to_owned();
    Err(GuestError { message }.into())
}

fn request() -> Request<'static> {
    Request::new("call", "")
}

fn is_dead<T>(result: Result<T, CallError>) -> bool {
    matches!(result, Err(CallError::Misuse(Misuse::Dead)))
}

#[test]
fn a_call_goes_on_as_its_host_says() {
    let script = scripted([done(""), host_call(), yielded(), done("answer")]);
    let mut guest = script.guest();
    let Step::HostCall(pending) = guest.call(request()).unwrap() else {
        panic!("no host call");
    };
    assert_eq!(pending.call().operation(), "Get");
    let Step::Yielded(paused) = pending.reply(Reply::data("value")).unwrap() else {
        panic!("not yielded");
    };
    let Step::Done(response) = paused.resume().unwrap() else {
        panic!("not done");
    };
    assert_eq!(response, "answer");
    assert!(guest.is_alive());
    assert_eq!(
        script.entered(),
        ["start", "call", "Reply(Data(5 bytes))", "Continue"]
    );
}

#[test]
fn a_driven_call_asks_its_host() {
    let script = scripted([done(""), host_call(), yielded(), done("answer")]);
    let response = script.guest().call_with(request(), &mut Stopping(1));
    assert_eq!(response.unwrap(), "answer");
    assert_eq!(script.entered()[2], "Reply(Data(3 bytes))");
}

#[test]
fn a_stopped_guest_is_dead() {
    let script = scripted([done(""), yielded()]);
    let mut guest = script.guest();
    let error = guest.call_with(request(), &mut Stopping(0)).unwrap_err();
    assert_eq!(error.limit(), Some(LimitError::Interrupted));
    assert_eq!(error.frames()[0].name(), Some("spins"));
    assert!(is_dead(guest.call(request())));
    assert_eq!(script.entered(), ["start", "call", "Stop"]);
}

#[test]
fn a_guest_whose_call_was_abandoned_is_dead() {
    for outcome in [host_call(), yielded()] {
        let script = scripted([done(""), outcome]);
        let mut guest = script.guest();
        drop(guest.call(request()).unwrap());
        assert!(!guest.is_alive());
        assert!(is_dead(guest.call(request())));
    }
}

#[test]
fn guests_survive_their_own_errors_only() {
    let script = scripted([done(""), refused(), done("well"), trapped()]);
    let mut guest = script.guest();
    guest.call(request()).unwrap_err();
    assert!(guest.is_alive());
    assert!(matches!(guest.call(request()).unwrap(), Step::Done(_)));
    guest.call(request()).unwrap_err();
    assert!(is_dead(guest.call(request())));

    let script = scripted([done(""), refused(), done("well"), trapped()]);
    let mut guest = script.plain().unwrap();
    let host = &mut Stopping(0);
    guest.call(request(), host).unwrap_err();
    assert_eq!(guest.call(request(), host).unwrap(), "well");
    guest.call(request(), host).unwrap_err();
    assert!(!guest.is_alive());
    assert!(is_dead(guest.call(request(), host)));
    assert_eq!(script.entered().len(), 4);
}

#[test]
fn a_guest_whose_host_panicked_is_dead() {
    let script = scripted([done("")]);
    let mut guest = script.plain().unwrap();
    let call = std::panic::AssertUnwindSafe(|| guest.call(request(), &mut Stopping(0)));
    std::panic::catch_unwind(call).unwrap_err();
    assert!(!guest.is_alive());
}

#[test]
fn a_start_is_continued_until_it_ends() {
    let script = scripted([yielded(), yielded(), done("")]);
    let mut step = script.start().unwrap();
    for _ in 0..2 {
        step = match step {
            StartStep::Yielded(starting) => starting.resume().unwrap(),
            StartStep::Ready(_) => panic!("too early"),
        };
    }
    assert!(matches!(step, StartStep::Ready(_)));
    assert_eq!(script.entered(), ["start", "Continue", "Continue"]);
}

#[test]
fn a_start_fails_or_is_stopped() {
    assert!(matches!(
        scripted([trapped()]).start(),
        Err(StartError::Call(CallError::Trap(_)))
    ));
    assert!(matches!(
        scripted([refused()]).plain(),
        Err(StartError::Call(CallError::Guest(_)))
    ));
    let (limits, world) = (ResourceLimits::default(), Arc::new(EmptyWorld));
    let script = scripted([yielded(), yielded()]);
    let stopped = Guest::start_with(&script, &limits, world, &mut Stopping(1));
    let Err(StartError::Call(error)) = stopped else {
        panic!("{stopped:?}");
    };
    assert_eq!(error.limit(), Some(LimitError::Interrupted));
}
