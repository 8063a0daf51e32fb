//! A client that sends messages to an actor in a dialect that the actor reads.

use crate::dialect::Dialect;
use crate::error::ActorError;
use crate::provider::{ActorCall, ActorHandle};
use crate::trace::TraceContext;
use capwire_contracts::codec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Calls the actor of a binding with messages.
///
/// Actors from before April 2020 do not read the canonical encoding. They refuse such a message
/// before they do anything else, so the client repeats it in [`Dialect::Universal`], and sends
/// every later message in this dialect. A newer version of the actor reads it, too.
///
/// ```
/// use capwire_contracts::{codec, messaging::{BrokerMessage, OP_DELIVER_MESSAGE}};
/// use capwire_provider::{ActorClient, ActorError, Binding};
///
/// async fn deliver(binding: Binding) -> Result<(), ActorError> {
///     let actor = ActorClient::new(binding.actor);
///     let message = BrokerMessage { subject: "news".into(), ..BrokerMessage::default() };
///     let () = actor.call(OP_DELIVER_MESSAGE, &message).await?;
///     Ok(())
/// }
/// ```
pub struct ActorClient {
    actor: Arc<dyn ActorHandle>,
    reads_universal_only: AtomicBool,
}

impl ActorClient {
    /// Returns a client that begins with the canonical encoding.
    #[must_use]
    pub fn new(actor: Arc<dyn ActorHandle>) -> Self {
        Self {
            actor,
            reads_universal_only: AtomicBool::new(false),
        }
    }

    /// Returns the maximum size of an encoded message in bytes, see
    /// [`ActorHandle::max_message`].
    #[must_use]
    pub fn max_message(&self) -> usize {
        self.actor.max_message()
    }

    /// Calls the actor with `message` and returns its decoded answer. The answer may be in either
    /// dialect.
    ///
    /// # Errors
    /// Returns the errors of [`ActorHandle::call`], [`ActorError::Failed`] if MessagePack cannot
    /// express the message, or [`ActorError::BadAnswer`] if the answer is not an `R`.
    pub async fn call<M, R>(&self, operation: &str, message: &M) -> Result<R, ActorError>
    where
        M: Serialize + Sync + ?Sized,
        R: DeserializeOwned,
    {
        self.call_traced(None, operation, message).await
    }

    /// Calls the actor like [`call`](Self::call), as a part of the trace of the message that caused
    /// the call.
    ///
    /// # Errors
    /// Returns the same errors as [`call`](Self::call).
    pub async fn call_traced<M, R>(
        &self,
        trace: Option<&TraceContext>,
        operation: &str,
        message: &M,
    ) -> Result<R, ActorError>
    where
        M: Serialize + Sync + ?Sized,
        R: DeserializeOwned,
    {
        loop {
            let dialect = self.dialect();
            let payload = dialect.encode(message);
            let payload = payload.map_err(|error| ActorError::Failed(error.to_string()))?;
            let mut call = ActorCall::new(operation, payload);
            call.trace = trace;
            call.repeats = dialect == Dialect::Canonical;
            match self.actor.call(call).await {
                Err(ActorError::Unreadable(_)) if dialect == Dialect::Canonical => {
                    self.reads_universal_only.store(true, Ordering::Relaxed);
                }
                Err(error) => return Err(error),
                Ok(answer) => {
                    let answer = codec::decode(&answer);
                    return answer.map_err(|error| ActorError::BadAnswer(error.to_string()));
                }
            }
        }
    }

    fn dialect(&self) -> Dialect {
        if self.reads_universal_only.load(Ordering::Relaxed) {
            Dialect::Universal
        } else {
            Dialect::Canonical
        }
    }
}

impl fmt::Debug for ActorClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorClient")
            .field("dialect", &self.dialect())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::ActorClient;
    use crate::{ActorCall, ActorError, ActorHandle, Dialect};
    use async_trait::async_trait;
    use bytes::Bytes;
    use capwire_contracts::codec;
    use capwire_contracts::core::HealthRequest;
    use capwire_contracts::http::Request;
    use serde::Serialize;
    use std::sync::{Arc, Mutex};

    /// Refuses the canonical encoding of a request with this error.
    struct Old {
        error: ActorError,
        heard: Mutex<Vec<Dialect>>,
    }

    #[async_trait]
    impl ActorHandle for Old {
        async fn call(&self, call: ActorCall<'_>) -> Result<Bytes, ActorError> {
            let is = |dialect: &Dialect| call.payload == dialect.encode(&request()).unwrap();
            let dialects = [Dialect::Canonical, Dialect::Universal];
            let dialect = dialects.into_iter().find(is).unwrap_or_default();
            self.heard.lock().unwrap().push(dialect);
            match dialect {
                Dialect::Universal => Ok(codec::encode("done").unwrap().into()),
                Dialect::Canonical => Err(self.error.clone()),
            }
        }
    }

    fn request() -> Request {
        Request::new("GET", "/")
    }

    fn unreadable() -> ActorError {
        ActorError::Unreadable("missing field `query_string`".to_owned())
    }

    async fn twice(
        error: ActorError,
        message: &(impl Serialize + Sync),
    ) -> (Vec<Dialect>, Result<String, ActorError>) {
        let old = Arc::new(Old {
            error,
            heard: Mutex::default(),
        });
        let client = ActorClient::new(old.clone());
        let _: Result<String, _> = client.call("HandleRequest", message).await;
        let answer = client.call("HandleRequest", message).await;
        let heard = old.heard.lock().unwrap().clone();
        (heard, answer)
    }

    #[tokio::test]
    async fn an_old_actor_is_asked_again_once_and_remembered() {
        use Dialect::{Canonical, Universal};
        let (heard, answer) = twice(unreadable(), &request()).await;
        assert_eq!(heard, [Canonical, Universal, Universal]);
        assert_eq!(answer.unwrap(), "done");
    }

    #[tokio::test]
    async fn only_dialect_failures_are_retried() {
        for error in [
            ActorError::Failed("it broke".to_owned()),
            ActorError::Timeout,
        ] {
            let (heard, answer) = twice(error.clone(), &request()).await;
            assert_eq!(heard, [Dialect::Canonical, Dialect::Canonical]);
            assert_eq!(answer, Err(error));
        }
    }

    #[tokio::test]
    async fn a_second_refusal_is_returned() {
        let (heard, answer) = twice(unreadable(), &HealthRequest::default()).await;
        assert_eq!(heard.len(), 3, "once more, and never again");
        assert_eq!(answer, Err(unreadable()));
    }

    #[tokio::test]
    async fn an_answer_of_another_type_is_an_error() {
        let old = Arc::new(Old {
            error: unreadable(),
            heard: Mutex::default(),
        });
        let client = ActorClient::new(old);
        let answer: Result<u32, _> = client.call("HandleRequest", &request()).await;
        assert!(
            matches!(answer, Err(ActorError::BadAnswer(_))),
            "{answer:?}"
        );
    }

    #[test]
    fn texts_of_the_old_codec_are_told_from_others() {
        for refused in [
            "the actor failed: Guest call failed: Failed to de-serialize: \
             invalid type: byte array, expected a sequence",
            "Guest call failed: Failed to de-serialize: missing field `query_string`",
        ] {
            assert!(Dialect::is_refused(refused), "{refused}");
        }
        for other in [
            "it broke",
            "missing field `query_string`",
            "Failed to de-serialize: missing field `method`",
            "Failed to de-serialize: invalid type: string, expected a sequence",
        ] {
            assert!(!Dialect::is_refused(other), "{other}");
        }
    }
}
