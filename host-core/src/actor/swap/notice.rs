//! Announces the end of a swap.

use crate::error::Error;
use crate::id::ActorId;
use crate::report::{Event, SwapReport};
use crate::state::Shared;
use std::sync::Arc;

/// Announces the end of a swap, even if its caller has gone away.
pub(super) struct Notice {
    host: Arc<Shared>,
    actor: ActorId,
    refused: Option<Arc<str>>,
}

impl Notice {
    pub(super) fn new(host: &Arc<Shared>, actor: ActorId) -> Self {
        Self {
            host: Arc::clone(host),
            actor,
            refused: Some("whoever asked for it went away".into()),
        }
    }

    pub(super) fn refused(mut self, error: Error) -> Error {
        self.refused = Some(error.report().into());
        error
    }

    pub(super) fn carried_out(mut self, name: &str, report: &SwapReport) {
        self.refused = None;
        self.host.announcer.announce(Event::ActorSwapped {
            actor: self.actor,
            name: name.into(),
            report: Arc::new(report.clone()),
        });
    }
}

impl Drop for Notice {
    fn drop(&mut self) {
        if let Some(reason) = self.refused.take() {
            let actor = self.actor;
            let event = Event::ActorSwapRefused { actor, reason };
            self.host.announcer.announce(event);
        }
    }
}
