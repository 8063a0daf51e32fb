//! The uploads of a binding: bounded in number, in size and in idle time.

use crate::failure::{Failure, short};
use crate::name::Name;
use crate::settings::Limits;
use crate::store::{Condition, Store, Writer};
use capwire_contracts::blobstore::{ErrorClass, FileChunk};
use capwire_provider::Call;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The longest context of a transfer in bytes.
pub(crate) const LONGEST_CONTEXT: usize = 1_024;

/// The uploads of a binding.
pub(crate) struct Uploads {
    limits: Limits,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    all: HashMap<Key, Slot>,
    started: u64,
}

/// The identity of an upload. Its context tells it from another upload of the same blob.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    container: Name,
    id: Name,
    context: Option<String>,
}

/// An upload in progress.
struct Slot {
    /// Tells the upload from an earlier one with the same key.
    number: u64,
    total: u64,
    received: u64,
    next: u64,
    touched: Instant,
    /// `None` while a chunk is written.
    writer: Option<Box<dyn Writer>>,
}

impl Uploads {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        let slots = Mutex::default();
        Arc::new(Self { limits, slots })
    }

    /// Begins an upload. One with the same names and context begins again.
    pub(crate) async fn start(
        self: &Arc<Self>,
        call: &Call<'_>,
        store: &impl Store,
        start: FileChunk,
    ) -> Result<(), Failure> {
        let key = key(&start)?;
        self.limits.check_blob(start.total_bytes)?;
        let turn = self.open(&key, start.total_bytes)?;
        let (container, id) = (&key.container, &key.id);
        let total = start.total_bytes;
        let begun = store.write(call, container, id, total, Condition::Any);
        let writer = begun.await?;
        if total == 0 {
            return writer.finish(call).await;
        }
        let number = turn.number;
        turn.keep(writer, 0);
        tokio::spawn(end_when_idle(Arc::downgrade(self), key, number));
        Ok(())
    }

    /// Writes the next chunk of an upload. The last one makes the blob visible.
    pub(crate) async fn chunk(&self, call: &Call<'_>, chunk: FileChunk) -> Result<(), Failure> {
        let key = key(&chunk)?;
        let (turn, writer, is_last) = self.take(&key, &chunk)?;
        let length = chunk.chunk_bytes.len() as u64;
        let writer = writer.write(call, chunk.chunk_bytes).await?;
        match is_last {
            true => writer.finish(call).await,
            false => {
                turn.keep(writer, length);
                Ok(())
            }
        }
    }

    /// Ends all uploads.
    pub(crate) fn clear(&self) {
        let ended = std::mem::take(&mut self.lock().all);
        drop(ended);
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for an upload that has no writer yet.
    fn open(&self, key: &Key, total: u64) -> Result<Turn<'_>, Failure> {
        let mut slots = self.lock();
        let earlier = slots.all.remove(key);
        if slots.all.len() >= self.limits.max_uploads {
            drop(slots);
            return Err(Failure::new(
                ErrorClass::Full,
                "the binding has as many uploads as `MAX_UPLOADS` allows: finish one, or try again later",
            ));
        }
        slots.started += 1;
        let number = slots.started;
        let slot = Slot {
            number,
            total,
            received: 0,
            next: 0,
            touched: Instant::now(),
            writer: None,
        };
        slots.all.insert(key.clone(), slot);
        drop(slots);
        drop(earlier);
        Ok(Turn {
            uploads: self,
            key: key.clone(),
            number,
            is_kept: false,
        })
    }

    /// Takes the writer of an upload for the chunk that it expects. Returns `true` with the last chunk.
    fn take(
        &self,
        key: &Key,
        chunk: &FileChunk,
    ) -> Result<(Turn<'_>, Box<dyn Writer>, bool), Failure> {
        let mut slots = self.lock();
        let slot = slots.all.get_mut(key).ok_or_else(|| no_upload(key))?;
        let length = chunk.chunk_bytes.len() as u64;
        slot.check(chunk, length)?;
        let writer = slot.writer.take().ok_or_else(|| {
            let text = "another chunk of this upload is being written: send one after the other";
            Failure::new(ErrorClass::Chunk, text)
        })?;
        slot.touched = Instant::now();
        let turn = Turn {
            uploads: self,
            key: key.clone(),
            number: slot.number,
            is_kept: false,
        };
        Ok((turn, writer, slot.received + length == slot.total))
    }

    /// Returns the time until an upload is idle for too long, or `None` if it has ended.
    fn time_left(&self, key: &Key, number: u64) -> Option<Duration> {
        let idle = self.limits.upload_idle;
        let slots = self.lock();
        let slot = slots.all.get(key).filter(|slot| slot.number == number)?;
        match slot.writer {
            Some(_) => Some(idle.saturating_sub(slot.touched.elapsed())),
            None => Some(idle),
        }
    }

    fn remove(&self, key: &Key, number: u64) {
        let mut slots = self.lock();
        let is_same = slots.all.get(key).is_some_and(|slot| slot.number == number);
        let ended = match is_same {
            true => slots.all.remove(key),
            false => None,
        };
        drop(slots);
        drop(ended);
    }
}

impl Slot {
    fn check(&self, chunk: &FileChunk, length: u64) -> Result<(), Failure> {
        let wrong = |text: String| Err(Failure::new(ErrorClass::Chunk, text));
        let (total, left) = (self.total, self.total - self.received);
        if chunk.sequence_no != self.next {
            return wrong(format!(
                "chunk {} is expected, and this is chunk {}: send them in their order, from 0",
                self.next, chunk.sequence_no
            ));
        }
        if chunk.total_bytes != total {
            return wrong(format!(
                "the upload began with a total of {total} bytes, and the chunk says {}",
                chunk.total_bytes
            ));
        }
        match length {
            0 => wrong("the chunk has no bytes".to_owned()),
            _ if length > left => wrong(format!(
                "the chunk has {length} bytes, and {left} of {total} are left"
            )),
            _ => Ok(()),
        }
    }
}

/// The time in which an upload is worked on. If it is dropped early, the upload ends.
struct Turn<'u> {
    uploads: &'u Uploads,
    key: Key,
    number: u64,
    is_kept: bool,
}

impl Turn<'_> {
    /// Gives the writer back after it has written so many bytes, unless the upload has ended meanwhile.
    fn keep(mut self, writer: Box<dyn Writer>, bytes: u64) {
        self.is_kept = true;
        let mut slots = self.uploads.lock();
        let slot = slots.all.get_mut(&self.key);
        let Some(slot) = slot.filter(|slot| slot.number == self.number) else {
            return;
        };
        slot.received += bytes;
        slot.next += u64::from(bytes > 0);
        slot.touched = Instant::now();
        slot.writer = Some(writer);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.uploads.remove(&self.key, self.number);
        }
    }
}

/// Ends an upload that is idle for too long.
async fn end_when_idle(uploads: Weak<Uploads>, key: Key, number: u64) {
    loop {
        let left = {
            let Some(uploads) = uploads.upgrade() else {
                return;
            };
            match uploads.time_left(&key, number) {
                None => return,
                Some(Duration::ZERO) => return uploads.remove(&key, number),
                Some(left) => left,
            }
        };
        sleep(left).await;
    }
}

fn key(chunk: &FileChunk) -> Result<Key, Failure> {
    Ok(Key {
        container: Name::container(&chunk.container)?,
        id: Name::blob(&chunk.id)?,
        context: context(chunk.context.as_deref())?,
    })
}

/// Checks the context of a transfer.
pub(crate) fn context(context: Option<&str>) -> Result<Option<String>, Failure> {
    match context {
        Some(text) if text.len() > LONGEST_CONTEXT => Err(Failure::new(
            ErrorClass::Size,
            format!("the context has more than {LONGEST_CONTEXT} bytes"),
        )),
        _ => Ok(context.map(str::to_owned)),
    }
}

fn no_upload(key: &Key) -> Failure {
    let text = format!(
        "there is no upload of `{}`: it was not started, has ended, or was idle for too long; begin with `StartUpload`",
        short(key.id.as_str())
    );
    Failure::new(ErrorClass::NoUpload, text)
}
