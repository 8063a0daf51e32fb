//! The actor of bindings whose provider never calls it.

use bytes::Bytes;
use capwire_provider::{ActorCall, ActorError, ActorHandle, async_trait};

/// An actor that is not there.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

#[async_trait]
impl ActorHandle for Nobody {
    async fn call(&self, _: ActorCall<'_>) -> Result<Bytes, ActorError> {
        Err(ActorError::Stopped)
    }
}
