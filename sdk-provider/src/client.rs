//! Messages for an actor, in a dialect that it reads.

use crate::dialect::Dialect;
use crate::error::ActorError;
use crate::provider::ActorHandle;
use crate::trace::TraceContext;
use bytes::Bytes;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Calls the actor of a binding with messages.
///
/// Actors from before April 2020 refuse messages in the canonical encoding. Such a refusal happens
/// before anything else does, so the message is sent once more, in [`Dialect::Universal`], and so
/// is every later one: whatever replaces the actor will read that too.
///
/// ```
/// use capwire_contracts::{codec, messaging::{BrokerMessage, OP_DELIVER_MESSAGE}};
/// use capwire_provider::{ActorClient, ActorError, Binding};
///
/// async fn deliver(binding: Binding) -> Result<(), ActorError> {
///     let actor = ActorClient::new(binding.actor);
///     let message = BrokerMessage { subject: "news".into(), ..BrokerMessage::default() };
///     actor.call(OP_DELIVER_MESSAGE, &message).await?;
///     Ok(())
/// }
/// ```
pub struct ActorClient {
    actor: Arc<dyn ActorHandle>,
    reads_universal_only: AtomicBool,
}

impl ActorClient {
    /// A client of which nothing is known yet.
    #[must_use]
    pub fn new(actor: Arc<dyn ActorHandle>) -> Self {
        Self {
            actor,
            reads_universal_only: AtomicBool::new(false),
        }
    }

    /// Calls the actor with `message`; returns its answer, which `codec::decode` reads in either
    /// dialect.
    ///
    /// # Errors
    /// As [`ActorHandle::call`], or [`ActorError::Failed`] if MessagePack cannot express the
    /// message.
    pub async fn call<M>(&self, operation: &str, message: &M) -> Result<Bytes, ActorError>
    where
        M: Serialize + Sync + ?Sized,
    {
        self.send(None, operation, message).await
    }

    /// Calls the actor as [`call`](Self::call) does, because of a message that came with a trace.
    ///
    /// # Errors
    /// As of [`call`](Self::call).
    pub async fn call_traced<M>(
        &self,
        trace: &TraceContext,
        operation: &str,
        message: &M,
    ) -> Result<Bytes, ActorError>
    where
        M: Serialize + Sync + ?Sized,
    {
        self.send(Some(trace), operation, message).await
    }

    async fn send<M>(
        &self,
        trace: Option<&TraceContext>,
        operation: &str,
        message: &M,
    ) -> Result<Bytes, ActorError>
    where
        M: Serialize + Sync + ?Sized,
    {
        let dialect = self.dialect();
        match self.send_in(dialect, trace, operation, message).await {
            Err(ActorError::Failed(why)) if dialect == Dialect::Canonical && is_too_old(&why) => {
                self.reads_universal_only.store(true, Ordering::Relaxed);
                let dialect = Dialect::Universal;
                self.send_in(dialect, trace, operation, message).await
            }
            answered => answered,
        }
    }

    fn dialect(&self) -> Dialect {
        if self.reads_universal_only.load(Ordering::Relaxed) {
            Dialect::Universal
        } else {
            Dialect::Canonical
        }
    }

    async fn send_in<M>(
        &self,
        dialect: Dialect,
        trace: Option<&TraceContext>,
        operation: &str,
        message: &M,
    ) -> Result<Bytes, ActorError>
    where
        M: Serialize + Sync + ?Sized,
    {
        let payload = dialect.encode(message);
        let payload = payload.map_err(|error| ActorError::Failed(error.to_string()))?;
        match trace {
            Some(trace) => {
                let call = self.actor.call_traced(trace, operation, payload.into());
                call.await
            }
            None => self.actor.call(operation, payload.into()).await,
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

/// What the codec of before April 2020 says of bytes as `bin`, and of keys in camel case.
fn is_too_old(failure: &str) -> bool {
    let Some((_, complaint)) = failure.split_once("Failed to de-serialize: ") else {
        return false;
    };
    let missing = complaint
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    complaint.starts_with("invalid type: byte array, expected a sequence")
        || missing.is_some_and(|field| field.contains('_'))
}

#[cfg(test)]
mod tests {
    use super::ActorClient;
    use crate::{ActorError, ActorHandle, Dialect};
    use async_trait::async_trait;
    use bytes::Bytes;
    use capwire_contracts::core::HealthRequest;
    use capwire_contracts::http::Request;
    use serde::Serialize;
    use std::sync::{Arc, Mutex};

    const BYTES: &str = "the actor failed: Guest call failed: Failed to de-serialize: \
                         invalid type: byte array, expected a sequence";
    const KEYS: &str = "Guest call failed: Failed to de-serialize: missing field `query_string`";

    /// Refuses the canonical encoding of a request with this text.
    struct Old {
        complaint: &'static str,
        heard: Mutex<Vec<Dialect>>,
    }

    #[async_trait]
    impl ActorHandle for Old {
        async fn call(&self, _: &str, payload: Bytes) -> Result<Bytes, ActorError> {
            let is = |dialect: &Dialect| payload == dialect.encode(&request()).unwrap();
            let dialects = [Dialect::Canonical, Dialect::Universal];
            let dialect = dialects.into_iter().find(is).unwrap_or_default();
            self.heard.lock().unwrap().push(dialect);
            match dialect {
                Dialect::Universal => Ok(Bytes::from_static(b"done")),
                Dialect::Canonical => Err(ActorError::Failed(self.complaint.to_owned())),
            }
        }
    }

    fn request() -> Request {
        Request::new("GET", "/")
    }

    async fn twice(
        complaint: &'static str,
        message: &(impl Serialize + Sync),
    ) -> (Vec<Dialect>, Result<Bytes, ActorError>) {
        let old = Arc::new(Old {
            complaint,
            heard: Mutex::default(),
        });
        let client = ActorClient::new(old.clone());
        let _ = client.call("HandleRequest", message).await;
        let answer = client.call("HandleRequest", message).await;
        let heard = old.heard.lock().unwrap().clone();
        (heard, answer)
    }

    #[tokio::test]
    async fn an_old_actor_is_asked_again_once_and_remembered() {
        use Dialect::{Canonical, Universal};
        for complaint in [BYTES, KEYS] {
            let (heard, answer) = twice(complaint, &request()).await;
            assert_eq!(heard, [Canonical, Universal, Universal]);
            assert_eq!(answer.unwrap(), "done");
        }
    }

    #[tokio::test]
    async fn other_failures_are_not_tried_again() {
        for failure in [
            "it broke",
            "missing field `query_string`",
            "Failed to de-serialize: missing field `method`",
            "Failed to de-serialize: invalid type: string, expected a sequence",
        ] {
            let (heard, answer) = twice(failure, &request()).await;
            assert_eq!(heard, [Dialect::Canonical, Dialect::Canonical]);
            assert_eq!(answer, Err(ActorError::Failed(failure.to_owned())));
        }
    }

    #[tokio::test]
    async fn a_complaint_that_goes_on_is_the_answer() {
        let (heard, answer) = twice(BYTES, &HealthRequest::default()).await;
        assert_eq!(heard.len(), 3, "once more, and never again");
        assert_eq!(answer, Err(ActorError::Failed(BYTES.to_owned())));
    }
}
