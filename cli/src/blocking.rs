//! Work that may block, such as that with files.

use crate::error::Error;
use tokio::task::spawn_blocking;

/// Does `work` on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let failed = |error| Error::failure("a thread of the host ended early").because(error);
    spawn_blocking(work).await.map_err(failed).flatten()
}
