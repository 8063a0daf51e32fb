//! The operations of a store on S3.

use crate::client::Client;
use crate::failure::{failed, is_missing};
use crate::keys::name;
use crate::reader::{S3Reader, part};
use crate::writer::S3Writer;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use capwire_blobstore_common::{
    Condition, Entry, Failure, Name, Page, Part, Reader, Store, Writer,
};
use capwire_provider::Call;
use futures_util::StreamExt as _;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _, PutPayload};
use std::sync::Arc;

/// The most keys in one answer of the server.
const PAGE: usize = 1_000;

/// A store on S3, as one binding sees it.
pub(crate) struct S3Store(pub(crate) Arc<Client>);

impl S3Store {
    fn key(&self, container: &Name, id: &Name) -> Result<Path, Failure> {
        let key = self.0.prefix.blob(container, id);
        key.map_err(|error| failed("the blob cannot have a key", error))
    }

    fn marker(&self, container: &Name) -> Result<Path, Failure> {
        let key = self.0.prefix.marker(container);
        key.map_err(|error| failed("the container cannot have a key", error))
    }

    /// Adds the blobs of a page to `entries`.
    async fn entries(
        &self,
        container: &Name,
        page: &Page,
        entries: &mut Vec<Entry>,
    ) -> Result<(), Failure> {
        let start = self.0.prefix.container(container);
        let prefix = format!("{start}{}", page.prefix);
        let after = (!page.after.is_empty()).then(|| format!("{start}{}", page.after));
        let mut token = None;
        loop {
            // One more, because a container has an object of its own.
            let most = (page.most.saturating_sub(entries.len()) + 1).min(PAGE);
            let asked = self.0.page(&prefix, after.clone(), token, most);
            let what = "the container cannot be listed";
            let answer = self.0.within(what, asked).await?;
            for object in answer.result.objects {
                if let Some(id) = name(&start, &object.location).filter(|id| page.has(id.as_str()))
                {
                    let bytes = object.size;
                    entries.push(Entry { id, bytes });
                }
            }
            token = answer.page_token;
            if token.is_none() || entries.len() >= page.most {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl Store for S3Store {
    async fn create_container(&self, _: &Call<'_>, container: &Name) -> Result<(), Failure> {
        let marker = self.marker(container)?;
        let put = self.0.s3.put(&marker, PutPayload::default());
        let what = "the container cannot be created";
        self.0.within(what, put).await.map(drop)
    }

    async fn remove_container(&self, _: &Call<'_>, container: &Name) -> Result<(), Failure> {
        let what = "the container cannot be removed";
        let marker = self.marker(container)?;
        let start = self.0.prefix.container(container);
        let listed = self
            .0
            .within(what, self.0.page(&start, None, None, 2))
            .await?;
        let is_other = |object: &object_store::ObjectMeta| object.location != marker;
        if listed.result.objects.iter().any(is_other) {
            return Err(Failure::not_empty(container.as_str()));
        }
        self.0.within(what, self.0.s3.delete(&marker)).await
    }

    async fn remove(&self, _: &Call<'_>, container: &Name, id: &Name) -> Result<(), Failure> {
        self.0.check_container(container).await?;
        let key = self.key(container, id)?;
        let removed = self
            .0
            .answer("the blob cannot be removed", self.0.s3.delete(&key));
        match removed.await? {
            Err(error) if !is_missing(&error) => Err(failed("the blob cannot be removed", error)),
            _ => Ok(()),
        }
    }

    async fn size_of(
        &self,
        _: &Call<'_>,
        container: &Name,
        id: &Name,
    ) -> Result<Option<u64>, Failure> {
        let what = "the blob cannot be found";
        let key = self.key(container, id)?;
        match self.0.answer(what, self.0.s3.head(&key)).await? {
            Ok(found) => Ok(Some(found.size)),
            Err(error) if is_missing(&error) => {
                self.0.check_container(container).await?;
                Ok(None)
            }
            Err(error) => Err(failed(what, error)),
        }
    }

    async fn list(
        &self,
        _: &Call<'_>,
        container: &Name,
        page: Page,
    ) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        self.entries(container, &page, &mut entries).await?;
        if entries.is_empty() {
            self.0.check_container(container).await?;
        }
        entries.sort();
        entries.truncate(page.most);
        Ok(entries)
    }

    async fn write(
        &self,
        _: &Call<'_>,
        container: &Name,
        id: &Name,
        _: u64,
        condition: Condition,
    ) -> Result<Box<dyn Writer>, Failure> {
        self.0.check_container(container).await?;
        Ok(Box::new(S3Writer {
            client: Arc::clone(&self.0),
            key: self.key(container, id)?,
            container: container.clone(),
            id: id.clone(),
            condition,
            rest: BytesMut::new(),
            parts: None,
        }))
    }

    async fn read(
        &self,
        _: &Call<'_>,
        container: &Name,
        id: &Name,
        from: u64,
    ) -> Result<Option<Box<dyn Reader>>, Failure> {
        let what = "the blob cannot be opened";
        let key = self.key(container, id)?;
        let options = GetOptions {
            range: (from > 0).then_some(GetRange::Offset(from)),
            ..GetOptions::default()
        };
        let got = match self
            .0
            .answer(what, self.0.s3.get_opts(&key, options))
            .await?
        {
            Ok(got) => got,
            Err(error) if is_missing(&error) => {
                self.0.check_container(container).await?;
                return Ok(None);
            }
            Err(error) => return Err(failed(what, error)),
        };
        let total = got.meta.size;
        Ok(Some(Box::new(S3Reader {
            client: Arc::clone(&self.0),
            left: got.range.end.saturating_sub(got.range.start),
            total,
            stream: got.into_stream().boxed(),
            rest: Bytes::new(),
        })))
    }

    async fn read_part(
        &self,
        _: &Call<'_>,
        container: &Name,
        id: &Name,
        from: u64,
        most: usize,
    ) -> Result<Option<Part>, Failure> {
        let what = "the blob cannot be read";
        let key = self.key(container, id)?;
        let read = part(&self.0.s3, &key, from, most);
        match self.0.answer(what, read).await? {
            Ok(part) => Ok(Some(part)),
            Err(error) if is_missing(&error) => {
                self.0.check_container(container).await?;
                Ok(None)
            }
            Err(error) => Err(failed(what, error)),
        }
    }
}
