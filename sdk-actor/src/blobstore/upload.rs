//! Uploads of whole blobs.

use super::{ErrorClass, FileChunk, class, tell};
use crate::target::{CallError, Target};
use capwire_contracts::blobstore::{OP_START_UPLOAD, OP_UPLOAD_CHUNK};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The size of the chunks in bytes.
const CHUNK: usize = 256 << 10;

/// The number of times that an upload begins if others disturb it.
const ATTEMPTS: u32 = 3;

/// Uploads a blob. An upload that another call of this actor has begun again, begins again, too.
pub(super) fn put(
    target: &Target,
    container: &str,
    id: &str,
    content: &[u8],
) -> Result<(), CallError> {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    let hash = hasher.finish();
    let mut attempt = 1;
    loop {
        // Calls at the same time have one context only if they store the same bytes.
        let context = format!("{hash:016x}-{attempt}");
        let chunk = FileChunk {
            sequence_no: 0,
            container: container.to_owned(),
            id: id.to_owned(),
            total_bytes: u64::try_from(content.len()).unwrap_or(u64::MAX),
            chunk_size: u64::try_from(CHUNK).unwrap_or(u64::MAX),
            context: Some(context),
            chunk_bytes: Vec::new(),
        };
        match upload(target, chunk, content) {
            Err(error) if attempt < ATTEMPTS && is_disturbed(&error) => attempt += 1,
            ended => return ended,
        }
    }
}

fn upload(target: &Target, mut chunk: FileChunk, content: &[u8]) -> Result<(), CallError> {
    tell(target, OP_START_UPLOAD, &chunk)?;
    for part in content.chunks(CHUNK) {
        chunk.chunk_bytes.clear();
        chunk.chunk_bytes.extend_from_slice(part);
        tell(target, OP_UPLOAD_CHUNK, &chunk)?;
        chunk.sequence_no += 1;
    }
    Ok(())
}

fn is_disturbed(error: &CallError) -> bool {
    matches!(class(error), Some(ErrorClass::Chunk | ErrorClass::NoUpload))
}
