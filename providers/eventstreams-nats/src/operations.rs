//! The operations: they convert a message to requests, and the server's answers to an answer.

use crate::reading;
use crate::request::Selection;
use crate::store::Store;
use bytes::Bytes;
use capwire_contracts::eventstreams::{
    Event, OP_QUERY_STREAM, OP_READ_STREAM, OP_WRITE_EVENT, StreamResults, WriteResponse,
};
use capwire_eventstreams::check_event;
use capwire_provider::{Call, ProviderError};
use std::sync::Arc;

/// The operations of one binding.
pub(crate) struct Operations {
    pub(crate) store: Arc<Store>,
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
        let (until, _place) = self.store.begin(call).await?;
        let sequence = self.store.append(&event, until).await?;
        call.reply(&WriteResponse {
            event_id: sequence.to_string(),
        })
    }

    async fn read(&self, call: &Call<'_>, selection: Selection) -> Result<Bytes, ProviderError> {
        let (until, _place) = self.store.begin(call).await?;
        let events = reading::read(&self.store, selection, until).await?;
        call.reply(&StreamResults { events })
    }
}
