//! The operations: they convert a message to a read or a write, and the result to an answer.

use crate::change::{Action, Change};
use crate::retention::Retention;
use crate::schema::EventStore;
use crate::view::View;
use bytes::Bytes;
use capwire_contracts::codec;
use capwire_contracts::eventstreams::{
    Event, OP_QUERY_STREAM, OP_READ_STREAM, OP_WRITE_EVENT, StreamResults, WriteResponse,
};
use capwire_embedded_common::Store;
use capwire_eventstreams::{Bell, EventId, Selection, check_event};
use capwire_provider::{Call, ProviderError};
use std::sync::Arc;

/// The operations on the streams of one space.
#[derive(Clone)]
pub(crate) struct Operations {
    pub(crate) store: Arc<Store<EventStore>>,
    pub(crate) space: Arc<str>,
    pub(crate) bell: Bell,
    pub(crate) retention: Retention,
    /// The maximum size of an event in bytes.
    pub(crate) max_event: usize,
}

impl Operations {
    pub(crate) fn space(&self) -> Arc<str> {
        Arc::clone(&self.space)
    }

    /// Returns the smallest id of an event that is not too old.
    pub(crate) fn oldest(&self) -> EventId {
        EventId::first_of(self.retention.oldest(self.store.now()))
    }

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
        let event_id = self.append(call, event).await?.to_string();
        call.reply(&WriteResponse { event_id })
    }

    /// Appends an event, and returns its id.
    pub(crate) async fn append(
        &self,
        call: &Call<'_>,
        event: Event,
    ) -> Result<EventId, ProviderError> {
        let values = codec::encode(&event.values);
        let values = values.map_err(|error| ProviderError::Refused(error.to_string()))?;
        let change = Change {
            space: self.space(),
            action: Action::Append {
                stream: event.stream,
                values,
                retention: self.retention,
                bell: self.bell.clone(),
            },
        };
        Ok(self.store.write(call, change).await?)
    }

    async fn read(
        &self,
        call: &Call<'_>,
        mut selection: Selection,
    ) -> Result<Bytes, ProviderError> {
        selection.first = selection.first.max(self.oldest());
        let space = self.space();
        let events = self.store.read(call, move |database, _, work| {
            View::open(database, work)?.select(&space, &selection)
        });
        let events = events.await?;
        call.reply(&StreamResults { events })
    }
}
