//! Starts processes from a thread that lives as long as this process.
//!
//! The signal that ends a child with its host is sent when the thread that started it ends.

use std::io;
use std::process::{Child, Command};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

type Job = (Command, Sender<io::Result<Child>>);

static SPAWNER: LazyLock<Mutex<Option<Sender<Job>>>> = LazyLock::new(|| {
    let (jobs, received) = channel::<Job>();
    let started = thread::Builder::new()
        .name("provider-spawner".to_owned())
        .spawn(move || {
            for (mut command, answer) in received {
                let _ = answer.send(command.spawn());
            }
        });
    Mutex::new(started.ok().map(|_| jobs))
});

/// Starts `command`. Blocks.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    let gone = || io::Error::other("the thread that starts processes is not there");
    let (answer, spawned) = channel();
    {
        let spawner = SPAWNER.lock().unwrap_or_else(PoisonError::into_inner);
        let jobs = spawner.as_ref().ok_or_else(gone)?;
        jobs.send((command, answer)).map_err(|_| gone())?;
    }
    spawned.recv().map_err(|_| gone())?
}
