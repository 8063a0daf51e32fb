//! The store of a binding.

use crate::settings::Settings;
use capwire_provider::ProviderError;
use capwire_redis_common::Client;

/// The server of a binding, and its keys there.
pub(crate) struct Store {
    pub(crate) client: Client,
    /// The text before each key on the server.
    pub(crate) prefix: String,
    /// The maximum size of the values of an answer in bytes.
    pub(crate) max_answer: usize,
}

impl Store {
    /// Connects to the server.
    pub(crate) async fn open(settings: Settings) -> Result<Self, ProviderError> {
        let Settings {
            common,
            prefix,
            max_answer,
        } = settings;
        Ok(Self {
            client: Client::open(common).await?,
            prefix,
            max_answer,
        })
    }
}
