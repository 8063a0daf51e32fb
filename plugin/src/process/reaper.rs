//! Ends processes, and waits for them.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::process::Child;
use std::thread;

/// The time for a process to end by itself after its host has closed the socket.
const PATIENCE: Timespec = Timespec {
    tv_sec: 5,
    tv_nsec: 0,
};

/// Waits for `child` on a thread of its own. Kills it if it does not end by itself soon, or at once if it `is_broken`.
pub(crate) fn reap(mut child: Child, is_broken: bool) {
    let work = move || {
        if !is_broken {
            wait(&child);
        }
        let _ = child.kill();
        let _ = child.wait();
    };
    // Without a thread, the process ends when it sees the end of the socket, and stays a zombie.
    let _ = thread::Builder::new()
        .name("provider-reaper".to_owned())
        .spawn(work);
}

/// Waits until the process has ended, but not for long.
fn wait(child: &Child) {
    if let Ok(process) = pidfd_open(Pid::from_child(child), PidfdFlags::empty()) {
        let _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&PATIENCE));
    }
}
