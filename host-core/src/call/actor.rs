//! Calls of actors.

use super::context::CallContext;
use super::dispatch::Dispatcher;
use super::drive::{Allowance, Fault, drive};
use super::host_calls::HostCalls;
use super::invocation::{Caller, Invocation};
use super::permit::Permit;
use crate::error::{CallFailure, Error, Failure, Thing};
use crate::id::{ActorId, Target};
use crate::pool::NoInstance;
use crate::report::ActorHealth;
use crate::state::{ActiveCall, Generation, Shared};
use crate::wait::{until_cancelled, with_timeout};
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::core::{HealthRequest, OP_HEALTH_REQUEST};
use capwire_wapc::Request;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::coop::consume_budget;

/// Calls the actor `id`.
pub(super) async fn call(
    host: &Arc<Dispatcher>,
    id: ActorId,
    permit: &Permit,
) -> Result<Bytes, Error> {
    let mut active = enter(host.shared(), id)?;
    let invocation = permit.invocation();
    let result = run(host, &mut active, invocation).await;
    // The handle of a provider logs how its calls end.
    let logged = matches!(invocation.caller(), Caller::Provider(_));
    active.end(&result, logged);
    result
}

/// Sends a health request to a generation that no other call has entered yet.
pub(crate) async fn check_health(
    host: &Arc<Dispatcher>,
    generation: &Arc<Generation>,
) -> Result<(), Error> {
    let call = health_request(generation.id());
    let announcer = &host.shared().announcer;
    let mut active = ActiveCall::uncounted(Arc::clone(generation), announcer);
    let result = run(host, &mut active, &call).await;
    active.end(&result, false);
    result.map(drop)
}

/// Asks the actor `id` for its health. It must answer by `deadline`.
pub(crate) async fn ask_health(
    host: &Arc<Dispatcher>,
    id: ActorId,
    deadline: Duration,
) -> ActorHealth {
    let call = health_request(id).within(deadline);
    match host.dispatch(call).await {
        Ok(_) => ActorHealth::Healthy,
        Err(error) if is_unanswerable(&error) => ActorHealth::Unknown,
        Err(error) => ActorHealth::Sick(error),
    }
}

/// Returns true if the error says nothing about the health of the actor: it has no handler for the
/// request, or no time for it.
fn is_unanswerable(error: &Error) -> bool {
    // The texts of wapc-guest since 0.4, of wapc-guest before, and of AssemblyScript's SDK.
    const NO_HANDLER: [&str; 3] = [
        "no handler registered for function",
        "bad dispatch",
        "could not find function",
    ];
    let said = error.call_failure().and_then(CallFailure::said);
    let said = said.unwrap_or_default().to_lowercase();
    error.is_busy() || NO_HANDLER.iter().any(|text| said.contains(text))
}

fn health_request(id: ActorId) -> Invocation {
    // A message of one boolean can always be encoded.
    let payload = codec::encode(&HealthRequest::default()).unwrap_or_default();
    let (target, context) = (Target::Actor(id), CallContext::of_host());
    let operation = OP_HEALTH_REQUEST;
    Invocation::new(Caller::Host, target, operation, payload.into(), context)
}

/// Admits a call to the generation in which it will run and end.
fn enter(host: &Shared, id: ActorId) -> Result<ActiveCall<'_>, Error> {
    let tables = host.tables.read();
    let actor = tables.actor(id);
    let actor = actor.ok_or_else(|| Error::not_found(Thing::Actor(id)))?;
    let entered = actor.enter(&host.announcer);
    entered.ok_or_else(|| Error::stopped(id))
}

/// Runs a call on an instance until the call ends, its deadline passes or the actor is stopped.
async fn run(
    host: &Arc<Dispatcher>,
    active: &mut ActiveCall<'_>,
    invocation: &Invocation,
) -> Result<Bytes, Error> {
    let (clock, generation) = (&*host.shared().clock, Arc::clone(active.generation()));
    check(host.shared(), &generation, invocation)?;
    let timeout = generation.options().deadline;
    let own = clock.monotonic().saturating_add(timeout);
    let deadline = own.min(invocation.deadline());
    // Pinned here: each wrapper that owned the future would take its size again, of the one stack
    // on which all actors that call one another are polled.
    let call = pin!(on_instance(host, &generation, active, invocation, deadline));
    let call = AssertUnwindSafe(call).catch_unwind();
    let call = pin!(until_cancelled(|| generation.pool().stopped(), call));
    match with_timeout(clock, deadline, call).await {
        Ok(Ok(Ok(result))) => result,
        Ok(Ok(Err(_))) => {
            let actor = generation.id();
            Err(Failure::EnginePanic { actor }.into())
        }
        Ok(Err(_)) => Err(Error::stopped(generation.id())),
        Err(_) => Err(Error::late(invocation.target(), invocation.operation())),
    }
}

/// Checks that the actor may answer now, and that the chain of calls is not too deep.
fn check(host: &Shared, generation: &Generation, invocation: &Invocation) -> Result<(), Error> {
    generation.authority().check(host.clock.unix())?;
    let limit = host.options.call_depth.get();
    if invocation.depth() < limit {
        return Ok(());
    }
    let path = invocation.context().chain.path_to(generation.id());
    Err(Failure::Depth { path, limit }.into())
}

/// Leases an instance and drives it through the call.
async fn on_instance(
    host: &Arc<Dispatcher>,
    generation: &Arc<Generation>,
    active: &mut ActiveCall<'_>,
    invocation: &Invocation,
    deadline: Duration,
) -> Result<Bytes, Error> {
    // A task that makes calls without end, none of which waits, would keep its thread.
    consume_budget().await;
    let shared = host.shared();
    let held = invocation.context().chain.pools();
    let outer = invocation.context().budget.clone();
    let pool = generation.pool();
    let lease = pool.checkout(held, &shared.waits, &outer).await;
    let lease = lease.map_err(|reason| no_instance(reason, generation.id(), invocation))?;
    let started = outer.charge(Duration::ZERO);
    started.map_err(|fault| fault_error(fault.into(), generation, invocation, true))?;
    let lease = active.lease(lease);
    let allowance = Allowance {
        begin: lease.since(),
        deadline,
        cpu_budget: generation.options().cpu_budget,
        outer,
        slice: generation.options().limits.slice,
    };
    let host_calls = HostCalls::new(host, generation, invocation.context(), deadline);
    let request = Request::new(invocation.operation(), invocation.payload().clone());
    let result = {
        let clock = &*shared.clock;
        let driven = pin!(drive(lease.guest(), request, allowance, clock, &host_calls));
        invocation.context().scope(driven).await
    };
    let survived = active.driven();
    let retry_after = host_calls.retry_after();
    result.map_err(|fault| {
        fault_error(fault, generation, invocation, survived).retried_after(retry_after)
    })
}

fn no_instance(reason: NoInstance, actor: ActorId, invocation: &Invocation) -> Error {
    match reason {
        NoInstance::Closed => Failure::Stopped { actor },
        NoInstance::Full { retry_after } => Failure::Busy { actor, retry_after },
        NoInstance::Circle => Failure::Circle {
            path: invocation.context().chain.path_to(actor),
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
        Fault::Deadline => Error::late(invocation.target(), invocation.operation()),
        Fault::Call(cause) => Failure::Call(CallFailure {
            actor: generation.id(),
            name: generation.name().into(),
            operation: invocation.operation().into(),
            repeated: invocation.repeats() && CallFailure::refuses_dialect(&cause),
            retry_after: None,
            cause,
            survived,
        })
        .into(),
    }
}
