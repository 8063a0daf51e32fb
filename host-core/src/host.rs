//! The API of a host.

mod providers;
mod swaps;

use crate::actor::{self, Actor};
use crate::builder::HostBuilder;
use crate::call::{self, CallContext, Caller, Dispatcher, Invocation};
use crate::error::{Error, Failure};
use crate::id::{ActorId, BindingKey, NameError, Target, check_alias};
use crate::options::{ActorOptions, HostOptions};
use crate::policy::Policy;
use crate::provider;
use crate::report::{ActorHealth, Events, Inventory, Metrics};
use crate::state::Shared;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_provider::{Bound, Config};
use capwire_wapc::Engine;
use capwire_wascap::{UnixSeconds, Verifier};
use futures_util::future::join_all;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A host: runs actors and gives them the capabilities that their claims name.
///
/// Clones refer to the same host. Its methods need a Tokio runtime. A method that changes the host
/// completes or undoes the change even if its future is dropped. A call of an actor is abandoned
/// when its future is dropped.
#[derive(Clone)]
pub struct Host(Arc<Dispatcher>);

impl Host {
    /// Returns a builder for a host whose actors run on `engine`.
    pub fn builder(engine: impl Engine) -> HostBuilder {
        HostBuilder::new(Arc::new(engine))
    }

    pub(crate) fn new(dispatcher: Arc<Dispatcher>) -> Self {
        Self(dispatcher)
    }

    fn shared(&self) -> &Arc<Shared> {
        self.0.shared()
    }

    /// Verifies a signed module on a thread that may block.
    ///
    /// # Errors
    /// Returns the same errors as [`Actor::from_bytes`].
    pub async fn verify(&self, wasm: impl Into<Bytes>) -> Result<Actor, Error> {
        let (host, wasm) = (Arc::clone(self.shared()), wasm.into());
        let verified = tokio::task::spawn_blocking(move || {
            let now = UnixSeconds(host.clock.unix().as_secs());
            Actor::from_bytes(wasm, &host.verifier.load(), now)
        });
        verified
            .await
            .unwrap_or_else(|_| Err(Failure::Runtime.into()))
    }

    /// Replaces the verifier, for running actors and for all later verifications and starts. Actors
    /// whose claims it refuses answer no calls after this returns, and are stopped, with an event.
    pub fn set_verifier(&self, verifier: Verifier) {
        actor::exchange_verifier(self.shared(), verifier);
    }

    /// Replaces the policy, for running actors and for all later starts and calls. After this
    /// returns, no call begins that the new policy does not allow. Actors that the new policy bars
    /// are stopped, with an event, and bindings end if no version of their actor may use them. A
    /// later, milder policy restores neither.
    pub fn set_policy(&self, policy: impl Policy) {
        actor::exchange_policy(self.shared(), Arc::new(policy));
    }

    /// Replaces the aliases of actors: the names by which actors may call each other in place of a
    /// key. A call by an alias needs the same claim as a call by the key. Names in claims are not
    /// aliases, because anybody can sign a module with any name.
    ///
    /// # Errors
    /// Returns an error if an alias is empty, too long, the key of an actor, or contains other
    /// characters than ASCII letters, digits, `-`, `_` and `.`. The aliases then stay as they were.
    pub fn set_aliases(
        &self,
        aliases: impl IntoIterator<Item = (String, ActorId)>,
    ) -> Result<(), NameError> {
        let aliases: HashMap<String, ActorId> = aliases.into_iter().collect();
        aliases.keys().try_for_each(|alias| check_alias(alias))?;
        self.shared().aliases.set(aliases);
        Ok(())
    }

    /// Returns the aliases of actors. An actor with an alias need not run.
    #[must_use]
    pub fn aliases(&self) -> HashMap<String, ActorId> {
        self.shared().aliases.all()
    }

    /// Starts an actor with the host's default options, [`HostOptions::actors`].
    ///
    /// When this returns, the actor's start functions have run and it accepts calls.
    ///
    /// # Errors
    /// Returns an error if the actor is already running, its claims are no longer valid, the policy
    /// bars it, or its module cannot be compiled or started. The host then keeps no part of it.
    pub async fn start_actor(&self, actor: Actor) -> Result<ActorId, Error> {
        let options = self.shared().options.actors.clone();
        self.start_actor_with(actor, options).await
    }

    /// Starts an actor with its own `options`; otherwise as [`start_actor`](Self::start_actor).
    ///
    /// # Errors
    /// Returns the errors of [`start_actor`](Self::start_actor), and an error if an option is out
    /// of range.
    pub async fn start_actor_with(
        &self,
        actor: Actor,
        options: ActorOptions,
    ) -> Result<ActorId, Error> {
        actor::start(self.shared(), actor, options).await
    }

    /// Stops an actor: ends the bindings through which providers call it, waits for calls in
    /// progress, and then ends its other bindings. Returns the number of calls that were dropped
    /// because they took longer than [`HostOptions::drain`].
    ///
    /// # Errors
    /// Returns an error if the actor is not running or is already being stopped.
    pub async fn stop_actor(&self, actor: ActorId) -> Result<usize, Error> {
        let host = Arc::clone(self.shared());
        detached(async move { actor::stop(&host, actor).await }).await
    }

    /// Binds an actor to the provider that `key` names, with the configuration of the binding. The
    /// provider also learns the actor's claims, under names that begin with `__wascc_`.
    ///
    /// # Errors
    /// Returns an error if the actor or provider does not exist, the actor's claims do not name the
    /// contract, the binding already exists, or the provider refuses it. The host then keeps no
    /// part of the binding.
    pub async fn bind(&self, key: BindingKey, config: Config) -> Result<Bound, Error> {
        detached(provider::bind(Arc::clone(&self.0), key, config)).await
    }

    /// Gives a binding the values `config` in place of its old ones, while the actor uses it. The
    /// provider ends the binding, after its calls in progress, and makes it again. New calls of the
    /// actor wait meanwhile, within the limits of
    /// [`HostOptions::providers`](crate::HostOptions::providers). A server closes its port for that
    /// moment. All other bindings stay as they are.
    ///
    /// # Errors
    /// Returns an error if there is no such binding, the actor may not have it any more, or the
    /// provider refuses the values. The binding then has its old values; the error says so if not
    /// even that was possible, and the binding has ended.
    pub async fn rebind(&self, key: BindingKey, config: Config) -> Result<Bound, Error> {
        detached(provider::rebind(Arc::clone(&self.0), key, config)).await
    }

    /// Ends a binding.
    ///
    /// # Errors
    /// Returns an error if there is no such binding, or if the provider cannot close a resource. In
    /// the second case, the binding ends in any case.
    pub async fn unbind(&self, key: BindingKey) -> Result<(), Error> {
        let host = Arc::clone(self.shared());
        detached(async move { provider::unbind(&host, &key).await }).await
    }

    /// Calls an actor.
    ///
    /// # Errors
    /// Returns an error if the actor is not running, fails, is busy, or takes too long; see
    /// [`Error::kind`].
    pub async fn call(
        &self,
        actor: ActorId,
        operation: &str,
        payload: impl Into<Bytes>,
    ) -> Result<Bytes, Error> {
        let target = Target::Actor(actor);
        let (payload, context) = (payload.into(), CallContext::of_host());
        let invocation = Invocation::new(Caller::Host, target, operation, payload, context);
        self.0.dispatch(invocation).await
    }

    /// Calls an actor with a message and returns its decoded answer. Message and answer are encoded
    /// with the codec of `capwire-contracts`, like those of actors that use capwire's SDK.
    ///
    /// ```
    /// # use capwire_engine_fake::{Fake, module};
    /// # use capwire_host::Host;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let signed = capwire_wascap::testing::sign(&module("standard"), &[])?;
    /// # let host = Host::builder(Fake::new()).build()?;
    /// # let echo = host.start_actor(host.verify(signed).await?).await?;
    /// let answer: Vec<u32> = host.request(echo, "echo", &[1, 2, 3]).await?;
    /// assert_eq!(answer, [1, 2, 3]);
    /// # host.shutdown().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns the errors of [`call`](Self::call),
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if MessagePack cannot express the message,
    /// or [`ErrorKind::Actor`](crate::ErrorKind::Actor) if the answer is not a `Res`.
    pub async fn request<Req, Res>(
        &self,
        actor: ActorId,
        operation: &str,
        message: &Req,
    ) -> Result<Res, Error>
    where
        Req: Serialize + Sync + ?Sized,
        Res: DeserializeOwned,
    {
        let payload = codec::encode(message);
        let payload = payload.map_err(|error| Error::message(operation, error))?;
        let answer = self.call(actor, operation, payload).await?;
        codec::decode(&answer).map_err(|error| Error::answer(actor, operation, error))
    }

    /// Asks an actor for its health, with a `HealthRequest`. It must answer within `timeout`.
    ///
    /// ```
    /// # use capwire_engine_fake::{Fake, module};
    /// # use capwire_host::{ActorHealth, Host};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let signed = capwire_wascap::testing::sign(&module("standard"), &[])?;
    /// # let host = Host::builder(Fake::new()).build()?;
    /// # let echo = host.start_actor(host.verify(signed).await?).await?;
    /// let health = host.health(echo, Duration::from_secs(1)).await;
    /// assert!(matches!(health, ActorHealth::Unknown), "it has no handler");
    /// # host.shutdown().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn health(&self, actor: ActorId, timeout: Duration) -> ActorHealth {
        let deadline = self.shared().clock.monotonic().saturating_add(timeout);
        call::ask_health(&self.0, actor, deadline).await
    }

    /// Returns the current actors, providers and bindings.
    #[must_use]
    pub fn inventory(&self) -> Inventory {
        self.shared().tables.read().inventory()
    }

    /// Returns the metrics of all calls until now, or `None` unless [`HostOptions::metrics`] is
    /// set.
    #[must_use]
    pub fn metrics(&self) -> Option<Metrics> {
        let unknown = self.shared().metrics.as_ref()?;
        Some(self.shared().tables.read().metrics(unknown))
    }

    /// Returns a listener that receives all events from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        self.shared().announcer.listen()
    }

    /// Returns the options of the host.
    #[must_use]
    pub fn options(&self) -> &HostOptions {
        &self.shared().options
    }

    /// Refuses new actors, providers and calls, stops all actors like
    /// [`stop_actor`](Self::stop_actor), and removes all providers. All of this shares one
    /// [drain time](HostOptions::drain). A provider that is still asked to end a binding after it gets
    /// half a second.
    ///
    /// # Errors
    /// Returns an error if the runtime ends before the shutdown is complete.
    pub async fn shutdown(&self) -> Result<(), Error> {
        let host = Arc::clone(self.shared());
        detached(async move {
            shutdown(&host).await;
            Ok(())
        })
        .await
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("engine", &self.shared().engine)
            .field("options", &self.shared().options)
            .finish_non_exhaustive()
    }
}

async fn shutdown(host: &Shared) {
    host.close_in_drain_time();
    host.tables.update(|tables| tables.close());
    // All callers from outside first, so that actors which call one another still can.
    provider::unbind_all(host, |route| route.calls_actor()).await;
    let actors: Vec<_> = host
        .tables
        .read()
        .actors()
        .map(|actor| actor.id())
        .collect();
    join_all(actors.into_iter().map(|id| actor::stop(host, id))).await;
    let tables = host.tables.read();
    let providers: Vec<_> = tables.providers().map(|added| added.id().clone()).collect();
    drop(tables);
    join_all(providers.into_iter().map(|id| provider::remove(host, id))).await;
}

/// Runs a change in its own task, so that it completes even if the caller's future is dropped.
async fn detached<T: Send + 'static>(
    change: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::spawn(change).await;
    done.unwrap_or_else(|_| Err(Failure::Runtime.into()))
}
