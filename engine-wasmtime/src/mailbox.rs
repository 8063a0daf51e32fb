//! The mailbox through which a suspended guest passes the reason for which it waits, and gets the answer.

use capwire_wapc::{Reply, SuspendedCall};
use std::future;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

/// A wait or its answer. The two sides never use it at the same time, so its lock is always free.
#[derive(Default)]
pub(crate) struct Mailbox(Mutex<Mail>);

#[derive(Default)]
enum Mail {
    #[default]
    Nothing,
    Wait(Wait),
    Answer(Answer, u64),
    /// The guest must end at the next interrupt point.
    Stop,
}

/// The reason for which a guest waits.
pub(crate) enum Wait {
    HostCall(SuspendedCall),
    Sleep(Duration),
}

/// The end of a wait.
pub(crate) enum Answer {
    Reply(Reply),
    Wake,
    /// The guest must end.
    Stop,
}

impl Mailbox {
    /// Stores the guest's wait, and waits for the answer and the ticks left in the slice.
    pub(crate) async fn exchange(&self, wait: Wait) -> (Answer, u64) {
        *self.mail() = Mail::Wait(wait);
        future::poll_fn(|_| self.take_answer()).await
    }

    /// Takes the guest's wait, if there is one. The guest's driver calls this.
    pub(crate) fn take_wait(&self) -> Option<Wait> {
        let mut mail = self.mail();
        match mem::take(&mut *mail) {
            Mail::Wait(wait) => Some(wait),
            other => {
                *mail = other;
                None
            }
        }
    }

    /// Stores the answer and the ticks left in the slice. The guest's driver calls this.
    pub(crate) fn answer(&self, answer: Answer, ticks: u64) {
        *self.mail() = Mail::Answer(answer, ticks);
    }

    /// Stops a guest whose slice is over at the next interrupt point. The guest's driver calls this.
    pub(crate) fn stop(&self) {
        *self.mail() = Mail::Stop;
    }

    /// Returns true if the guest must end.
    pub(crate) fn is_stopped(&self) -> bool {
        matches!(*self.mail(), Mail::Stop)
    }

    fn take_answer(&self) -> Poll<(Answer, u64)> {
        let mut mail = self.mail();
        match mem::take(&mut *mail) {
            Mail::Answer(answer, ticks) => Poll::Ready((answer, ticks)),
            other => {
                *mail = other;
                Poll::Pending
            }
        }
    }

    fn mail(&self) -> MutexGuard<'_, Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
