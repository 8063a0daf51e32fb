//! The answer to clients for whom there is no place.

use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time;

/// The maximum number of clients that are refused in words at once. Others are disconnected.
const AT_ONCE: usize = 8;
/// The time for a client to read the refusal.
const PATIENCE: Duration = Duration::from_secs(1);
/// The maximum number of bytes of a request that are read before the connection is closed.
const REQUEST: u64 = 16 << 10;

const RESPONSE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    content-length: 21\r\nretry-after: 1\r\nconnection: close\r\n\r\nBusy, try again later";

/// Refuses clients.
#[derive(Clone, Debug)]
pub(crate) struct Refusal(Arc<Semaphore>);

impl Default for Refusal {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Refusal {
    /// Answers 503 and closes the connection.
    pub(crate) fn refuse(&self, stream: TcpStream) {
        if let Ok(permit) = Arc::clone(&self.0).try_acquire_owned() {
            tokio::spawn(async move {
                let told = time::timeout(PATIENCE, tell(stream)).await;
                tracing::debug!(in_time = told.is_ok(), "a connection was refused");
                drop(permit);
            });
        }
    }
}

/// Reads what the client sent before it closes the connection: a connection with unread bytes is
/// reset, and the client might lose the response.
async fn tell(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(RESPONSE).await?;
    stream.shutdown().await?;
    let mut request = stream.take(REQUEST);
    tokio::io::copy(&mut request, &mut tokio::io::sink()).await?;
    Ok(())
}
