//! The operations as an actor would use them.

use capwire_contracts::codec;
use capwire_contracts::eventstreams::{
    Event, OP_QUERY_STREAM, OP_READ_STREAM, OP_WRITE_EVENT, StreamQuery, StreamRead, StreamResults,
    TimeRange, WriteResponse,
};
use capwire_provider::{BindingId, Call, Provider, ProviderError};

type Result<T> = std::result::Result<T, ProviderError>;

/// One bound actor. Every method is the operation of its name; all fail as the provider does.
#[derive(Clone)]
pub struct Client<'p> {
    provider: &'p dyn Provider,
    id: BindingId,
}

#[expect(missing_docs, clippy::missing_errors_doc, reason = "said at the type")]
impl<'p> Client<'p> {
    pub fn new(provider: &'p dyn Provider, id: BindingId) -> Self {
        Self { provider, id }
    }

    /// Sends bytes as they are.
    pub async fn raw(&self, operation: &str, payload: &[u8]) -> Result<bytes::Bytes> {
        let call = Call::new(&self.id, operation, payload);
        self.provider.call(call).await
    }

    /// Writes an event, and returns its id.
    pub async fn write(&self, stream: &str, values: &[(&str, &str)]) -> Result<String> {
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let event = Event {
            event_id: String::new(),
            stream: stream.to_owned(),
            values: values.collect(),
        };
        let payload = codec::encode(&event).unwrap();
        let answer = self.raw(OP_WRITE_EVENT, &payload).await?;
        let WriteResponse { event_id } = codec::decode(&answer).unwrap();
        Ok(event_id)
    }

    /// Writes events with the numbers from `first` to `last`, and returns their ids.
    pub async fn number(&self, stream: &str, first: usize, last: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for number in first..=last {
            let number = number.to_string();
            ids.push(self.write(stream, &[("number", &number)]).await.unwrap());
        }
        ids
    }

    pub async fn query(
        &self,
        stream: &str,
        range: Option<(u64, u64)>,
        count: u64,
    ) -> Result<Vec<Event>> {
        let query = StreamQuery {
            stream_id: stream.to_owned(),
            range: range.map(|(min_time, max_time)| TimeRange { min_time, max_time }),
            count,
        };
        self.events(OP_QUERY_STREAM, &codec::encode(&query).unwrap())
            .await
    }

    pub async fn read(&self, stream: &str, after: &str, count: u64) -> Result<Vec<Event>> {
        let read = StreamRead {
            stream_id: stream.to_owned(),
            after: after.to_owned(),
            count,
        };
        self.events(OP_READ_STREAM, &codec::encode(&read).unwrap())
            .await
    }

    async fn events(&self, operation: &str, payload: &[u8]) -> Result<Vec<Event>> {
        let answer = self.raw(operation, payload).await?;
        let StreamResults { events } = codec::decode(&answer).unwrap();
        Ok(events)
    }
}
