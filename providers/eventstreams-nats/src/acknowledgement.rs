//! The acknowledgements of events.

use crate::failure::Failure;
use crate::group::Group;
use crate::pull::Delivery;
use crate::store::{ATTEMPT, Store, pause};
use async_nats::RequestErrorKind;
use bytes::Bytes;
use tokio::time::{Instant, timeout, timeout_at};

/// The event is handled.
pub(crate) const ACK: &[u8] = b"+ACK";
/// The event is given back.
pub(crate) const NAK: &[u8] = b"-NAK";
/// The event is being handled.
pub(crate) const PROGRESS: &[u8] = b"+WPI";

impl Store {
    /// Sends an acknowledgement of any kind.
    pub(crate) async fn tell(
        &self,
        delivery: &Delivery,
        kind: &'static [u8],
    ) -> Result<(), Failure> {
        let sent = self
            .nats
            .publish(delivery.reply.clone(), Bytes::from_static(kind));
        match timeout(ATTEMPT, sent).await {
            Ok(sent) => sent.map_err(|error| Failure::Away(Some(error.into()))),
            Err(late) => Err(Failure::Away(Some(late.into()))),
        }
    }
}

impl Group {
    /// Acknowledges an event, until the server has confirmed it.
    pub(crate) async fn acknowledge(
        &self,
        store: &Store,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let until = store.until();
        loop {
            store.wait_for_connection(until).await?;
            let ack = Bytes::from_static(ACK);
            let confirmed = store.nats.request(delivery.reply.clone(), ack);
            let late = Instant::now() + ATTEMPT;
            let cause = match timeout_at(until.min(late), confirmed).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) if error.kind() == RequestErrorKind::NoResponders => None,
                Ok(Err(error)) => Some(error.into()),
                Err(late) => Some(late.into()),
            };
            // The server is silent about an event of which it does not know that it has given it out.
            if self.is_settled(store, delivery.sequence).await? {
                return Ok(());
            }
            pause(until, || Failure::Away(cause)).await?;
        }
    }

    /// Returns `true` if the event is acknowledged.
    async fn is_settled(&self, store: &Store, sequence: u64) -> Result<bool, Failure> {
        let consumer = self.find(&store.context);
        let consumer = match timeout(ATTEMPT, consumer).await {
            Ok(Err(Failure::Away(_))) | Err(_) => return Ok(false),
            Ok(consumer) => consumer?,
        };
        let info = consumer.cached_info();
        match info.delivered.stream_sequence < sequence {
            true => Err(Failure::Forgotten),
            false => Ok(info.ack_floor.stream_sequence >= sequence),
        }
    }
}
