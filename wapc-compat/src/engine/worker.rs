//! The thread of one instance, which has the `WapcHost` that can be on one thread only.

use super::Make;
use bytes::Bytes;
use capwire_wapc::{CallError, GuestError, HostCall, Reply, Source, SuspendedCall, Trap, TrapKind};
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use wapc::WapcHost;
use wapc::errors::Error;

/// The caller's end of the line to a thread.
#[derive(Debug)]
pub(super) struct Line {
    orders: Sender<Order>,
    replies: Sender<Reply>,
    events: Receiver<Event>,
}

/// What a thread is to do, one after the other.
pub(super) enum Order {
    /// To run the start functions: first, and once.
    Start,
    Call {
        operation: String,
        payload: Bytes,
    },
}

/// How far an order got.
pub(super) enum Event {
    /// The guest waits for a reply.
    HostCall(SuspendedCall),
    Ended(Result<Bytes, CallError>),
}

/// Begins a thread. It ends when its line is dropped and the guest returned.
pub(super) fn spawn(make: Arc<Make>) -> io::Result<Line> {
    let (orders, ordered) = channel();
    let (replies, replied) = channel();
    let (tell, events) = channel();
    let caller = Caller {
        tell: tell.clone(),
        replies: Mutex::new(replied),
    };
    thread::Builder::new()
        .name("wapc-instance".to_owned())
        .spawn(move || serve(&*make, caller, &ordered, &tell))?;
    Ok(Line {
        orders,
        replies,
        events,
    })
}

impl Line {
    pub(super) fn order(&self, order: Order) -> Result<(), CallError> {
        self.orders.send(order).map_err(|_| lost())
    }

    pub(super) fn reply(&self, reply: Reply) -> Result<(), CallError> {
        self.replies.send(reply).map_err(|_| lost())
    }

    /// Waits for the thread.
    pub(super) fn next(&self) -> Result<Event, CallError> {
        self.events.recv().map_err(|_| lost())
    }
}

fn lost() -> CallError {
    Trap::new(TrapKind::Other, "the engine panicked, and its thread ended").into()
}

fn serve(make: &Make, caller: Caller, orders: &Receiver<Order>, tell: &Sender<Event>) {
    let Ok(Order::Start) = orders.recv() else {
        return;
    };
    let host = match start(make, caller) {
        Ok(host) => host,
        Err(source) => {
            let failed = Trap::new(TrapKind::Other, source).into();
            return tell.send(Event::Ended(Err(failed))).unwrap_or_default();
        }
    };
    let mut ended = Ok(Bytes::new());
    while tell.send(Event::Ended(ended)).is_ok() {
        let Ok(Order::Call { operation, payload }) = orders.recv() else {
            return;
        };
        let response = host.call(&operation, &payload);
        ended = response.map(Bytes::from).map_err(call_error);
    }
}

fn start(make: &Make, caller: Caller) -> Result<WapcHost, Source> {
    let engine = make()?;
    let callback =
        move |_id: u64, binding: &str, namespace: &str, operation: &str, payload: &[u8]| {
            caller.ask(HostCall {
                binding,
                namespace,
                operation,
                payload,
            })
        };
    Ok(WapcHost::new(engine, Some(Box::new(callback)))?)
}

fn call_error(error: Error) -> CallError {
    match error {
        Error::GuestCallFailure(message) => GuestError { message }.into(),
        error => Trap::new(TrapKind::Other, error).into(),
    }
}

/// Whoever waits at the other end of the line.
struct Caller {
    tell: Sender<Event>,
    /// Only for the guest's thread; the type of a callback does not know that.
    replies: Mutex<Receiver<Reply>>,
}

impl Caller {
    fn ask(&self, call: HostCall<'_>) -> Result<Vec<u8>, Source> {
        self.tell.send(Event::HostCall(call.to_suspended()))?;
        let replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
        match replies.recv()? {
            Reply::Data(data) => Ok(data.into()),
            Reply::Error(text) => Err(text.into()),
        }
    }
}
