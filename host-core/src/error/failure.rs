//! The failures of a host, with their details.

use super::denial::Denial;
use super::permission::PermissionError;
use super::start::{CompileFault, StartFault};
use super::swap::{ProviderSwapRefusal, RebindRefusal, SwapRefusal};
use super::{CallFailure, ErrorKind};
use crate::id::{ActorId, BindingKey, NameError, ProviderId, Target};
use capwire_contracts::codec::{DecodeError, EncodeError};
use capwire_limits::Limit;
use capwire_provider::ProviderError;
use capwire_wapc::{CallError, CompileError, StartError};
use capwire_wascap::{TimeError, VerifyError};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the module cannot be trusted and was not started")]
    Unverified(#[source] VerifyError),
    #[error("the claims of {actor} are not valid at this time")]
    Expired { actor: ActorId, source: TimeError },
    #[error("the claims of {actor} are no longer trusted")]
    Distrusted { actor: ActorId, source: VerifyError },
    #[error("the claims of {actor} cannot be enforced: sign it again")]
    Unenforceable {
        actor: ActorId,
        source: PermissionError,
    },
    #[error("{0}")]
    Denied(Arc<Denial>),
    #[error("the new version of {actor} was refused, and the old version keeps running")]
    Swap { actor: ActorId, source: SwapRefusal },
    #[error("the provider {provider} was not replaced")]
    ProviderSwap {
        provider: ProviderId,
        source: ProviderSwapRefusal,
    },
    #[error("the binding {binding} did not get its new values")]
    Rebind {
        binding: Box<BindingKey>,
        source: RebindRefusal,
    },
    #[error("the host's policy does not allow {name} ({actor}) to start: ask the host's operator")]
    StartDenied { actor: ActorId, name: String },
    #[error(transparent)]
    Name(NameError),
    #[error("the option `{option}` {fault}")]
    Option {
        option: &'static str,
        fault: Box<str>,
    },
    #[error("the binding value `{key}` is reserved for the host: remove it")]
    ReservedValue { key: String },
    #[error("{0} already exists: {remedy}", remedy = .0.if_there())]
    AlreadyExists(Thing),
    #[error("{0} does not exist: {remedy}", remedy = .0.if_not_there())]
    NotFound(Thing),
    #[error("the host is shutting down and accepts no further requests")]
    Closed,
    #[error("the module of {actor} cannot be compiled")]
    Compile {
        actor: ActorId,
        source: CompileError,
    },
    #[error("{actor} did not start")]
    Start { actor: ActorId, source: StartError },
    #[error(
        "{actor} did not start within {after:?}: shorten its start functions, or allow a longer `{key}`",
        key = Limit::StartDeadline.key()
    )]
    StartDeadline { actor: ActorId, after: Duration },
    #[error(transparent)]
    Call(CallFailure),
    #[error("cannot encode the message of `{operation}`")]
    Message {
        operation: Box<str>,
        source: EncodeError,
    },
    #[error("cannot decode the answer of {actor} to `{operation}`")]
    Answer {
        actor: ActorId,
        operation: Box<str>,
        source: DecodeError,
    },
    #[error(
        "{target} did not answer `{operation}` in time: allow a longer `{key}`",
        key = Limit::Deadline.key()
    )]
    Deadline { target: Target, operation: Box<str> },
    #[error(
        "{actor} is busy and its queue is full: try again in {retry_after:?}, or allow more `{key}`",
        key = Limit::Instances.key()
    )]
    Busy {
        actor: ActorId,
        retry_after: Duration,
    },
    #[error(
        "the call {path} would wait for itself: give these actors more `instances`, or break the cycle"
    )]
    Circle { path: String },
    #[error("the call chain {path} is longer than the limit of {limit} actors")]
    Depth { path: String, limit: usize },
    #[error("{actor} is no longer running")]
    Stopped { actor: ActorId },
    #[error("the provider {provider} failed to {doing}")]
    Provider {
        provider: ProviderId,
        doing: Doing,
        source: ProviderError,
    },
    #[error(
        "the provider {provider} panicked while trying to {doing}: this is a bug in the provider"
    )]
    ProviderPanic { provider: ProviderId, doing: Doing },
    #[error("the provider {provider} took longer than {after:?} to {doing}")]
    ProviderDeadline {
        provider: ProviderId,
        doing: Doing,
        after: Duration,
    },
    #[error(
        "the provider {provider} is broken and will be opened again: try again in {retry_after:?}"
    )]
    ProviderBroken {
        provider: ProviderId,
        retry_after: Duration,
    },
    #[error(
        "the provider {provider} is being replaced, and too many calls wait for that or it takes too long: try again in {retry_after:?}"
    )]
    ProviderHeld {
        provider: ProviderId,
        retry_after: Duration,
    },
    #[error("the provider {provider} was stopped before it answered")]
    ProviderStopped { provider: ProviderId },
    #[error("the engine panicked on the module of {actor}: this is a bug in the engine")]
    EnginePanic { actor: ActorId },
    #[error(
        "the engine `{engine}` cannot enforce {what}: use another engine, or accept this with `accept_unenforced_limits`"
    )]
    EngineSupport {
        engine: &'static str,
        what: &'static str,
    },
    #[error(
        "the engine `{engine}` is not safe against hostile modules, which could take over the host's process: use another engine, or, if every module is trusted, accept this with `accept_unsafe_engine`"
    )]
    UnsafeEngine { engine: &'static str },
    #[error("middleware refused the call or failed")]
    Middleware(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the host's task ended early: the async runtime is shutting down")]
    Runtime,
}

/// The request that a provider failed to serve.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Doing {
    Open,
    Bind,
    Unbind,
    Call,
}

/// An entry in the tables of a host.
#[derive(Clone, Debug)]
pub(crate) enum Thing {
    Actor(ActorId),
    /// A version of an actor that proves itself.
    Canary(ActorId),
    Provider(ProviderId),
    Binding(Box<BindingKey>),
}

impl Failure {
    pub(crate) fn compile(actor: ActorId, fault: CompileFault) -> Self {
        match fault {
            CompileFault::Compile(source) => Self::Compile { actor, source },
            CompileFault::Panic => Self::EnginePanic { actor },
        }
    }

    pub(crate) fn start(actor: ActorId, fault: StartFault) -> Self {
        match fault {
            StartFault::Start(source) => Self::Start { actor, source },
            StartFault::Deadline(after) => Self::StartDeadline { actor, after },
            StartFault::Panic => Self::EnginePanic { actor },
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Unverified(_)
            | Self::Expired { .. }
            | Self::Distrusted { .. }
            | Self::Unenforceable { .. } => ErrorKind::Unverified,
            Self::Denied(_) | Self::StartDenied { .. } => ErrorKind::Denied,
            Self::Swap { source, .. } => source.kind(),
            Self::ProviderSwap { source, .. } => source.kind(),
            Self::Rebind { source, .. } => source.kind(),
            Self::Name(_)
            | Self::Option { .. }
            | Self::ReservedValue { .. }
            | Self::Message { .. } => ErrorKind::Invalid,
            Self::Answer { .. } => ErrorKind::Actor,
            Self::AlreadyExists(_) => ErrorKind::AlreadyExists,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Closed | Self::Runtime => ErrorKind::Closed,
            Self::Compile { source, .. } => of_compile(source),
            Self::Start { source, .. } => of_start(source),
            Self::Call(failure) => of_call(failure.cause()),
            Self::Deadline { .. } | Self::StartDeadline { .. } | Self::ProviderDeadline { .. } => {
                ErrorKind::Timeout
            }
            Self::Busy { .. } => ErrorKind::Busy,
            Self::ProviderBroken { .. } | Self::ProviderHeld { .. } => ErrorKind::Unavailable,
            Self::Circle { .. } | Self::Depth { .. } => ErrorKind::CallChain,
            Self::Stopped { .. } | Self::ProviderStopped { .. } => ErrorKind::Stopped,
            Self::Provider { source, .. } => of_provider(source),
            Self::ProviderPanic { .. } => ErrorKind::Provider,
            Self::EnginePanic { .. } | Self::EngineSupport { .. } | Self::UnsafeEngine { .. } => {
                ErrorKind::Engine
            }
            Self::Middleware(_) => ErrorKind::Middleware,
        }
    }
}

fn of_compile(error: &CompileError) -> ErrorKind {
    match error {
        CompileError::TooLarge { .. } | CompileError::TooCostly { .. } => ErrorKind::Limit,
        _ => ErrorKind::Invalid,
    }
}

fn of_start(error: &StartError) -> ErrorKind {
    match error {
        StartError::Limit(_) => ErrorKind::Limit,
        StartError::Call(call) => of_call(call),
        StartError::Engine { .. } => ErrorKind::Engine,
        _ => ErrorKind::Actor,
    }
}

fn of_call(error: &CallError) -> ErrorKind {
    match error {
        CallError::Limit(_) => ErrorKind::Limit,
        CallError::Misuse(_) => ErrorKind::Invalid,
        _ => ErrorKind::Actor,
    }
}

fn of_provider(error: &ProviderError) -> ErrorKind {
    match error {
        ProviderError::Config { .. } => ErrorKind::Invalid,
        _ => ErrorKind::Provider,
    }
}

impl Thing {
    fn if_there(&self) -> &'static str {
        match self {
            Self::Actor(_) | Self::Canary(_) => "stop it first",
            Self::Provider(_) => "remove it first, or add this one under another name",
            Self::Binding(_) => "unbind it first",
        }
    }

    fn if_not_there(&self) -> &'static str {
        match self {
            Self::Actor(_) => "start it first",
            Self::Canary(_) => "begin a swap with a canary first",
            Self::Provider(_) => "add it first",
            Self::Binding(_) => "bind the actor first",
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Actor(id) => write!(f, "actor {id}"),
            Self::Canary(id) => write!(f, "a canary of actor {id}"),
            Self::Provider(id) => write!(f, "provider {id}"),
            Self::Binding(key) => write!(f, "binding {key}"),
        }
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Bind => "bind an actor",
            Self::Unbind => "end a binding",
            Self::Call => "serve a call",
        })
    }
}
