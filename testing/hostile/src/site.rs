//! A host in which a hostile guest and its neighbours live.

use crate::guest::{Guest, Strikes};
use crate::provider::{CONTRACT, Helper};
use crate::wall::Wall;
use anyhow::Result;
use bytes::Bytes;
use capwire::engine::Engine;
use capwire::provider::Config;
use capwire::{ActorId, ActorOptions, BindingKey, BindingName, ContractId, Error, Host};
use capwire_conformance::guests::guest;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use tokio::task::JoinHandle;

/// A host, and the capability that its actors may call.
pub struct Site {
    host: Host,
    binding: BindingName,
}

impl Site {
    /// A host on `engine`, for modules that are trusted not to break it.
    ///
    /// # Errors
    /// If the host cannot be made.
    pub fn new(engine: Arc<dyn Engine>, wall: &Wall) -> Result<Self> {
        let builder = Host::builder(engine).clock(wall.clone());
        let host = builder.accept_unsafe_engine().build()?;
        let binding = BindingName::new("")?;
        host.add_named_provider(binding.clone(), Helper(wall.clone()))?;
        Ok(Self { host, binding })
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Signs a module that may call the capability.
    ///
    /// # Errors
    /// If it cannot be signed, or is not believed.
    pub async fn sign(&self, wasm: &[u8]) -> Result<capwire::Actor> {
        let signed = capwire::testing::sign(wasm, &[CONTRACT])?;
        Ok(self.host.verify(signed).await?)
    }

    /// Starts an actor and binds it.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(
        &self,
        actor: capwire::Actor,
        options: ActorOptions,
    ) -> Result<ActorId, Error> {
        let id = self.host.start_actor_with(actor, options).await?;
        let contract = ContractId::new(CONTRACT)?;
        let key = BindingKey::new(id, contract, self.binding.clone());
        self.host.bind(key, Config::default()).await?;
        Ok(id)
    }

    /// Lets `guest` do what it wants to, and returns how that ended.
    ///
    /// # Errors
    /// If the guest could not be prepared.
    pub async fn suffer(
        &self,
        guest: &Guest,
        options: ActorOptions,
    ) -> Result<Result<Bytes, Error>> {
        let actor = self.sign(&guest.wasm()?).await?;
        let started = self.start(actor, options).await;
        match (started, guest.strikes) {
            (Err(error), Strikes::InStart) => Ok(Err(error)),
            (Err(error), Strikes::InCall) => Err(error.into()),
            (Ok(actor), _) => {
                let result = self.host.call(actor, "attack", "").await;
                self.host.stop_actor(actor).await?;
                Ok(result)
            }
        }
    }

    /// Starts a neighbour on the calling thread, which is called again and again.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn neighbour(&self) -> Result<Neighbour> {
        let actor = self.sign(&wat::parse_str(neighbour())?).await?;
        let actor = self.start(actor, ActorOptions::default()).await?;
        let (host, answered) = (self.host.clone(), Arc::new(AtomicU64::new(0)));
        let count = Arc::clone(&answered);
        let calls = tokio::spawn(async move {
            while host.call(actor, "greet", "").await.is_ok() {
                count.fetch_add(1, SeqCst);
            }
        });
        Ok(Neighbour { answered, calls })
    }
}

/// A well-behaved actor, which waits in a host call whenever it is called.
fn neighbour() -> String {
    guest(
        "(call $__guest_response (i32.const 0) (i32.const 0))
        (call $__host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 12)
            (i32.const 12) (i32.const 5) (i32.const 0) (i32.const 0))",
        r#"(data (i32.const 0) "test:hostilePause")"#,
    )
}

/// A neighbour that is called for as long as this lives.
pub struct Neighbour {
    answered: Arc<AtomicU64>,
    calls: JoinHandle<()>,
}

impl Neighbour {
    /// Returns the number of answers so far.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.answered.load(SeqCst)
    }

    /// Returns true if the actor still answers.
    #[must_use]
    pub fn is_well(&self) -> bool {
        !self.calls.is_finished()
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.calls.abort();
    }
}
