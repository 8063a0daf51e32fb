//! The signals that stop the process.
//!
//! A thread of its own waits for them, because the threads of the host may all be busy. It also ends
//! the process if the host does not end in time.

use crate::error::Error;
use crate::output;
use std::io;
use std::process;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::runtime;
use tokio::signal;
use tokio::sync::watch;
use tokio::time::sleep;

/// The time that the process may take to end after the host's drain time, the last message included.
const GRACE: Duration = Duration::from_secs(2);
/// The time to write the last message, to a standard error that nobody may read.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Receives Ctrl-C and, on Unix, SIGTERM. From [`listen`](Self::listen) on, the first one asks the
/// host to stop, and the second one ends the process at once.
pub(super) struct Signals {
    asked: watch::Receiver<bool>,
    stopping: watch::Sender<bool>,
}

impl Signals {
    /// Begins to listen. A host that stops has `drain` for that.
    pub(super) fn listen(drain: Duration) -> Result<Self, Error> {
        let failed = |error: io::Error| Error::failure("cannot listen for signals").because(error);
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(failed)?;
        let requests = {
            let _inside = runtime.enter();
            Requests::listen().map_err(failed)?
        };
        let (ask, asked) = watch::channel(false);
        let (stopping, stops) = watch::channel(false);
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || runtime.block_on(follow(requests, &ask, stops, drain)))
            .map_err(failed)?;
        Ok(Self { asked, stopping })
    }

    /// Waits until the process is asked to stop.
    pub(super) async fn stop(&mut self) {
        if self.asked.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The host begins to stop. From now on, the process ends within the drain time and a little
    /// more, whatever still runs, and a signal ends it at once.
    pub(super) fn stopping(&self) {
        self.stopping.send_replace(true);
    }
}

/// Passes on the first request to stop, and then ends the process at the second one or when its time
/// is over, unless it has ended by itself.
async fn follow(
    mut requests: Requests,
    ask: &watch::Sender<bool>,
    mut stops: watch::Receiver<bool>,
    drain: Duration,
) {
    tokio::select! {
        () = requests.next() => {
            ask.send_replace(true);
        }
        Ok(_) = stops.wait_for(|stops| *stops) => {}
    }
    tokio::select! {
        () = requests.next() => end("stopped before all calls were finished"),
        () = sleep(drain + (GRACE - LAST_WORDS)) => end("the host did not stop in its drain time"),
    }
}

/// Ends the process as a failure. Waits for nothing but a moment for the message.
fn end(reason: &str) {
    let error = Error::failure(reason);
    let (written, wait) = mpsc::channel();
    let say = move || {
        output::aside(format_args!("{}\n", error.colored()));
        drop::<mpsc::Sender<()>>(written);
    };
    // Without a thread, the process ends without a message.
    if thread::Builder::new().spawn(say).is_ok() {
        let _ = wait.recv_timeout(LAST_WORDS);
    }
    process::exit(1);
}

/// The requests to stop.
#[cfg(unix)]
struct Requests {
    terminate: signal::unix::Signal,
    interrupt: signal::unix::Signal,
}

#[cfg(unix)]
impl Requests {
    fn listen() -> io::Result<Self> {
        use signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Requests;

#[cfg(not(unix))]
impl Requests {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where Ctrl-C cannot be heard it ends the process by itself.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
