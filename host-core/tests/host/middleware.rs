//! Middleware is run once and fails closed.

use crate::kit::{CONTRACT, Kit, Module, Told, instances, text};
use bytes::Bytes;
use capwire_engine_fake::Fake;
use capwire_host::{Dispatch, Error, ErrorKind, Invocation};
use futures_util::future::BoxFuture;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tower::{Layer, Service};

type Seen = Arc<Mutex<Vec<String>>>;

/// Notes the operations that it sees, and does something with one of them.
#[derive(Clone, Default)]
struct Spy {
    seen: Seen,
    trick: Option<(&'static str, Trick)>,
}

#[derive(Clone, Copy)]
enum Trick {
    Refuse,
    Panic,
    Wait,
    Rewrite,
}

#[derive(Clone)]
struct Spying {
    spy: Spy,
    inner: Dispatch,
}

impl Layer<Dispatch> for Spy {
    type Service = Spying;

    fn layer(&self, inner: Dispatch) -> Spying {
        let spy = self.clone();
        Spying { spy, inner }
    }
}

impl Service<Invocation> for Spying {
    type Response = Bytes;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Bytes, Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, invocation: Invocation) -> Self::Future {
        let operation = invocation.operation().to_owned();
        self.spy.seen.lock().unwrap().push(operation.clone());
        let trick = self.spy.trick.filter(|(on, _)| *on == operation);
        match trick.map(|(_, trick)| trick) {
            None => self.inner.call(invocation),
            Some(Trick::Refuse) => Box::pin(async { Err(Error::middleware("not on my watch")) }),
            Some(Trick::Panic) => panic!("told to panic"),
            Some(Trick::Wait) => Box::pin(std::future::pending()),
            Some(Trick::Rewrite) => self.inner.call(invocation.with_payload("rewritten")),
        }
    }
}

/// A host behind two spies, the inner one with a trick up its sleeve.
fn spied(trick: Option<(&'static str, Trick)>) -> (Kit, Arc<Told>, Seen) {
    let seen = Seen::default();
    let (outer, inner) = (
        Spy {
            seen: Arc::clone(&seen),
            trick: None,
        },
        Spy {
            seen: Arc::clone(&seen),
            trick,
        },
    );
    let kit = Kit::with(Fake::new(), |builder| builder.layer(outer).layer(inner));
    let told = kit.told();
    (kit, told, seen)
}

#[tokio::test]
async fn every_call_passes_every_layer_once() {
    let (kit, told, seen) = spied(None);
    let actor = kit.bound_actor(instances(2)).await;

    assert_eq!(kit.ask(actor, "Echo", "hi").await.unwrap(), "hi");
    assert_eq!(*seen.lock().unwrap(), ["call", "call", "Echo", "Echo"]);
    assert_eq!(told.count("Echo"), 1);
    assert_eq!(kit.ask(actor, "Back", "hi").await.unwrap(), "hi");
    assert_eq!(seen.lock().unwrap().len(), 4 + 6);
}

#[tokio::test]
async fn what_a_layer_refuses_reaches_nobody() {
    let (kit, told, _) = spied(Some(("Echo", Trick::Refuse)));
    let actor = kit.bound_actor(instances(1)).await;
    let error = kit.ask(actor, "Echo", "").await.unwrap_err();
    assert!(text(&error).contains("refused"), "{error:?}");
    assert_eq!(told.log(), ["bind"]);

    let (kit, _, _) = spied(Some(("echo", Trick::Refuse)));
    let actor = kit.start(&Module::new()).await;
    let error = kit.host.call(actor, "echo", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Middleware);
    assert!(text(&error).contains("not on my watch"), "{error:?}");
}

#[tokio::test]
async fn a_panic_in_a_layer_is_an_error_of_that_call() {
    let (kit, told, _) = spied(Some(("Echo", Trick::Panic)));
    let actor = kit.bound_actor(instances(1)).await;
    assert!(kit.ask(actor, "Echo", "").await.is_err());
    assert!(kit.ask(actor, "Other", "").await.is_ok());
    assert_eq!(told.log(), ["bind", "Other"]);

    let (kit, _, _) = spied(Some(("echo", Trick::Panic)));
    let actor = kit.start(&Module::new()).await;
    let error = kit.host.call(actor, "echo", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Middleware);
}

#[tokio::test]
async fn a_layer_that_waits_does_so_within_the_deadline() {
    let (kit, _, _) = spied(Some(("echo", Trick::Wait)));
    let mut options = instances(1);
    options.deadline = std::time::Duration::from_millis(5);
    let actor = kit.start_with(&Module::new(), options).await;
    let error = kit.host.call(actor, "echo", "").await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn a_layer_can_exchange_the_message_but_not_widen_authority() {
    let (kit, told, seen) = spied(Some(("Echo", Trick::Rewrite)));
    let actor = kit.bound_actor(instances(1)).await;
    assert_eq!(kit.ask(actor, "Echo", "").await.unwrap(), "rewritten");

    let stranger = kit.start(&Module::new()).await;
    seen.lock().unwrap().clear();
    let error = kit.ask(stranger, "Echo", "").await.unwrap_err();
    assert!(text(&error).contains("permission denied"), "{error:?}");
    // Layers see what is then denied, to count and to log it.
    assert_eq!(*seen.lock().unwrap(), ["call", "call", "Echo", "Echo"]);
    assert_eq!(
        told.count("Echo"),
        1,
        "{CONTRACT} was reached by a stranger"
    );
}
