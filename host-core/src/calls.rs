//! Carries out calls that are allowed.

use crate::chain::Chain;
use crate::drive::{Allowance, Answer, Fault, drive};
use crate::error::{CallFailure, Doing, Error, Failure, Thing};
use crate::event::Event;
use crate::generation::{Generation, Visit};
use crate::id::{ActorId, BindingKey, BindingName, ContractId, check_operation};
use crate::invocation::{Caller, Invocation, Target};
use crate::patience;
use crate::policy::Permit;
use crate::pool::NoInstance;
use crate::provider::ProviderFault;
use crate::shared::Shared;
use crate::trace;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::core::{HealthRequest, OP_HEALTH_REQUEST};
use capwire_provider::Call;
use capwire_wapc::{Reply, Request, SuspendedCall};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// Calls a provider by a binding of the caller.
pub(crate) async fn capability(host: &Shared, permit: &Permit) -> Result<Bytes, Error> {
    let invocation = permit.invocation();
    let (Caller::Actor(caller), Target::Capability(provider)) =
        (invocation.caller(), invocation.target())
    else {
        return Err(Error::option(
            "target",
            "is a capability, which only actors have",
        ));
    };
    let key = BindingKey {
        actor: caller.id(),
        provider: provider.clone(),
    };
    let Some(route) = host.state.read().route(&key).cloned() else {
        return Err(Error::not_found(Thing::Binding(Box::new(key))));
    };
    let call = Call::new(&route.id, invocation.operation(), invocation.payload())
        .traced(invocation.trace());
    let served = invocation.chain().clone().serve(route.provider.call(call));
    trace::within(invocation.trace(), served)
        .await
        .map_err(|fault| provider_error(fault, &key, Doing::Call))
}

/// Calls an actor.
pub(crate) fn actor<'c>(
    host: &'c Arc<Shared>,
    id: ActorId,
    permit: &'c Permit,
) -> BoxFuture<'c, Result<Bytes, Error>> {
    Box::pin(async move {
        let visit = enter(host, id)?;
        let result = inside(host, visit.generation(), permit.invocation()).await;
        visit.end(&result);
        result
    })
}

/// Asks a generation that nobody else calls yet whether it is well.
pub(crate) async fn health(host: &Arc<Shared>, generation: &Arc<Generation>) -> Result<(), Error> {
    // A message of one boolean can always be encoded.
    let payload = codec::encode(&HealthRequest::default()).unwrap_or_default();
    let target = Target::Actor(generation.id());
    let call = Invocation::new(Caller::Host, target, OP_HEALTH_REQUEST, payload.into());
    inside(host, generation, &call).await.map(drop)
}

/// Lets a call into the generation in which it will run and end.
fn enter(host: &Shared, id: ActorId) -> Result<Visit, Error> {
    let tables = host.state.read();
    let actor = tables.actor(id);
    let actor = actor.ok_or_else(|| Error::not_found(Thing::Actor(id)))?;
    actor.enter().ok_or_else(|| Error::stopped(id))
}

async fn inside(
    host: &Arc<Shared>,
    generation: &Arc<Generation>,
    invocation: &Invocation,
) -> Result<Bytes, Error> {
    check(host, generation, invocation)?;
    let id = generation.id();
    let patience = generation.options().deadline;
    let own = host.clock.monotonic().saturating_add(patience);
    let deadline = own.min(invocation.deadline());
    // It stays where it is: whoever wraps it would take its size again, of the one stack on which all
    // actors that call one another are asked to go on.
    let call = pin!(on_instance(host, generation, invocation, deadline));
    let call = AssertUnwindSafe(call).catch_unwind();
    let until_stopped = pin!(patience::unless(|| generation.pool().stopped(), call));
    match patience::until(&*host.clock, deadline, until_stopped).await {
        Ok(Ok(Ok(result))) => result,
        Ok(Ok(Err(_))) => Err(Failure::EnginePanic { actor: id }.into()),
        Ok(Err(_)) => Err(Error::stopped(id)),
        Err(_) => Err(Error::late(invocation)),
    }
}

fn check(host: &Shared, generation: &Generation, invocation: &Invocation) -> Result<(), Error> {
    generation.authority().check(host.clock.unix())?;
    let limit = host.options.call_depth.get();
    if invocation.depth() < limit {
        return Ok(());
    }
    let path = invocation.chain().path_to(generation.id());
    Err(Failure::Depth { path, limit }.into())
}

async fn on_instance(
    host: &Arc<Shared>,
    generation: &Arc<Generation>,
    invocation: &Invocation,
    deadline: Duration,
) -> Result<Bytes, Error> {
    let (pool, options) = (generation.pool(), generation.options());
    let lease = pool.checkout(invocation.chain(), &host.waits).await;
    let mut lease = lease.map_err(|reason| no_instance(reason, generation.id(), invocation))?;
    let allowance = Allowance {
        deadline,
        cpu_budget: options.cpu_budget,
        slice: options.limits.slice,
    };
    let answers = Answers {
        host,
        generation,
        deadline,
        chain: invocation.chain().with(generation.id(), pool.id()),
    };
    let request = Request::new(invocation.operation(), invocation.payload().clone());
    let mut loan = Loan::new(host, generation.id());
    let result = {
        let driven = drive(lease.guest(), request, allowance, &*host.clock, &answers);
        trace::within(invocation.trace(), pin!(driven)).await
    };
    let survived = lease.give_back();
    let result = result.map_err(|fault| fault_error(fault, generation, invocation, survived));
    loan.ended(survived, &result);
    result
}

/// Tells of an instance that does not come back from its call, in whichever way that ends.
struct Loan<'c> {
    host: &'c Shared,
    actor: ActorId,
    fault: Option<Arc<str>>,
}

impl<'c> Loan<'c> {
    fn new(host: &'c Shared, actor: ActorId) -> Self {
        Self {
            host,
            actor,
            fault: Some("its call was given up".into()),
        }
    }

    fn ended(&mut self, survived: bool, result: &Result<Bytes, Error>) {
        self.fault = match result {
            Err(error) if !survived => Some(error.report().into()),
            _ => None,
        };
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        if let Some(reason) = self.fault.take() {
            let actor = self.actor;
            let event = Event::InstanceRetired { actor, reason };
            self.host.announcer.announce(event);
        }
    }
}

/// Answers the host calls of one call of an actor.
struct Answers<'c> {
    host: &'c Arc<Shared>,
    generation: &'c Arc<Generation>,
    deadline: Duration,
    chain: Chain,
}

impl Answer for Answers<'_> {
    async fn answer(&self, call: &SuspendedCall) -> Reply {
        match self.ask(call).await {
            Ok(data) => Reply::Data(data),
            Err(error) => {
                let actor = self.generation.name();
                tracing::debug!(actor, error = error.report(), "a host call failed");
                Reply::Error(error.for_guest())
            }
        }
    }
}

impl Answers<'_> {
    async fn ask(&self, call: &SuspendedCall) -> Result<Bytes, Error> {
        check_operation(call.operation())?;
        let caller = Caller::Actor(Arc::clone(self.generation));
        let payload = call.payload().clone();
        let invocation = Invocation::new(caller, target(call)?, call.operation(), payload)
            .within(self.deadline)
            .inside(self.chain.clone());
        self.host.submit(invocation).await
    }
}

/// A namespace that is an actor's key means that actor, anything else a capability.
fn target(call: &SuspendedCall) -> Result<Target, Error> {
    if let Ok(actor) = call.namespace().parse() {
        return Ok(Target::Actor(actor));
    }
    let contract = ContractId::new(call.namespace())?;
    let name = BindingName::new(call.binding())?;
    Ok(Target::capability(contract, name))
}

pub(crate) fn provider_error(fault: ProviderFault, key: &BindingKey, doing: Doing) -> Error {
    let provider = key.provider.clone();
    match fault {
        ProviderFault::Error(source) => Failure::Provider {
            provider,
            doing,
            source,
        },
        ProviderFault::Panic => Failure::ProviderPanic { provider, doing },
    }
    .into()
}

fn no_instance(reason: NoInstance, actor: ActorId, invocation: &Invocation) -> Error {
    match reason {
        NoInstance::Closed => Failure::Stopped { actor },
        NoInstance::Full { retry_after } => Failure::Busy { actor, retry_after },
        NoInstance::Circle => Failure::Circle {
            path: invocation.chain().path_to(actor),
        },
        NoInstance::Start(fault) => Failure::start(actor, fault),
    }
    .into()
}

fn fault_error(
    fault: Fault,
    generation: &Generation,
    invocation: &Invocation,
    survived: bool,
) -> Error {
    match fault {
        Fault::Deadline => Error::late(invocation),
        Fault::Call(cause) => Failure::Call(CallFailure {
            actor: generation.id(),
            name: generation.name().into(),
            operation: invocation.operation().into(),
            cause,
            survived,
        })
        .into(),
    }
}
