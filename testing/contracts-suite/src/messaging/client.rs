//! The operations as an actor would use them.

use capwire_contracts::codec;
use capwire_contracts::messaging::{
    BrokerMessage, ErrorClass, OP_PUBLISH, OP_REQUEST, RequestMessage,
};
use capwire_provider::{BindingId, Call, CallLimits, Provider, ProviderError};

type Result<T> = std::result::Result<T, ProviderError>;

/// One bound actor. Every method is the operation of its name; all fail as the provider does.
#[derive(Clone)]
pub struct Client<'p> {
    provider: &'p dyn Provider,
    id: BindingId,
    limits: Option<&'p dyn CallLimits>,
}

#[expect(missing_docs, clippy::missing_errors_doc, reason = "said at the type")]
impl<'p> Client<'p> {
    pub fn new(provider: &'p dyn Provider, id: BindingId) -> Self {
        let limits = None;
        Self {
            provider,
            id,
            limits,
        }
    }

    /// The same actor, whose calls have these limits.
    pub fn limited<'l>(&self, limits: &'l dyn CallLimits) -> Client<'l>
    where
        'p: 'l,
    {
        Client {
            provider: self.provider,
            id: self.id.clone(),
            limits: Some(limits),
        }
    }

    /// Sends bytes as they are.
    pub async fn raw(&self, operation: &str, payload: &[u8]) -> Result<bytes::Bytes> {
        let mut call = Call::new(&self.id, operation, payload);
        if let Some(limits) = self.limits {
            call = call.limited(limits);
        }
        self.provider.call(call).await
    }

    pub async fn publish(&self, subject: &str, body: impl Into<Vec<u8>>) -> Result<()> {
        self.publish_with(subject, "", body).await
    }

    pub async fn publish_with(
        &self,
        subject: &str,
        reply_to: &str,
        body: impl Into<Vec<u8>>,
    ) -> Result<()> {
        let message = BrokerMessage {
            subject: subject.to_owned(),
            reply_to: reply_to.to_owned(),
            body: body.into(),
        };
        let message = codec::encode(&message).unwrap();
        self.raw(OP_PUBLISH, &message).await.map(drop)
    }

    /// Waits for `timeout` milliseconds at most.
    pub async fn request(
        &self,
        subject: &str,
        body: impl Into<Vec<u8>>,
        timeout: i64,
    ) -> Result<Vec<u8>> {
        let request = RequestMessage {
            subject: subject.to_owned(),
            body: body.into(),
            timeout,
        };
        let request = codec::encode(&request).unwrap();
        Ok(self.raw(OP_REQUEST, &request).await?.to_vec())
    }
}

/// The class of the error with which an operation failed.
///
/// # Panics
/// Panics if it did not fail, or with another error.
#[track_caller]
pub fn class<T: std::fmt::Debug>(result: Result<T>) -> ErrorClass {
    let text = result.unwrap_err().to_string();
    ErrorClass::of(&text).unwrap_or_else(|| panic!("{text}"))
}
