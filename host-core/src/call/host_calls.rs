//! The host calls that an actor makes during one call.

use super::cancellation::Cancellation;
use super::chain::Chain;
use super::context::CallContext;
use super::dispatch::Dispatcher;
use super::drive::AnswerHostCalls;
use super::invocation::{Caller, Invocation};
use crate::clock::Budget;
use crate::error::Error;
use crate::id::{BindingName, ContractId, Target, check_operation};
use crate::state::Generation;
use bytes::Bytes;
use capwire_wapc::{Reply, SuspendedCall};
use futures_util::future::BoxFuture;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Answers the host calls that an actor makes during one call, by a new call for each.
pub(super) struct HostCalls<'c> {
    host: &'c Arc<Dispatcher>,
    generation: &'c Arc<Generation>,
    context: &'c CallContext,
    deadline: Duration,
    /// Created by the first host call, because most calls make none.
    caused: OnceLock<Caused>,
    /// The time after which to try again, if something that the actor needs was unavailable.
    retry_after: OnceLock<Duration>,
}

/// The part of the context that all host calls of one call share.
struct Caused {
    /// The chain, including this actor.
    chain: Chain,
    /// Cancelled when the call ends.
    cancellation: Cancellation,
}

impl<'c> HostCalls<'c> {
    pub(super) fn new(
        host: &'c Arc<Dispatcher>,
        generation: &'c Arc<Generation>,
        context: &'c CallContext,
        deadline: Duration,
    ) -> Self {
        Self {
            host,
            generation,
            context,
            deadline,
            caused: OnceLock::new(),
            retry_after: OnceLock::new(),
        }
    }

    /// Returns the time after which to try again, if a host call failed because its target was busy
    /// or unavailable.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.retry_after.get().copied()
    }

    async fn call(&self, call: &SuspendedCall, budget: Budget) -> Result<Bytes, Error> {
        check_operation(call.operation())?;
        let caller = Caller::Actor(Arc::clone(self.generation));
        let (target, payload) = (self.target(call)?, call.payload().clone());
        let context = self.context(budget);
        let invocation = Invocation::new(caller, target, call.operation(), payload, context);
        self.host.dispatch(invocation).await
    }

    /// A namespace that is the key or an alias of an actor names that actor; any other namespace
    /// names a capability.
    fn target(&self, call: &SuspendedCall) -> Result<Target, Error> {
        let namespace = call.namespace();
        let by_alias = || self.host.shared().aliases.get(namespace);
        if let Some(actor) = namespace.parse().ok().or_else(by_alias) {
            return Ok(Target::Actor(actor));
        }
        let contract = ContractId::new(namespace)?;
        let name = BindingName::new(call.binding())?;
        Ok(Target::capability(contract, name))
    }

    /// Returns the context of one host call.
    fn context(&self, budget: Budget) -> CallContext {
        let caused = self.caused.get_or_init(|| {
            let chain = self.context.chain.with(self.generation);
            let cancellation = Cancellation::new();
            Caused {
                chain,
                cancellation,
            }
        });
        CallContext {
            chain: caused.chain.clone(),
            trace: self.context.trace.child(),
            deadline: self.deadline,
            budget,
            cancellation: caused.cancellation.clone(),
        }
    }
}

/// The call has ended, or was given up.
impl Drop for HostCalls<'_> {
    fn drop(&mut self) {
        if let Some(caused) = self.caused.get() {
            caused.cancellation.cancel();
        }
    }
}

impl AnswerHostCalls for HostCalls<'_> {
    /// The box keeps calls without host calls small, and breaks the recursion of the future's type.
    fn answer<'a>(&'a self, call: &'a SuspendedCall, budget: Budget) -> BoxFuture<'a, Reply> {
        Box::pin(async move {
            match self.call(call, budget).await {
                Ok(data) => Reply::Data(data),
                Err(error) => {
                    if let Some(after) = error.retry_after() {
                        self.retry_after.get_or_init(|| after);
                    }
                    let actor = self.generation.name();
                    tracing::debug!(actor, error = error.report(), "a host call failed");
                    Reply::Error(error.for_guest())
                }
            }
        })
    }
}
