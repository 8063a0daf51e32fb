//! The provider, which maps lines to events.

use crate::line::shown;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::logging::{
    self, LEVEL_DEBUG, LEVEL_ERROR, LEVEL_INFO, LEVEL_OFF, LEVEL_TRACE, LEVEL_WARN, OP_WRITE_LOG,
    OP_WRITE_LOG_ALIAS, TextLogRequest, WriteLogRequest,
};
use capwire_provider::{Binding, BindingId, Bound, Call, Provider, ProviderError, async_trait};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use tracing::field::display;

/// A provider of `wascc:logging`. See the [crate's documentation](crate).
#[derive(Debug, Default)]
pub struct Logging {
    names: RwLock<HashMap<BindingId, Arc<str>>>,
}

impl Logging {
    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn name(&self, binding: &BindingId) -> Result<Arc<str>, ProviderError> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.get(binding).cloned().ok_or(ProviderError::NotBound)
    }
}

#[async_trait]
impl Provider for Logging {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(logging::CONTRACT, "Logging", logging::OPERATIONS)
        }
    }

    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        binding.config.only(&[])?;
        let name = shown(binding.config.actor_name().unwrap_or_default());
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        names.insert(binding.id, name.into());
        Ok(Bound::default())
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        names.remove(binding);
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let actor = self.name(call.binding)?;
        match call.operation {
            OP_WRITE_LOG | OP_WRITE_LOG_ALIAS => {
                let line = read(&call)?;
                write(&actor, call, &line);
                call.reply(&())
            }
            _ => Err(call.unknown_operation()),
        }
    }
}

/// Reads a request of either form. An error is about the form of 2020.
fn read(call: &Call<'_>) -> Result<WriteLogRequest, ProviderError> {
    call.message().or_else(|error| {
        let later = call.message::<TextLogRequest>();
        later.map(Into::into).map_err(|_| error)
    })
}

/// Writes an event. `tracing` fixes the level of an event at its call site, so each level has its
/// own.
macro_rules! event {
    ($level:ident, $actor:ident, $key:ident, $trace_id:ident, $body:expr $(, $field:ident)?) => {
        tracing::event!(
            target: "actor",
            tracing::Level::$level,
            actor = $actor,
            key = $key,
            trace_id = $trace_id,
            $($field,)?
            "{}",
            shown($body)
        )
    };
}

fn write(actor: &str, call: Call<'_>, line: &WriteLogRequest) {
    let (key, body) = (call.binding.actor.as_str(), &line.body);
    let trace_id = call.trace.map(|trace| display(trace.trace_id()));
    match line.level {
        LEVEL_OFF => {}
        LEVEL_ERROR => event!(ERROR, actor, key, trace_id, body),
        LEVEL_WARN => event!(WARN, actor, key, trace_id, body),
        LEVEL_INFO => event!(INFO, actor, key, trace_id, body),
        LEVEL_DEBUG => event!(DEBUG, actor, key, trace_id, body),
        LEVEL_TRACE => event!(TRACE, actor, key, trace_id, body),
        level => event!(ERROR, actor, key, trace_id, body, level),
    }
}
