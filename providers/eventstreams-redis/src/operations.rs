//! The operations: they convert a message to a command, and the server's answer to an answer.

use crate::bells::Bells;
use crate::store::Store;
use bytes::Bytes;
use capwire_contracts::eventstreams::{
    Event, OP_QUERY_STREAM, OP_READ_STREAM, OP_WRITE_EVENT, StreamResults, WriteResponse,
};
use capwire_eventstreams::{Selection, check_event};
use capwire_provider::{Call, ProviderError};
use std::sync::Arc;

/// The operations of one binding.
pub(crate) struct Operations {
    pub(crate) store: Arc<Store>,
    pub(crate) bells: Arc<Bells>,
    /// The maximum size of an event in bytes.
    pub(crate) max_event: usize,
}

impl Operations {
    pub(crate) async fn serve(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        match call.operation {
            OP_WRITE_EVENT => self.write(&call).await,
            OP_QUERY_STREAM => {
                let query = Selection::of_query(call.message()?)?;
                self.read(&call, query).await
            }
            OP_READ_STREAM => {
                let read = Selection::of_read(call.message()?)?;
                self.read(&call, read).await
            }
            _ => Err(call.unknown_operation()),
        }
    }

    async fn write(&self, call: &Call<'_>) -> Result<Bytes, ProviderError> {
        let event: Event = call.message()?;
        check_event(&event, self.max_event)?;
        let event_id = self.store.append(call, &event).await?;
        self.bells.ring(&self.store.key(&event.stream));
        call.reply(&WriteResponse { event_id })
    }

    async fn read(&self, call: &Call<'_>, selection: Selection) -> Result<Bytes, ProviderError> {
        let events = self.store.read(call, selection).await?;
        call.reply(&StreamResults { events })
    }
}
