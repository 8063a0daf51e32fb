//! The mailbox through which a suspended guest passes its host call and gets the reply.

use capwire_wapc::{Reply, SuspendedCall};
use std::future;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// A host call or its reply. The two sides never use it at the same time, so its lock is always free.
#[derive(Default)]
pub(crate) struct Mailbox(Mutex<Mail>);

#[derive(Default)]
enum Mail {
    #[default]
    Nothing,
    Call(SuspendedCall),
    Reply(Reply, u64),
}

impl Mailbox {
    /// Stores the guest's host call, and waits for the reply and the ticks left in the slice.
    pub(crate) async fn exchange(&self, call: SuspendedCall) -> (Reply, u64) {
        *self.mail() = Mail::Call(call);
        future::poll_fn(|_| self.take_reply()).await
    }

    /// Takes the guest's host call, if there is one. The guest's driver calls this.
    pub(crate) fn take_call(&self) -> Option<SuspendedCall> {
        let mut mail = self.mail();
        match mem::take(&mut *mail) {
            Mail::Call(call) => Some(call),
            other => {
                *mail = other;
                None
            }
        }
    }

    /// Stores the reply and the ticks left in the slice. The guest's driver calls this.
    pub(crate) fn reply(&self, reply: Reply, ticks: u64) {
        *self.mail() = Mail::Reply(reply, ticks);
    }

    fn take_reply(&self) -> Poll<(Reply, u64)> {
        let mut mail = self.mail();
        match mem::take(&mut *mail) {
            Mail::Reply(reply, ticks) => Poll::Ready((reply, ticks)),
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
