//! A clock that the test sets, and an actor that answers when the test says so.

use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::timer::{
    CancelRequest, CancelResponse, Firing, ListRequest, ListResponse, SetResponse, State, Timer,
};
use capwire_provider::{
    ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider, ProviderError,
    async_trait,
};
use capwire_timer::{Clock, Moment, Timers};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, watch};

/// A clock that the test sets, in milliseconds.
#[derive(Clone)]
pub struct TestClock(Arc<watch::Sender<i64>>);

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment(*self.0.borrow())
    }

    async fn sleep_until(&self, moment: Moment) {
        let mut now = self.0.subscribe();
        now.wait_for(|now| *now >= moment.0).await.unwrap();
    }
}

impl TestClock {
    pub fn set(&self, now: i64) {
        self.0.send_replace(now);
    }
}

/// An actor.
pub struct Actor {
    fired: Mutex<Vec<Firing>>,
    answers: Mutex<VecDeque<ActorError>>,
    gate: Semaphore,
}

#[async_trait]
impl ActorHandle for Actor {
    async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
        self.fired
            .lock()
            .unwrap()
            .push(codec::decode(&call.payload).unwrap());
        self.gate.acquire().await.unwrap().forget();
        match self.answers.lock().unwrap().pop_front() {
            Some(error) => Err(error),
            None => Ok(Bytes::from_static(&[0xc0])),
        }
    }
}

impl Actor {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            fired: Mutex::default(),
            answers: Mutex::default(),
            gate: Semaphore::new(1_000_000),
        })
    }

    /// Lets no call end until it is released.
    pub fn hold(&self) {
        self.gate.forget_permits(usize::MAX >> 4);
    }

    pub fn release(&self, calls: usize) {
        self.gate.add_permits(calls);
    }

    /// Lets the next calls fail.
    pub fn fail(&self, errors: impl IntoIterator<Item = ActorError>) {
        self.answers.lock().unwrap().extend(errors);
    }

    /// Returns the calls since the last time.
    pub fn fired(&self) -> Vec<Firing> {
        std::mem::take(&mut *self.fired.lock().unwrap())
    }
}

/// A binding of an actor.
pub struct Bound {
    pub timers: Arc<Timers>,
    pub clock: TestClock,
    pub actor: Arc<Actor>,
    pub id: BindingId,
}

pub type Values<'v> = &'v [(&'v str, &'v str)];

impl Bound {
    /// Binds an actor at the time 0, with the longest jitter.
    pub async fn new(values: Values<'_>) -> Self {
        Self::new_at(0, values).await
    }

    /// The same at another time.
    pub async fn new_at(now: i64, values: Values<'_>) -> Self {
        Self::with(Timers::in_memory(), now, values).await.unwrap()
    }

    /// Binds an actor whose timers are stored in `folder`.
    pub async fn stored(
        folder: &Path,
        now: i64,
        values: Values<'_>,
    ) -> Result<Self, ProviderError> {
        let values = [values, &[("DURABLE", "yes")]].concat();
        Self::with(Timers::new(folder), now, &values).await
    }

    async fn with(timers: Timers, now: i64, values: Values<'_>) -> Result<Self, ProviderError> {
        let clock = TestClock(Arc::new(watch::Sender::new(now)));
        let timers = timers.with_clock(Arc::new(clock.clone()), |most| most);
        let bound = Self {
            timers: Arc::new(timers),
            clock,
            actor: Actor::new(),
            id: BindingId {
                actor: "MACTOR".to_owned(),
                name: "default".to_owned(),
            },
        };
        bound.bind_to(&bound.timers, values).await?;
        bound.settle().await;
        Ok(bound)
    }

    /// Binds the same actor to a provider.
    pub async fn bind_to(&self, timers: &Timers, values: Values<'_>) -> Result<(), ProviderError> {
        let binding = Binding {
            id: self.id.clone(),
            config: Config::from_iter(values.iter().copied()),
            actor: self.actor.clone(),
        };
        timers.bind(binding).await.map(drop)
    }

    /// Sets the clock, and lets everything happen that is due.
    pub async fn at(&self, now: i64) -> Vec<(String, i64)> {
        self.clock.set(now);
        self.settle().await;
        let fired = self.actor.fired();
        fired
            .into_iter()
            .map(|it| (it.name, it.scheduled))
            .collect()
    }

    /// Lets everything happen that is due. The task of the binding answers after it has looked at the
    /// clock, so calls that its answers release come last.
    pub async fn settle(&self) {
        for _ in 0..6 {
            self.list("").await;
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn call<M, R>(&self, operation: &str, message: &M) -> Result<R, ProviderError>
    where
        M: serde::Serialize,
        R: serde::de::DeserializeOwned,
    {
        let message = codec::encode(message).unwrap();
        let answer = self.timers.call(Call::new(&self.id, operation, &message));
        Ok(codec::decode(&answer.await?).unwrap())
    }

    pub async fn set(&self, timer: Timer) -> Result<i64, String> {
        let set = self.call("Set", &timer).await;
        let set = set.map(|SetResponse { next }| next);
        set.map_err(|error| error.to_string())
    }

    pub async fn cancel(&self, name: &str) -> Result<bool, String> {
        let name = name.to_owned();
        let cancelled = self.call("Cancel", &CancelRequest { name }).await;
        let cancelled = cancelled.map(|CancelResponse { existed }| existed);
        cancelled.map_err(|error| error.to_string())
    }

    pub async fn list(&self, prefix: &str) -> Vec<State> {
        let prefix = prefix.to_owned();
        let listed: ListResponse = self.call("List", &ListRequest { prefix }).await.unwrap();
        listed.timers
    }

    pub async fn names(&self) -> Vec<String> {
        self.list("").await.into_iter().map(|it| it.name).collect()
    }

    pub async fn unbind(&self) {
        self.timers.unbind(&self.id).await.unwrap();
    }
}

/// Returns a timer of an actor that is due after so many milliseconds.
pub fn after(name: &str, after: u64) -> Timer {
    Timer {
        name: name.to_owned(),
        after,
        ..Timer::default()
    }
}

/// Returns a timer of an actor that is due each so many milliseconds.
pub fn every(name: &str, every: u64) -> Timer {
    Timer {
        name: name.to_owned(),
        every,
        ..Timer::default()
    }
}

/// Returns the calls of one timer in the form of [`Bound::at`].
pub fn calls<const N: usize>(name: &str, scheduled: [i64; N]) -> Vec<(String, i64)> {
    scheduled.map(|it| (name.to_owned(), it)).into()
}
