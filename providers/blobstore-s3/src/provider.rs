//! The bucket as a provider.

use crate::client::Client;
use crate::settings::{self, Settings};
use crate::store::S3Store;
use bytes::Bytes;
use capwire_blobstore_common::Service;
use capwire_contracts::blobstore;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Key, Provider, ProviderError, async_trait,
};
use std::sync::Arc;

/// A provider of `wascc:blobstore` on S3. See the [crate's documentation](crate).
///
/// ```
/// use capwire_blobstore_s3::BlobstoreS3;
/// use capwire_provider::Config;
///
/// let config = Config::from_iter([
///     ("BUCKET", "images"),
///     ("ENDPOINT", "http://127.0.0.1:9000"),
///     ("AWS_ACCESS_KEY", "id"),
///     ("AWS_SECRET_ACCESS_KEY", "secret"),
/// ]);
/// assert!(BlobstoreS3::check(&config).is_ok());
/// ```
#[derive(Debug, Default)]
pub struct BlobstoreS3 {
    service: Service<S3Store>,
}

impl BlobstoreS3 {
    /// The configuration keys of a binding.
    pub const KEYS: &'static [&'static str] = settings::KEY_NAMES;

    /// The configuration keys of a binding, with their descriptions.
    pub const DESCRIBED: &'static [Key] = settings::KEYS;

    /// The configuration keys whose values are names of files.
    pub const FILE_KEYS: &'static [&'static str] = settings::FILE_KEYS;

    /// Returns a provider without bindings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the configuration of a binding. Reads the certificates, but connects to no server.
    ///
    /// # Errors
    /// Returns [`ProviderError::Config`] if `bind` would.
    pub fn check(config: &Config) -> Result<(), ProviderError> {
        let nobody = BindingId {
            actor: "M".to_owned(),
            name: String::new(),
        };
        Settings::read(&nobody, config).map(drop)
    }
}

#[async_trait]
impl Provider for BlobstoreS3 {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            revision: 1,
            long_description: env!("CARGO_PKG_DESCRIPTION").to_owned(),
            ..CapabilityDescriptor::new(blobstore::CONTRACT, "Blobs on S3", blobstore::OPERATIONS)
        }
    }

    /// Checks that the bucket can be used.
    async fn bind(&self, binding: Binding) -> Result<Bound, ProviderError> {
        let settings = Settings::read(&binding.id, &binding.config)?;
        let (bucket, limits) = (settings.server.bucket.clone(), settings.limits);
        let what = || {
            format!(
                "cannot use the bucket `{bucket}`: start the server, create the bucket, or correct `ENDPOINT`, `BUCKET` \
                 and the access key of the binding"
            )
        };
        let client = Client::new(settings);
        let client = client.map_err(|error| ProviderError::unavailable(what(), error))?;
        let checked = client.check().await;
        checked.map_err(|error| ProviderError::unavailable(what(), error))?;
        let store = S3Store(Arc::new(client));
        self.service.bind(binding, store, limits).await;
        Ok(Bound::default())
    }

    async fn unbind(&self, binding: &BindingId) -> Result<(), ProviderError> {
        self.service.unbind(binding).await;
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        self.service.call(call).await
    }
}
