//! Compresses a body without keeping the server's threads from other requests.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::sync::{Arc, LazyLock};
use std::thread;
use tokio::sync::Semaphore;
use tokio::task;

/// The size of a body that is compressed where the request runs, at most: it takes less time than another thread.
const SMALL: usize = 8 << 10;

/// The bodies that are compressed at the same time: as many as there are processors, so that the memory for their results is bounded.
static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let processors = thread::available_parallelism();
    Arc::new(Semaphore::new(processors.map_or(1, usize::from)))
});

/// Returns the compressed body, or else the body itself if it would become longer.
pub(super) async fn shorter(body: Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
    if body.len() <= SMALL {
        return compress(&body).ok_or(body);
    }
    let Ok(permit) = Arc::clone(&AT_ONCE).acquire_owned().await else {
        return Err(body);
    };
    let body = Arc::new(body);
    let input = Arc::clone(&body);
    let compressed = task::spawn_blocking(move || {
        let compressed = compress(&input);
        drop((permit, input));
        compressed
    });
    match compressed.await {
        Ok(Some(compressed)) => Ok(compressed),
        // The thread has dropped its share.
        _ => Err(Arc::unwrap_or_clone(body)),
    }
}

/// Returns `None` if the result would be longer than the body.
fn compress(body: &[u8]) -> Option<Vec<u8>> {
    let room = Bounded {
        bytes: Vec::new(),
        most: body.len(),
    };
    let mut encoder = GzEncoder::new(room, Compression::fast());
    encoder.write_all(body).ok()?;
    Some(encoder.finish().ok()?.bytes)
}

/// Refuses more bytes than it may have.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.len() > self.most - self.bytes.len() {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
