//! The times of a server.

use std::time::Duration;

/// The times that a server waits for its clients, and for changes of its certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// The time for the head of a request, including the next one on an open connection. The
    /// default is 30 s.
    pub head: Duration,
    /// The time for the whole body of a request. The default is 60 s.
    pub body: Duration,
    /// The time in which a client must read each 64 KiB of a response. The default is 30 s.
    pub send: Duration,
    /// The time for requests in progress when the server stops. The default is 8 s.
    pub drain: Duration,
    /// The time after which the files of certificates are read again. The default is 5 s.
    pub reload: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            body: Duration::from_secs(60),
            send: Duration::from_secs(30),
            drain: Duration::from_secs(8),
            reload: Duration::from_secs(5),
        }
    }
}
