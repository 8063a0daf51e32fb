//! The client of one binding.

use crate::connect::Connector;
use crate::failure::{failed, too_slow};
use crate::http::Http;
use crate::keys::Prefix;
use crate::settings::{Server, Settings};
use capwire_blobstore_common::{Failure, Name};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore as _};
use object_store::{ObjectStoreExt as _, RetryConfig};
use std::future::Future;
use std::time::Duration;
use tokio::time::timeout;

/// The number of times that a request is sent again.
const RETRIES: usize = 3;

/// The client of one binding.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) s3: AmazonS3,
    pub(crate) prefix: Prefix,
    timeout: Duration,
}

impl Client {
    pub(crate) fn new(settings: Settings) -> Result<Self, object_store::Error> {
        let Settings {
            server,
            prefix,
            timeout,
            ..
        } = settings;
        let s3 = open(server, timeout)?;
        Ok(Self {
            s3,
            prefix,
            timeout,
        })
    }

    /// Runs a request within the time of the binding.
    pub(crate) async fn within<R>(
        &self,
        what: &str,
        request: impl Future<Output = Result<R, object_store::Error>>,
    ) -> Result<R, Failure> {
        match self.answer(what, request).await? {
            Ok(answer) => Ok(answer),
            Err(error) => Err(failed(what, error)),
        }
    }

    /// The same, but returns the error of the server.
    pub(crate) async fn answer<R>(
        &self,
        what: &str,
        request: impl Future<Output = R>,
    ) -> Result<R, Failure> {
        let answered = timeout(self.timeout, request).await;
        answered.map_err(|_| too_slow(what, self.timeout))
    }

    /// Checks that the bucket can be used.
    pub(crate) async fn check(&self) -> Result<(), Failure> {
        let what = "the bucket cannot be used";
        let listed = self.page(self.prefix.as_str(), None, None, 1);
        self.within(what, listed).await.map(drop)
    }

    /// Checks that a container exists.
    pub(crate) async fn check_container(&self, container: &Name) -> Result<(), Failure> {
        if container.is_empty() {
            return Ok(());
        }
        let what = "the container cannot be found";
        let marker = self.prefix.marker(container);
        let marker = marker.map_err(|error| failed(what, error))?;
        match self.answer(what, self.s3.head(&marker)).await? {
            Ok(_) => Ok(()),
            Err(object_store::Error::NotFound { .. }) => {
                Err(Failure::no_container(container.as_str()))
            }
            Err(error) => Err(failed(what, error)),
        }
    }

    /// Returns a page of the list of keys that begin with `prefix` and are greater than `after`.
    pub(crate) async fn page(
        &self,
        prefix: &str,
        after: Option<String>,
        token: Option<String>,
        most: usize,
    ) -> Result<PaginatedListResult, object_store::Error> {
        let options = PaginatedListOptions {
            offset: after,
            page_token: token,
            max_keys: Some(most),
            ..PaginatedListOptions::default()
        };
        let prefix = (!prefix.is_empty()).then_some(prefix);
        self.s3.list_paginated(prefix, options).await
    }
}

fn open(server: Server, timeout: Duration) -> Result<AmazonS3, object_store::Error> {
    let http = Http::new(Connector {
        tls: server.tls,
        timeout: server.connect_timeout,
    });
    let retry = RetryConfig {
        max_retries: RETRIES,
        retry_timeout: timeout,
        ..RetryConfig::default()
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(server.bucket)
        .with_region(server.region)
        .with_access_key_id(server.access_key)
        .with_secret_access_key(server.secret_key)
        .with_virtual_hosted_style_request(server.is_bucket_in_host)
        .with_allow_http(true)
        .with_retry(retry)
        .with_http_connector(http);
    if let Some(endpoint) = server.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(token) = server.token {
        builder = builder.with_token(token);
    }
    builder.build()
}
