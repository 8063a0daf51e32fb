//! Dead letters: messages that the actor did not handle, for people or programs that look at them.

use async_nats::HeaderMap;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{Context, Message};

/// The begin of the names of headers that the server obeys.
const OF_SERVER: &str = "nats-";

/// A message that goes to the dead letters.
pub(super) struct Letter<'m> {
    pub(super) message: &'m Message,
    /// The number of times that it was delivered.
    pub(super) tries: u32,
    pub(super) reason: &'static str,
}

impl Letter<'_> {
    /// Stores the letter, once, however often that is tried. Its body is never left out: if the message is about as long as the server
    /// takes, there is no room for the headers of its sender, or for any. Without headers, it can be stored again if an answer is lost.
    pub(super) async fn store(
        &self,
        context: &Context,
        subject: &str,
    ) -> Result<(), async_nats::Error> {
        for headers in [self.all_headers()?, self.own_headers()?] {
            match self.publish(context, subject, Some(headers)).await {
                Err(error) if is_too_long(&*error) => {}
                stored => return stored,
            }
        }
        self.publish(context, subject, None).await
    }

    async fn publish(
        &self,
        context: &Context,
        subject: &str,
        headers: Option<HeaderMap>,
    ) -> Result<(), async_nats::Error> {
        let mut letter = PublishMessage::build().payload(self.message.payload.clone());
        if let Some(headers) = headers {
            letter = letter.headers(headers);
        }
        let sent = context.send_publish(subject.to_owned(), letter).await?;
        sent.await?;
        Ok(())
    }

    /// Returns the headers of the sender and of the letter.
    fn all_headers(&self) -> Result<HeaderMap, async_nats::Error> {
        let mut all = self.own_headers()?;
        let headers = self.message.headers.iter().flat_map(HeaderMap::iter);
        for (name, values) in headers {
            let text: &str = name.as_ref();
            // The sender meant the server's headers for the first stream. They could keep the letter out of its stream, or
            // remove others from there.
            if text.to_ascii_lowercase().starts_with(OF_SERVER) || all.get(text).is_some() {
                continue;
            }
            for value in values {
                all.append(name.clone(), value.clone());
            }
        }
        Ok(all)
    }

    fn own_headers(&self) -> Result<HeaderMap, async_nats::Error> {
        let info = self.message.info()?;
        let id = format!("{}-{}-{}", info.stream, info.consumer, info.stream_sequence);
        let mut own = HeaderMap::new();
        own.insert(async_nats::header::NATS_MESSAGE_ID, id.as_str());
        own.insert("Capwire-Subject", self.message.subject.as_str());
        own.insert("Capwire-Tries", self.tries.to_string().as_str());
        own.insert("Capwire-Reason", self.reason);
        Ok(own)
    }
}

fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<async_nats::jetstream::context::PublishError>();
    error.is_some_and(|error| error.kind() == PublishErrorKind::MaxPayloadExceeded)
}
