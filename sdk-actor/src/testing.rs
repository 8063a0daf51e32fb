//! A fake host for unit tests of actors, on native targets only.

mod blobs;
mod config;
mod store;
mod streams;
mod timers;

use crate::dispatch::Actor;
use crate::error::Result;
use crate::http;
use blobs::Blobs;
use capwire_contracts::{blobstore, codec, config as values, eventstreams, keyvalue, timer};
use config::Values;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use store::Store;
use streams::Streams;
use timers::Timers;

/// A fake host that answers an actor and records the actor's calls.
///
/// By default, the host has an empty key-value store for each binding, in memory and without
/// expiry, blobs in memory, whose downloads come with [`deliver_chunks`](Self::deliver_chunks), event
/// streams in memory, whose events come with [`deliver_events`](Self::deliver_events), timers that are due when [`advance`](Self::advance) sets the time, and the values of
/// [`config`](Self::config). Script all other calls with [`respond`](Self::respond), [`refuse`](Self::refuse),
/// [`on`](Self::on) or [`actor`](Self::actor). A script takes precedence.
///
/// ```
/// use capwire_actor::prelude::*;
/// use capwire_actor::testing::FakeHost;
///
/// actor! {
///     http => count,
/// }
///
/// fn count(request: http::Request) -> Result<http::Response> {
///     let hits = keyvalue::default().add(&request.path, 1)?;
///     Ok(http::Response::text(format!("{hits} hits")))
/// }
///
/// // a working store
/// let host = FakeHost::new();
/// let request = http::Request::new("GET", "/home");
/// host.http(&ACTOR, request.clone())?;
/// assert_eq!(host.http(&ACTOR, request.clone())?.body, b"2 hits");
/// assert_eq!(host.calls()[1].operation, "Add");
///
/// // a failing store
/// let host = FakeHost::new().refuse("wascc:keyvalue", "Add", "the disk is full");
/// let error = host.http(&ACTOR, request).unwrap_err();
/// assert!(error.to_string().contains("the disk is full"));
/// # Ok::<(), Error>(())
/// ```
#[derive(Default)]
pub struct FakeHost(Rc<Inner>);

/// A host call of an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCall {
    /// The binding.
    pub binding: String,
    /// The target: a contract or an actor's key.
    pub namespace: String,
    /// The operation.
    pub operation: String,
    /// The payload.
    pub payload: Vec<u8>,
}

impl FakeHost {
    /// Returns a host with empty stores and without scripts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers each call of this operation with `message`.
    ///
    /// # Panics
    /// Panics if `message` cannot be encoded as MessagePack.
    #[must_use]
    pub fn respond<T: Serialize + ?Sized>(
        self,
        target: &str,
        operation: &str,
        message: &T,
    ) -> Self {
        #[expect(clippy::expect_used, reason = "a mistake in a test, to be shown there")]
        let answer = codec::encode(message).expect("the scripted answer");
        self.on(target, operation, move |_| Ok(answer.clone()))
    }

    /// Answers each call of this operation with an error whose text is `reason`.
    #[must_use]
    pub fn refuse(self, target: &str, operation: &str, reason: &str) -> Self {
        let reason = reason.to_owned();
        self.on(target, operation, move |_| Err(reason.clone()))
    }

    /// Answers each call of this operation with the result of `answer`: bytes, or the text of an
    /// error. If an operation has several scripts, the last one counts.
    #[must_use]
    pub fn on(
        self,
        target: &str,
        operation: &str,
        answer: impl Fn(&HostCall) -> Result<Vec<u8>, String> + 'static,
    ) -> Self {
        self.script(target, Some(operation), answer)
    }

    /// Answers each call to a capability, with any operation, with the result of `answer`. It can be
    /// a complete provider in memory, such as the database of `capwire-sql-sqlite`.
    ///
    /// ```
    /// use capwire_actor::{prelude::*, testing::FakeHost};
    ///
    /// let host = FakeHost::new().provide("acme:thermostat", |call| {
    ///     Err(format!("the thermostat has no {}", call.operation))
    /// });
    /// let refused = host.run(|| capability("acme:thermostat").call_raw("Break", &[]));
    /// assert!(refused.unwrap_err().to_string().ends_with("has no Break"));
    /// ```
    #[must_use]
    pub fn provide(
        self,
        contract: &str,
        answer: impl Fn(&HostCall) -> Result<Vec<u8>, String> + 'static,
    ) -> Self {
        self.script(contract, None, answer)
    }

    /// Answers each HTTP request of the actor, through any binding, with the result of `answer`.
    ///
    /// ```
    /// use capwire_actor::prelude::*;
    /// use capwire_actor::testing::FakeHost;
    ///
    /// let host = FakeHost::new().on_request(|request| match &*request.path {
    ///     "https://example.com/" => http::Response::text("hello"),
    ///     _ => http::Response::not_found(),
    /// });
    /// let status = host.run(|| http::get("https://example.com/none").send().unwrap().status_code);
    /// assert_eq!(status, 404);
    /// assert_eq!(host.requests()[0].method, "GET");
    /// ```
    #[must_use]
    pub fn on_request(self, answer: impl Fn(http::Request) -> http::Response + 'static) -> Self {
        let (contract, operation) = (http::CLIENT_CONTRACT, http::OP_PERFORM_REQUEST);
        self.on(contract, operation, move |call| {
            let request = codec::decode(&call.payload).map_err(|error| error.to_string())?;
            codec::encode(&answer(request)).map_err(|error| error.to_string())
        })
    }

    /// Returns the HTTP requests that actors sent, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<http::Request> {
        let calls = self.0.calls.borrow();
        let sent = calls
            .iter()
            .filter(|call| call.namespace == http::CLIENT_CONTRACT);
        sent.filter_map(|call| codec::decode(&call.payload).ok())
            .collect()
    }

    /// Lets another actor, which uses the same host, answer calls to `key`.
    #[must_use]
    pub fn actor(self, key: &str, actor: &'static Actor) -> Self {
        self.script(key, None, |call| {
            let answer = actor.call(&call.operation, call.payload.clone());
            answer.map_err(|error| error.to_string())
        })
    }

    /// Runs `scope` with this host.
    pub fn run<R>(&self, scope: impl FnOnce() -> R) -> R {
        HOSTS.with_borrow_mut(|hosts| hosts.push(Rc::clone(&self.0)));
        let _leave = Leave;
        scope()
    }

    /// Sends an HTTP request to `actor`.
    ///
    /// # Errors
    /// Returns the actor's error.
    pub fn http(&self, actor: &Actor, request: http::Request) -> Result<http::Response> {
        self.call(actor, http::OP_HANDLE_REQUEST, &request)
    }

    /// Calls `actor` with a message, and decodes the answer.
    ///
    /// # Errors
    /// Returns an error if the actor fails or its answer is not an `R`.
    pub fn call<T, R>(&self, actor: &Actor, operation: &str, message: &T) -> Result<R>
    where
        T: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        let answer = self.call_raw(actor, operation, codec::encode(message)?)?;
        Ok(codec::decode(&answer)?)
    }

    /// Calls `actor` with bytes, and returns the answer's bytes.
    ///
    /// # Errors
    /// Returns the actor's error.
    pub fn call_raw(
        &self,
        actor: &Actor,
        operation: &str,
        payload: impl Into<Vec<u8>>,
    ) -> Result<Vec<u8>> {
        self.run(|| actor.call(operation, payload.into()))
    }

    /// Returns the actors' calls, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<HostCall> {
        self.0.calls.borrow().clone()
    }

    /// Returns the lines that actors logged, oldest first.
    #[must_use]
    pub fn console(&self) -> Vec<String> {
        self.0.console.borrow().clone()
    }

    fn script(
        self,
        namespace: &str,
        operation: Option<&str>,
        answer: impl Fn(&HostCall) -> Result<Vec<u8>, String> + 'static,
    ) -> Self {
        self.0.scripts.borrow_mut().push(Script {
            namespace: namespace.to_owned(),
            operation: operation.map(str::to_owned),
            answer: Box::new(answer),
        });
        self
    }
}

/// Makes the host calls of [`Target`](crate::Target) on native targets.
pub(crate) fn call(
    binding: &str,
    namespace: &str,
    operation: &str,
    payload: &[u8],
) -> Result<Vec<u8>, String> {
    let host = current().ok_or("no host is active: call inside FakeHost::run")?;
    host.answer(HostCall {
        binding: binding.to_owned(),
        namespace: namespace.to_owned(),
        operation: operation.to_owned(),
        payload: payload.to_vec(),
    })
}

/// Writes the lines of [`console_log!`](crate::console_log) on native targets.
pub(crate) fn console_log(line: &str) {
    match current() {
        Some(host) => host.console.borrow_mut().push(line.to_owned()),
        None => eprintln!("{line}"),
    }
}

/// Exports nothing on native targets.
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($actor:path) => {};
}

#[derive(Default)]
struct Inner {
    scripts: RefCell<Vec<Script>>,
    stores: RefCell<BTreeMap<String, Store>>,
    blobs: RefCell<Blobs>,
    streams: RefCell<Streams>,
    timers: RefCell<Timers>,
    values: RefCell<Values>,
    calls: RefCell<Vec<HostCall>>,
    console: RefCell<Vec<String>>,
}

struct Script {
    namespace: String,
    operation: Option<String>,
    answer: Answer,
}

type Answer = Box<dyn Fn(&HostCall) -> Result<Vec<u8>, String>>;

thread_local! {
    /// The hosts whose `run` is active, innermost last.
    static HOSTS: RefCell<Vec<Rc<Inner>>> = const { RefCell::new(Vec::new()) };
}

struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        HOSTS.with_borrow_mut(Vec::pop);
    }
}

fn current() -> Option<Rc<Inner>> {
    HOSTS.with_borrow(|hosts| hosts.last().cloned())
}

impl Inner {
    fn answer(&self, call: HostCall) -> Result<Vec<u8>, String> {
        self.calls.borrow_mut().push(call.clone());
        let scripts = self.scripts.borrow();
        match scripts.iter().rfind(|script| script.answers(&call)) {
            Some(script) => (script.answer)(&call),
            None if call.namespace == keyvalue::CONTRACT => self.store(&call),
            None if call.namespace == blobstore::CONTRACT => {
                let mut blobs = self.blobs.borrow_mut();
                blobs.call(&call.binding, &call.operation, &call.payload)
            }
            None if call.namespace == values::CONTRACT => {
                self.values.borrow().call(&call.operation, &call.payload)
            }
            None if call.namespace == eventstreams::CONTRACT => {
                let mut streams = self.streams.borrow_mut();
                streams.call(&call.operation, &call.payload)
            }
            None if call.namespace == timer::CONTRACT => {
                let mut timers = self.timers.borrow_mut();
                timers.call(&call.binding, &call.operation, &call.payload)
            }
            None => Err(format!(
                "no script answers {} of {}: add one with FakeHost::respond",
                call.operation, call.namespace
            )),
        }
    }

    fn store(&self, call: &HostCall) -> Result<Vec<u8>, String> {
        let mut stores = self.stores.borrow_mut();
        let store = stores.entry(call.binding.clone()).or_default();
        store.call(&call.operation, &call.payload)
    }
}

impl Script {
    fn answers(&self, call: &HostCall) -> bool {
        let operation = self.operation.as_ref();
        self.namespace == call.namespace && operation.is_none_or(|it| *it == call.operation)
    }
}
